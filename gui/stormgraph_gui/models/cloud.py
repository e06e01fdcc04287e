"""Localizations with what the map needs of them, computed once and when it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from stormgraph_gui.models.density import Plane
from stormgraph_gui.models.display import DisplayState
from stormgraph_py.arrays import BoolArray, IntArray
from stormgraph_py.localizations import Localizations

Values: TypeAlias = npt.NDArray[np.float32]


class Cloud:
    """Localizations in the order in which their plane keeps them.

    Parameters
    ----------
    localizations : Localizations
        At least one.
    plane : Plane, optional
        Their places, when they were arranged already.
    """

    def __init__(self, localizations: Localizations, plane: Plane | None = None) -> None:
        self.localizations = localizations
        self.plane = plane or Plane(localizations.xy)
        self._columns: dict[str, Values | None] = {}
        self._kept: tuple[object, BoolArray | None] | None = None

    def __len__(self) -> int:
        return len(self.plane)

    def arranged(self) -> Cloud:
        """Return the same with a plane that finds any part fast, see `Plane.arranged`."""
        return Cloud(self.localizations, self.plane.arranged())

    def column(self, name: str) -> Values | None:
        """Return a column of the table (n,), None when there is none; NaN is unknown."""
        if name not in self._columns:
            table = self.localizations.table
            found = None
            if name in table.columns:
                found = self.plane.taken(table[name].to_numpy(dtype=np.float32, na_value=np.nan))
            self._columns[name] = found
        return self._columns[name]

    @property
    def precision(self) -> tuple[Values, Values] | None:
        """Localization precision along x and y (n,), nm; None when the file has none."""
        x, y = self.column("sigma_x_nm"), self.column("sigma_y_nm")
        return None if x is None or y is None else (x, y)

    @cached_property
    def channels(self) -> IntArray | None:
        """Channel (n,) of the localizations, -1 where unknown; None when the file has none."""
        channels = self.localizations.channel
        return None if channels is None else self.plane.taken(channels)

    @cached_property
    def channel_numbers(self) -> tuple[int, ...]:
        """Channels that occur, ascending; empty when the file has none."""
        return () if self.channels is None else tuple(sorted(pd.unique(self.channels).tolist()))

    def kept(self, state: DisplayState) -> BoolArray | None:
        """Return which localizations are in a visible channel and in the slab; None is all."""
        asked = (state.hidden_channels, state.slab_nm)
        if self._kept is None or self._kept[0] != asked:
            self._kept = asked, self._keep(state)
        return self._kept[1]

    def _keep(self, state: DisplayState) -> BoolArray | None:
        kept: BoolArray | None = None
        z, channels = self.column("z_nm"), self.channels
        if state.slab_nm is not None and z is not None:
            low, high = state.slab_nm
            kept = (z >= low) & (z <= high)
        if state.hidden_channels and channels is not None:
            seen = ~np.isin(channels, list(state.hidden_channels))
            kept = seen if kept is None else kept & seen
        return kept
