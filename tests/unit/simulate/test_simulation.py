import numpy as np
import pandas as pd
import pytest

import stormgraph_py.simulate
from stormgraph_py.errors import OutputError
from stormgraph_py.simulate import NanoclusterParams, simulate_nanoclusters, write_simulation


@pytest.fixture(scope="module")
def data():
    return simulate_nanoclusters(NanoclusterParams(n_molecules=200, roi_nm=(1000, 1000)), 0)


def test_files_hold_localizations_and_truth_row_by_row(data, tmp_path):
    path, truth_path = write_simulation(data, tmp_path / "cell.csv")
    assert truth_path == tmp_path / "cell_truth.csv"
    table, truth = pd.read_csv(path), pd.read_csv(truth_path)
    assert list(table) == ["x_nm", "y_nm", "sigma_x_nm", "sigma_y_nm", "frame", "photons"]
    np.testing.assert_allclose(table[["x_nm", "y_nm"]], data.localizations.xy, atol=0.00501)
    np.testing.assert_array_equal(truth["molecule"], data.molecule)
    np.testing.assert_array_equal(truth["nanocluster"], data.nanocluster)
    np.testing.assert_array_equal(truth["aggregate"], data.aggregate)


def test_line_ends_do_not_depend_on_the_machine(data, tmp_path):
    for path in write_simulation(data, tmp_path / "cell.csv", tmp_path / "truth.csv"):
        assert b"\r" not in path.read_bytes()


def test_a_folder_that_is_not_there_is_an_error(data, tmp_path):
    with pytest.raises(OutputError, match=r"cell\.csv cannot be written"):
        write_simulation(data, tmp_path / "nowhere" / "cell.csv")


def test_a_failed_write_leaves_nothing_behind(data, tmp_path):
    (tmp_path / "cell.csv").mkdir()
    with pytest.raises(OutputError):
        write_simulation(data, tmp_path / "cell.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["cell.csv"]
    with pytest.raises(OutputError):
        write_simulation(data, tmp_path / "a_file" / "cell.csv")


def test_every_public_name_can_be_imported():
    for name in stormgraph_py.simulate.__all__:
        assert getattr(stormgraph_py.simulate, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        stormgraph_py.simulate.nothing  # noqa: B018
