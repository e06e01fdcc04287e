"""Whether the folder of a job holds what would be made of it again."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stormgraph_py import __version__
from stormgraph_py.batch import tables
from stormgraph_py.batch.job import Job
from stormgraph_py.engine.pipeline import params_as_run
from stormgraph_py.errors import StormGraphError
from stormgraph_py.io import picasso
from stormgraph_py.io.picasso_metadata import yaml_beside
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.report.outputs import FIGURES, REPORT, THUMBNAIL, WORKBOOK, Outputs
from stormgraph_py.report.record import read_record

_TABLES = (
    "localizations.csv",
    "clusters.csv",
    "clusters_coarse.csv",
    "summary.csv",
    "splits.csv",
)
"""Tables that every result has."""

_NAMES_ALONE = ("path", "roi_path", "tags")
"""Parts of a request on which nothing that is computed depends."""


class Hashes:
    """SHA-256 of input files, each found once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return the hash of a file.

        Raises
        ------
        InputError
            When the file cannot be read.
        """
        if path not in self._known:
            self._known[path] = sha256_of(path)
        return self._known[path]


def why_not_complete(job: Job, folder: Path, outputs: Outputs, hashes: Hashes) -> str | None:
    """Say why a job has to be done again; None when its folder holds its result.

    A result counts when all its files are there and its record names the same input, by hash, the
    same region, parameters, seed and filters, and the same version of this package. Names of files
    and tags may differ.
    """
    for name in expected_files(outputs):
        file = folder / name
        if not file.exists():
            return f"{name} is missing"
        if not file.stat().st_size:
            return f"{name} is empty"
    try:
        record = read_record(folder / "run.json")
        return _why_another(job, record, hashes) or _why_damaged(folder, record)
    except StormGraphError as error:
        return str(error)
    except (LookupError, TypeError, AttributeError):
        return "run.json is damaged"


def _why_another(job: Job, record: Mapping[str, Any], hashes: Hashes) -> str | None:
    """Say in what the result that is there differs from the one that would be made."""
    version = record.get("versions", {}).get("stormgraph_py")
    if version != __version__:
        return f"it was made with version {version} and this is {__version__}"
    if record["input"].get("sha256") != hashes.of(job.request.path):
        return "the input file has changed"
    beside = None
    if record["input"].get("format") == picasso.NAME:
        yaml = yaml_beside(Path(job.request.path))
        beside = None if yaml is None else hashes.of(str(yaml))
    if record["input"].get("sha256_beside") != beside:
        return "the YAML file beside the input file has changed"
    return _difference(record["request"], _as_run(job))


def _why_damaged(folder: Path, record: Mapping[str, Any]) -> str | None:
    """Say which of the tables that go into those of the batch cannot be what was written."""
    expected = {"summary.csv": 1, "clusters.csv": record["result"]["n_clusters"]}
    for name, n_rows in expected.items():
        try:
            header, rows = tables.read_rows(folder / name)
        except (OSError, ValueError, csv.Error):
            return f"{name} is damaged"
        if len(rows) != n_rows or any(len(row) != len(header) for row in rows):
            return f"{name} is damaged"
    return None


def expected_files(outputs: Outputs) -> list[str]:
    """Return the files that every result has when these outputs are asked for."""
    names = ["run.json", *_TABLES]
    if outputs.report:
        names.append(REPORT)
    if outputs.thumbnail:
        names.append(THUMBNAIL)
    if outputs.excel:
        names.append(WORKBOOK)
    if outputs.figures:
        names.append(FIGURES)
    if outputs.parquet:
        names += [Path(name).with_suffix(".parquet").name for name in _TABLES]
    return names


def _as_run(job: Job) -> dict[str, Any]:
    """Return the request as the record of its result will hold it."""
    asked = job.request.as_dict() | {"params": params_as_run(job.request.params).as_dict()}
    plain: dict[str, Any] = json.loads(json.dumps(asked))
    return plain


def _difference(then: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    if _geometry(then.get("roi")) != _geometry(now["roi"]):
        return "the region of interest has changed"
    for name in sorted(now.keys() - {"roi", *_NAMES_ALONE}):
        before, after = then.get(name), now[name]
        if name == "params" and isinstance(before, dict):
            changed = [p for p in after if before.get(p) != after[p]]
            if changed:
                return ", ".join(f"{p} was {before.get(p)} and is {after[p]}" for p in changed)
        elif before != after:
            return f"{name} was {before} and is {after}"
    return None


def _geometry(roi: Any) -> Any:
    return roi.get("geometry", roi) if isinstance(roi, dict) else roi
