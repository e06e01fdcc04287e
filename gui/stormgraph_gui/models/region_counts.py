"""How many localizations each region of the data set at hand holds, kept up to date."""

from __future__ import annotations

import time

from stormgraph_gui.models.document import Document
from stormgraph_gui.models.point_index import PointIndex
from stormgraph_gui.models.project import Project, Region
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, QTimer, Signal
from stormgraph_py.localizations import Localizations
from stormgraph_py.roi import Roi

SHORTEST_WAIT_MS = 15
"""Least time between two turns of counting, in which the mouse is followed; as much as a turn took
where that is more."""

TURN_S = 0.012
"""After so long a turn ends."""


class RegionCounts(QObject):
    """Counts what lies in the regions of the current data set, a little at a time.

    Attributes
    ----------
    changed : Signal
        More is known, or something that was known has changed.
    """

    changed = Signal()

    def __init__(
        self, document: Document, workspace: Workspace, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._known: dict[str, tuple[Roi, Localizations, int]] = {}
        self._index: tuple[Localizations, PointIndex] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(SHORTEST_WAIT_MS)
        self._timer.timeout.connect(self._turn)
        document.changed.connect(self._project_changed)
        workspace.loaded_changed.connect(self._loaded_changed)
        workspace.current_changed.connect(self._look)

    @property
    def is_counting(self) -> bool:
        """Whether something is not yet known."""
        return self._timer.isActive()

    def n_inside(self, region: Region) -> int | None:
        """Return how many localizations lie in a region.

        While it is being moved, the number is that of a moment ago; None before the first count.
        """
        known = self._known.get(region.key)
        current = self._workspace.current
        if known is None or current is None or known[1] is not current.localizations:
            return None
        return known[2]

    def _project_changed(self, _before: Project, now: Project) -> None:
        keys = {region.key for data_set in now.data_sets for region in data_set.regions}
        for key in self._known.keys() - keys:
            del self._known[key]
        self._look()

    def _loaded_changed(self, key: str) -> None:
        if key == self._workspace.data_set:
            self._look()
            self.changed.emit()

    def _look(self) -> None:
        current = self._workspace.current
        if current is None or (
            self._index is not None and self._index[0] is not current.localizations
        ):
            self._index = None
        if self._missing():
            self._timer.start()

    def _missing(self) -> list[Region]:
        """Return the regions that are to be counted, the one at hand first."""
        current, key = self._workspace.current, self._workspace.data_set
        if current is None:
            return []
        regions = [d.regions for d in self._document.project.data_sets if d.key == key]
        missing = [region for region in sum(regions, ()) if not self._is_counted(region)]
        return sorted(missing, key=lambda one: one.key != self._workspace.region)

    def _is_counted(self, region: Region) -> bool:
        known, current = self._known.get(region.key), self._workspace.current
        return (
            known is not None
            and current is not None
            and _same_area(known[0], region.roi)
            and known[1] is current.localizations
        )

    def _turn(self) -> None:
        begun = time.perf_counter()
        end = begun + TURN_S
        current, missing = self._workspace.current, self._missing()
        if current is None or not missing:
            self._timer.stop()
            return
        localizations = current.localizations
        if self._index is None:
            table = localizations.table
            x, y = table["x_nm"].to_numpy(float), table["y_nm"].to_numpy(float)
            self._index = localizations, PointIndex(x, y)
        index = self._index[1]
        while not index.is_ready and time.perf_counter() < end:
            index.build()
        if not index.is_ready:
            return
        for region in missing:
            self._known[region.key] = region.roi, localizations, index.count(region.roi)
            if time.perf_counter() > end:
                break
        else:
            self._timer.stop()
        self._timer.setInterval(max(SHORTEST_WAIT_MS, round(1000 * (time.perf_counter() - begun))))
        self.changed.emit()


def _same_area(one: Roi, other: Roi) -> bool:
    """Whether two regions hold the same points for certain: a new name moves nothing."""
    return one is other or (
        len(one.polygons) == len(other.polygons)
        and all(
            len(a) == len(b) and all(r is s for r, s in zip(a, b, strict=True))
            for a, b in zip(one.polygons, other.polygons, strict=True)
        )
    )
