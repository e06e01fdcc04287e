"""Ranges of a column's values, written as comparisons."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import ParameterError
from stormgraph_py.filters.columns import columns_meant
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain

_TOKEN = re.compile(r"""\s*("[^"]*"|'[^']*'|<=|>=|==|!=|[<>=≤≥]|[^<>=≤≥!"']+)""")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SIGNS = {"<": "<", "≤": "<=", "<=": "<=", ">": ">", "≥": ">=", ">=": ">=", "=": "=", "==": "="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_HOW = 'write it as "uncertainty < 25", "500 <= photons < 2000" or "channel = 1"'


@dataclass(frozen=True)
class Keep:
    """Keep localizations whose value of a column lies within bounds.

    A value that is missing (NaN) lies within no bounds.

    Parameters
    ----------
    column : str
        Name of a column of the table or of the file, or a usual name of one with a meaning; see
        `stormgraph_py.filters.columns.columns_meant`. Lengths with a meaning are in nm.
    low, high : float
        Bounds; infinite where there is none.
    low_open, high_open : bool
        Whether the bound itself lies outside.

    Raises
    ------
    ParameterError
        When there is no bound, or no number lies within both.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0, 0], [1, 1]], sigma=[8.0, 31.0])
    >>> len(Keep.parse("uncertainty < 25").apply(locs))
    1
    >>> Keep.parse("500 <= photons < 2000")
    Keep(column='photons', low=500.0, high=2000.0, low_open=False, high_open=True)
    """

    kind: ClassVar[str] = "keep"
    column: str
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not self.column.strip():
            raise ParameterError(f"A filter names no column; {_HOW}.")
        if math.isnan(self.low) or math.isnan(self.high):
            raise ParameterError(f"A bound of {self.column!r} is no number; {_HOW}.")
        if math.isinf(self.low) and math.isinf(self.high):
            raise ParameterError(f"{self.column!r} is given no bound; {_HOW}.")
        if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
            raise ParameterError(
                f"No number is within the bounds {self.low:g} and {self.high:g} of "
                f"{self.column!r}; put the smaller one first."
            )

    @classmethod
    def parse(cls, text: str) -> Keep:
        """Read a comparison such as ``uncertainty<25`` or ``500 <= photons < 2000``.

        Signs are < <= > >= and = (also ≤ ≥ ==). Quotation marks enclose a name with a sign in it,
        or one that looks like a number. Nothing in the text is evaluated.

        Raises
        ------
        ParameterError
            When the text is no such comparison.
        """
        tokens = _tokens(text)
        signs = tokens[1::2]
        if len(tokens) not in (3, 5) or not all(sign in _SIGNS for sign in signs):
            raise ParameterError(f"{text!r} is no comparison of a column with numbers; {_HOW}.")
        names = [i for i, token in enumerate(tokens[::2]) if not _NUMBER.fullmatch(token)]
        if names != [1] and (len(tokens) == 5 or names != [0]):
            raise ParameterError(
                f"{text!r} does not compare one column with numbers; {_HOW}. A name that is a "
                "number needs quotation marks."
            )
        place = names[0]
        column = tokens[2 * place].strip("\"'") if tokens[2 * place][0] in "\"'" else (
            tokens[2 * place])  # fmt: skip
        bounds: dict[str, Any] = {}
        for i, sign in enumerate(signs):
            seen = _SIGNS[sign] if place == i else _MIRRORED[_SIGNS[sign]]
            number = float(tokens[2 * (i + 1 if place == i else i)])
            for side, own in (("low", ">"), ("high", "<")):
                if seen[0] in (own, "="):
                    if side in bounds:
                        raise ParameterError(f"{text!r} gives {column!r} two bounds of a kind.")
                    bounds[side] = number
                    bounds[f"{side}_open"] = seen == own
        return cls(column, **bounds)

    @property
    def condition(self) -> str:
        """The comparison, as `parse` reads it."""
        name = self.column
        if (
            _NUMBER.fullmatch(name.strip())
            or re.search("[<>=≤≥!\"']", name)
            or name != name.strip()
        ):
            name = f"'{name}'" if '"' in name else f'"{name}"'
        if self.low == self.high:
            return f"{name} = {written(self.low)}"
        below = "<" if self.low_open else "<="
        above = "<" if self.high_open else "<="
        if math.isinf(self.high):
            return f"{name} {below.replace('<', '>')} {written(self.low)}"
        if math.isinf(self.low):
            return f"{name} {above} {written(self.high)}"
        return f"{written(self.low)} {below} {name} {above} {written(self.high)}"

    @property
    def text(self) -> str:
        """What the step does, in words."""
        return f"Keep localizations with {self.condition}."

    def as_dict(self) -> dict[str, Any]:
        """Return the step ready for JSON; a bound that is not there is None."""
        values = {"kind": self.kind} | asdict(self)
        return {k: None if isinstance(v, float) and math.isinf(v) else v for k, v in values.items()}

    def apply(self, localizations: Localizations) -> Localizations:
        """Return the localizations that pass.

        Raises
        ------
        ParameterError
            When no column is meant, or several are, or the column holds no numbers.
        """
        keep = np.ones(len(localizations), dtype=np.bool_)
        for values in self._values(localizations):
            keep &= values > self.low if self.low_open else values >= self.low
            keep &= values < self.high if self.high_open else values <= self.high
        return localizations.select(keep)

    def n_unknown(self, localizations: Localizations) -> int:
        """Count the localizations that have no value to compare."""
        unknown = np.zeros(len(localizations), dtype=np.bool_)
        for values in self._values(localizations):
            unknown |= np.isnan(values)
        return int(unknown.sum())

    def remedy(self, localizations: Localizations) -> str:
        """Say what values there are."""
        values = np.concatenate(self._values(localizations))
        known = values[~np.isnan(values)]
        if not len(known):
            return f"every value of {self.column!r} is missing"
        meant = ", ".join(columns_meant(self.column, localizations))
        return f"{meant} is {plain(known.min())} to {plain(known.max())}"

    def _values(self, localizations: Localizations) -> list[FloatArray]:
        table = localizations.table
        found = []
        for name in columns_meant(self.column, localizations):
            if table[name].dtype.kind not in "iufb":
                raise ParameterError(
                    f"The column {name!r} holds text and cannot be compared with numbers; filter "
                    "by another column."
                )
            found.append(table[name].to_numpy(dtype=np.float64))
        return found


def written(number: float) -> str:
    """Write a number so that it reads back as the same one.

    Examples
    --------
    >>> written(25.0), written(0.1)
    ('25', '0.1')
    """
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def _tokens(text: str) -> list[str]:
    """Names, numbers and signs of a comparison; nothing when a quotation mark stays open."""
    tokens, end = [], 0
    text = text.rstrip()
    while end < len(text):
        match = _TOKEN.match(text, end)
        if match is None:
            return []
        tokens.append(match[1].strip())
        end = match.end()
    return [] if "" in tokens else tokens
