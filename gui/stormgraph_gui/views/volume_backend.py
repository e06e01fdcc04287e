"""Whether OpenGL can be used here, found out before anything depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from stormgraph_gui.views.volume_gl import GLRenderer

_WITHOUT_SCREEN = ("offscreen", "minimal", "vnc", "linuxfb")
_OLDEST = (2, 1)


def why_no_opengl() -> str:
    """Say why OpenGL cannot be used; nothing when it can."""
    platform = QGuiApplication.platformName()
    if platform in _WITHOUT_SCREEN:
        return f"the display ({platform}) has none"
    context = QOpenGLContext()
    surface = QOffscreenSurface()
    surface.create()
    try:
        if not (context.create() and context.makeCurrent(surface)):
            return "the graphics driver gives none"
        version = context.format().version()
        context.doneCurrent()
    finally:
        surface.destroy()
    if tuple(version) < _OLDEST:
        return f"version {version[0]}.{version[1]} is too old"
    return ""


def opengl_renderer(parent: QWidget) -> GLRenderer | None:
    """Return what draws with OpenGL; None where that cannot be done."""
    if why_no_opengl():
        return None
    try:
        from stormgraph_gui.views.volume_gl import GLRenderer

        return GLRenderer(parent)
    except Exception:
        # drivers and PyOpenGL fail in many ways; the view without OpenGL always works
        return None
