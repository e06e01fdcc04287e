"""Looks at what explains a result, and computes the evidence that takes a while."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_gui.models.activity import Message
from stormgraph_gui.models.degree_estimate import (
    alphas_for,
    degree_estimate,
    depends_on_z,
    random_cloud,
)
from stormgraph_gui.signals import QObject, Signal

if TYPE_CHECKING:
    from stormgraph_gui.jobs.messages import Failed
    from stormgraph_gui.jobs.worker import Worker
    from stormgraph_gui.models.activity import Activity
    from stormgraph_gui.models.document import Document
    from stormgraph_gui.models.evidence import Evidence
    from stormgraph_gui.models.workspace import Workspace
    from stormgraph_py.arrays import BoolArray, FloatArray
    from stormgraph_py.engine.overcounting import OvercountingEvidence
    from stormgraph_py.engine.selection import Split


class Results(QObject):
    """Does what the user asks for in the panel of the result.

    Parameters
    ----------
    document, workspace, activity, evidence
        Models that it reads and changes.
    analyst : Worker
        Computes evidence.

    Attributes
    ----------
    box_wanted : Signal
        x0, y0, x1, y1 of the part of the data to look at, nm.
    """

    box_wanted = Signal(float, float, float, float)

    def __init__(
        self,
        document: Document,
        workspace: Workspace,
        activity: Activity,
        evidence: Evidence,
        analyst: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._workspace = document, workspace
        self._activity, self._evidence, self._analyst = activity, evidence, analyst
        self._asked: set[tuple[str, str]] = set()
        workspace.analyses_changed.connect(self._forget)

    def explain_degrees(self) -> None:
        """Find out what other alphas would keep, unless that is known."""
        key, analysis = self._workspace.finding, self._workspace.analysis
        if key is None or analysis is None or key in self._evidence.degrees:
            return
        if analysis.result.noise is None:
            return
        if not depends_on_z(analysis):
            if (estimate := degree_estimate(analysis)) is not None:
                self._evidence.put_degrees(key, estimate)
        elif self._ask("degrees", key):
            work = self._analyst.call(
                "degree_thresholds",
                cloud=random_cloud(analysis),
                r0_nm=analysis.result.length_scale.r0_nm,
                alphas=alphas_for(analysis),
            )
            work.succeeded.connect(partial(self._found_degrees, key))
            work.failed.connect(partial(self._failed, "degrees", key))

    def explain_overcounting(self) -> None:
        """Find the label radii at which verdicts turn, unless they are known."""
        key, analysis = self._workspace.finding, self._workspace.analysis
        if key is None or analysis is None or key in self._evidence.label_radii:
            return
        result = analysis.result
        if not result.overcounting or not self._ask("overcounting", key):
            return
        work = self._analyst.call(
            "label_radii",
            coordinates=analysis.localizations.coordinates(result.dimensions),
            sigma=analysis.localizations.precision(result.dimensions),
            area=result.area,
            params=result.params,
            labels=result.candidate_labels,
            thresholds=np.array([one.threshold for one in result.overcounting]),
        )
        work.succeeded.connect(partial(self._found_radii, key))
        work.failed.connect(partial(self._failed, "overcounting", key))

    def show_cluster(self, level: int | None, cluster: int) -> None:
        """Look at a cluster of a level; None is the level of the chosen clusters."""
        self._workspace.show_level(level)
        self._workspace.select_clusters({cluster})

    def show_split(self, split: Split) -> None:
        """Look at a cluster that could be split, and go there."""
        analysis = self._workspace.analysis
        if analysis is not None:
            self.show_cluster(split.level, split.cluster)
            self._go_to(analysis.result.hierarchy.levels[split.level] == split.cluster)

    def show_candidate(self, evidence: OvercountingEvidence) -> None:
        """Look at a cluster of the overcounting test, left out or not, and go there."""
        analysis = self._workspace.analysis
        if analysis is None:
            return
        self._workspace.show_level(None)
        self._workspace.select_clusters({evidence.cluster} - {-1})
        self._go_to(analysis.result.candidate_labels == evidence.candidate)

    def use_alpha(self, alpha: float) -> None:
        """Take an alpha for the next analysis."""
        self._edit("change alpha", alpha=alpha)

    def use_label_radius(self, radius_nm: float) -> None:
        """Take a label radius for the next analysis."""
        self._edit("change the label radius", label_radius_nm=radius_nm)

    def change_level(self, by: int) -> None:
        """Show a coarser (-1) or finer (1) level than now.

        Levels with no more clusters than were chosen are coarser than those.
        """
        analysis = self._workspace.analysis
        if analysis is not None:
            level = self._workspace.level
            levels = analysis.result.hierarchy.levels
            if level is None:
                n_chosen = analysis.result.candidate_labels.max(initial=-1)
                n_coarser = sum(labels.max(initial=-1) <= n_chosen for labels in levels)
                wanted = n_coarser if by > 0 else n_coarser - 1
            else:
                wanted = level + by
            self._workspace.show_level(min(max(wanted, 0), len(levels) - 1))

    def show_chosen(self) -> None:
        """Show the chosen clusters instead of those of a level."""
        self._workspace.show_level(None)

    def _edit(self, label: str, **values: Any) -> None:
        project = self._document.project
        params = dataclasses.replace(project.params, **values)
        if params != project.params:
            self._document.edit(label, dataclasses.replace(project, params=params))

    def _go_to(self, members: BoolArray) -> None:
        assert self._workspace.analysis is not None
        xy = self._workspace.analysis.localizations.xy[members]
        if not len(xy):
            return
        (x0, y0), (x1, y1) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        # a cluster with what lies around it
        room = max(x1 - x0, y1 - y0, 50.0)
        self.box_wanted.emit(x0 - room, y0 - room, x1 + room, y1 + room)

    def _ask(self, what: str, key: str) -> bool:
        """Whether nobody has asked for this evidence yet."""
        if (what, key) in self._asked:
            return False
        self._asked.add((what, key))
        return True

    def _found_degrees(self, key: str, table: tuple[FloatArray, FloatArray]) -> None:
        self._asked.discard(("degrees", key))
        analysis = self._workspace.analyses.get(key)
        estimate = None if analysis is None else degree_estimate(analysis, table)
        if estimate is not None:
            self._evidence.put_degrees(key, estimate)

    def _found_radii(self, key: str, radii_nm: FloatArray) -> None:
        self._asked.discard(("overcounting", key))
        if key in self._workspace.analyses:
            self._evidence.put_label_radii(key, radii_nm)

    def _failed(self, what: str, key: str, failed: Failed) -> None:
        self._asked.discard((what, key))
        if failed.reason != "cancelled":
            self._activity.say(
                Message(
                    level="warning",
                    title="Some evidence about the result could not be computed",
                    text=f"{failed.text} Look at it again to try once more.",
                    details=failed.details,
                )
            )

    def _forget(self, key: str) -> None:
        if key not in self._workspace.analyses:
            self._evidence.drop(key)
