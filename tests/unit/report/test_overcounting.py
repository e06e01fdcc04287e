"""The section on overcounting: what it says is what the tables hold."""

import re

import numpy as np
import pytest

from stormgraph_py.clusters.overcounting_report import label_radius_table, overcounting_table
from stormgraph_py.report.overcounting import (
    evidence_figure,
    label_radius_figure,
    overcounting_section,
)


def tables(analysis):
    clusters = overcounting_table(analysis.result, analysis.localizations)
    return clusters, label_radius_table(analysis.result, clusters)


def test_without_precision_there_is_no_section(analysis_without_sigma):
    assert overcounting_section(analysis_without_sigma) is None


def test_without_clusters_there_is_no_picture(analysis_without_clusters):
    section = overcounting_section(analysis_without_clusters)
    assert section.figures == ()
    assert section.paragraphs[0].startswith("0 of 0 clusters contain")


@pytest.mark.parametrize("name", ["analysis", "analysis_3d", "analysis_without_threshold"])
def test_numbers_in_words_are_those_of_the_tables(name, request):
    analysis = request.getfixturevalue(name)
    clusters, radii = tables(analysis)
    section = overcounting_section(analysis)
    n_several = (clusters["verdict"] == "several-molecules").sum()
    verdicts, other = section.paragraphs
    assert verdicts.startswith(f"{n_several} of {len(clusters)} clusters contain")
    assert "95% confidence and a label radius of 0 nm" in verdicts
    kept = radii["n_clusters_kept"].tolist()
    assert re.findall(r"(\d+) clusters?", other) == [str(kept[0]), str(kept[-1])]
    what_if, largest, *rest = section.tables
    assert [row[1] for row in what_if.rows] == [str(n) for n in kept]
    assert [row[-1] for row in what_if.rows].count("this analysis") == 1
    assert [int(row[2]) for row in largest.rows] == sorted(
        clusters["n_localizations"], reverse=True
    )[: len(largest.rows)]
    assert bool(rest) == (n_several < len(clusters))


def test_the_figures_show_every_radius_and_every_cluster(analysis):
    clusters, radii = tables(analysis)
    (axes,) = label_radius_figure(radii).axes
    line, own = axes.lines
    np.testing.assert_array_equal(line.get_xdata(), radii["label_radius_nm"])
    np.testing.assert_allclose(line.get_ydata(), radii["percent_clusters_kept"])
    assert own.get_xdata() == [0]
    (axes,) = evidence_figure(clusters).axes
    shown = np.concatenate([dots.get_offsets() for dots in axes.collections])
    np.testing.assert_array_equal(np.sort(shown[:, 0]), np.sort(clusters["n_localizations"]))
    ratio = clusters["largest_z"] / clusters["threshold"]
    np.testing.assert_allclose(np.sort(shown[:, 1]), np.sort(ratio))
