"""The results of the data set and the region at hand, newest first."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from stormgraph_gui.models.currency import outdated_by, parameters_apart
from stormgraph_gui.models.project import Finding, Project
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.views.named import named

_KEY = Qt.ItemDataRole.UserRole
_MADE, _CLUSTERS, _PARAMETERS = range(3)


class FindingList(QWidget):
    """Lists results; what has changed since is said of each.

    Parameters
    ----------
    workspace : Workspace
        What is looked at, and the numbers of the results.

    Attributes
    ----------
    show_requested : Signal
        Key of the result to look at.
    remove_requested : Signal
        Key of the result to remove.
    put_back_requested : Signal
        The result that was removed last is wanted back.
    reuse_requested : Signal
        Key of the result whose parameters are to be used again.
    """

    show_requested = Signal(str)
    remove_requested = Signal(str)
    put_back_requested = Signal()
    reuse_requested = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._project = Project()
        self._tree = self._make_tree()
        self._items: list[QTreeWidgetItem] = []
        self._note = named("finding note", QLabel(wordWrap=True))
        self._note.setForegroundRole(QPalette.ColorRole.BrightText)
        self._reuse = self._action(
            "&Use its parameters",
            "Take the parameters and the seed of this result for the next run",
        )
        self._reuse.triggered.connect(self._ask_reuse)
        self._remove = self._action("Re&move", "Remove this result from the project (Delete)")
        self._remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self._remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._remove.triggered.connect(self._ask_remove)
        self._put_back = self._action("Put back", "Put back the result that was removed last")
        self._put_back.triggered.connect(self.put_back_requested)
        self._put_back.setVisible(False)
        buttons = QHBoxLayout()
        for name, action in (
            ("reuse parameters", self._reuse),
            ("remove finding", self._remove),
            ("put back finding", self._put_back),
        ):
            button = named(name, QToolButton())
            button.setDefaultAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setVisible(action.isVisible())
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._put_back_button = button
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        title = QLabel("Resul&ts")
        title.setBuddy(self._tree)
        layout.addWidget(title)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._note)
        layout.addLayout(buttons)
        self._enable()

    @property
    def chosen(self) -> str | None:
        """Key of the chosen result."""
        item = self._tree.currentItem()
        return None if item is None else item.data(_MADE, _KEY)

    def show_findings(self, project: Project) -> None:
        """Show the results of the data set and the region that are looked at."""
        self._project = project
        workspace = self._workspace
        here = [
            finding
            for finding in reversed(project.findings)
            if project.place_of(finding) == (workspace.data_set, workspace.region)
        ]
        self._tree.blockSignals(True)
        if [item.data(_MADE, _KEY) for item in self._items] != [one.key for one in here]:
            self._tree.clear()
            self._items = [QTreeWidgetItem(self._tree) for _ in here]
        for item, finding in zip(self._items, here, strict=True):
            self._describe(item, finding)
            if finding.key == workspace.finding:
                self._tree.setCurrentItem(item)
        if workspace.finding not in [finding.key for finding in here]:
            self._tree.setCurrentIndex(QModelIndex())
        self._tree.blockSignals(False)
        self._enable()

    def allow_put_back(self, is_possible: bool) -> None:
        """Say whether there is a removed result that can be put back."""
        self._put_back.setVisible(is_possible)
        self._put_back_button.setVisible(is_possible)

    def _make_tree(self) -> QTreeWidget:
        tree = named("findings", QTreeWidget())
        tree.setAccessibleName("Results")
        tree.setRootIsDecorated(False)
        tree.setHeaderLabels(["Made", "Clusters", "Parameters"])
        tree.setUniformRowHeights(True)
        tree.setAllColumnsShowFocus(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        tree.setToolTip("Results found here, newest first. Choose one to see it over the data.")
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(True)
        tree.currentItemChanged.connect(self._chosen)
        return tree

    def _action(self, text: str, tip: str) -> QAction:
        action = QAction(text, self)
        action.setToolTip(tip)
        self._tree.addAction(action)
        return action

    def _describe(self, item: QTreeWidgetItem, finding: Finding) -> None:
        made = datetime.fromisoformat(finding.made_utc).astimezone()
        is_today = made.date() == datetime.now().astimezone().date()
        analysis = self._workspace.analyses.get(finding.key)
        apart = parameters_apart(self._project.params, self._project.seed, finding)
        changes = outdated_by(self._project, finding)
        params = ", ".join(f"{label} {value}" for label, value in apart) or "as chosen now"
        tip = f"Made on {made:%d %B %Y at %H:%M:%S}\nParameters: {params}"
        if changes:
            tip += f"\nOut of date: {'; '.join(changes)}"
        texts = {
            _MADE: f"{made:%H:%M:%S}" if is_today else f"{made:%Y-%m-%d}",
            _CLUSTERS: "not loaded" if analysis is None else f"{analysis.result.n_clusters:,}",
            _PARAMETERS: f"Out of date · {params}" if changes else params,
        }
        item.setData(_MADE, _KEY, finding.key)
        item.setTextAlignment(_CLUSTERS, Qt.AlignmentFlag.AlignRight)
        for column, text in texts.items():
            item.setText(column, text)
            item.setToolTip(column, tip)
            font = item.font(column)
            font.setItalic(bool(changes))
            item.setFont(column, font)

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        self._enable()
        if item is not None:
            self.show_requested.emit(item.data(_MADE, _KEY))

    def _ask_reuse(self) -> None:
        if self.chosen is not None:
            self.reuse_requested.emit(self.chosen)

    def _ask_remove(self) -> None:
        if self.chosen is not None:
            self.remove_requested.emit(self.chosen)

    def _enable(self) -> None:
        key = self.chosen
        finding = next((one for one in self._project.findings if one.key == key), None)
        self._remove.setEnabled(finding is not None)
        self._reuse.setEnabled(
            finding is not None
            and bool(parameters_apart(self._project.params, self._project.seed, finding))
        )
        changes = () if finding is None else outdated_by(self._project, finding)
        self._note.setText(f"Out of date: {'; '.join(changes)} since. Run again to renew it.")
        self._note.setVisible(bool(changes))
