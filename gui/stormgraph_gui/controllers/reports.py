"""Reports of results: one region's, or all of a project with an index."""

from __future__ import annotations

from pathlib import Path

from stormgraph_gui.controllers.folder_writing import FolderWriting
from stormgraph_gui.jobs.worker import Worker
from stormgraph_gui.models.activity import Activity
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.batch.names import safe_name, unique_names
from stormgraph_py.report.outputs import REPORT, Outputs
from stormgraph_py.report.request import result_name

INDEX = "index.html"
"""Page of a project's report."""


class Reports(QObject):
    """Writes the same folders as the command line does.

    Parameters
    ----------
    document, workspace, activity
        Results, and where to tell what happens.
    analyst : Worker
        Writes them.

    Attributes
    ----------
    written : Signal
        Path of the page to open.
    """

    written = Signal(str)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        analyst: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._folders = FolderWriting(activity, analyst, parent=self)
        self._folders.written.connect(self.written)

    def folder_name(self, finding: str) -> str:
        """Return the name of the folder that a result is to be written to."""
        request = self._document.project.finding(finding).request
        (name,) = unique_names([(result_name(request.path), request.roi_name)], [""])
        return name

    def project_folder_name(self) -> str:
        """Return the name of the folder that all results are to be written to."""
        data_sets = self._document.project.data_sets
        first = result_name(data_sets[0].path) if data_sets else "project"
        return safe_name(f"{first} results")

    def findings(self) -> list[str]:
        """Return the results that a report of the project holds: for each question the newest."""
        newest: dict[str, str] = {}
        for finding in self._document.project.findings:
            if finding.key in self._workspace.analyses:
                newest[str(finding.request.as_dict())] = finding.key
        return list(newest.values())

    def write(
        self, finding: str, folder: Path, outputs: Outputs, *, overwrite: bool = False
    ) -> None:
        """Write the folder of one result; `written` tells of its report."""
        self._folders.write(
            "write",
            folder,
            REPORT,
            analysis=self._workspace.analyses[finding],
            outputs=outputs,
            overwrite=overwrite,
        )

    def write_project(self, folder: Path, outputs: Outputs, *, overwrite: bool = False) -> None:
        """Write all results with an index; `written` tells of it."""
        self._folders.write(
            "write_all",
            folder,
            INDEX,
            analyses=[self._workspace.analyses[key] for key in self.findings()],
            outputs=outputs,
            overwrite=overwrite,
        )

    def shut_down(self) -> None:
        """Clear away what was being written."""
        self._folders.shut_down()
