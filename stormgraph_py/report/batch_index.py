"""The index of a batch: one page with all its jobs, those that failed first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from stormgraph_py import __version__
from stormgraph_py.report.numbers import count, integer, rounded

_TEMPLATE = "batch_index.html.j2"

_SHOWN: dict[str, str] = {
    "n_localizations": "localizations",
    "roi_area_um2": "region (µm²)",
    "roi_volume_um3": "region (µm³)",
    "localizations_per_um2": "localizations per µm²",
    "localizations_per_um3": "localizations per µm³",
    "n_clusters": "clusters",
    "clusters_per_um2": "clusters per µm²",
    "clusters_per_um3": "clusters per µm³",
    "percent_clustered": "in clusters (%)",
    "median_n_localizations": "localizations per cluster (median)",
    "median_area_nm2": "cluster area (median, nm²)",
    "median_volume_nm3": "cluster volume (median, nm³)",
    "r0_nm": "r₀ (nm)",
}
"""Columns of summary.csv that the page shows, each with its heading."""

_WHOLE = ("n_localizations", "n_clusters")
_GROUPED = (
    "n_localizations",
    "n_clusters",
    "clusters_per_um2",
    "clusters_per_um3",
    "percent_clustered",
    "median_n_localizations",
    "median_area_nm2",
    "median_volume_nm3",
)
_FIRST_TAG = "condition"
_APART = ("parameters", "channel")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One job on the page.

    Parameters
    ----------
    head : mapping of str to str
        Columns that tell it apart, ``job`` first, then tags.
    state : {"done", "failed", "open"}
        What became of it.
    summary : mapping of str to str
        Its row of summary.csv, as text.
    folder, report, thumbnail : str
        Its folder beside the page, and the names of two files in it; empty where there is none.
    stage, reason, remedy : str
        Why it failed.
    """

    head: Mapping[str, str]
    state: str
    summary: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    report: str = ""
    thumbnail: str = ""
    stage: str = ""
    reason: str = ""
    remedy: str = ""


def render_index(
    title: str,
    entries: Sequence[Entry],
    *,
    skipped: Sequence[tuple[str, str]] = (),
    tags: Sequence[str] = (),
    running: bool = False,
) -> str:
    """Return the page as one HTML document; only thumbnails and reports lie beside it.

    Parameters
    ----------
    title : str
        Name of the batch.
    entries : sequence of Entry
        Its jobs.
    skipped : sequence of (str, str)
        Files that are no jobs, each with the reason.
    tags : sequence of str
        Columns of tags; jobs are also summed up by the first one, or by ``condition``.
    running : bool
        Whether more jobs are to come.
    """
    environment = Environment(
        loader=PackageLoader("stormgraph_py.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    done = [entry for entry in entries if entry.state == "done"]
    failed = [entry for entry in entries if entry.state == "failed"]
    # the name of a job tells its file
    heads = [
        name
        for name in _heads(entries)
        if name in ("job", *tags) or (name != "file" and _varies(name, entries))
    ]
    shown = [name for name in _SHOWN if any(entry.summary.get(name) for entry in done)]
    return environment.get_template(_TEMPLATE).render(
        title=title,
        subtitle=f"Batch of {count(len(entries), 'job')}" + (", still running" if running else ""),
        version=__version__,
        warnings=(),
        lead=_lead(entries),
        numbers=_numbers(entries, done),
        failed=failed,
        groups=_groups(done, tags, shown),
        header=["state", *heads, *(_SHOWN[name] for name in shown)],
        n_text=1 + len(heads),
        rows=[_row(entry, heads, shown) for entry in entries],
        skipped=skipped,
        skipped_text=count(len(skipped), "file"),
    )


def _heads(entries: Sequence[Entry]) -> list[str]:
    return list(entries[0].head) if entries else ["job"]


def _varies(name: str, entries: Sequence[Entry]) -> bool:
    return len({entry.head[name] for entry in entries}) > 1


def _lead(entries: Sequence[Entry]) -> str:
    n = {s: sum(entry.state == s for entry in entries) for s in ("done", "failed", "open")}
    text = f"{integer(n['done'])} of {count(len(entries), 'job')} done"
    if n["failed"]:
        text += f", {integer(n['failed'])} failed"
    if n["open"]:
        text += f", {integer(n['open'])} not done yet"
    return text + "."


def _numbers(entries: Sequence[Entry], done: Sequence[Entry]) -> list[dict[str, str]]:
    numbers = [
        (integer(len(done)), "jobs done"),
        (integer(len(entries) - len(done)), "jobs failed or not done"),
        (integer(sum(_values(done, "n_localizations"))), "localizations analysed"),
        (integer(sum(_values(done, "n_clusters"))), "clusters"),
    ]
    return [{"value": value, "meaning": meaning} for value, meaning in numbers]


def _groups(
    done: Sequence[Entry], tags: Sequence[str], shown: Sequence[str]
) -> list[dict[str, object]]:
    """Sum the jobs up by one tag, where there is one with several values.

    Other parameters and other channels are other measurements, so that each has its own sums.
    """
    for tag in sorted(tags, key=lambda name: name != _FIRST_TAG):
        values = list(dict.fromkeys(entry.head.get(tag, "") for entry in done))
        if 1 < len(values) < len(done):
            break
    else:
        return []
    apart = [n for n in _APART if len({entry.head.get(n, "") for entry in done}) > 1]
    by = [tag, *(name for name in apart if name != tag)]
    names = [name for name in _GROUPED if name in shown]
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in done:
        groups.setdefault(tuple(entry.head.get(name, "") for name in by), []).append(entry)
    rows = []
    for group, members in sorted(groups.items()):
        medians = [_median(_values(members, name)) for name in names]
        rows.append([*(value or "–" for value in group), integer(len(members)), *medians])
    return [
        {
            "title": f"By {tag}",
            "note": "Medians over jobs, without any test; stormgraph compare tests.",
            "n_text": len(by),
            "header": [*by, "jobs", *(_SHOWN[name] for name in names)],
            "rows": rows,
        }
    ]


def _row(entry: Entry, heads: Sequence[str], shown: Sequence[str]) -> dict[str, object]:
    folder = quote(entry.folder)
    cells = [{"text": entry.state, "value": ""}]
    cells += [{"text": entry.head.get(name, ""), "value": ""} for name in heads]
    for name in shown:
        value = entry.summary.get(name, "")
        write: Callable[[float], str] = integer if name in _WHOLE else rounded
        cells.append({"text": write(float(value)) if value else "–", "value": value})
    return {
        "job": entry.head["job"],
        "state": entry.state,
        "link": f"{folder}/{entry.report}" if folder else "",
        "thumbnail": f"{folder}/{entry.thumbnail}" if entry.thumbnail else "",
        "cells": cells,
    }


def _values(entries: Sequence[Entry], name: str) -> list[float]:
    texts = (entry.summary.get(name, "") for entry in entries)
    values = [float(text) for text in texts if text]
    return [value for value in values if math.isfinite(value)]


def _median(values: Sequence[float]) -> str:
    return rounded(median(values)) if values else "–"
