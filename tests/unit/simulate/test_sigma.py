import numpy as np
import pytest
from scipy.stats import kstest, norm

from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.localizations import Localizations
from stormgraph_py.simulate import LognormalSigma, SigmaSample


class TestLognormalSigma:
    def test_logarithms_are_normal(self):
        source = LognormalSigma(median_nm=12, spread=0.3, axis_spread=0.1)
        sigma = source.draw(20_000, 2, np.random.default_rng(0))
        total = np.hypot(0.3, 0.1)
        for axis in range(2):
            standardized = (np.log(sigma[:, axis]) - np.log(12)) / total
            assert kstest(standardized, norm.cdf).pvalue > 1e-3

    def test_axes_of_a_molecule_differ_by_the_axis_spread_alone(self):
        source = LognormalSigma(spread=1.0, axis_spread=0.1)
        sigma = source.draw(20_000, 2, np.random.default_rng(0))
        ratio = np.log(sigma[:, 0] / sigma[:, 1])
        assert ratio.std() == pytest.approx(0.1 * np.sqrt(2), rel=0.03)

    def test_axial_median(self):
        sigma = LognormalSigma(axial_median_nm=40).draw(20_000, 3, np.random.default_rng(0))
        np.testing.assert_allclose(np.median(sigma, axis=0), [8, 8, 40], rtol=0.02)

    @pytest.mark.parametrize(
        "values",
        [{"median_nm": 0}, {"axial_median_nm": -1}, {"spread": -0.1}, {"axis_spread": np.nan}],
    )
    def test_impossible_values_are_refused(self, values):
        with pytest.raises(ParameterError, match=next(iter(values))):
            LognormalSigma(**values)


class TestSigmaSample:
    def test_rows_are_drawn_as_a_whole_and_equally_often(self):
        rows = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        sigma = SigmaSample(rows).draw(10_000, 3, np.random.default_rng(0))
        first = (sigma == rows[0]).all(axis=1)
        assert (first | (sigma == rows[1]).all(axis=1)).all()
        assert first.mean() == pytest.approx(0.5, abs=0.025)

    def test_one_value_holds_for_every_axis(self):
        sigma = SigmaSample([7.0]).draw(3, 3, np.random.default_rng(0))
        np.testing.assert_array_equal(sigma, np.full((3, 3), 7.0))

    def test_the_axial_precision_is_left_out_in_the_plane(self):
        assert SigmaSample([[1.0, 2.0, 3.0]]).draw(4, 2, np.random.default_rng(0)).shape == (4, 2)

    def test_a_missing_axial_precision_is_an_error_in_space(self):
        with pytest.raises(InputError, match="2 columns and the simulation 3"):
            SigmaSample([[1.0, 2.0]]).draw(4, 3, np.random.default_rng(0))

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ([], "empty"),
            ([1.0, 0.0], "row 1"),
            ([[1.0, np.nan]], "row 0"),
            ([[1.0], [2.0]], r"\(2, 1\)"),
        ],
    )
    def test_unusable_values_are_refused(self, values, message):
        with pytest.raises(InputError, match=message):
            SigmaSample(values)

    def test_is_not_changed_through_the_array_it_was_made_of(self):
        values = np.array([5.0])
        source = SigmaSample(values)
        values[0] = 50
        assert source.draw(1, 2, np.random.default_rng(0))[0, 0] == 5

    def test_from_measured_localizations_leaves_out_unknown_precisions(self):
        measured = Localizations.from_arrays(np.eye(3, 2), sigma=[5.0, np.nan, 0.0])
        np.testing.assert_array_equal(
            SigmaSample.from_localizations(measured).values_nm, [[5.0, 5.0]]
        )

    def test_localizations_without_precision_are_refused(self):
        with pytest.raises(InputError, match="no precision"):
            SigmaSample.from_localizations(Localizations.from_arrays(np.eye(2)))
