"""Project files: a zip archive of the project as JSON and of each result's arrays."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from stormgraph_gui.models.encoded import EncodedResults
from stormgraph_gui.models.moved_file import with_path
from stormgraph_gui.models.project import DataSet, Project
from stormgraph_gui.models.result_file import result_from_bytes
from stormgraph_py.errors import InputError
from stormgraph_py.io.writers import write_to
from stormgraph_py.report.overlap_result import OverlapResult
from stormgraph_py.result import ClusteringResult

SUFFIX = ".stormgraph"
"""Ending of project files."""

PROJECT = "project.json"
_RESULT, _COMPARISON = "results/{}.npz", "comparisons/{}.npz"
LARGEST_BYTES = 1 << 34
"""Members that unpack to more are refused."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Saved:
    """What a project file holds.

    Parameters
    ----------
    project : Project
        The project.
    results : mapping of str to ClusteringResult
        By the key of their finding.
    comparisons : mapping of str to OverlapResult
        The comparison of two colours, by its key.
    view : mapping
        What was looked at, ready for JSON.
    """

    project: Project
    results: Mapping[str, ClusteringResult] = field(default_factory=dict)
    comparisons: Mapping[str, OverlapResult] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)


def save_project(path: Path, saved: Saved, encoded: EncodedResults | None = None) -> None:
    """Write a project file, at once or not at all.

    Paths of data sets are kept relative to the file too, so that a folder can be moved as a whole.

    Parameters
    ----------
    path : Path
        Where to.
    saved : Saved
        What the file is to hold; results without a finding are left out.
    encoded : EncodedResults, optional
        Where results lie that were saved or opened before; it learns of this file.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    values = saved.project.as_dict()
    for data_set in values["data_sets"]:
        data_set["beside"] = _relative(data_set["path"], path.parent)
    document = json.dumps({"project": values, "view": dict(saved.view)}, indent=1)
    encoded = encoded or EncodedResults()
    members = _members(saved)

    def fill(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(PROJECT, document)
            encoded.write(archive, members)

    write_to(path, fill)
    encoded.remember(path, members)


def load_project(path: Path, encoded: EncodedResults | None = None) -> Saved:
    """Read a project file. Data sets that moved together with it are found again.

    Parameters
    ----------
    path : Path
        The file.
    encoded : EncodedResults, optional
        Learns which results lie in this file.

    Raises
    ------
    InputError
        When it cannot be read, is no project, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            values = json.loads(_member(archive, PROJECT))
            project = _project(values["project"], path.parent)
            there = set(archive.namelist())
            results = {
                finding.key: result_from_bytes(_member(archive, name), ClusteringResult)
                for finding in project.findings
                if (name := _RESULT.format(finding.key)) in there
            }
            comparisons = {
                pair.key: result_from_bytes(_member(archive, name), OverlapResult)
                for pair in (project.pair,)
                if pair is not None and (name := _COMPARISON.format(pair.key)) in there
            }
            saved = Saved(
                project=project,
                results=results,
                comparisons=comparisons,
                view=values.get("view") or {},
            )
            if encoded is not None:
                encoded.remember(path, _members(saved))
            return saved
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}).") from None
    except Exception as error:
        raise InputError(
            f"{path}: is no project of this app, or damaged ({type(error).__name__}); "
            "open an earlier copy."
        ) from None


def _members(saved: Saved) -> dict[str, Any]:
    """Return the results that a project file holds, by the names of its members."""
    members: dict[str, Any] = {
        _RESULT.format(finding.key): saved.results[finding.key]
        for finding in saved.project.findings
        if finding.key in saved.results
    }
    pair = saved.project.pair
    if pair is not None and pair.key in saved.comparisons:
        members[_COMPARISON.format(pair.key)] = saved.comparisons[pair.key]
    return members


def _project(values: dict[str, Any], folder: Path) -> Project:
    beside = {one["key"]: one.pop("beside", None) for one in values["data_sets"]}
    project = Project.from_dict(values)
    for data_set in project.data_sets:
        path = _found_again(data_set, beside[data_set.key], folder)
        if path != data_set.path:
            project = with_path(project, data_set.key, path)
    return project


def _found_again(data_set: DataSet, beside: str | None, folder: Path) -> str:
    """Return where the file of a data set is now, if the folder moved as a whole."""
    if Path(data_set.path).exists() or not beside:
        return data_set.path
    moved = Path(os.path.normpath(folder / beside))
    return str(moved) if moved.exists() else data_set.path


def _relative(path: str, folder: Path) -> str | None:
    try:
        return Path(os.path.relpath(path, folder.resolve())).as_posix()
    except ValueError:
        # another drive
        return None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > LARGEST_BYTES:
        raise InputError(f"{name} would unpack to {info.file_size} bytes.")
    return archive.read(info)
