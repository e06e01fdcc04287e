"""The columns of a table that can be filtered by, and what to call them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import ParameterError
from stormgraph_py.filters.columns import columns_meant
from stormgraph_py.localizations import COLUMNS, Localizations

_TITLES = {
    "x_nm": ("x", "nm"),
    "y_nm": ("y", "nm"),
    "z_nm": ("z", "nm"),
    "sigma_x_nm": ("Precision in x", "nm"),
    "sigma_y_nm": ("Precision in y", "nm"),
    "sigma_z_nm": ("Precision in z", "nm"),
    "frame": ("Frame", ""),
    "photons": ("Photons", ""),
}
_LATERAL = ("sigma_x_nm", "sigma_y_nm")
_NAMES_OF_LATERAL = ("precision", "uncertainty", "localization_precision")
"""What `Keep` takes for the precision in x and y together, where no column has that name."""

FRAME = "frame"


@dataclass(frozen=True)
class Column:
    """A column that can be filtered by.

    Parameters
    ----------
    name : str
        As `Keep` knows it.
    title : str
        What to call it.
    unit : str
        Of its values; empty for none.
    """

    name: str
    title: str
    unit: str

    @property
    def text(self) -> str:
        """Title with unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


def columns_of(localizations: Localizations) -> tuple[Column, ...]:
    """List the columns of numbers, those of most use first."""
    table = localizations.table
    names = [str(name) for name in table.columns if table[name].dtype.kind in "iuf"]
    lateral = _lateral_name(localizations)
    found = []
    order = ("photons", *_LATERAL, "sigma_z_nm", FRAME, "z_nm", "x_nm", "y_nm")
    for name in order:
        if name not in names:
            continue
        if name in _LATERAL and lateral is not None:
            if name == _LATERAL[0]:
                found.append(Column(lateral, "Localization precision", "nm"))
        else:
            found.append(Column(name, *_TITLES[name]))
    others = [name for name in names if name not in COLUMNS]
    return (*found, *(Column(name, name, "") for name in others))


def column_of(localizations: Localizations, name: str) -> Column:
    """Return the column that a step means by a name."""
    for column in columns_of(localizations):
        if column.name == name:
            return column
    try:
        meant = columns_meant(name, localizations)
    except ParameterError:
        return Column(name, name, "")
    if meant == _LATERAL:
        return Column(name, "Localization precision", "nm")
    title, unit = _TITLES.get(meant[0], (meant[0], ""))
    return Column(name, title, unit)


def column_values(localizations: Localizations, name: str) -> tuple[FloatArray, ...]:
    """Return the values (n,) of the columns that a name means: one, or x and y of the precision.

    Frames that are missing are NaN.

    Raises
    ------
    ParameterError
        When there is no such column, or it holds text.
    """
    if name == FRAME:
        frame = localizations.frame
        if frame is None:
            raise ParameterError("The localizations have no frames.")
        return (np.where(frame < 0, np.nan, frame),)
    table = localizations.table
    values = []
    for meant in columns_meant(name, localizations):
        if table[meant].dtype.kind not in "iufb":
            raise ParameterError(f"The column {meant!r} holds text.")
        values.append(table[meant].to_numpy(dtype=np.float64))
    return tuple(values)


def _lateral_name(localizations: Localizations) -> str | None:
    """Return a name that means the precision in x and y together; None where there is none."""
    for name in _NAMES_OF_LATERAL:
        try:
            if columns_meant(name, localizations) == _LATERAL:
                return name
        except ParameterError:
            continue
    return None
