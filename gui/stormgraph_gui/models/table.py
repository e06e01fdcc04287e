"""Tables of clusters for reading: titles, units, text of numbers, order, filters."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.clusters.dictionary import describe
from stormgraph_py.errors import ParameterError
from stormgraph_py.filters import Keep
from stormgraph_py.report.numbers import MISSING

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import BoolArray, FloatArray, IntArray

FILTER_HOW = 'Write "area > 500", "20 <= localizations < 100", or numbers of clusters: "3, 7".'

_TITLES = {
    "x_nm": "x",
    "y_nm": "y",
    "z_nm": "z",
    "axis_1_nm": "Axis 1",
    "hull_area_nm2": "Filled area",
    "hull_volume_nm3": "Filled volume",
    "mean_degree": "Mean node degree",
    "mean_sigma_nm": "Mean precision",
    "mean_sigma_z_nm": "Mean axial precision",
    "is_degenerate": "Degenerate",
    "overcounting_verdict": "Overcounting",
    "overcounting_largest_z": "Overcounting statistic",
    "overcounting_threshold": "Overcounting threshold",
}
_ENDINGS = ("_per_um2", "_per_um3", "_nm2", "_nm3", "_um2", "_um3", "_nm", "_deg")
_UNITS = {"1/µm²": "per µm²", "1/µm³": "per µm³"}
_NO_UNIT = ("1", "count", "label", "text", "True/False")
_JOINED = re.compile(r"\s*(?:;|&+|\band\b)\s*", re.IGNORECASE)
_SIGNS = re.compile("[<>=≤≥!]")
_CLUSTERS = re.compile(r"\d+(?:[\s,]+\d+)*")
_MOST_DECIMALS = 4


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column as it is shown.

    Parameters
    ----------
    name : str
        Its name in the table and in files.
    title : str
        What stands over it.
    unit : str
        Unit of measurement, empty for pure numbers.
    meaning : str
        What the numbers are.
    decimals : int
        Digits after the point, the same for the whole column.
    is_number : bool
        Whether there is something to compare and to draw.
    """

    name: str
    title: str
    unit: str
    meaning: str
    decimals: int
    is_number: bool

    @property
    def label(self) -> str:
        """The title with its unit, for an axis or a menu."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def header(self) -> str:
        """The title above its unit."""
        return f"{self.title}\n{self.unit}" if self.unit else self.title

    def text(self, value: Any) -> str:
        """Return a value as it is shown."""
        if not self.is_number:
            return _word(value)
        number = float(value)
        if not math.isfinite(number):
            return MISSING
        return f"{number:,.{self.decimals}f}"


def table_columns(table: pd.DataFrame, file: str = "clusters.csv") -> tuple[TableColumn, ...]:
    """Describe the columns of a table, one of clusters unless said otherwise, in their order."""
    found = []
    for name in map(str, table.columns):
        unit, meaning = _described(name, file)
        values = table[name]
        kind = values.dtype.kind
        found.append(
            TableColumn(
                name=name,
                title=column_title(name),
                unit=_UNITS.get(unit, "" if unit in _NO_UNIT else unit),
                meaning=meaning,
                decimals=_decimals(values.to_numpy()) if kind == "f" else 0,
                is_number=kind in "iuf",
            )
        )
    return tuple(found)


def column_title(name: str) -> str:
    """Return what stands over a column.

    Examples
    --------
    >>> column_title("area_nm2"), column_title("n_localizations"), column_title("density_per_um2")
    ('Area', 'Localizations', 'Density')
    """
    if name in _TITLES:
        return _TITLES[name]
    ending = next((e for e in _ENDINGS if name.endswith(e)), "")
    words = name.removesuffix(ending).removeprefix("n_").replace("_", " ")
    return words[:1].upper() + words[1:]


def sorted_rows(table: pd.DataFrame, name: str, *, descending: bool = False) -> IntArray:
    """Return the positions of the rows in the order of a column.

    What is missing comes last either way; equal values keep the order of the table.
    """
    ordered = table[name].reset_index(drop=True).sort_values(
        ascending=not descending, kind="stable", na_position="last"
    )  # fmt: skip
    rows: IntArray = ordered.index.to_numpy(dtype=np.int64)
    return rows


def filtered_rows(table: pd.DataFrame, text: str) -> BoolArray:
    """Return which rows a filter that the user typed lets pass.

    Parameters
    ----------
    table : DataFrame
        One row a cluster.
    text : str
        Comparisons such as ``area > 500`` with names or titles of columns, joined by "and";
        or numbers of clusters; or a word that stands in a column of words. Empty lets all pass.

    Raises
    ------
    ParameterError
        When it is none of these.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"cluster": [0, 1, 2], "area_nm2": [100.0, 600.0, 900.0]})
    >>> filtered_rows(table, "area > 500 and area_nm2 < 800").tolist()
    [False, True, False]
    """
    keep: BoolArray = np.ones(len(table), dtype=np.bool_)
    for piece in _JOINED.split(text.strip()):
        if piece:
            keep &= _passing(table, piece)
    return keep


def as_text(table: pd.DataFrame, names: Sequence[str], rows: IntArray) -> str:
    """Return rows with their header, separated by tabs, for a spreadsheet."""
    text: str = table.iloc[rows][list(names)].to_csv(sep="\t", index=False, lineterminator="\n")
    return text


def _passing(table: pd.DataFrame, piece: str) -> BoolArray:
    if _CLUSTERS.fullmatch(piece):
        wanted = [int(number) for number in re.findall(r"\d+", piece)]
        return np.asarray(table["cluster"].isin(wanted), dtype=np.bool_)
    if not _SIGNS.search(piece):
        return _with_word(table, piece)
    try:
        bounds = Keep.parse(piece)
    except ParameterError:
        raise ParameterError(FILTER_HOW) from None
    values = table[_meant(table, bounds.column)].to_numpy(dtype=np.float64)
    above = values > bounds.low if bounds.low_open else values >= bounds.low
    below = values < bounds.high if bounds.high_open else values <= bounds.high
    return np.asarray(above & below, dtype=np.bool_)


def _with_word(table: pd.DataFrame, word: str) -> BoolArray:
    found: BoolArray = np.zeros(len(table), dtype=np.bool_)
    for name in table.columns:
        if table[name].dtype.kind not in "iufb":
            texts = table[name].astype(str).str.casefold()
            found |= texts.str.contains(word.casefold(), regex=False).to_numpy(dtype=np.bool_)
    if not found.any():
        raise ParameterError(FILTER_HOW)
    return found


def _meant(table: pd.DataFrame, said: str) -> str:
    """Return the column that a name, a title, or the beginning of one stands for."""
    said = said.casefold().strip()
    numbers = [str(name) for name in table.columns if table[name].dtype.kind in "iufb"]
    called = {name: (name.casefold(), column_title(name).casefold()) for name in numbers}
    exact = [name for name, names in called.items() if said in names]
    begun = [name for name, names in called.items() if any(n.startswith(said) for n in names)]
    meant = exact or begun
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise ParameterError(f'"{said}" may be {" or ".join(meant)}; write more of it.')
    raise ParameterError(f'There is no column "{said}". {FILTER_HOW}')


@functools.cache
def _described(name: str, file: str) -> tuple[str, str]:
    """Return the unit and the meaning that the data dictionary gives."""
    try:
        column = describe(file, name)
    except ParameterError:
        return "", ""
    return column.unit, column.meaning


def _decimals(values: FloatArray) -> int:
    """Return how many digits after the point show three digits of a usual value."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if not len(sizes):
        return 0
    typical = float(np.median(sizes))
    return min(max(2 - math.floor(math.log10(typical)), 0), _MOST_DECIMALS)


def _word(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    return str(value).replace("-", " ")
