"""Comparison of a repeated analysis with the recorded one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.report.record import software_versions
from stormgraph_py.report.tables import label_columns

if TYPE_CHECKING:
    from stormgraph_py.result import ClusteringResult


def read_labels(path: Path) -> pd.DataFrame:
    """Read the columns of labels of a result's localizations.csv.

    Raises
    ------
    InputError
        When the file cannot be read.
    FileFormatError
        When it has no labels, or labels that are no whole numbers.
    """
    try:
        names = pd.read_csv(path, nrows=0).columns
        labels = [name for name in names if _is_label(name)]
        if "cluster" not in labels:
            raise FileFormatError(f"{path} has no column 'cluster'; was it made by stormgraph run?")
        return pd.read_csv(path, usecols=labels, dtype=np.int64)[labels]
    except FileFormatError:
        raise
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); it must lie beside run.json."
        ) from None
    except (ValueError, pd.errors.ParserError) as error:
        raise FileFormatError(
            f"{path} holds no labels as stormgraph writes them: {error}"
        ) from None


def differing_versions(record: dict[str, Any]) -> list[str]:
    """Say which software differs from what a record names, one sentence each."""
    then, now = record.get("versions", {}), software_versions()
    return [
        f"{name} is {now.get(name, 'not installed')}; the record was made with "
        f"{then.get(name, 'none')}."
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]


def label_differences(recorded: pd.DataFrame, result: ClusteringResult) -> list[str]:
    """Say how recorded labels differ from a result's, one sentence each; none if identical."""
    now = label_columns(result)
    if len(recorded) != len(result.labels):
        return [
            f"{len(result.labels)} localizations were analysed now, {len(recorded)} are recorded."
        ]
    differences = []
    for name in [*now, *(name for name in recorded.columns if name not in now)]:
        if name not in recorded.columns or name not in now:
            where = "now" if name in now else "in the record"
            differences.append(f"the column {name} exists only {where}.")
            continue
        differ = np.flatnonzero(recorded[name].to_numpy() != now[name])
        if len(differ):
            row = int(differ[0])
            differences.append(
                f"{name} differs in {len(differ)} of {len(recorded)} localizations, first in row "
                f"{row + 2} of localizations.csv: {recorded[name].iloc[row]} recorded, "
                f"{now[name][row]} now."
            )
    return differences


def _is_label(name: str) -> bool:
    head, _, number = name.partition("level_")
    return name in ("cluster", "cluster_coarse") or (head == "" and number.isdigit())
