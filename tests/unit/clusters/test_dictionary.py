"""Every column that is written is described, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

import stormgraph_py.clusters as clusters
from stormgraph_py.clusters.dictionary import CLUSTERS, SUMMARY, TABLES, Column, describe
from stormgraph_py.clusters.statistics import measure_clusters, summarize_roi
from stormgraph_py.errors import ParameterError
from stormgraph_py.localizations import COLUMNS


def written(dimensions: int) -> tuple[list[str], list[str]]:
    """Columns of the cluster table and keys of the summary, with every optional input given."""
    points = np.random.default_rng(0).normal(size=(9, dimensions))
    ones = np.ones(points.shape)
    table = measure_clusters(
        points, np.zeros(9, dtype=int), sigma=ones, degrees=ones[:, 0], evidence=[]
    )
    row = summarize_roi(
        table,
        n_localizations=9,
        area=1.0,
        r0_nm=1.0,
        final_r0_nm=1.0,
        n_coarse_clusters=1,
        n_indistinguishable=0,
    )
    return list(table.columns), list(row)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_every_column_is_described(dimensions: int) -> None:
    columns, keys = written(dimensions)
    for name in columns:
        assert describe("clusters.csv", name).meaning
    for name in keys:
        assert describe("summary.csv", name).meaning


def test_every_described_column_is_written_in_that_order() -> None:
    for described, part in ((CLUSTERS, 0), (SUMMARY, 1)):
        names = [column.name for column in described]
        flat, solid = written(2)[part], written(3)[part]
        assert set(names) == {*flat, *solid}
        for there in (flat, solid):
            assert [name for name in names if name in there] == there


def test_input_columns_and_labels_of_localizations_are_described() -> None:
    for name in (*COLUMNS, "cluster", "cluster_coarse", "level_1", "level_12"):
        describe("localizations.csv", name)


@pytest.mark.parametrize("table", TABLES)
def test_descriptions_are_complete(table: str) -> None:
    names = [column.name for column in TABLES[table]]
    assert len(names) == len(set(names))
    for column in TABLES[table]:
        assert column.meaning.endswith(".")
        assert column.source
        if column.name.endswith("_nm"):
            assert column.unit == "nm"
        if column.name.startswith("n_"):
            assert column.unit == "count"
        if column.name.startswith("percent_"):
            assert column.unit == "%"


@pytest.mark.parametrize(
    ("table", "name", "message"),
    [
        ("clusters.csv", "colour", "no column 'colour'"),
        ("localizations.csv", "level_0", "no column 'level_0'"),
        ("localizations.csv", "level_1b", "no column"),
        ("nowhere.csv", "cluster", "no table 'nowhere.csv'; choose one of"),
    ],
)
def test_what_is_not_described(table: str, name: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        describe(table, name)


def test_name_is_taken_literally() -> None:
    assert not Column("a.b", "1", "Text.", "Text").covers("axb")


def test_public_names() -> None:
    for name in clusters.__all__:
        assert getattr(clusters, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = clusters.nothing
