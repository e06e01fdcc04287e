"""Diagrams: they show the numbers they are given, and bear odd ones."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from stormgraph_py.report import figures, style


def knn_scale(**changes):
    edges = np.linspace(0, 100, 51)
    middle = (edges[1:] + edges[:-1]) / 2
    fields = {
        "r0_nm": 42.0,
        "method": "knn",
        "bin_edges_nm": edges,
        "density_data": np.exp(-(((middle - 30) / 8) ** 2)),
        "density_random": np.exp(-(((middle - 60) / 8) ** 2)),
        "random_median_nm": 60.0,
        "fell_back_to_median": False,
        "radii_nm": None,
        "n_components": None,
        "fitted_components": None,
        "elbow_max_concavity_nm": None,
    }
    return SimpleNamespace(**(fields | changes))


def elbow_scale(**changes):
    radii = np.linspace(1, 100, 100)
    fields = {
        "r0_nm": 25.0,
        "method": "elbow-curve",
        "radii_nm": radii,
        "n_components": 500 / (1 + np.exp(radii / 5 - 3)) + 10,
        "fitted_components": 500 / (1 + np.exp(radii / 5 - 3)) + 10,
        "elbow_max_concavity_nm": 19.0,
    }
    nothing = dict.fromkeys(("bin_edges_nm", "density_data", "density_random"))
    return SimpleNamespace(**(nothing | {"fell_back_to_median": False} | fields | changes))


def noise(**changes):
    rng = np.random.default_rng(0)
    degrees = rng.gamma(2, 2, 500)
    fields = {
        "degrees": degrees,
        "threshold": np.full(500, 4.0),
        "retained": degrees >= 4,
        "random_degrees": rng.gamma(2, 0.7, 2000),
    }
    return SimpleNamespace(**(fields | changes))


def split(similarity, accepted=False, n=50):
    return SimpleNamespace(similarity=similarity, accepted=accepted, n_localizations=n)


def vertical_lines(axes):
    """Positions of the lines that mark a value on the x axis."""
    lines = [np.asarray(line.get_xdata(), dtype=float) for line in axes.lines]
    return {float(x[0]) for x in lines if len(x) == 2 and x[0] == x[1]}


def legend(axes):
    return " ".join(text.get_text() for text in axes.get_legend().get_texts())


def test_the_knn_figure_marks_r0_between_the_histograms():
    axes = figures.length_scale_figure(knn_scale()).axes[0]
    assert vertical_lines(axes) == {42.0}
    heights = [patch.get_data().values for patch in axes.patches]
    assert any(np.array_equal(h, knn_scale().density_random) for h in heights)
    assert "42 nm" in legend(axes)
    assert axes.get_xlim()[0] == 0
    assert axes.get_xlim()[1] > 60


def test_a_fall_back_to_the_random_median_is_said():
    axes = figures.length_scale_figure(knn_scale(r0_nm=60.0, fell_back_to_median=True)).axes[0]
    assert "random median" in legend(axes)


def test_the_elbow_figure_marks_the_bend_and_r0():
    axes = figures.length_scale_figure(elbow_scale()).axes[0]
    assert vertical_lines(axes) == {19.0, 25.0}
    assert "end of the elbow" in legend(axes)


def test_a_plateau_has_no_fitted_curve():
    scale = elbow_scale(method="elbow-plateau", fitted_components=None, elbow_max_concavity_nm=None)
    axes = figures.length_scale_figure(scale).axes[0]
    assert vertical_lines(axes) == {25.0}
    assert "plateau" in legend(axes)


def test_the_degree_histogram_counts_everyone_once():
    given = noise()
    axes = figures.degree_figure(given).axes[0]
    data = axes.patches[0].get_data()
    assert data.values.sum() == pytest.approx(1)
    below = data.edges[1:] <= 4.0
    expected = (given.degrees < data.edges[1:][below].max()).mean()
    assert data.values[below].sum() == pytest.approx(expected)
    assert axes.get_xlim()[0] < 1 < 4 < given.degrees.max() < axes.get_xlim()[1]
    assert vertical_lines(axes) == {4.0}


def test_a_threshold_that_varies_is_drawn_over_z():
    z = np.random.default_rng(1).uniform(-400, 400, 500)
    threshold = 4 * np.exp(-((z / 300) ** 2)) + 0.5
    axes = figures.degree_figure(noise(threshold=threshold), z).axes[0]
    (curve,) = axes.lines
    np.testing.assert_array_equal(curve.get_xdata(), np.sort(z))
    np.testing.assert_array_equal(curve.get_ydata(), threshold[np.argsort(z)])
    assert sum(len(c.get_offsets()) for c in axes.collections) == 500


def test_a_constant_threshold_in_3d_is_drawn_as_a_histogram():
    axes = figures.degree_figure(noise(), np.zeros(500)).axes[0]
    assert len(axes.patches) > 0


def test_the_size_figure_holds_every_cluster_and_marks_the_median():
    values = np.random.default_rng(0).lognormal(4, 1, 137)
    axes = figures.size_figure(values, "area").axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 137
    assert vertical_lines(axes) == {float(np.median(values))}


@pytest.mark.parametrize(
    "values",
    [[7.0], [7.0, 7.0, 7.0], [5.0, 1e9], [1e-3, 2e-3]],
    ids=["one", "equal", "far", "tiny"],
)
def test_odd_sizes_make_a_figure_without_a_warning(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = figures.size_figure(np.array(values), "area")
        style.figure_bytes(figure, "svg")
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == len(values)


def test_isolated_points_without_any_degree_make_a_figure():
    nothing = noise(
        degrees=np.zeros(5), threshold=np.zeros(5), retained=np.zeros(5, bool),
        random_degrees=np.zeros(0),
    )  # fmt: skip
    style.figure_bytes(figures.degree_figure(nothing), "svg")


def test_splits_without_a_similarity_are_left_out():
    given = [split(0.9, True), split(0.5), split(float("nan")), split(0.85, True, 500)]
    axes = figures.split_figure(given, 0.8).axes[0]
    drawn = np.concatenate([c.get_offsets() for c in axes.collections])
    assert sorted(drawn[:, 1].tolist()) == [0.5, 0.85, 0.9]
    assert "split (2)" in legend(axes)
    assert "kept whole (1)" in legend(axes)


def test_svg_and_png_do_not_depend_on_when_they_are_made():
    for kind in ("svg", "png"):
        first, second = (
            style.figure_bytes(figures.length_scale_figure(knn_scale()), kind) for _ in range(2)
        )
        assert first == second


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    style.figure_bytes(figures.size_figure(np.array([1.0, 2.0]), "area"), "svg")
    assert dict(mpl.rcParams) == before


def test_large_pictures_get_a_palette_that_keeps_their_colours(monkeypatch):
    import io

    from PIL import Image

    def png():
        rng = np.random.default_rng(0)
        figure = style.new_figure(2, 2)
        figure.add_subplot().imshow(rng.random((50, 50)), cmap="inferno")
        return Image.open(io.BytesIO(style.figure_bytes(figure, "png")))

    full = png()
    monkeypatch.setattr(style, "_LARGE_PNG_BYTES", 100)
    small = png()
    assert small.mode == "P"
    difference = np.abs(
        np.asarray(full.convert("RGB"), dtype=int) - np.asarray(small.convert("RGB"), dtype=int)
    )
    assert difference.mean() < 6


@pytest.mark.parametrize("high", [3.1e7, 9e7, 4e9])
def test_no_two_ticks_of_a_logarithmic_axis_have_the_same_label(high):
    axes = figures.size_figure(np.geomspace(3e7, high, 20), "area").axes[0]
    axes.figure.canvas.draw()
    low, top = axes.get_xlim()
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    labels = [label.get_text() for at, label in ticks if low <= at <= top]
    assert len(labels) >= 2
    assert len(set(labels)) == len(labels)
