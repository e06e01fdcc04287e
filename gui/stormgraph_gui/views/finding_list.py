"""The results of the data set and the region at hand, newest first."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
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


class FindingList(QWidget):
    """Lists results; what has changed since is said of each.

    Attributes
    ----------
    show_requested : Signal
        Key of the result to look at.
    remove_requested : Signal
        Key of the result to remove.
    reuse_requested : Signal
        Key of the result whose parameters are to be used again.
    """

    show_requested = Signal(str)
    remove_requested = Signal(str)
    reuse_requested = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._project = Project()
        self._tree = named("findings", QTreeWidget())
        self._tree.setRootIsDecorated(False)
        self._tree.setHeaderLabels(["Made", "Clusters", "Parameters"])
        self._tree.setUniformRowHeights(True)
        self._tree.setAllColumnsShowFocus(True)
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._tree.setToolTip("Results here, newest first. Choose one to see it over the data.")
        header = self._tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self._tree.currentItemChanged.connect(self._chosen)
        self._tree.itemSelectionChanged.connect(self._enable)
        self._note = named("finding note", QLabel(wordWrap=True))
        self._note.setProperty("role", "warning")
        self._reuse = named("reuse parameters", QPushButton("&Use its parameters"))
        self._reuse.setToolTip("Take the parameters and the seed of this result for the next run")
        self._reuse.clicked.connect(lambda: self.reuse_requested.emit(self.chosen))
        self._remove = named("remove finding", QPushButton("Remo&ve"))
        self._remove.setToolTip("Remove this result from the project")
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self.chosen))
        buttons = QHBoxLayout()
        buttons.addWidget(self._reuse)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._note)
        layout.addLayout(buttons)
        self._enable()

    @property
    def chosen(self) -> str | None:
        """Key of the chosen result."""
        item = self._tree.currentItem()
        return None if item is None else item.data(0, _KEY)

    def show_findings(self, project: Project) -> None:
        """Show the results of the data set and the region that are looked at."""
        self._project = project
        workspace = self._workspace
        here = [
            finding
            for finding in reversed(project.findings)
            if (finding.data_set, finding.region) == (workspace.data_set, workspace.region)
        ]
        self._tree.blockSignals(True)
        self._tree.clear()
        for finding in here:
            item = self._item(finding)
            self._tree.addTopLevelItem(item)
            if finding.key == workspace.finding:
                self._tree.setCurrentItem(item)
        self._tree.blockSignals(False)
        self._enable()

    def _item(self, finding: Finding) -> QTreeWidgetItem:
        made = datetime.fromisoformat(finding.made_utc).astimezone()
        analysis = self._workspace.analyses.get(finding.key)
        count = "not loaded" if analysis is None else str(analysis.result.n_clusters)
        apart = parameters_apart(self._project.params, self._project.seed, finding)
        changes = outdated_by(self._project, finding)
        params = ", ".join(f"{label} {value}" for label, value in apart) or "as above"
        shown = f"Out of date · {params}" if changes else params
        item = QTreeWidgetItem([made.strftime("%H:%M:%S"), count, shown])
        item.setData(0, _KEY, finding.key)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
        tip = made.strftime("Made %d %B %Y at %H:%M:%S")
        tip += f"\nParameters: {params}"
        if changes:
            tip += f"\nOut of date: {'; '.join(changes)}"
            for column in range(3):
                font = item.font(column)
                font.setItalic(True)
                item.setFont(column, font)
        for column in range(3):
            item.setToolTip(column, tip)
        return item

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        self._enable()
        if item is not None:
            self.show_requested.emit(item.data(0, _KEY))

    def _enable(self) -> None:
        key = self.chosen
        self._reuse.setEnabled(key is not None)
        self._remove.setEnabled(key is not None)
        finding = next((one for one in self._project.findings if one.key == key), None)
        changes = () if finding is None else outdated_by(self._project, finding)
        text = f"Out of date: {'; '.join(changes)} since. Run again to renew it."
        self._note.setText(text if changes else "")
        self._note.setVisible(bool(changes))
