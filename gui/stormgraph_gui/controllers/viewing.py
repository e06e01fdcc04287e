"""What clicks in the map do: select clusters, look at them closer, colour what is shown."""

from __future__ import annotations

from stormgraph_gui.models.density import Box
from stormgraph_gui.models.display import ColorBy, Display
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject

_SMALLEST_VIEW_NM = 50.0


class Viewing(QObject):
    """Answers clicks in the map, and shows clusters once there are some.

    Parameters
    ----------
    workspace, display, scene
        What is shown.
    """

    def __init__(
        self,
        workspace: Workspace,
        display: Display,
        scene: Scene,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._display, self._scene = workspace, display, scene
        self._before: ColorBy | None = None
        scene.field_changed.connect(self._color)

    def click(self, x_nm: float, y_nm: float, radius_nm: float, *, add: bool) -> None:
        """Select the cluster at a place, or none; `add` takes it to the selected ones or away."""
        cluster = self._scene.cluster_near(x_nm, y_nm, radius_nm)
        chosen = self._workspace.clusters
        if cluster is None:
            if not add:
                self._workspace.select_clusters(())
        elif add:
            self._workspace.select_clusters(chosen ^ {cluster})
        else:
            self._workspace.select_clusters({cluster})

    def box_of_cluster(self, x_nm: float, y_nm: float, radius_nm: float) -> Box | None:
        """Return what to show to see the cluster at a place from close by."""
        cluster = self._scene.cluster_near(x_nm, y_nm, radius_nm)
        return None if cluster is None else self._box(frozenset({cluster}))

    def box_of_selection(self) -> Box | None:
        """Return what to show to see the selected clusters."""
        return self._box(self._workspace.clusters)

    def _box(self, clusters: frozenset[int]) -> Box | None:
        box = self._scene.clusters_box(clusters)
        if box is None:
            return None
        longest = max(box.width, box.height)
        return box.grown(max(0.25 * longest, (_SMALLEST_VIEW_NM - longest) / 2))

    def _color(self) -> None:
        """Colour by cluster when clusters come, and as before when they go."""
        by = self._display.state.color_by
        if self._scene.analysed is not None and self._before is None:
            self._before = by
            self._display.set(color_by="cluster")
        elif self._scene.analysed is None and self._before is not None:
            before, self._before = self._before, None
            if by in ("cluster", "level"):
                self._display.set(color_by=before)
