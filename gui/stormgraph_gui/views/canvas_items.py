"""What the canvas draws of the data: the picture."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from stormgraph_gui.models.color_maps import Colors
from stormgraph_gui.models.density import Box


class PictureItem(QGraphicsItem):
    """An image laid over a rectangle of the plane.

    Drawn pixel for pixel where the view has not changed since it was made, and stretched until the
    next one is there.
    """

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._pixels: Colors | None = None
        self._place = QRectF()

    def show_picture(self, pixels: Colors | None, box: Box | None) -> None:
        """Show pixels (rows, columns, 4) over a rectangle in nm, or nothing."""
        self.prepareGeometryChange()
        self._pixels = pixels  # the image only points to it
        if pixels is None or box is None:
            self._image, self._place = QImage(), QRectF()
        else:
            n_rows, n_columns, _ = pixels.shape
            self._image = QImage(
                pixels.data, n_columns, n_rows, 4 * n_columns, QImage.Format.Format_RGBA8888
            )
            self._place = QRectF(box.left, box.low, box.width, box.height)
        self.update()

    def boundingRect(self) -> QRectF:
        """Return where the picture lies, nm."""
        return self._place

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the image."""
        if self._image.isNull():
            return
        place = painter.transform().mapRect(self._place)
        wide = place.width() * painter.device().devicePixelRatioF()
        if abs(wide - self._image.width()) < 0.5:
            painter.save()
            painter.resetTransform()
            corner = place.topLeft().toPoint()
            size = self._image.deviceIndependentSize() / painter.device().devicePixelRatioF()
            painter.drawImage(QRectF(corner, size), self._image)
            painter.restore()
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._place, self._image)
