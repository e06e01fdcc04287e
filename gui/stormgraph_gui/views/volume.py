"""The page of the 3-D view: the points, what they show, and the slab of z."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.volume import VolumeScene
from stormgraph_gui.views.named import named
from stormgraph_gui.views.range_slider import RangeSlider
from stormgraph_gui.views.volume_backend import opengl_renderer
from stormgraph_gui.views.volume_canvas import VolumeCanvas
from stormgraph_gui.views.volume_software import SoftwareRenderer

COLOR_WORDS = {
    "z": "z",
    "cluster": "Cluster",
    "channel": "Channel",
    "precision": "Precision",
    "photons": "Photons",
    "frame": "Frame",
}

_DIRECTIONS = (
    ("XY", "z", "Look along z, as in the 2-D picture (x to the right, y down)"),
    ("XZ", "y", "Look along y (x to the right, z up)"),
    ("YZ", "x", "Look along x (y to the right, z up)"),
    ("3-D", None, "Look obliquely from above"),
)
_HELP = (
    "Drag: turn. Drag with the right or middle button, or with Shift: move. Wheel: zoom.\n"
    "Click: select a cluster, with Ctrl several. Double click: turn about this point.\n"
    "Keys: arrows turn, + and - zoom, Home shows everything."
)


Named = TypeVar("Named", bound=QWidget)


class VolumeView(QWidget):
    """Shows a `VolumeScene`, and says what the user wants of it.

    Attributes
    ----------
    appeared : Signal
        The page came to the front.
    color_chosen : Signal
        What colours shall mean.
    slab_chosen : Signal
        Range of z (low, high), nm; None is all of it.
    unclustered_chosen : Signal
        Whether unclustered localizations are drawn.
    picked : Signal
        Cluster or None, and whether it is added to those selected.
    picture_wanted : Signal
        The picture shall be saved.
    """

    appeared = Signal()
    color_chosen = Signal(str)
    slab_chosen = Signal(object)
    unclustered_chosen = Signal(bool)
    picked = Signal(object, bool)
    picture_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = VolumeCanvas()
        self.canvas.setToolTip(_HELP)
        self.canvas.picked.connect(self.picked)
        self.hint = QLabel()
        self.hint.setObjectName("volume hint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setMargin(40)
        data = QWidget()
        column = QVBoxLayout(data)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top())
        column.addWidget(self.canvas, 1)
        column.addLayout(self._bottom())
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(data)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)

    def show_hint(self, text: str) -> None:
        """Say why there is nothing to be seen."""
        self.hint.setText(text)
        self.stack.setCurrentIndex(0)

    def show_scene(self, scene: VolumeScene, *, fit: bool) -> None:
        """Show points."""
        self.stack.setCurrentIndex(1)
        self.canvas.show_scene(scene, fit=fit)

    def show_choices(
        self,
        colors: tuple[str, ...],
        color_by: str,
        z_range_nm: tuple[float, float],
        slab_nm: tuple[float, float] | None,
        shows_unclustered: bool,
    ) -> None:
        """Show what can be chosen and what is."""
        names = [self.colors.itemData(i) for i in range(self.colors.count())]
        if names != list(colors):
            self.colors.clear()
            for name in colors:
                self.colors.addItem(COLOR_WORDS[name], name)
        self.colors.setCurrentIndex(self.colors.findData(color_by))
        self.unclustered.setChecked(shows_unclustered)
        self.unclustered.setEnabled("cluster" in colors)
        low, high = z_range_nm if slab_nm is None else slab_nm
        self.slider.set_limits(*z_range_nm)
        self.slider.set_values(low, high)
        for box, value in ((self.low, low), (self.high, high)):
            box.blockSignals(True)
            box.setRange(*z_range_nm)
            box.setValue(value)
            box.blockSignals(False)
        self.whole.setEnabled(slab_nm is not None)

    def use_opengl(self, is_wanted: bool) -> None:
        """Draw with OpenGL where it is wanted and there."""
        has_it = not isinstance(self.canvas.renderer, SoftwareRenderer)
        if is_wanted and not has_it:
            renderer = opengl_renderer(self.canvas)
            if renderer is not None:
                renderer.broken.connect(self._without_opengl, Qt.ConnectionType.QueuedConnection)
                self.canvas.use(renderer)
        elif has_it and not is_wanted:
            self.canvas.use(SoftwareRenderer(self.canvas))

    def showEvent(self, event: QShowEvent) -> None:
        """Say that the page came to the front."""
        super().showEvent(event)
        self.appeared.emit()

    def _without_opengl(self, _reason: str) -> None:
        self.use_opengl(False)

    def _top(self) -> QToolBar:
        # what does not fit into a narrow window is behind the arrow at its end
        bar = named("volume tools", QToolBar())
        bar.setMovable(False)
        self._directions = QButtonGroup(self)
        for number, (text, _, tip) in enumerate(_DIRECTIONS):
            button = _named(QToolButton(), f"volume {text}", tip)
            button.setText(text)
            self._directions.addButton(button, number)
            bar.addWidget(button)
        self._directions.idClicked.connect(self._look_along)
        bar.addSeparator()
        colors = QLabel("&Colour by")
        self.colors = _named(
            QComboBox(), "volume colours", "What the colours of the localizations mean"
        )
        colors.setBuddy(self.colors)
        self.colors.activated.connect(self._choose_color)
        self.unclustered = _named(
            QCheckBox("&Unclustered"),
            "volume unclustered",
            "Draw localizations that belong to no cluster, in grey",
        )
        self.unclustered.clicked.connect(self.unclustered_chosen)
        stretch = QLabel("&Stretch z")
        self.stretch = _number(
            "volume stretch",
            "Draw z larger than it is; the ticks keep the true values",
            (0.1, 20.0, 1.0),
        )
        self.stretch.setDecimals(1)
        self.stretch.setSingleStep(0.5)
        self.stretch.setPrefix("× ")
        stretch.setBuddy(self.stretch)
        self.stretch.valueChanged.connect(self.canvas.set_z_scale)
        size = QLabel("Point si&ze")
        self.size_of_points = _number(
            "volume size", "Diameter of the points on the screen", (1, 12, self.canvas.point_size)
        )
        self.size_of_points.setSuffix(" px")
        size.setBuddy(self.size_of_points)
        self.size_of_points.valueChanged.connect(self.canvas.set_point_size)
        self.perspective = _named(
            QCheckBox("&Perspective"), "volume perspective", "Near things look larger than far ones"
        )
        self.perspective.setChecked(True)
        self.perspective.toggled.connect(self.canvas.set_perspective)
        save = _named(
            QPushButton("Save p&icture..."), "volume picture", "Save what is seen as a PNG"
        )
        save.clicked.connect(self.picture_wanted)
        for group in (
            (_together(colors, self.colors), self.unclustered),
            (
                _together(size, self.size_of_points),
                self.perspective,
                _together(stretch, self.stretch),
            ),
            (save,),
        ):
            for widget in group:
                bar.addWidget(widget)
            if save not in group:
                bar.addSeparator()
        return bar

    def _bottom(self) -> QHBoxLayout:
        row = _row()
        label = QLabel("S&lab: z from")
        tip = "Show only localizations in a range of z"
        self.low = _number("slab low", tip, (0, 1, 0))
        self.high = _number("slab high", tip, (0, 1, 1))
        for box in (self.low, self.high):
            box.setSuffix(" nm")
            box.setSingleStep(10)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(self._choose_slab_numbers)
        label.setBuddy(self.low)
        self.slider = _named(
            RangeSlider(),
            "slab",
            "Drag the ends, or the range between them; the arrow keys step through z",
        )
        self.slider.range_changed.connect(self._choose_slab)
        self.whole = _named(QPushButton("All z"), "slab all", "Show all of z again")
        self.whole.clicked.connect(self._choose_all)
        row.addWidget(label)
        row.addWidget(self.low)
        row.addWidget(self.slider, 1)
        row.addWidget(QLabel("to"))
        row.addWidget(self.high)
        row.addWidget(self.whole)
        return row

    def _look_along(self, number: int) -> None:
        self.canvas.look_along(_DIRECTIONS[number][1])

    def _choose_color(self, index: int) -> None:
        self.color_chosen.emit(self.colors.itemData(index))

    def _choose_slab(self, low: float, high: float) -> None:
        self.slab_chosen.emit((low, high))

    def _choose_slab_numbers(self) -> None:
        low, high = self.low.value(), self.high.value()
        self.slab_chosen.emit((min(low, high), max(low, high)))

    def _choose_all(self) -> None:
        self.slab_chosen.emit(None)


def _row() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(8, 6, 8, 6)
    row.setSpacing(6)
    return row


def _named(widget: Named, name: str, tip: str) -> Named:
    widget.setToolTip(tip)
    return named(name, widget)


def _together(label: QLabel, field: QWidget) -> QWidget:
    """Keep a field beside its label."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(4, 0, 4, 0)
    row.addWidget(label)
    row.addWidget(field)
    return both


def _number(name: str, tip: str, values: tuple[float, float, float]) -> QDoubleSpinBox:
    """Make a field for whole numbers: smallest, largest and present one."""
    box = _named(QDoubleSpinBox(), name, tip)
    box.setDecimals(0)
    box.setGroupSeparatorShown(True)
    box.setRange(*values[:2])
    box.setValue(values[2])
    return box
