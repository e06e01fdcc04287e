"""Joins the parts of one feature: the 3-D view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtWidgets import QFileDialog

from stormgraph_gui.controllers.volume import VolumeController
from stormgraph_gui.models.activity import Message
from stormgraph_gui.signals import QObject, QTimer
from stormgraph_gui.views.volume import VolumeView
from stormgraph_py.errors import OutputError
from stormgraph_py.io.writers import write_bytes

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

USE_OPENGL = "volume_uses_opengl"


class VolumeFeature(QObject):
    """The page of the 3-D view, brought up to date when it is in front."""

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app = app
        self.controller = VolumeController(app.document, app.workspace, app.display, self)
        self.view = VolumeView()
        app.window.add_page("volume", "3-D", self.view)
        self._is_stale, self._is_elsewhere, self._was_shown = True, True, False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self.controller.changed.connect(self._changed)
        self.view.appeared.connect(self.refresh)
        self.view.color_chosen.connect(self.controller.choose_color)
        self.view.slab_chosen.connect(self.controller.choose_slab)
        self.view.unclustered_chosen.connect(self.controller.show_unclustered)
        self.view.picked.connect(self.controller.pick)
        self.view.picture_wanted.connect(self.save_picture)
        app.window.add_action(
            "View", "Save 3-D picture...", self.save_picture,
            tip="Save what the 3-D view shows as a PNG",
        )  # fmt: skip
        self._opengl = app.window.add_action(
            "View", "3-D with OpenGL", self._choose_opengl,
            tip="Draw the 3-D view on the graphics card where that is possible",
        )  # fmt: skip
        self._opengl.setCheckable(True)
        self._opengl.setChecked(bool(app.settings.get(USE_OPENGL, True)))
        self.view.show_hint(self.controller.hint)

    def shut_down(self) -> None:
        """Draw no more: the window goes."""
        self.controller.changed.disconnect(self._changed)
        self._soon.stop()

    def refresh(self) -> None:
        """Show what is looked at now, if the page is in front and anything changed."""
        if not self._is_stale or not self.view.isVisible():
            return
        self._is_stale = False
        scene, whole = self.controller.scene(), self.controller.z_range_nm
        if scene is None or whole is None:
            self.view.show_hint(self.controller.hint)
            return
        state = self._app.display.state
        self.view.show_choices(
            self.controller.colors,
            self.controller.color_by,
            whole,
            state.slab_nm,
            state.show_unclustered,
        )
        if not self._was_shown:
            self._was_shown = True
            self.view.use_opengl(self._opengl.isChecked())
        self.view.show_scene(scene, fit=self._is_elsewhere)
        self._is_elsewhere = False

    def save_picture(self) -> None:
        """Ask for a file and write the picture into it."""
        if self.controller.scene() is None:
            text = self.controller.hint
            self._app.activity.say(Message(level="warning", title="No 3-D picture", text=text))
            return
        self._app.window.show_page("volume")
        self.refresh()
        proposed = self._proposed()
        dialog = QFileDialog(
            self._app.window, "Save 3-D picture", str(proposed.parent), "PNG (*.png)"
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile(proposed.name)
        dialog.fileSelected.connect(self._write_chosen)
        dialog.open()

    def write_picture(self, path: Path) -> None:
        """Write the picture, and tell where it is or why not."""
        path = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.view.canvas.picture().save(buffer, "PNG")  # type: ignore[call-overload]
        try:
            write_bytes(path, bytes(buffer.data().data()))
        except OutputError as error:
            message = Message(level="error", title="The picture was not saved", text=str(error))
        else:
            message = Message(level="info", title="Picture saved", text=str(path))
        self._app.activity.say(message)

    def _changed(self, is_elsewhere: bool) -> None:
        self._is_stale = True
        self._is_elsewhere = self._is_elsewhere or is_elsewhere
        self._soon.start()

    def _choose_opengl(self) -> None:
        self._app.settings.set(USE_OPENGL, self._opengl.isChecked())
        if self._was_shown:
            self.view.use_opengl(self._opengl.isChecked())

    def _write_chosen(self, path: str) -> None:
        self.write_picture(Path(path))

    def _proposed(self) -> Path:
        key = self._app.workspace.data_set
        if key is None:
            return Path.home() / "3-D.png"
        path = Path(self._app.document.project.data_set(key).path)
        return path.with_name(f"{path.stem} 3-D.png")


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["volume"] = VolumeFeature(app)
