"""The table of the clusters that are shown, as far as it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stormgraph_gui.models.table import TableColumn, table_columns
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.clusters import summarize_roi

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.arrays import FloatArray, IntArray
    from stormgraph_py.clusters.statistics import SummaryRow

AT_ONCE = 200
"""Clusters of a table that is shown together with the rest of a result, and not after it."""

_POSITION = ("x_nm", "y_nm", "z_nm")


class Measured(QObject):
    """What is known of the clusters that are shown.

    Attributes
    ----------
    table : DataFrame or None
        One row a cluster; None without a result.
    summary : dict or None
        The region in numbers; None until all is measured.
    level : str
        Of which level the clusters are; empty for the chosen ones.
    is_measuring : bool
        The rest of the table is on its way.
    changed : Signal
        Any of these is another.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table: pd.DataFrame | None = None
        self.summary: SummaryRow | None = None
        self.level = ""
        self.is_measuring = False
        self._columns: tuple[TableColumn, ...] | None = None

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """What the columns of the table are, none without one; where clusters lie comes last."""
        if self._columns is None:
            found = () if self.table is None else table_columns(self.table)
            self._columns = tuple(sorted(found, key=lambda column: column.name in _POSITION))
        return self._columns

    def show(
        self,
        table: pd.DataFrame | None,
        summary: SummaryRow | None = None,
        *,
        level: str = "",
        is_measuring: bool = False,
    ) -> None:
        """Show a table."""
        if table is self.table and is_measuring == self.is_measuring:
            return
        self.table, self.summary, self.is_measuring = table, summary, is_measuring
        self.level = level
        self._columns = None
        self.changed.emit()


def counted(coordinates: FloatArray, labels: IntArray) -> pd.DataFrame:
    """Return what is known of clusters at once: how many localizations each has, and where it is.

    Parameters
    ----------
    coordinates : (n, d) ndarray
        Positions, nm.
    labels : (n,) ndarray
        Cluster of each, -1 = unclustered.
    """
    import pandas as pd

    kept = labels >= 0
    numbers = labels[kept]
    counts = np.bincount(numbers)
    clusters = np.flatnonzero(counts)
    columns: dict[str, IntArray | FloatArray] = {
        "cluster": clusters,
        "n_localizations": counts[clusters],
    }
    for axis, values in zip("xyz", coordinates[kept].T, strict=False):
        columns[f"{axis}_nm"] = np.bincount(numbers, values)[clusters] / counts[clusters]
    return pd.DataFrame(columns)


def summarized(table: pd.DataFrame, n_localizations: int, area: float) -> SummaryRow:
    """Return the region in numbers, for the clusters of any level."""
    return summarize_roi(table, n_localizations=n_localizations, area=area)
