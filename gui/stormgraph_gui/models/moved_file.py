"""A file of localizations that is somewhere else now."""

from __future__ import annotations

from dataclasses import replace

from stormgraph_gui.models.project import Project
from stormgraph_py.report.request import Request


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
