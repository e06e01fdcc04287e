"""Localizations: one immutable table of single-molecule localizations, lengths in nm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.errors import InputError, ParameterError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "x_nm",
    "y_nm",
    "z_nm",
    "sigma_x_nm",
    "sigma_y_nm",
    "sigma_z_nm",
    "frame",
    "photons",
    "channel",
)
"""Names of the columns that the package gives a meaning, in their order in the table."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where localizations come from and what was understood of their file.

    Parameters
    ----------
    path : str or None
        File that was read; None for arrays made in memory.
    format : str
        Name of the reader, or "arrays".
    sha256 : str or None
        Hash of the file's bytes.
    sha256_beside : str or None
        Hash of a second file that was read with it: Picasso's YAML, which holds the pixel size.
    n_rows : int
        Rows in the file.
    n_set_aside : int
        Rows left out because a coordinate is missing or not finite, or because the file marks them
        as invalid.
    columns : tuple of (str, str)
        Pairs (name in the file, name in the table) of the columns that were given a meaning.
    channel_names : mapping of int to str
        Number in the column ``channel`` -> what the file calls it; empty where the file numbers its
        channels itself.
    notes : tuple of str
        What was understood or assumed, one sentence each (unit, pixel size, separator).
    warnings : tuple of str
        What the user should look at, one sentence each, with its remedy.
    doubts : tuple of str
        Those of the warnings that the reader's caller could settle: it is not sure what a column
        or a unit means.
    """

    path: str | None = None
    format: str = "arrays"
    sha256: str | None = None
    sha256_beside: str | None = None
    n_rows: int = 0
    n_set_aside: int = 0
    columns: tuple[tuple[str, str], ...] = ()
    channel_names: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class Localizations:
    """An immutable table of localizations.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``x_nm``, ``y_nm`` and, where known, ``z_nm``, ``sigma_x_nm``, ``sigma_y_nm``,
        ``sigma_z_nm``, ``frame``, ``photons``, ``channel``; any further column is kept as it is.
        Coordinates are finite. A sigma of NaN means that this localization's precision is unknown.
    provenance : Provenance, optional
        Where the table comes from.

    Raises
    ------
    InputError
        When ``x_nm`` or ``y_nm`` is missing, a coordinate is not finite, or two columns have the
        same name.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0.0, 0.0], [10.0, 5.0]], sigma=[8.0, 9.0])
    >>> len(locs), locs.dimensions
    (2, 2)
    >>> locs.sigma
    array([[8., 8.],
           [9., 9.]])
    """

    __slots__ = ("_provenance", "_table")

    def __init__(self, table: pd.DataFrame, provenance: Provenance | None = None) -> None:
        for name in ("x_nm", "y_nm"):
            if name not in table.columns:
                raise InputError(f"The table has no column {name!r}; it has {list(table.columns)}.")
        if not table.columns.is_unique:
            twice = table.columns[table.columns.duplicated()][0]
            raise InputError(f"The table has more than one column {twice!r}; rename one of them.")
        for name in ("x_nm", "y_nm", "z_nm"):
            if name in table.columns:
                try:
                    finite = np.isfinite(table[name].to_numpy(dtype=np.float64))
                except (TypeError, ValueError):
                    raise InputError(
                        f"{name} holds {table[name].dtype}, not numbers; convert the column."
                    ) from None
                if not finite.all():
                    row = int(np.argmin(finite))
                    raise InputError(
                        f"{name} of row {row} is {table[name].iloc[row]}; "
                        "remove rows whose coordinates are not finite."
                    )
        known = [c for c in COLUMNS if c in table.columns]
        other = [c for c in table.columns if c not in COLUMNS]
        self._table = table[known + other].reset_index(drop=True)
        self._provenance = provenance or Provenance(n_rows=len(table))

    @classmethod
    def from_arrays(
        cls,
        coordinates: npt.ArrayLike,
        sigma: npt.ArrayLike | None = None,
        **columns: npt.ArrayLike,
    ) -> Localizations:
        """Make localizations from arrays.

        Parameters
        ----------
        coordinates : array_like of shape (n, 2) or (n, 3)
            Positions in nm.
        sigma : array_like of shape (n,), (n, 2) or (n, 3), optional
            Localization precision (standard deviation) in nm; (n,) holds for every axis.
        **columns : array_like of shape (n,)
            Further columns of the table.

        Raises
        ------
        InputError
            When the shapes do not fit, or a coordinate is not a finite number.
        """
        import pandas as pd

        try:
            X = np.asarray(coordinates, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InputError(f"coordinates are no table of numbers ({error}).") from None
        if X.ndim != 2 or X.shape[1] not in (2, 3):
            raise InputError(f"coordinates have the shape {X.shape}; give (n, 2) or (n, 3) in nm.")
        data: dict[str, Any] = {f"{a}_nm": X[:, i] for i, a in enumerate("xyz"[: X.shape[1]])}
        if sigma is not None:
            S = np.asarray(sigma, dtype=np.float64)
            if S.ndim == 1:
                S = np.repeat(S[:, None], X.shape[1], axis=1)
            if S.shape != X.shape:
                raise InputError(
                    f"sigma has the shape {np.shape(sigma)} and the coordinates {X.shape}; "
                    f"give ({len(X)},) or {X.shape} in nm."
                )
            data |= {f"sigma_{a}_nm": S[:, i] for i, a in enumerate("xyz"[: X.shape[1]])}
        for name, values in columns.items():
            if np.shape(values) != (len(X),):
                raise InputError(
                    f"{name} has the shape {np.shape(values)} for {len(X)} localizations; "
                    f"give ({len(X)},)."
                )
        return cls(pd.DataFrame(data | columns))

    def __len__(self) -> int:
        return len(self._table)

    def __repr__(self) -> str:
        known = "with" if self.sigma is not None else "without"
        return f"Localizations({len(self)} in {self.dimensions}-D, {known} sigma)"

    @property
    def table(self) -> pd.DataFrame:
        """The table; changing what is returned leaves the localizations alone."""
        return self._table.copy(deep=False)

    @property
    def provenance(self) -> Provenance:
        """Where the localizations come from."""
        return self._provenance

    @property
    def dimensions(self) -> int:
        """3 when there is a z that varies, else 2."""
        z = self._column("z_nm")
        return 3 if z is not None and z.size and z.min() < z.max() else 2

    @property
    def xy(self) -> FloatArray:
        """Positions in the plane, (n, 2), nm."""
        return self._columns(("x_nm", "y_nm"))

    @property
    def xyz(self) -> FloatArray:
        """Positions in space, (n, 3), nm; z is 0 where it is unknown."""
        if "z_nm" in self._table.columns:
            return self._columns(("x_nm", "y_nm", "z_nm"))
        return np.column_stack([self.xy, np.zeros(len(self))])

    def coordinates(self, dimensions: int | None = None) -> FloatArray:
        """Positions (n, dimensions) in nm, in as many dimensions as the data have by default."""
        return self.xyz if (dimensions or self.dimensions) == 3 else self.xy

    @property
    def sigma(self) -> FloatArray | None:
        """Localization precision (n, `dimensions`) in nm, None when unknown."""
        return self.precision()

    def precision(self, dimensions: int | None = None) -> FloatArray | None:
        """Localization precision (n, dimensions) in nm; None when one of the axes has none.

        A localization whose precision is unknown has NaN.
        """
        axes = "xyz"[: dimensions or self.dimensions]
        names = tuple(f"sigma_{a}_nm" for a in axes)
        if not all(name in self._table.columns for name in names):
            return None
        return self._columns(names)

    @property
    def frame(self) -> IntArray | None:
        """Camera frame of each localization, (n,), -1 where it is missing; None when unknown."""
        return self._whole_numbers("frame")

    @property
    def channel(self) -> IntArray | None:
        """Colour channel of each localization, (n,), -1 where it is missing; None when unknown."""
        return self._whole_numbers("channel")

    def channel_number(self, channel: int | str) -> int:
        """Return the number in the column ``channel`` of a channel given by number or by name.

        Names in the file come first, in any case of letters; then numbers.

        Raises
        ------
        ParameterError
            When there are no channels, or none of that number or name.
        """
        numbers = self.channel
        if numbers is None:
            raise ParameterError(
                f"channel={channel} was asked for, but the file has no channels; "
                "leave --channel out."
            )
        found = np.unique(numbers).tolist()
        names = {n: name for n, name in self._provenance.channel_names.items() if n in found}
        wanted = str(channel).strip().casefold()
        for number, name in names.items():
            if name.casefold() == wanted:
                return number
        for number in found:
            if str(number) == wanted:
                return int(number)
        listed = ", ".join(str(n) + (f" ({names[n]})" if n in names else "") for n in found)
        raise ParameterError(f"The file has no channel {channel}; it has {listed}.")

    def select(self, rows: BoolArray | IntArray | Sequence[int]) -> Localizations:
        """Localizations of some rows, given as a mask or as indices."""
        return Localizations(self._table.iloc[np.asarray(rows)], self._provenance)

    def _column(self, name: str) -> FloatArray | None:
        if name not in self._table.columns:
            return None
        return self._table[name].to_numpy(dtype=np.float64)

    def _whole_numbers(self, name: str) -> IntArray | None:
        values = self._column(name)
        if values is None:
            return None
        # what int64 cannot hold is as little a frame as NaN is
        known = np.abs(values) < 2.0**63
        return np.where(known, values, -1).astype(np.int64)

    def _columns(self, names: tuple[str, ...]) -> FloatArray:
        values = np.empty((len(self._table), len(names)))
        for i, name in enumerate(names):
            values[:, i] = self._table[name].to_numpy(dtype=np.float64)
        return values
