"""The folder of a batch: what may be in it, and what killed runs left behind."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from stormgraph_py.batch.lease import LEASE
from stormgraph_py.batch.tables import CLUSTERS_FILE, FAILURES_FILE, SUMMARY_FILE, WORKBOOK_FILE
from stormgraph_py.errors import OutputError
from stormgraph_py.report.folder import CLUTTER, check_free

JOBS = "jobs"
RECORD_FILE = "batch.json"
LOG_FILE = "batch.log"
INDEX_FILE = "index.html"

OTHER_FORMS = (WORKBOOK_FILE, "summary.parquet", "clusters.parquet")
"""Tables of all jobs in forms other than csv."""

TABLE_FILES = (SUMMARY_FILE, CLUSTERS_FILE, FAILURES_FILE, *OTHER_FORMS)
"""Tables of all jobs."""

_OURS = {JOBS, RECORD_FILE, LOG_FILE, INDEX_FILE, LEASE, *TABLE_FILES}
_LEFT_FOLDER = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.(unfinished|old)")
_LEFT_FILE = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.tmp")


def check_out(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse a folder that holds something else, or results that nobody said what to do with.

    Raises
    ------
    OutputError
        With the remedy.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(f"{out} exists and is no folder; choose another --out.")
    there = [
        item.name
        for item in out.iterdir()
        if not _LEFT_FILE.fullmatch(item.name) and item.name not in CLUTTER
    ]
    foreign = sorted(set(there) - _OURS)
    if foreign:
        raise OutputError(
            f"{out} exists and holds {foreign[0]!r}, which is no part of a batch; "
            "choose another --out."
        )
    if there and not resume and not overwrite:
        raise OutputError(
            f"{out} holds the results of a batch; go on with it with --resume, replace it with "
            "--overwrite, or choose another --out."
        )


def clear(out: Path) -> None:
    """Remove the results of a batch, if every part of them is known to be one.

    Raises
    ------
    OutputError
        When something else is among them, or cannot be removed; nothing was removed before.
    """
    remove_leftovers(out)
    jobs = out / JOBS
    items = sorted(jobs.iterdir()) if jobs.is_dir() else []
    folders = [item for item in items if item.name not in CLUTTER]
    for folder in folders:
        check_free(folder, overwrite=True)
    try:
        for folder in folders:
            shutil.rmtree(folder)
        for name in (INDEX_FILE, LOG_FILE, RECORD_FILE, *TABLE_FILES):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{error.filename}: cannot be removed ({error.strerror}).") from None


def remove_leftovers(out: Path) -> int:
    """Remove what killed runs left behind, and only that: unfinished folders and files.

    Returns
    -------
    int
        Number of things removed.
    """
    own = (RECORD_FILE, INDEX_FILE, LEASE, *TABLE_FILES)
    left = [
        item
        for item, name in _matching(out, _LEFT_FILE)
        if item.is_file() and not item.is_symlink() and name in own
    ]
    left += [
        item
        for item, _ in _matching(out / JOBS, _LEFT_FOLDER)
        if item.is_dir() and not item.is_symlink()
    ]
    for item in left:
        if item.is_dir():
            shutil.rmtree(item, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                item.unlink()
    return len(left)


def strangers(out: Path, names: Iterable[str]) -> list[str]:
    """Return the job folders that belong to none of these jobs."""
    jobs = out / JOBS
    known = {*names, *CLUTTER}
    if not jobs.is_dir():
        return []
    return sorted(i.name for i in jobs.iterdir() if i.name not in known and i.name[0] != ".")


def _matching(folder: Path, pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    if folder.is_dir():
        for item in folder.iterdir():
            if match := pattern.fullmatch(item.name):
                yield item, match["name"]
