"""Clusters of the sample data stay what they were: a change that moves them is made on purpose.

The files are made by `make_golden.py`. Another version of Infomap, or a processor that rounds
differently, may move single localizations, so labels are compared by their agreement.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.metrics import normalized_mutual_information

HERE = Path(__file__).parent
MAKE = runpy.run_path(str(HERE / "make_golden.py"))


@pytest.mark.parametrize("sample", ["2d", pytest.param("3d", marks=pytest.mark.slow)])
def test_clusters_of_the_sample_data_stay_what_they_were(sample):
    golden = pd.read_csv(HERE / f"labels_{sample}.csv")
    found = MAKE["labels_of"](sample)
    assert list(found.columns) == list(golden.columns)
    for name in golden.columns:
        ours, theirs = found[name].to_numpy(), golden[name].to_numpy()
        assert normalized_mutual_information(ours, theirs) >= 0.99, name
        assert np.mean((ours >= 0) == (theirs >= 0)) >= 0.99, name
        assert abs(ours.max() - theirs.max()) <= 0.05 * theirs.max(), name


@pytest.mark.parametrize("sample", MAKE["ANALYSES"])
def test_golden_clusters_find_the_simulated_aggregates(sample):
    golden = pd.read_csv(HERE / f"labels_{sample}.csv")
    truth = pd.read_csv(MAKE["SAMPLES"] / f"nanoclusters_{sample}_truth.csv")
    assert len(golden) == len(truth)
    for name in golden.columns:
        # a wrong file would pass the test above for ever
        assert normalized_mutual_information(golden[name], truth["aggregate"]) > 0.6, name
