"""Whether a result still answers the question that the project asks now."""

from __future__ import annotations

import dataclasses

import numpy as np

from stormgraph_gui.models.guidance import GUIDANCE, SEED, value_in_words
from stormgraph_gui.models.project import Finding, PairFinding, Project
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi

_READING = ("path", "format", "pixel_size_nm", "columns", "unit", "separator")
_NO_REGION = "the region was removed"


def outdated_by(project: Project, finding: Finding) -> tuple[str, ...]:
    """Return what has changed in the data since a result was found, in words for the user.

    Parameters do not count here: results with others stand beside each other, see
    `parameters_apart`.

    Parameters
    ----------
    project : Project
        As it is now.
    finding : Finding
        One of its results.

    Returns
    -------
    tuple of str
        Empty when an analysis with the same parameters would give the same result.
    """
    try:
        now = project.request(finding.data_set, finding.region)
    except KeyError:
        return (_NO_REGION,)
    then = finding.request
    changes = _file_changes(project, finding.data_set, finding.sha256) + _changes(now, then)
    if now.channel != then.channel:
        changes.append("another channel is chosen")
    if not _same_shape(now.roi, then.roi):
        changes.append("the region was changed")
    return tuple(changes)


def pair_outdated_by(project: Project, pair: PairFinding) -> tuple[str, ...]:
    """Return what has changed in the data since two colours were compared, in words for the user.

    Parameters, of which another comparison may be asked for, do not count here.

    Parameters
    ----------
    project : Project
        As it is now.
    pair : PairFinding
        Its comparison.
    """
    changes = []
    for key, then, sha256 in zip(pair.data_sets, pair.requests, pair.sha256, strict=True):
        data_set = project.data_set(key)
        found = _file_changes(project, key, sha256) + _changes(project.request(key, None), then)
        changes += [f"{change} ({data_set.name})" for change in found]
    try:
        now = project.request(pair.data_sets[0], pair.region).roi
    except KeyError:
        changes.append(_NO_REGION)
    else:
        if not _same_shape(now, pair.requests[0].roi):
            changes.append("the region was changed")
    return tuple(dict.fromkeys(changes))


def asks_the_same(one: Request, other: Request) -> bool:
    """Whether two requests have the same answer, whatever the names and tags of their regions."""
    return (
        not _changes(one, other)
        and (one.channel, one.params, one.seed) == (other.channel, other.params, other.seed)
        and _same_shape(one.roi, other.roi)
    )


def parameters_apart(
    params: StormGraphParams, seed: int, finding: Finding
) -> tuple[tuple[str, str], ...]:
    """Return the parameters in which a result differs, by label, with their value there.

    Parameters
    ----------
    params : StormGraphParams
        What the result is compared with.
    seed : int
        And the seed.
    finding : Finding
        The result.

    Examples
    --------
    >>> request = Request(path="a.csv", params=StormGraphParams(k=20), seed=3)
    >>> finding = Finding(key="k2", data_set="k1", region=None, request=request, made_utc="")
    >>> parameters_apart(StormGraphParams(), 0, finding)
    (('Neighbours k', '20'), ('Seed', '3'))
    """
    then = finding.request
    apart = [
        (GUIDANCE[field.name].label, value_in_words(field.name, getattr(then.params, field.name)))
        for field in dataclasses.fields(params)
        if getattr(then.params, field.name) != getattr(params, field.name)
    ]
    if then.seed != seed:
        apart.append((GUIDANCE[SEED].label, str(then.seed)))
    return tuple(apart)


def _file_changes(project: Project, key: str, sha256: str | None) -> list[str]:
    """Say so where a file is not the one that a result was found in."""
    now = project.data_set(key).sha256
    return ["the file was changed"] if None not in (now, sha256) and now != sha256 else []


def _changes(now: Request, then: Request) -> list[str]:
    """Return what has changed of a file and its filters."""
    changes = []
    if any(getattr(now, name) != getattr(then, name) for name in _READING):
        changes.append("the file is read in another way")
    if _filters(now) != _filters(then):
        changes.append("the filters were changed")
    return changes


def _filters(request: Request) -> list[dict[str, object]]:
    return [step.as_dict() for step in request.filters]


def _same_shape(one: Roi | None, other: Roi | None) -> bool:
    """Whether two regions hold the same points, whatever their names and tags."""
    if one is None or other is None:
        return one is other
    if one is other or one.polygons is other.polygons:
        return True
    if [len(rings) for rings in one.polygons] != [len(rings) for rings in other.polygons]:
        return False
    return all(
        np.array_equal(a, b)
        for rings, others in zip(one.polygons, other.polygons, strict=True)
        for a, b in zip(rings, others, strict=True)
    )
