"""The open project with its history: what every edit goes through."""

from __future__ import annotations

from dataclasses import replace

from stormgraph_gui.models.project import Project
from stormgraph_gui.signals import QObject, Signal

MOST_STEPS = 200
"""Steps that can be undone."""

_COMPARED = ("data_sets", "params", "seed", "findings", "pair")


class Document(QObject):
    """The open project and the way back to earlier ones.

    A step is a whole project, which shares nearly all of its values with the one before; undoing
    is going back to it.

    Attributes
    ----------
    replaced : Signal
        Another project, or an empty one, takes the place of this one.
    changed : Signal
        After every edit, undo and redo: the project before and the project now. Views compare the
        parts that they show with ``is``.
    history_changed : Signal
        When what can be undone, or whether there are unsaved changes, is different.
    """

    replaced = Signal()
    changed = Signal(object, object)
    history_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = Project()
        self._saved = self._project
        self._past: list[tuple[str, Project]] = []
        self._future: list[tuple[str, Project]] = []
        self._merging: str | None = None

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self._project

    @property
    def is_modified(self) -> bool:
        """Whether there is something to save."""
        return any(
            getattr(self._project, name) is not getattr(self._saved, name) for name in _COMPARED
        )

    @property
    def undo_label(self) -> str | None:
        """What would be undone; None when nothing can be."""
        return self._past[-1][0] if self._past else None

    @property
    def redo_label(self) -> str | None:
        """What would be done again; None when nothing can be."""
        return self._future[-1][0] if self._future else None

    def edit(self, label: str, project: Project, *, merge: str | None = None) -> None:
        """Make another project the present one.

        Parameters
        ----------
        label : str
            What was done, to follow "Undo": "move cell 1".
        project : Project
            The project now.
        merge : str, optional
            Edits in a row with the same word here are undone together: those of one drag.
        """
        if project is self._project:
            return
        if merge is None or merge != self._merging:
            self._past.append((label, self._project))
            del self._past[:-MOST_STEPS]
        self._merging = merge
        self._future.clear()
        self._go_to(project)

    def end_merge(self) -> None:
        """Let the next edit be a step of its own: the mouse was released."""
        self._merging = None

    def abandon_merge(self) -> None:
        """Go back to what was before the edits that are merged now: Esc during a drag."""
        if self._merging is not None and self._past:
            self._merging = None
            self._go_to(self._with_findings(self._past.pop()[1]))

    def record(self, project: Project) -> None:
        """Take down findings, which no undo takes away: computing them took time."""
        self._merging = None
        self._go_to(project)

    def undo(self) -> None:
        """Go one step back, if there is one."""
        if self._past:
            label, project = self._past.pop()
            self._future.append((label, self._project))
            self._merging = None
            self._go_to(self._with_findings(project))

    def redo(self) -> None:
        """Do again what was undone last, if anything was."""
        if self._future:
            label, project = self._future.pop()
            self._past.append((label, self._project))
            self._merging = None
            self._go_to(self._with_findings(project))

    def mark_saved(self) -> None:
        """Remember that the project as it is now is on disk."""
        self._saved = self._project
        self.history_changed.emit()

    def reset(self, project: Project | None = None) -> None:
        """Open another project, or an empty one; its history begins."""
        self._past.clear()
        self._future.clear()
        self._merging = None
        before, self._project = self._project, project or Project()
        self._saved = self._project
        self.replaced.emit()
        self.changed.emit(before, self._project)
        self.history_changed.emit()

    def _with_findings(self, project: Project) -> Project:
        """Return an earlier or later project with the findings and keys of the present one.

        Findings come and go with their data set.
        """
        known = {one.key for one in self._project.findings}
        here = {one.key for one in self._project.data_sets}
        back = [f for f in project.findings if f.key not in known and f.data_set not in here]
        there = {one.key for one in project.data_sets}
        # the files are as they are, whatever was undone
        hashes = {one.key: one.sha256 for one in self._project.data_sets}
        for one in project.data_sets:
            if (sha256 := hashes.get(one.key)) is not None and sha256 != one.sha256:
                project = project.with_data_set(replace(one, sha256=sha256))
        findings = tuple(f for f in (*back, *self._project.findings) if f.data_set in there)
        if findings == self._project.findings:
            findings = self._project.findings
        pair = self._project.pair
        if pair is None or not there.issuperset(pair.data_sets):
            pair = project.pair
        return replace(project, findings=findings, pair=pair, n_keys=self._project.n_keys)

    def _go_to(self, project: Project) -> None:
        before, self._project = self._project, project
        self.changed.emit(before, project)
        self.history_changed.emit()
