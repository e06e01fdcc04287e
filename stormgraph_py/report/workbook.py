"""An Excel workbook of a result's tables, with what every column means."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.clusters.dictionary import describe
from stormgraph_py.errors import OutputError, ParameterError

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

_MOST_ROWS = 1_048_575
"""Rows of a sheet of Excel below its header."""

_WIDEST = 60
_DICTIONARY = "columns"


def workbook_bytes(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a workbook with one sheet a table and one that explains their columns.

    Text stays text, whatever it begins with; numbers that are not finite are empty cells.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By the name of their csv file.

    Raises
    ------
    OutputError
        When a table has more rows than a sheet can hold.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    meanings: list[list[Any]] = []
    for name, table in tables.items():
        if len(table) > _MOST_ROWS:
            raise OutputError(
                f"{name} has {len(table)} rows and a sheet of Excel holds {_MOST_ROWS}; "
                "leave the workbook out and use the csv file."
            )
        sheet = workbook.create_sheet(Path(name).stem[:31])
        _fill(sheet, list(map(str, table.columns)), table.to_numpy(dtype=object).tolist())
        meanings += [_meaning(name, str(column)) for column in table.columns]
    sheet = workbook.create_sheet(_DICTIONARY)
    _fill(sheet, ["table", "column", "unit", "meaning", "source"], meanings)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _meaning(table: str, column: str) -> list[Any]:
    try:
        known = describe(table, column)
    except ParameterError:
        return [Path(table).stem, column, "", "As in the input.", ""]
    return [Path(table).stem, column, known.unit, known.meaning, known.source]


def _fill(sheet: Worksheet, header: list[str], rows: list[list[Any]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for number, row in enumerate([header, *rows], 1):
        for column, value in enumerate(row, 1):
            shown = _cell_value(value)
            if shown is None:
                continue
            cell = sheet.cell(number, column)
            cell.value = shown
            if isinstance(shown, str):
                # else a text that begins with = would be run as a formula
                cell.data_type = "s"
    for column, name in enumerate(header, 1):
        sheet.cell(1, column).font = Font(bold=True)
        longest = max([len(name), *(len(str(row[column - 1])) for row in rows[:50])])
        sheet.column_dimensions[get_column_letter(column)].width = min(longest + 2, _WIDEST)
    sheet.freeze_panes = "A2"


def _cell_value(value: Any) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    text = str(value)
    return None if text in ("<NA>", "NaT") else ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:32767]
