"""Reports of results: one region's, or all of a project with an index."""

from __future__ import annotations

from pathlib import Path

from stormgraph_gui.jobs.messages import Failed
from stormgraph_gui.jobs.worker import Work, Worker
from stormgraph_gui.models.activity import Activity, Message
from stormgraph_gui.models.document import Document
from stormgraph_gui.models.workspace import Workspace
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.batch.names import safe_name, unique_names
from stormgraph_py.report.outputs import REPORT, Outputs
from stormgraph_py.report.request import result_name


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
        self._activity, self._analyst = activity, analyst
        self._works: dict[int, Work] = {}
        activity.stop_requested.connect(self._stop)

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
        analysis = self._workspace.analyses[finding]
        work = self._analyst.call(
            "write", analysis=analysis, folder=str(folder), outputs=outputs, overwrite=overwrite
        )
        self._follow(work, f"Writing {folder.name}", REPORT)

    def write_project(self, folder: Path, outputs: Outputs, *, overwrite: bool = False) -> None:
        """Write all results with an index; `written` tells of it."""
        analyses = [self._workspace.analyses[key] for key in self.findings()]
        work = self._analyst.call(
            "write_all", analyses=analyses, folder=str(folder), outputs=outputs, overwrite=overwrite
        )
        self._follow(work, f"Writing {folder.name}", "index.html")

    def _follow(self, work: Work, title: str, page: str) -> None:
        task = self._activity.begin("report", title)
        self._works[task] = work

        def progressed(stage: str, fraction: float | None) -> None:
            self._activity.update(task, stage, fraction)

        def succeeded(folder: str) -> None:
            self._end(task)
            self._activity.say(Message(level="info", title=f"Written to {folder}"))
            self.written.emit(str(Path(folder) / page))

        def failed(fault: Failed) -> None:
            self._end(task)
            if fault.reason != "cancelled":
                self._activity.say(
                    Message(
                        level="error",
                        title="The report was not written",
                        text=fault.text,
                        details=fault.details,
                    )
                )

        work.progressed.connect(progressed)
        work.succeeded.connect(succeeded)
        work.failed.connect(failed)

    def _end(self, task: int) -> None:
        self._works.pop(task, None)
        self._activity.end(task)

    def _stop(self, task: int) -> None:
        if task in self._works:
            self._works[task].cancel()
