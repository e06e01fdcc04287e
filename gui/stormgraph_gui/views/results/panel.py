"""All about the result at hand, on tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from stormgraph_gui.models.outdated import OUT_OF_DATE, Outdated
from stormgraph_gui.views.elided import ElidedLabel
from stormgraph_gui.views.results.degrees import Degrees
from stormgraph_gui.views.results.length_scale import WhyR0
from stormgraph_gui.views.results.levels import Levels
from stormgraph_gui.views.results.overcounting import Overcounting
from stormgraph_gui.views.results.remark import Remark
from stormgraph_gui.views.results.summary import Summary
from stormgraph_gui.views.results.tab import Tab, column, scrolled

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from stormgraph_gui.models.document import Document
    from stormgraph_gui.models.evidence import Evidence
    from stormgraph_gui.models.project import Finding
    from stormgraph_gui.models.workspace import Workspace

_NO_RESULT = (
    "<b>No result yet</b><br><br>Choose a region and parameters, and run an analysis. "
    "What was found, and why, is explained here."
)
_NOT_LOADED = (
    "<b>This result is not loaded</b><br><br>Run the analysis again to see what was found."
)


class ResultPanel(QWidget):
    """Explains the result at hand.

    Parameters
    ----------
    document, workspace, evidence
        Models that are shown.
    """

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        evidence: Evidence,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace, self._evidence = document, workspace, evidence
        self.summary = Summary()
        self.why_r0 = WhyR0()
        self.degrees = Degrees()
        self.levels = Levels(workspace)
        self.overcounting = Overcounting()
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.setObjectName("result tabs")
        self.tabs.setUsesScrollButtons(True)
        self._named: dict[str, Tab] = {
            "summary": self.summary,
            "r0": self.why_r0,
            "degrees": self.degrees,
            "levels": self.levels,
            "overcounting": self.overcounting,
        }
        for name, title, tip in (
            ("summary", "Summary", "What was found, in plain words"),
            ("r0", "r0", "Why r0? How the length scale of the graph was chosen"),
            ("degrees", "Degrees", "Which localizations are too isolated to be clustered"),
            ("levels", "Levels", "Clusters within clusters, and which were split"),
            ("overcounting", "Molecules", "Clusters that may be one molecule counted repeatedly"),
        ):
            number = self.tabs.addTab(scrolled(self._named[name]), title)
            self.tabs.setTabToolTip(number, tip)
        self._nothing = QLabel(_NO_RESULT, wordWrap=True)
        self._nothing.setObjectName("no result")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty = QWidget()
        column(empty, self._nothing, stretch=self._nothing)
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.tabs)
        # above the tabs: it holds for all of them
        self._outdated = Outdated(document, workspace, self)
        self._why_outdated = ElidedLabel(Qt.TextElideMode.ElideRight)
        self._why_outdated.setObjectName("outdated text")
        self.outdated = Remark("outdated", self._why_outdated)
        self.outdated.setContentsMargins(8, 2, 8, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.outdated)
        layout.addWidget(self._stack)
        self.tabs.currentChanged.connect(self._fill_current)
        self.summary.asked_for.connect(self.show_tab)
        workspace.current_changed.connect(self.refresh)
        workspace.analyses_changed.connect(self._analysis_changed)
        evidence.changed.connect(self._evidence_changed)
        document.changed.connect(self._project_changed)
        self._outdated.changed.connect(self._say_outdated)
        self._project_changed()
        self._say_outdated()

    def sizeHint(self) -> QSize:
        """Return a width at which all tabs can be read."""
        return QSize(400, 560)

    def show_tab(self, name: str) -> None:
        """Bring a tab to the front by its name."""
        self.tabs.setCurrentIndex(list(self._named).index(name))

    def refresh(self) -> None:
        """Show the result at hand."""
        key, analysis = self._workspace.finding, self._workspace.analysis
        finding = self._finding(key)
        self._nothing.setText(_NO_RESULT if key is None else _NOT_LOADED)
        self._stack.setCurrentIndex(0 if analysis is None else 1)
        self._take_evidence(key)
        for tab in self._named.values():
            tab.show_finding(finding, analysis)

    def showEvent(self, event: QShowEvent) -> None:
        """Fill what is looked at now."""
        super().showEvent(event)
        self._fill_current()

    def _finding(self, key: str | None) -> Finding | None:
        findings = self._document.project.findings
        return next((one for one in findings if one.key == key), None)

    def _analysis_changed(self, key: str) -> None:
        if key == self._workspace.finding:
            self.refresh()

    def _evidence_changed(self, key: str) -> None:
        if key == self._workspace.finding:
            self._take_evidence(key)
            self.degrees.refresh()
            self.overcounting.refresh()

    def _take_evidence(self, key: str | None) -> None:
        self.degrees.estimate = self._evidence.degrees.get(key or "")
        self.overcounting.turning_radii_nm = self._evidence.label_radii.get(key or "")

    def _project_changed(self, *_: object) -> None:
        params = self._document.project.params
        self.degrees.set_next_alpha(params.alpha)
        self.overcounting.set_next_radius(params.label_radius_nm)

    def _say_outdated(self) -> None:
        changes = self._outdated.changes
        text = f"{OUT_OF_DATE.capitalize()}: {'; '.join(changes)} since."
        self.outdated.setVisible(bool(changes))
        self.outdated.set_text(text)
        self._why_outdated.setToolTip(f"{text} Run again to renew it.")

    def _fill_current(self) -> None:
        tuple(self._named.values())[self.tabs.currentIndex()].fill_if_needed()
