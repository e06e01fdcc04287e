from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stormgraph_py.errors import OutputError
from stormgraph_py.simulate import make_samples
from stormgraph_py.simulate.samples import SAMPLES

FOLDER = Path(__file__).parents[3] / "sample_data"


def test_the_samples_can_be_made_again_byte_for_byte(tmp_path):
    made = make_samples(tmp_path / "new" / "folder")
    kept = sorted(path.name for path in FOLDER.glob("*.csv"))
    assert sorted(path.name for path in made) == kept
    for path in made:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_another_seed_makes_other_data(tmp_path):
    first, *_ = make_samples(tmp_path, seed=1)
    assert first.read_bytes() != (FOLDER / first.name).read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_small_and_has_its_truth(name):
    path, truth_path = FOLDER / f"{name}.csv", FOLDER / f"{name}_truth.csv"
    assert path.stat().st_size + truth_path.stat().st_size < 600_000
    table, truth = pd.read_csv(path), pd.read_csv(truth_path)
    assert len(table) == len(truth)
    assert 4000 < len(table) < 7000
    aggregate = truth["aggregate"].to_numpy()
    sizes = np.bincount(aggregate[aggregate >= 0])
    assert sizes.max() > 3 * np.median(sizes), "aggregates are heterogeneous"
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert path.name in readme
    assert f"{len(table):,}" in readme


def test_columns_of_the_samples():
    def columns(name):
        return set(pd.read_csv(FOLDER / f"{name}.csv", nrows=1))

    assert {"z_nm", "sigma_z_nm"} <= columns("nanoclusters_3d")
    assert "channel" in columns("two_colours_2d")
    assert not {"z_nm", "channel"} & columns("nanoclusters_2d")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        make_samples(tmp_path / "file")
