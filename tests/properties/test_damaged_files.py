"""No damaged file ends in a traceback, a crash or a hang, or loses a row or a column silently."""

import dataclasses
import json

import numpy as np
import pytest

pytest.importorskip("h5py")

from damaged_files import accounts, children
from damaged_files.samples import samples

from stormgraph_py.io.registry import read_localizations
from stormgraph_py.localizations import Localizations

SAMPLES = samples()


def _bad(outcomes):
    """Describe what went wrong, with the case that repeats it."""
    return [f"{o.case} {o.status} {o.done}: {o.message}" for o in outcomes
            if o.status not in ("read", "refused")]  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_undamaged_file_is_read_and_accounted_for(tmp_path, name):
    sample = SAMPLES[name]
    for file, data in sample.files.items():
        (tmp_path / file).write_bytes(data)
    locs = read_localizations(tmp_path / sample.main)
    assert accounts.account(locs, tmp_path / sample.main) == ""


def test_some_damaged_files():
    outcomes = children.run(children.cases(200), n_children=1)
    assert len(outcomes) == 200
    assert _bad(outcomes) == []
    assert {o.status for o in outcomes} == {"read", "refused"}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_5000_damaged_files():
    outcomes = children.run(children.cases(5000, first_seed=1000), n_children=2)
    assert len(outcomes) == 5000
    assert _bad(outcomes) == []


# -- the harness sees what it is there to see ----------------------------------------------------


def _read(tmp_path, name="csv"):
    sample = SAMPLES[name]
    for file, data in sample.files.items():
        (tmp_path / file).write_bytes(data)
    path = tmp_path / sample.main
    return read_localizations(path), path


def _with(locs, table=None, **changes):
    provenance = dataclasses.replace(locs.provenance, **changes)
    return Localizations(locs.table if table is None else table, provenance)


@pytest.mark.parametrize("name", ["csv", "picasso", "thunderstorm 3d gz"])
def test_lost_rows_and_columns_are_seen(tmp_path, name):
    locs, path = _read(tmp_path, name)
    assert accounts.account(locs, path) == ""
    fewer = _with(locs.select(np.arange(30)), n_rows=30)
    assert "rows read of a file with" in accounts.account(fewer, path)
    assert "rows" in accounts.account(locs.select(np.arange(30)), path)
    assert "without a word" in accounts.account(_with(fewer, n_rows=40, n_set_aside=10), path)
    extra = next(c for c in locs.table if c in ("cluster", "group"))
    without = _with(locs, locs.table.drop(columns=extra))
    assert f"[{extra!r}]" in accounts.account(without, path)


def test_wrong_values_are_seen(tmp_path):
    locs, path = _read(tmp_path)
    table = locs.table
    table.loc[7, "x_nm"] += 0.01
    assert "x_nm is not what stands" in accounts.account(_with(locs, table), path)
    negative = locs.table
    negative.loc[7, "sigma_y_nm"] = -1.0
    assert "precision in y" in accounts.account(_with(locs, negative), path)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os.kill(os.getpid(), 11)", "crash"),
        ("import time; time.sleep(60)", "hang"),
        ("print('{}')", "hang"),
    ],
)
def test_crashes_and_hangs_are_seen(monkeypatch, code, status):
    slow = {"case": "a:1", "status": "read", "cpu_s": 5.5}
    program = f"input(); {code}".replace("{}", json.dumps(slow))
    monkeypatch.setattr(children, "COMMAND", ("-c", program))
    monkeypatch.setattr(children, "WALL_LIMIT_S", 2.0)
    (outcome,) = children.run(["a:1"], n_children=1)
    assert outcome.status == status


def test_messages_without_file_or_remedy_are_seen(tmp_path):
    path = tmp_path / "t.csv"
    assert accounts.wrong_message("t.csv: is empty; export it again.", path) == ""
    assert accounts.wrong_message("t.csv: is empty. Export it again.", path) == ""
    for message in ("is empty; export again", "t.csv: is empty", "t.csv: a;\nb"):
        assert accounts.wrong_message(message, path)
