"""What the 3-D view does when asked: choose points, colours, a slab, clusters."""

from __future__ import annotations

import numpy as np

from stormgraph_gui.models.display import Display
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.project import Project
from stormgraph_gui.models.shown import shown_labels
from stormgraph_gui.models.volume import (
    ColoredPoints,
    VolumeColor,
    VolumeScene,
    colored_points,
    possible_colors,
    volume_scene,
)
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.arrays import IntArray
from stormgraph_py.localizations import Localizations
from stormgraph_py.roi import Roi

NOTHING_OPEN = "Open a data set with z coordinates to see it in 3-D."
FLAT = (
    "These data are 2-D: the file has no column for z.\n"
    "The page “2-D” shows them. If the file does have z under another name, open it again "
    "and say which column it is."
)


class VolumeController(QObject):
    """Keeps what the 3-D view shows in step with what the user looks at.

    Parameters
    ----------
    document, workspace, display
        The models.

    Attributes
    ----------
    changed : Signal
        Something else is to be shown; True when it lies elsewhere than before.
    """

    changed = Signal(bool)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        display: Display,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace, self._display = document, workspace, display
        self._wanted: VolumeColor | None = None
        self._cropped: tuple[tuple[Localizations, Roi], Localizations] | None = None
        self._colored: tuple[tuple[object, ...], ColoredPoints] | None = None
        document.changed.connect(self._document_changed)
        workspace.current_changed.connect(self._look_elsewhere)
        workspace.loaded_changed.connect(self._look_elsewhere)
        workspace.analyses_changed.connect(self._look_elsewhere)
        workspace.level_changed.connect(self._look_again)
        workspace.clusters_changed.connect(self._look_again)
        display.changed.connect(self._display_changed)

    @property
    def hint(self) -> str:
        """Why there is nothing to be seen; empty when there is something."""
        current = self._workspace.current
        if current is None:
            return NOTHING_OPEN
        return "" if current.localizations.dimensions == 3 else FLAT

    @property
    def colors(self) -> tuple[VolumeColor, ...]:
        """What can be coloured."""
        localizations = self._localizations()
        return () if localizations is None else possible_colors(localizations, self._labels())

    @property
    def color_by(self) -> VolumeColor:
        """What is coloured: what was chosen where that is possible, else clusters, else z."""
        possible = self.colors
        if self._wanted in possible:
            assert self._wanted is not None
            return self._wanted
        return "cluster" if "cluster" in possible else "z"

    @property
    def z_range_nm(self) -> tuple[float, float] | None:
        """From the lowest to the highest localization."""
        points = self._points()
        return None if points is None else points.z_range_nm

    def scene(self) -> VolumeScene | None:
        """Return what is to be shown; None when there is nothing in 3-D."""
        points = self._points()
        if points is None:
            return None
        state = self._display.state
        return volume_scene(
            points,
            selected=self._workspace.clusters,
            slab_nm=state.slab_nm,
            show_unclustered=state.show_unclustered,
            hidden_channels=state.hidden_channels,
        )

    def choose_color(self, color_by: VolumeColor) -> None:
        """Colour by something else."""
        self._wanted = color_by
        self.changed.emit(False)

    def choose_slab(self, slab_nm: tuple[float, float] | None) -> None:
        """Show only a range of z; None, or all of it, shows everything."""
        whole = self.z_range_nm
        if slab_nm is not None and whole is not None:
            covers = slab_nm[0] <= whole[0] and slab_nm[1] >= whole[1]
            slab_nm = None if covers else slab_nm
        self._display.set(slab_nm=slab_nm)

    def show_unclustered(self, is_shown: bool) -> None:
        """Draw unclustered localizations, or leave them out."""
        self._display.set(show_unclustered=is_shown)

    def pick(self, cluster: int | None, adds: bool) -> None:
        """Select a cluster, alone or beside others; None selects none."""
        if cluster is None:
            if not adds:
                self._workspace.select_clusters(())
        elif adds:
            self._workspace.select_clusters(self._workspace.clusters ^ {cluster})
        else:
            self._workspace.select_clusters({cluster})

    def _points(self) -> ColoredPoints | None:
        localizations = self._localizations()
        if localizations is None or self.hint or not len(localizations):
            return None
        labels, color_by = self._labels(), self.color_by
        known = self._colored
        if known is None or not all(
            one is other
            for one, other in zip(known[0], (localizations, labels, color_by), strict=True)
        ):
            points = colored_points(localizations, labels, color_by)
            self._colored = known = (localizations, labels, color_by), points
        return known[1]

    def _localizations(self) -> Localizations | None:
        analysis, current = self._workspace.analysis, self._workspace.current
        if analysis is not None:
            return analysis.localizations
        if current is None:
            return None
        return self._in_region(current.localizations)

    def _in_region(self, localizations: Localizations) -> Localizations:
        """Localizations of the region at hand; all of them where it holds none."""
        key, region = self._workspace.data_set, self._workspace.region
        if key is None or region is None:
            return localizations
        try:
            roi = self._document.project.data_set(key).region(region).roi
        except KeyError:
            # it has just been removed, and whoever did that says next what is looked at
            return localizations
        known = (localizations, roi)
        if self._cropped is None or self._cropped[0] != known:
            inside = np.flatnonzero(roi.contains(localizations.xy))
            part = localizations.select(inside) if len(inside) else localizations
            self._cropped = known, part
        return self._cropped[1]

    def _labels(self) -> IntArray | None:
        analysis = self._workspace.analysis
        return None if analysis is None else shown_labels(analysis, self._workspace.level)

    def _look_elsewhere(self, _key: str | None = None) -> None:
        self._let_go()
        slab, whole = self._display.state.slab_nm, self.z_range_nm
        if slab and whole and (slab[1] < whole[0] or slab[0] > whole[1]):
            # a slab of other data, in which these have nothing
            self._display.set(slab_nm=None)
        self.changed.emit(True)

    def _let_go(self) -> None:
        """Keep nothing of data and results that are not at hand any more."""
        here = {id(one.localizations) for one in self._workspace.loaded.values()}
        here |= {id(one.localizations) for one in self._workspace.analyses.values()}
        if self._cropped is not None:
            (whole, _), part = self._cropped
            if id(whole) in here:
                here.add(id(part))
            else:
                self._cropped = None
        if self._colored is not None and id(self._colored[0][0]) not in here:
            self._colored = None

    def _document_changed(self, before: Project, now: Project) -> None:
        if self._workspace.region is not None and before.data_sets is not now.data_sets:
            self.changed.emit(False)

    def _look_again(self) -> None:
        self.changed.emit(False)

    def _display_changed(self, before: object, after: object) -> None:
        names = ("slab_nm", "show_unclustered", "hidden_channels")
        if any(getattr(before, name) != getattr(after, name) for name in names):
            self.changed.emit(False)
