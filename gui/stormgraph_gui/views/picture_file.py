"""The map as it is seen, as the bytes of a picture file."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from stormgraph_gui.models.painting import Picture
from stormgraph_gui.views.canvas import Canvas
from stormgraph_gui.views.data_layer import DataLayer

ENLARGED = 2
"""Pixels of a picture per pixel of the screen, along each side."""
DOTS_PER_INCH = 300

_DOTS_PER_METER = round(DOTS_PER_INCH / 0.0254)


def paint_map(canvas: Canvas, layer: DataLayer, picture: Picture | None) -> QImage:
    """Return the map with twice the pixels of the screen and 300 dots per inch."""
    size = canvas.viewport().size()
    image = QImage(size * ENLARGED, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ENLARGED)
    painter = QPainter(image)
    _render(canvas, layer, painter, size, picture)
    painter.end()
    image.setDotsPerMeterX(_DOTS_PER_METER)
    image.setDotsPerMeterY(_DOTS_PER_METER)
    return image


def as_png(image: QImage) -> bytes:
    """Return an image as PNG; this takes long, and may be done in another thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def as_svg(canvas: Canvas, layer: DataLayer, picture: Picture | None) -> bytes:
    """Return the map as SVG: the data as an image, lines and text as lines."""
    size = canvas.viewport().size()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(size)
    drawing.setViewBox(QRect(0, 0, size.width(), size.height()))
    drawing.setTitle("Map of localizations")
    painter = QPainter(drawing)
    _render(canvas, layer, painter, size, picture)
    painter.end()
    return bytes(buffer.data().data())


def _render(
    canvas: Canvas, layer: DataLayer, painter: QPainter, size: QSize, picture: Picture | None
) -> None:
    """Paint the canvas with a picture of the data as fine as the file."""
    # what is still to be drawn, its legend above all
    layer.draw()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRect(0, 0, size.width(), size.height())
    layer.show_picture(picture)
    try:
        canvas.render(painter, QRectF(area), area)
    finally:
        layer.draw()
