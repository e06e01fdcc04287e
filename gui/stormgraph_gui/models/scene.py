"""What the map shows: the field and the result over it, coloured as the display asks for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormgraph_gui.models.aside import Aside
from stormgraph_gui.models.cloud import Cloud
from stormgraph_gui.models.coloring import (
    available,
    color_beside,
    color_clusters,
    color_field,
    color_levels,
)
from stormgraph_gui.models.density import Box
from stormgraph_gui.models.display import ColorBy, Display, DisplayState
from stormgraph_gui.models.outlines import Lines, Outlines
from stormgraph_gui.models.painting import Sheet
from stormgraph_gui.models.shown import level_in_words, shown_labels
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.arrays import IntArray
from stormgraph_py.localizations import Localizations
from stormgraph_py.report.analysis import Analysis

ARRANGE_ABOVE = 300_000
"""Larger data are arranged for zooming in, in a thread, after their first picture."""

COLOR_ASIDE_ABOVE = 300_000
"""The colours of larger data are found in a thread; the picture stays as it is meanwhile."""

_CLUSTERED: tuple[ColorBy, ...] = ("cluster", "level")
_OF_COLORS = (
    "color_by",
    "result_color_by",
    "color_map",
    "hidden_channels",
    "slab_nm",
    "show_unclustered",
)
_OF_PICTURE = (*_OF_COLORS, "contrast", "gamma", "point_size", "show_precision")


class Scene(QObject):
    """The localizations that are drawn now.

    Attributes
    ----------
    changed : Signal
        Something else is to be drawn.
    field_changed : Signal
        Other localizations are shown; True when they are those of another data set.
    aside : Aside
        Does what takes long for large data, so that the window goes on.
    """

    changed = Signal()
    field_changed = Signal(bool)

    def __init__(
        self, workspace: Workspace, display: Display, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._display = workspace, display
        self._data_set: str | None = None
        self._field: Cloud | None = None
        self._analysed: Cloud | None = None
        self._outlines = Outlines({})
        self._sheets: tuple[Sheet, ...] | None = None
        self.aside = Aside(self)
        workspace.current_changed.connect(self._look)
        workspace.loaded_changed.connect(self._look)
        workspace.analyses_changed.connect(self._look)
        workspace.level_changed.connect(self._redraw)
        workspace.clusters_changed.connect(self._redraw)
        display.changed.connect(self._restyle)

    @property
    def field(self) -> Cloud | None:
        """The localizations of the data set that is looked at; None without any."""
        return self._field

    @property
    def analysed(self) -> Cloud | None:
        """The localizations of the result that is shown."""
        return self._analysed

    @property
    def bounds(self) -> Box | None:
        """Where the data lie."""
        clouds = [cloud for cloud in (self._field, self._analysed) if cloud is not None]
        if not clouds:
            return None
        box = clouds[0].plane.bounds
        return box if len(clouds) == 1 else box.joined(clouds[1].plane.bounds)

    @property
    def labels(self) -> IntArray | None:
        """Clusters that are shown, in the order of the analysed localizations."""
        analysis = self._workspace.analysis
        return None if analysis is None else shown_labels(analysis, self._workspace.level)

    @property
    def color_by(self) -> ColorBy:
        """What the colours are to mean now."""
        state = self._display.state
        return state.color_by if self._analysed is None else state.result_color_by

    @property
    def color_choices(self) -> tuple[ColorBy, ...]:
        """What the localizations can be coloured by."""
        if self._field is None:
            return ("density",)
        analysis = self._workspace.analysis
        return available(self._field, None if analysis is None else analysis.result)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """What is drawn, the last on top; empty without data."""
        if self._sheets is None:
            self._sheets = self._make_sheets()
        return self._sheets

    def cluster_near(self, x_nm: float, y_nm: float, radius_nm: float) -> int | None:
        """Return the cluster of the clustered localization that is nearest.

        Where none is within the radius, it is the cluster whose outline is around the place, if
        outlines are shown; else None.
        """
        labels, cloud = self.labels, self._analysed
        if cloud is None or labels is None:
            return None
        around = Box(x_nm, y_nm, x_nm, y_nm).grown(radius_nm)
        rows = cloud.plane.inside(around, cloud.kept(self._display.state))
        found = labels[cloud.plane.numbers(rows)]
        rows, found = rows[found >= 0], found[found >= 0]
        distance = np.hypot(*(cloud.plane.positions(rows) - (x_nm, y_nm)).T)
        if len(rows) and distance.min() <= radius_nm:
            return int(found[np.argmin(distance)])
        return self._outlines.around(x_nm, y_nm)

    def put_outlines(self, lines: Lines) -> None:
        """Take in the lines around the clusters that are shown."""
        self._outlines = Outlines(lines)

    def count_near(self, x_nm: float, y_nm: float, radius_nm: float) -> int:
        """Return how many of the drawn localizations lie within a radius."""
        if self._field is None:
            return 0
        around = Box(x_nm, y_nm, x_nm, y_nm).grown(radius_nm)
        rows = self._field.plane.inside(around, self._field.kept(self._display.state))
        distance = np.hypot(*(self._field.plane.positions(rows) - (x_nm, y_nm)).T)
        return int((distance <= radius_nm).sum())

    def clusters_box(self, clusters: frozenset[int]) -> Box | None:
        """Return the rectangle around clusters, None when there are none."""
        labels, cloud = self.labels, self._analysed
        if cloud is None or labels is None:
            return None
        points = cloud.localizations.xy[np.isin(labels, list(clusters))]
        if not len(points):
            return None
        low, high = points.min(axis=0), points.max(axis=0)
        return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def shut_down(self) -> None:
        """Wait for what is being arranged."""
        self.aside.shut_down()

    def _look(self) -> None:
        workspace = self._workspace
        loaded, analysis = workspace.current, workspace.analysis
        before = self._field, self._analysed
        self._field = self._cloud(None if loaded is None else loaded.localizations)
        self._analysed = self._cloud(None if analysis is None else analysis.localizations)
        if (self._field, self._analysed) == before and self._data_set == workspace.data_set:
            return
        is_other = self._data_set != workspace.data_set
        self._data_set = workspace.data_set
        self._sheets = None
        self.field_changed.emit(is_other)
        self.changed.emit()
        for cloud in {self._field, self._analysed}.difference(before):
            if cloud is not None and len(cloud) > ARRANGE_ABOVE:
                self._arrange(cloud)

    def _cloud(self, localizations: Localizations | None) -> Cloud | None:
        """Return the cloud of localizations, the one at hand where it is of the same."""
        if localizations is None or len(localizations) == 0:
            return None
        for cloud in (self._field, self._analysed):
            if cloud is not None and cloud.localizations is localizations:
                return cloud
        return Cloud(localizations)

    def _arrange(self, cloud: Cloud) -> None:
        def take(now: Cloud) -> None:
            self._take_arranged(cloud, now)

        self.aside.do("arrange localizations", cloud.arranged, take)

    def _take_arranged(self, before: Cloud, now: Cloud) -> None:
        """Use an arranged cloud from now on; what is drawn is the same."""
        if self._field is before:
            self._field, self._sheets = now, None
        if self._analysed is before:
            self._analysed, self._sheets = now, None

    def _redraw(self) -> None:
        self._sheets = None
        self.changed.emit()

    def _restyle(self, before: DisplayState, now: DisplayState) -> None:
        changed = [name for name in _OF_PICTURE if getattr(before, name) != getattr(now, name)]
        if changed == [self._color_field] and self._is_large and self._sheets is not None:
            self._color_aside()
            return
        if any(name in _OF_COLORS for name in changed):
            self._sheets = None
        if changed:
            self.changed.emit()

    @property
    def _color_field(self) -> str:
        return "color_by" if self._analysed is None else "result_color_by"

    @property
    def _is_large(self) -> bool:
        return self._field is not None and len(self._field) > COLOR_ASIDE_ABOVE

    def _color_aside(self) -> None:
        """Find other colours in a thread; what is asked for later holds."""
        what = self._what_is_drawn()

        def take(sheets: tuple[Sheet, ...]) -> None:
            if what.is_same(self._what_is_drawn()):
                self._sheets = sheets
            if self._sheets is sheets or self._sheets is None:
                self.changed.emit()

        self.aside.do("colour localizations", lambda: _sheets_of(what), take)

    def _make_sheets(self) -> tuple[Sheet, ...]:
        return _sheets_of(self._what_is_drawn())

    def _what_is_drawn(self) -> _Drawn:
        workspace = self._workspace
        return _Drawn(
            self._field, self._analysed, self.color_by, self._display.state,
            workspace.analysis, workspace.level, workspace.clusters,
        )  # fmt: skip


class _Drawn(NamedTuple):
    """All that colours depend on."""

    field: Cloud | None
    analysed: Cloud | None
    color_by: ColorBy
    state: DisplayState
    analysis: Analysis | None
    level: int | None
    clusters: frozenset[int]

    def is_same(self, other: _Drawn) -> bool:
        """Whether the same is to be drawn in the same colours."""
        return (
            all(
                getattr(self, name) is getattr(other, name)
                for name in ("field", "analysed", "analysis")
            )
            and (self.color_by, self.level, self.clusters)
            == (other.color_by, other.level, other.clusters)
            and all(getattr(self.state, name) == getattr(other.state, name) for name in _OF_COLORS)
        )


def _sheets_of(what: _Drawn) -> tuple[Sheet, ...]:
    state, field = what.state, what.field
    if field is None:
        return ()
    top = _clusters_sheet(what) if what.color_by in _CLUSTERED else None
    if top is None:
        coloring = color_field(field, what.color_by, state.color_map)
        return (Sheet(field, coloring, field.kept(state)),)
    if not state.show_unclustered or len(top.cloud) == len(field):
        return (top,)
    return (Sheet(field, color_beside(field), field.kept(state)), top)


def _clusters_sheet(what: _Drawn) -> Sheet | None:
    cloud, analysis, state = what.analysed, what.analysis, what.state
    if cloud is None or analysis is None:
        return None
    labels = shown_labels(analysis, what.level)
    if what.color_by == "cluster":
        level = level_in_words(analysis, what.level)
        coloring = color_clusters(cloud, labels, what.clusters, level)
    else:
        coloring = color_levels(cloud, labels, analysis.result.hierarchy.levels, state.color_map)
    kept = cloud.kept(state)
    if not state.show_unclustered:
        clustered = cloud.plane.taken(labels >= 0)
        kept = clustered if kept is None else kept & clustered
    return Sheet(cloud, coloring, kept)
