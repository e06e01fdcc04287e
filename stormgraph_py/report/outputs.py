"""Files beside a report: tables as csv, Parquet and Excel, figures as SVG and PNG."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_bytes, write_table, write_to

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.report.views import FigureView, Section

FIGURES = "figures"
"""Folder of the figures in a result."""

WORKBOOK = "summary.xlsx"
"""Workbook of a result's tables."""

REPORT = "report.html"
"""The report of a result."""

THUMBNAIL = "thumbnail.png"
"""Small map of the clusters of a result, for the index of a batch."""


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Which files are written beside the csv tables and the record.

    Parameters
    ----------
    report : bool
        The report.
    figures : bool
        Every figure of the report, as SVG and as PNG with 300 pixels per inch.
    excel : bool
        A workbook of all tables but that of the localizations, each column with its meaning.
    parquet : bool
        Each table as Parquet too.
    thumbnail : bool
        A small map of the clusters.
    """

    report: bool = True
    figures: bool = True
    excel: bool = True
    parquet: bool = False
    thumbnail: bool = False

    def check(self) -> None:
        """Refuse what cannot be written here, before anything is computed.

        Raises
        ------
        OutputError
            When Parquet is asked for and its library is not installed.
        """
        if self.parquet:
            _import_pyarrow()


def write_tables(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    outputs: Outputs,
    *,
    large: Sequence[str] = ("localizations.csv",),
) -> None:
    """Write the tables of a result in every form that is asked for.

    Parameters
    ----------
    folder : Path
        Where to.
    tables : mapping of str to pandas.DataFrame
        By the name of their csv file, a key of `stormgraph_py.clusters.dictionary.TABLES`.
    outputs : Outputs
        Which forms.
    large : sequence of str
        Tables that are left out of the workbook.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    from stormgraph_py.report.workbook import workbook_bytes

    for name, table in tables.items():
        write_table(folder / name, table)
        if outputs.parquet:
            write_parquet(folder / Path(name).with_suffix(".parquet"), table)
    if outputs.excel:
        sheets = {name: table for name, table in tables.items() if name not in large}
        write_bytes(folder / WORKBOOK, workbook_bytes(sheets))


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet, at once or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written, or pyarrow is not installed.
    """
    _import_pyarrow()
    write_to(path, lambda file: table.to_parquet(file, index=False))


def write_figures(folder: Path, sections: Sequence[Section]) -> None:
    """Write every figure of a report as SVG and as PNG with 300 pixels per inch.

    Files are numbered in the order of the report and named after their titles.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    from stormgraph_py.report.style import PRINT_DPI, figure_bytes

    views = [view for section in sections for view in section.figures]
    if not views:
        return
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made ({error.strerror}).") from None
    for view, name in zip(views, _names(views), strict=True):
        write_bytes(folder / f"{name}.svg", figure_bytes(view.figure, "svg", dpi=PRINT_DPI))
        write_bytes(folder / f"{name}.png", figure_bytes(view.figure, "png", dpi=PRINT_DPI))


def _names(views: Sequence[FigureView]) -> Iterator[str]:
    digits = len(str(len(views)))
    for number, view in enumerate(views, 1):
        plain = unicodedata.normalize("NFKD", view.title).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:60]
        yield f"{number:0{max(2, digits)}d}_{slug}"


def _import_pyarrow() -> None:
    try:
        import pyarrow  # type: ignore[import-untyped,unused-ignore]  # noqa: F401
    except ImportError:
        raise OutputError(
            "Parquet needs pyarrow, which is not installed: pip install 'stormgraph_py[parquet]', "
            "or leave --parquet out."
        ) from None
