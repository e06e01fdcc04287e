"""The panel that says how the data are drawn: colours, contrast, what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.color_maps import COLOR_MAPS, N_COLORS, color_map
from stormgraph_gui.models.coloring import TITLES, channel_entries
from stormgraph_gui.models.display import Display, DisplayState
from stormgraph_gui.models.scene import Scene
from stormgraph_gui.views.named import named
from stormgraph_gui.views.range_slider import RangeSlider

GAMMA_STEP = 0.05
"""Step of the slider of gamma."""

_LEAST_GAMMA, _MOST_GAMMA = 0.2, 2.0
_SWATCH = QSize(40, 12)
_SHOWN = (
    ("show_outlines", "&Outlines of clusters", "Draw a line around each cluster"),
    (
        "show_unclustered",
        "&Unclustered localizations",
        "Draw localizations that belong to no cluster, in grey",
    ),
    (
        "show_precision",
        "Circles of &precision",
        "Draw a circle of one localization precision around single localizations, once it is large "
        "enough to be seen",
    ),
    ("show_regions", "Reg&ions", "Draw the regions of interest"),
    ("show_scale_bar", "&Scale bar", "Draw the scale bar, which goes into saved pictures too"),
)
_KEPT = ("color_by", "result_color_by", "hidden_channels", "slab_nm")


class DisplayPanel(QWidget):
    """Shows and changes how the data are drawn.

    Attributes
    ----------
    wanted : Signal
        Fields of `DisplayState` by name, as the user wants them.
    """

    wanted = Signal(object)

    def __init__(self, display: Display, scene: Scene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display, self._scene = display, scene
        column = QVBoxLayout(self)
        column.addLayout(self._colors())
        column.addLayout(self._checks())
        self._channels = named("channels", QGroupBox("Channels"))
        QVBoxLayout(self._channels)
        column.addWidget(self._channels)
        column.addWidget(self._slab_group())
        reset = named("display reset", QPushButton("Bac&k to defaults"))
        reset.setToolTip("Draw the data as the app did at first")
        reset.clicked.connect(self._reset)
        column.addWidget(reset, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        display.changed.connect(self._show)
        scene.field_changed.connect(self._show_data)
        self._show_data()

    def _colors(self) -> QFormLayout:
        self._color_by = named("colour by", QComboBox())
        self._color_by.setToolTip("What the colours of the localizations mean")
        self._color_by.activated.connect(self._choose_color)
        self._map = named("colour map", QComboBox())
        self._map.setToolTip("Colours for numbers; all of them suit colour-blind readers")
        self._map.setIconSize(_SWATCH)
        for choice in (self._color_by, self._map):
            choice.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            choice.setMinimumContentsLength(6)
        for name in COLOR_MAPS:
            self._map.addItem(_swatch(name), name.capitalize(), name)
        self._map.activated.connect(self._choose_map)
        self._contrast = named("contrast", RangeSlider())
        self._contrast.set_limits(0.0, 1.0)
        self._contrast.setToolTip(
            "Shares of the localizations, from the loneliest to the most crowded, between which "
            "the colours are spread: move the right end to the left for a brighter picture"
        )
        self._contrast.range_changed.connect(self._choose_contrast)
        self._gamma = named("gamma", QSlider(Qt.Orientation.Horizontal))
        self._gamma.setRange(round(_LEAST_GAMMA / GAMMA_STEP), round(_MOST_GAMMA / GAMMA_STEP))
        self._gamma.setToolTip("Below 1 shows faint structures, above 1 only the densest")
        self._gamma.valueChanged.connect(self._choose_gamma)
        self._gamma_text = QLabel()
        self._gamma_text.setMinimumWidth(self._gamma_text.fontMetrics().horizontalAdvance("0.00"))
        gamma = QHBoxLayout()
        gamma.addWidget(self._gamma, 1)
        gamma.addWidget(self._gamma_text)
        self._size = named("point size", QDoubleSpinBox())
        self._size.setRange(1.0, 20.0)
        self._size.setSingleStep(0.5)
        self._size.setDecimals(1)
        self._size.setSuffix(" px")
        self._size.setToolTip("Diameter of single localizations on the screen")
        self._size.valueChanged.connect(self._choose_size)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Colour by", self._color_by)
        form.addRow("Colour &map", self._map)
        form.addRow("Co&ntrast", self._contrast)
        form.addRow("&Gamma", gamma)
        form.labelForField(gamma).setBuddy(self._gamma)  # type: ignore[attr-defined]
        form.addRow("Point si&ze", self._size)
        return form

    def _checks(self) -> QVBoxLayout:
        rows = QVBoxLayout()
        self._shown: dict[str, QCheckBox] = {}
        for name, text, tip in _SHOWN:
            box = named(name.replace("_", " "), QCheckBox(text))
            box.setToolTip(tip)
            box.clicked.connect(self._choose_shown)
            self._shown[name] = box
            rows.addWidget(box)
        return rows

    def _slab_group(self) -> QGroupBox:
        self._slab_box = named("slab", QGroupBox("Range of z"))
        self._slab = named("slab range", RangeSlider())
        self._slab.setToolTip("Only localizations at these heights are drawn")
        self._slab.range_changed.connect(self._choose_slab)
        self._slab_text = QLabel()
        self._whole = named("slab all", QPushButton("A&ll"))
        self._whole.setToolTip("Draw localizations of all heights")
        self._whole.clicked.connect(self._choose_all_z)
        row = QHBoxLayout()
        row.addWidget(self._slab_text, 1)
        row.addWidget(self._whole)
        column = QVBoxLayout(self._slab_box)
        column.addWidget(self._slab)
        column.addLayout(row)
        return self._slab_box

    # --- what is shown

    def _show_data(self) -> None:
        """Offer what the data that are shown now have."""
        self._color_by.clear()
        for name in self._scene.color_choices:
            self._color_by.addItem(TITLES[name], name)
        self._show_channels()
        field = self._scene.field
        z = None if field is None else field.column("z_nm")
        has_depth = z is not None and bool(z.min() < z.max())
        self._slab_box.setVisible(has_depth)
        if z is not None and has_depth:
            self._slab.set_limits(float(z.min()), float(z.max()))
        self._show()

    def _show_channels(self) -> None:
        layout, field = self._channels.layout(), self._scene.field
        assert layout is not None
        while (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._channel_boxes: dict[int, QCheckBox] = {}
        numbers = () if field is None else field.channel_numbers
        self._channels.setVisible(len(numbers) > 1)
        if field is None or len(numbers) < 2:
            return
        for number, (name, color) in zip(numbers, channel_entries(field), strict=True):
            box = named(f"channel {number}", QCheckBox(name.replace("&", "&&")))
            patch = QPixmap(12, 12)
            patch.fill(QColor(*color))
            box.setIcon(QIcon(patch))
            box.setToolTip("Draw the localizations of this channel")
            box.clicked.connect(self._choose_channels)
            self._channel_boxes[number] = box
            layout.addWidget(box)

    def _show(self) -> None:
        state = self._display.state
        self._color_by.setCurrentIndex(max(self._color_by.findData(self._scene.color_by), 0))
        by = self._scene.color_by
        self._map.setEnabled(by not in ("channel", "cluster"))
        has_brightness = by not in ("cluster", "level")
        self._contrast.setEnabled(has_brightness)
        self._gamma.setEnabled(has_brightness)
        self._map.setCurrentIndex(self._map.findData(state.color_map))
        self._contrast.set_values(*state.contrast)
        for widget in (self._gamma, self._size):
            widget.blockSignals(True)
        self._gamma.setValue(round(state.gamma / GAMMA_STEP))
        self._size.setValue(state.point_size)
        for widget in (self._gamma, self._size):
            widget.blockSignals(False)
        self._gamma_text.setText(f"{state.gamma:.2f}")
        for name, box in self._shown.items():
            box.setChecked(getattr(state, name))
        for number, box in self._channel_boxes.items():
            box.setChecked(number not in state.hidden_channels)
        self._show_slab(state)

    def _show_slab(self, state: DisplayState) -> None:
        low, high = state.slab_nm or (-np.inf, np.inf)
        self._slab.set_values(float(low), float(high))
        low, high = self._slab.values
        self._slab_text.setText(f"{low:,.0f} to {high:,.0f} nm")
        self._whole.setEnabled(state.slab_nm is not None)

    # --- what the user wants

    def _want(self, **values: Any) -> None:
        self.wanted.emit(values)

    def _choose_color(self) -> None:
        name = "color_by" if self._scene.analysed is None else "result_color_by"
        self._want(**{name: self._color_by.currentData()})

    def _choose_map(self) -> None:
        self._want(color_map=self._map.currentData())

    def _choose_contrast(self, low: float, high: float) -> None:
        self._want(contrast=(low, max(high, low + 0.01)))

    def _choose_gamma(self, step: int) -> None:
        self._want(gamma=round(step * GAMMA_STEP, 2))

    def _choose_size(self, size: float) -> None:
        self._want(point_size=size)

    def _choose_shown(self) -> None:
        self._want(**{name: box.isChecked() for name, box in self._shown.items()})

    def _choose_channels(self) -> None:
        boxes = self._channel_boxes.items()
        self._want(hidden_channels=frozenset(n for n, box in boxes if not box.isChecked()))

    def _choose_slab(self, low: float, high: float) -> None:
        self._want(slab_nm=(low, high))

    def _choose_all_z(self) -> None:
        self._want(slab_nm=None)

    def _reset(self) -> None:
        defaults = DisplayState()
        self._want(**{name: getattr(defaults, name) for name in _fields(defaults)})


def _fields(state: DisplayState) -> tuple[str, ...]:
    """Fields that are reset: those of the look, not of what is looked at."""
    return tuple(name for name in state.__dataclass_fields__ if name not in _KEPT)


def _swatch(name: str) -> QIcon:
    """Return a picture of a colour map."""
    colors = np.full((1, N_COLORS, 4), 255, dtype=np.uint8)
    colors[0, :, :3] = color_map(name)
    line = QImage(colors.data, N_COLORS, 1, QImage.Format.Format_RGBA8888)
    return QIcon(QPixmap.fromImage(line.scaled(_SWATCH)))
