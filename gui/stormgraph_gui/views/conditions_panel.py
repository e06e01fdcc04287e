"""The page that compares conditions: the list of results, the diagram, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.comparison_text import measure_title
from stormgraph_gui.models.conditions import Conditions
from stormgraph_gui.models.superplot import UnitDot, superplot_data
from stormgraph_gui.models.table import column_title
from stormgraph_gui.views.comparison_text import ComparisonText
from stormgraph_gui.views.condition_list import ConditionList
from stormgraph_gui.views.superplot import SuperPlot
from stormgraph_py.clusters.unit_values import measures_of

NEWEST = "Newest of each region"
ALL_PAIRS = "all pairs"
_UNITS = {
    "cell": "Cells",
    "roi": "Regions",
    "replicate": "Replicates",
    "cluster": "Clusters, pooled",
}
_UNIT_TIP = (
    "What counts as one independent observation. Clusters of a cell resemble each other, so that "
    "pooling them makes p-values far too small."
)


class ConditionsPanel(QWidget):
    """Conditions side by side with their statistics.

    Attributes
    ----------
    chosen : Signal
        `Choices` that the user made.
    params_chosen : Signal
        Fields of `CompareParams` by name.
    save_requested : Signal
        The comparison is to be saved.
    """

    chosen = Signal(object)
    params_chosen = Signal(dict)
    save_requested = Signal()

    def __init__(self, conditions: Conditions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conditions = conditions
        self._drawn: object = None
        self.plot: SuperPlot | None = None
        self.list = ConditionList(conditions, self)
        self.list.left_out.connect(self._leave_out)
        self._make_boxes()
        self.text = ComparisonText(self)
        self._problem = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter)
        self._problem.setObjectName("comparison problem")
        self._problem.setWordWrap(True)
        self._problem.setMargin(24)
        self._plot_place = QVBoxLayout()
        self._plot_place.setContentsMargins(0, 0, 0, 0)
        right = QWidget(self)
        right.setLayout(self._plot_place)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._problem)
        self._stack.addWidget(right)
        left = QSplitter(Qt.Orientation.Vertical, self)
        left.addWidget(self.text)
        left.addWidget(self.list)
        left.setSizes([300, 300])
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self._stack)
        splitter.setSizes([360, 360])
        for one in (left, splitter):
            one.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 8)
        layout.addLayout(self._bar)
        layout.addWidget(splitter, 1)
        conditions.changed.connect(self._show)
        self._show()

    def _make_boxes(self) -> None:
        self.measure_box = self._box("compared measure", "Which measure is shown")
        self.measure_box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.measure_box.setMinimumContentsLength(14)
        self.measure_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.measure_box.setMaximumWidth(360)
        self.measure_box.activated.connect(lambda _number: self._draw())
        self.unit_box = self._box("compared unit", _UNIT_TIP)
        for unit, title in _UNITS.items():
            self.unit_box.addItem(title, unit)
        self.unit_box.activated.connect(
            lambda _number: self.params_chosen.emit({"unit": self.unit_box.currentData()})
        )
        self.control_box = self._box(
            "compared control", "Compare every condition with this one, or all with each other"
        )
        self.control_box.activated.connect(
            lambda _number: self.params_chosen.emit({"control": self.control_box.currentData()})
        )
        self.settings_box = self._box(
            "compared settings",
            "Results of which parameters are compared. Those of different parameters cannot be.",
        )
        self.settings_box.activated.connect(
            lambda _number: self.chosen.emit(
                replace(self._conditions.choices, settings=self.settings_box.currentData())
            )
        )
        self.measures_button = QToolButton(self)
        self.measures_button.setObjectName("compared measures")
        self.measures_button.setText("Measures")
        self.measures_button.setToolTip(
            "Choose what is compared, before looking: p-values are corrected for the number of "
            "measures."
        )
        self.measures_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.measures_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self.measures_button)
        menu.aboutToShow.connect(self.fill_measures)
        self.measures_button.setMenu(menu)
        self.status = QLabel(self)
        self.status.setObjectName("comparison status")
        self.save_button = QPushButton("&Save...", self)
        self.save_button.setObjectName("save comparison")
        self.save_button.setToolTip(
            "Write tables, figures and a report of the comparison, as stormgraph compare does"
        )
        self.save_button.clicked.connect(lambda _checked=False: self.save_requested.emit())
        self._settings_label = self._label("Resu&lts", self.settings_box)
        self._bar = QHBoxLayout()
        for widget in (
            self._label("&Measure", self.measure_box),
            self.measure_box,
            self._label("&Unit", self.unit_box),
            self.unit_box,
            self._label("A&gainst", self.control_box),
            self.control_box,
            self._settings_label,
            self.settings_box,
            self.measures_button,
        ):
            self._bar.addWidget(widget)
        self._bar.addWidget(self.status, 1)
        self._bar.addWidget(self.save_button)

    def _box(self, name: str, tip: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setToolTip(tip)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return box

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = QLabel(text, self)
        label.setBuddy(buddy)
        return label

    @property
    def measure(self) -> str | None:
        """Name of the measure that is shown."""
        name = self.measure_box.currentData()
        return None if name is None else str(name)

    def fill_measures(self) -> None:
        """List what can be compared, with a tick at what is."""
        menu = self.measures_button.menu()
        menu.clear()
        compared = self._conditions.compared
        if compared is None:
            menu.addAction("Nothing is compared yet").setEnabled(False)
            return
        chosen = list(compared.comparison.measures)
        of_rois = [m for m in measures_of(compared.rois) if not m.startswith(("mean_", "median_"))]
        for names in (measures_of(compared.clusters), of_rois):
            for name in names:
                action = menu.addAction(column_title(name))
                action.setCheckable(True)
                action.setChecked(name in chosen)
                action.setData(name)
                action.setEnabled(chosen != [name])
                action.toggled.connect(
                    lambda shown, name=name: self._choose_measure(chosen, name, shown)
                )
            menu.addSeparator()
        usual = menu.addAction("The usual measures")
        usual.triggered.connect(
            lambda _checked=False: self.chosen.emit(replace(self._conditions.choices, measures=()))
        )

    def _choose_measure(self, chosen: list[str], name: str, shown: bool) -> None:
        measures = [*chosen, name] if shown else [one for one in chosen if one != name]
        self.chosen.emit(replace(self._conditions.choices, measures=tuple(measures)))

    def _leave_out(self, keys: frozenset[str]) -> None:
        self.chosen.emit(replace(self._conditions.choices, left_out=keys))

    def _show(self) -> None:
        conditions = self._conditions
        compared, params = conditions.compared, conditions.choices.params
        self.unit_box.setCurrentIndex(self.unit_box.findData(params.unit))
        self._fill(self.settings_box, [(NEWEST, None), *((s, s) for s in conditions.settings)],
                   conditions.choices.settings)  # fmt: skip
        for widget in (self._settings_label, self.settings_box):
            widget.setVisible(bool(conditions.settings))
        names = sorted({e.tags["condition"] for e in conditions.entries if "condition" in e.tags})
        self._fill(self.control_box, [(ALL_PAIRS, None), *((n, n) for n in names)], params.control)
        if compared is not None:
            titles = [
                (measure_title(compared.comparison, name), name)
                for name in compared.comparison.measures
            ]
            self._fill(self.measure_box, titles, self.measure)
        self.status.setText("comparing…" if conditions.is_comparing else "")
        self.save_button.setEnabled(compared is not None and not conditions.is_comparing)
        self._problem.setText(conditions.problem)
        self._stack.setCurrentIndex(int(compared is not None))
        self.text.setVisible(compared is not None)
        self._draw()

    def _fill(
        self, box: QComboBox, choices: Sequence[tuple[str, str | None]], chosen: str | None
    ) -> None:
        there = [(box.itemText(i), box.itemData(i)) for i in range(box.count())]
        if there != list(choices):
            box.clear()
            for text, data in choices:
                box.addItem(text, data)
        box.setCurrentIndex(max(box.findData(chosen), 0))

    def _draw(self) -> None:
        compared, measure = self._conditions.compared, self.measure
        if compared is None or measure is None or measure not in compared.comparison.measures:
            return
        if self._drawn == (compared, measure):
            return
        self._drawn = compared, measure
        if self.plot is not None:
            self._plot_place.removeWidget(self.plot)
            self.plot.hide()
            self.plot.deleteLater()
        unit = compared.comparison.unit_of(measure)
        title = measure_title(compared.comparison, measure)
        self.plot = SuperPlot(superplot_data(compared, measure), title, unit, self)
        self.plot.unit_clicked.connect(self._mark)
        self._plot_place.addWidget(self.plot)
        self.text.show_measure(compared, measure)

    def _mark(self, dot: UnitDot) -> None:
        """Select the results behind a dot in the list."""
        entries = self._conditions.entries
        self.list.select({one.finding for one in entries if str(Path(one.name)) in dot.results})
