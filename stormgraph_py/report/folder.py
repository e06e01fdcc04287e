"""The folder of a result: all of its files, or no folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.errors import OutputError
from stormgraph_py.progress import Progress
from stormgraph_py.report.outputs import (
    FIGURES,
    REPORT,
    THUMBNAIL,
    WORKBOOK,
    Outputs,
    write_figures,
    write_tables,
)
from stormgraph_py.report.unfinished import Unfinished

if TYPE_CHECKING:
    from stormgraph_py.progress import OnProgress, ShouldStop
    from stormgraph_py.report.analysis import Analysis

RESULT_FILES = (
    "localizations.csv",
    "clusters.csv",
    "clusters_coarse.csv",
    "summary.csv",
    "overcounting.csv",
    "overcounting_radii.csv",
    "splits.csv",
    "run.json",
    REPORT,
)
"""Files that a result folder may hold, apart from its figures and from tables in other forms."""

OVERLAP_FILES = ("overlap.csv", "partners.csv", "overlap_pairs.csv", "overlap_voxels.csv")
"""Tables that a comparison of two channels adds; two more are named after each channel."""

CLUTTER = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that Finder and Explorer leave in folders that are looked at; they go with the folder."""

_PER_CHANNEL = re.compile(r"(localizations|clusters)_.+\.(csv|parquet)")
_OTHER_FORMS = {
    Path(file).with_suffix(".parquet").name for file in RESULT_FILES + OVERLAP_FILES
} | {WORKBOOK, THUMBNAIL}


def is_of_result(item: Path) -> bool:
    """Whether a result may hold this file or folder."""
    if item.name == FIGURES and item.is_dir() and not item.is_symlink():
        return all(
            file.suffix in (".svg", ".png") or file.name in CLUTTER for file in item.iterdir()
        )
    if item.is_dir():
        return False
    if _PER_CHANNEL.fullmatch(item.name) and (item.parent / OVERLAP_FILES[0]).exists():
        return True
    return item.name in RESULT_FILES or item.name in OVERLAP_FILES or item.name in _OTHER_FORMS


def check_free(
    folder: Path, *, overwrite: bool, is_ours: Callable[[Path], bool] = is_of_result
) -> None:
    """Refuse a folder that exists, unless it is a result that may be replaced.

    Parameters
    ----------
    folder : Path
        Where a result shall go.
    overwrite : bool
        Replacing an older result is wanted.
    is_ours : callable
        Whether a result of this kind may hold a file or folder.

    Raises
    ------
    OutputError
        When something is there that must not be lost.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise OutputError(f"{folder} exists and is no folder; choose another --out.")
    foreign = sorted(
        item.name
        for item in folder.iterdir()
        if not is_ours(item) and not (item.name in CLUTTER and item.is_file())
    )
    if foreign:
        raise OutputError(
            f"{folder} exists and holds {foreign[0]!r}, which is no file of a result; "
            "choose another --out."
        )
    if not overwrite:
        raise OutputError(f"{folder} exists; replace it with --overwrite or choose another --out.")


@contextmanager
def result_folder(
    folder: Path,
    *,
    overwrite: bool = False,
    is_ours: Callable[[Path], bool] = is_of_result,
    unfinished: Unfinished | None = None,
) -> Iterator[Path]:
    """Provide a new folder that gets its name once all is written, and vanishes otherwise.

    Parameters
    ----------
    folder : Path
        Final name.
    overwrite : bool
        Replace an older result of this name, after the new one is complete.
    is_ours : callable
        Whether a result of this kind may hold a file or folder.
    unfinished : Unfinished, optional
        The names that are used meanwhile, for who clears away after a process that was killed.

    Yields
    ------
    Path
        Folder to write to, beside the final one.

    Raises
    ------
    OutputError
        When the folder exists and may not be replaced, or cannot be made.
    """
    check_free(folder, overwrite=overwrite, is_ours=is_ours)
    place = unfinished or Unfinished.of(folder)
    try:
        place.path.mkdir(parents=True)
        yield place.path
        _move_into_place(place, overwrite=overwrite, is_ours=is_ours)
    except BaseException as error:
        place.clear()
        if isinstance(error, OutputError):
            # The user knows the final name alone.
            raise OutputError(str(error).replace(str(place.path), str(folder))) from error
        if isinstance(error, OSError):
            raise OutputError(
                f"{folder} cannot be written ({error.strerror or error}); "
                "free some space or choose another --out."
            ) from error
        raise


def write_result(
    folder: Path,
    analysis: Analysis,
    outputs: Outputs | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> None:
    """Write all files of a result into an existing, empty folder.

    Parameters
    ----------
    folder : Path
        Where to.
    analysis : Analysis
        What was found.
    outputs : Outputs, optional
        Which files to write beside the tables and the record.
    on_progress : callable, optional
        Called with a `ProgressEvent` of the stage "writing" after each file.
    should_stop : callable, optional
        Asked between files.

    Raises
    ------
    OutputError
        When a file cannot be written.
    Cancelled
        When asked to stop.
    """
    import pandas as pd

    from stormgraph_py.clusters.overcounting_report import label_radius_table, overcounting_table
    from stormgraph_py.io.writers import write_bytes, write_text
    from stormgraph_py.report.findings import thumbnail
    from stormgraph_py.report.html import render_report, report_sections
    from stormgraph_py.report.record import record_text, run_record
    from stormgraph_py.report.tables import localization_table, split_table, summary_row

    outputs = outputs or Outputs()
    result = analysis.result
    record = run_record(analysis)
    tables = {
        "localizations.csv": localization_table(analysis.localizations, result),
        "clusters.csv": analysis.clusters,
        "clusters_coarse.csv": analysis.coarse_clusters,
        "summary.csv": pd.DataFrame([summary_row(analysis)]),
        "splits.csv": split_table(result),
    }
    if result.overcounting is not None:
        evidence = overcounting_table(result, analysis.localizations)
        tables["overcounting.csv"] = evidence
        tables["overcounting_radii.csv"] = label_radius_table(result, evidence)
    progress = Progress(on_progress, should_stop)
    progress.report("writing", 0, 4)
    write_tables(folder, tables, outputs)
    write_text(folder / "run.json", record_text(record))
    progress.report("writing", 1, 4)
    if outputs.thumbnail:
        write_bytes(folder / THUMBNAIL, thumbnail(analysis))
    if outputs.report or outputs.figures:
        sections = report_sections(analysis, record)
        if outputs.report:
            write_text(folder / REPORT, render_report(analysis, record, sections))
        progress.report("writing", 2, 4)
        if outputs.figures:
            write_figures(folder / FIGURES, sections)
    progress.report("writing", 4, 4)


def _move_into_place(
    unfinished: Unfinished, *, overwrite: bool, is_ours: Callable[[Path], bool]
) -> None:
    folder = unfinished.folder
    # Checked again: another run may have finished meanwhile.
    check_free(folder, overwrite=overwrite, is_ours=is_ours)
    if not folder.exists():
        unfinished.path.rename(folder)
        return
    folder.rename(unfinished.older)
    try:
        unfinished.path.rename(folder)
    except OSError:
        unfinished.older.rename(folder)
        raise
    shutil.rmtree(unfinished.older, ignore_errors=True)
