"""Tables as they go into csv files."""

import numpy as np
import pandas as pd

from stormgraph_py.localizations import Localizations
from stormgraph_py.report.tables import (
    label_columns,
    level_table,
    localization_table,
    split_table,
)


def test_labels_follow_the_columns_of_the_input(analysis):
    table = localization_table(analysis.localizations, analysis.result)
    own = list(analysis.localizations.table.columns)
    levels = [f"level_{i + 1}" for i in range(analysis.result.hierarchy.n_levels)]
    assert list(table.columns) == [*own, "cluster", "cluster_coarse", *levels]
    np.testing.assert_array_equal(table["cluster"], analysis.result.labels)
    pd.testing.assert_frame_equal(table[own], analysis.localizations.table)


def test_a_column_of_the_input_with_the_name_of_a_label_is_kept_under_another(analysis):
    locs = analysis.localizations
    truth = np.arange(len(locs))
    table = locs.table.assign(cluster=truth, level_1=truth, input_cluster=-truth)
    table = localization_table(Localizations(table), analysis.result)
    np.testing.assert_array_equal(table["cluster"], analysis.result.labels)
    np.testing.assert_array_equal(table["input_level_1"], truth)
    np.testing.assert_array_equal(table["input_cluster"], -truth)
    np.testing.assert_array_equal(table["input_input_cluster"], truth)
    assert table.columns.is_unique


def test_levels_of_splits_count_as_the_columns_do(analysis):
    table = split_table(analysis.result)
    assert len(table) == len(analysis.result.splits)
    labels = label_columns(analysis.result)
    for row in table.itertuples():
        members = labels[f"level_{row.level}"] == row.cluster
        assert members.sum() == row.n_localizations


def test_tables_without_rows_keep_their_columns(analysis_without_clusters):
    assert "similarity" in split_table(analysis_without_clusters.result).columns


def test_the_level_table_counts_clusters_and_localizations(analysis):
    for row in level_table(analysis.result).itertuples():
        labels = label_columns(analysis.result)[f"level_{row.level}"]
        sizes = pd.Series(labels[labels >= 0]).value_counts()
        assert row.n_clusters == len(sizes)
        assert row.n_localizations == sizes.sum()
        assert row.median_n_localizations == sizes.median()
        assert row.largest_n_localizations == sizes.max()
