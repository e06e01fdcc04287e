"""What clicks in the map do: select clusters, and look at them closer."""

from __future__ import annotations

from collections.abc import Callable

from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.density import Box
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject
from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_bytes

_SMALLEST_VIEW_NM = 50.0


class Viewing(QObject):
    """Answers clicks in the map, and saves its picture.

    Parameters
    ----------
    workspace, scene, activity
        What is selected, what is shown, and whom to tell.
    """

    def __init__(
        self,
        workspace: Workspace,
        scene: Scene,
        activity: Activity,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._scene, self._activity = workspace, scene, activity

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

    def save_picture(self, path: str, content: Callable[[], bytes]) -> None:
        """Write a picture into the file that the user chose, in a thread.

        Parameters
        ----------
        path : str
            The file.
        content : callable
            Makes the bytes of the file, in that thread.
        """

        def write() -> OutputError | None:
            try:
                write_bytes(path, content())
            except OutputError as error:
                return error
            return None

        self._scene.aside.do("save a picture", write, lambda error: self._saved(path, error))

    def _saved(self, path: str, error: OutputError | None) -> None:
        if error is None:
            message = Message(level="info", title=f"Saved {path}")
        else:
            title = "The picture was not saved"
            message = Message(level="error", title=title, text=str(error))
        self._activity.say(message)
