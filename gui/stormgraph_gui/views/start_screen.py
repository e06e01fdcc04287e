"""What is seen before anything is open: what the app is for, and where to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFont, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import (
    QCommandLinkButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.recent import RecentFiles
from stormgraph_gui.views.card import Card
from stormgraph_gui.views.form_area import FormArea

SAMPLES = (
    ("nanoclusters_2d.csv", "Clusters in 2-D", "4,933 localizations, 53 discs in 16 aggregates"),
    ("nanoclusters_3d.csv", "Clusters in 3-D", "6,051 localizations, 29 spheres in 16 aggregates"),
    ("two_colours_2d.csv", "Two colours", "two channels that share half of 18 aggregates"),
)
_MOST_RECENT = 6
_WIDTH = 760
_LEAST_HEIGHT = 200
_ARROW = 20


class StartScreen(QWidget):
    """Offers files, sample data and a first run with guidance.

    Attributes
    ----------
    open_requested : Signal
        The user wants to choose files.
    paths_chosen : Signal
        Files to open.
    sample_chosen : Signal
        Name of a file of the sample data.
    guide_requested : Signal
        The user wants to be shown around.
    """

    open_requested = Signal()
    paths_chosen = Signal(object)
    sample_chosen = Signal(str)
    guide_requested = Signal()

    def __init__(self, recent: RecentFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start screen")
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._recent = recent
        title = QLabel("StormGraph")
        title.setFont(_larger(self.font(), 2.2))
        line = QLabel("Finds clusters in localization microscopy data, in 2-D and 3-D.")
        line.setFont(_larger(self.font(), 1.15))
        line.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        body = QWidget()
        body.setMaximumWidth(_WIDTH)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        columns.addLayout(self._left(), 1)
        columns.addLayout(self._right(), 1)
        layout = QVBoxLayout(body)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addWidget(line)
        layout.addSpacing(22)
        layout.addLayout(columns)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(body, 8)
        across.addStretch(1)
        inside = QWidget()
        middle = QVBoxLayout(inside)
        middle.addStretch(2)
        middle.addLayout(across)
        middle.addStretch(3)
        # it scrolls, for what cannot be made low makes the window higher than a small screen
        area = FormArea(inside, _LEAST_HEIGHT)
        inside.setBackgroundRole(QPalette.ColorRole.Base)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        recent.changed.connect(self._list_recent)
        self._list_recent()

    def _left(self) -> QVBoxLayout:
        area = Card(is_dashed=True)
        area.setObjectName("drop area")
        hint = QLabel("Drop files here")
        hint.setFont(_larger(self.font(), 1.2))
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        kinds = QLabel(
            "ThunderSTORM, Picasso, SMAP, rapidSTORM, Nikon, Zeiss, ONI, MINFLUX, DECODE, csv "
            "and more"
        )
        kinds.setWordWrap(True)
        kinds.setAlignment(Qt.AlignmentFlag.AlignCenter)
        kinds.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        choose = QPushButton("&Open files...")
        choose.setObjectName("open from start")
        choose.setToolTip("Choose files of localizations")
        choose.setDefault(True)
        choose.setMinimumHeight(34)
        choose.clicked.connect(lambda: self.open_requested.emit())
        inside = QVBoxLayout(area)
        inside.setContentsMargins(20, 26, 20, 26)
        inside.setSpacing(10)
        inside.addWidget(hint)
        inside.addWidget(choose, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(kinds)
        self._recent_title = _heading("Recent files", self.font())
        self._recent_list = QVBoxLayout()
        self._recent_list.setSpacing(2)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(area)
        column.addSpacing(8)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent_list)
        column.addStretch()
        return column

    def _right(self) -> QVBoxLayout:
        guide = _Link("Show me around", "A first analysis in two minutes, step by step")
        guide.setObjectName("start guide")
        guide.clicked.connect(lambda: self.guide_requested.emit())
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(_heading("New here?", self.font()))
        column.addWidget(guide)
        column.addSpacing(10)
        column.addWidget(_heading("Sample data", self.font()))
        for name, text, description in SAMPLES:
            button = _Link(text, description)
            button.setObjectName(f"sample {name}")
            button.clicked.connect(lambda _=False, name=name: self.sample_chosen.emit(name))
            column.addWidget(button)
        column.addStretch()
        return column

    def _list_recent(self) -> None:
        while (item := self._recent_list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        paths = self._recent.paths[:_MOST_RECENT]
        self._recent_title.setVisible(bool(paths))
        for path in paths:
            button = QPushButton(Path(path).name)
            button.setObjectName("recent file")
            button.setFlat(True)
            button.setToolTip(path)
            button.setStyleSheet("text-align: left; padding: 4px 8px;")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, path=path: self.paths_chosen.emit([path]))
            self._recent_list.addWidget(button)


class _Link(QCommandLinkButton):
    """Its arrow has the colour of the text, which the style's own has not in the dark."""

    def __init__(self, text: str, description: str) -> None:
        super().__init__(text, description)
        self._draw_arrow()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_arrow()

    def _draw_arrow(self) -> None:
        scale = 2.0
        picture = QPixmap(round(_ARROW * scale), round(_ARROW * scale))
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().color(QPalette.ColorRole.Link), 2.2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        ends = ((0.35, 0.2), (0.7, 0.5), (0.35, 0.8))
        painter.drawPolyline(QPolygonF([QPointF(x * _ARROW, y * _ARROW) for x, y in ends]))
        painter.end()
        self.setIcon(QIcon(picture))


def _heading(text: str, font: QFont) -> QLabel:
    label = QLabel(text)
    bold = _larger(font, 1.1)
    bold.setBold(True)
    label.setFont(bold)
    return label


def _larger(font: QFont, factor: float) -> QFont:
    larger = QFont(font)
    if font.pointSizeF() > 0:
        larger.setPointSizeF(font.pointSizeF() * factor)
    else:
        larger.setPixelSize(round(font.pixelSize() * factor))
    return larger
