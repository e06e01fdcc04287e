"""A file of localizations that is somewhere else now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stormgraph_gui.models.project import DataSet, Project
from stormgraph_py.report.request import Request


def missing(project: Project) -> tuple[DataSet, ...]:
    """Return the data sets whose files are not where they were."""
    return tuple(one for one in project.data_sets if not Path(one.path).exists())


def found_beside(project: Project, path: str) -> dict[str, str]:
    """Return where other missing files are, by key, if they moved together with one.

    Parameters
    ----------
    project : Project
        With files that are missing.
    path : str
        Where one of them is now.
    """
    folder = Path(path).absolute().parent
    places = {one.key: folder / one.name for one in missing(project)}
    return {key: str(place) for key, place in places.items() if place.is_file()}


def with_path(project: Project, key: str, path: str) -> Project:
    """Return a project that finds a file elsewhere; what was found in it is of this file still.

    Parameters
    ----------
    project : Project
        With the file where it was.
    key : str
        Key of its data set.
    path : str
        Where it is now.
    """
    before = project.data_set(key).path

    def moved(request: Request) -> Request:
        return replace(request, path=path) if request.path == before else request

    findings = tuple(replace(one, request=moved(one.request)) for one in project.findings)
    pair = project.pair
    if pair is not None:
        a, b = map(moved, pair.requests)
        pair = replace(pair, requests=(a, b))
    project = replace(project, findings=findings, pair=pair)
    return project.editing(key, lambda one: replace(one, path=path))
