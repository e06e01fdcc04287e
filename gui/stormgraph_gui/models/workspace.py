"""What is at hand but not saved: loaded data, results, what is looked at and selected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stormgraph_gui.models.project import Project
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.io.describe import FileSummary
from stormgraph_py.localizations import Localizations
from stormgraph_py.report.analysis import Analysis, Field
from stormgraph_py.report.request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class Loaded:
    """A data set whose file was read.

    Parameters
    ----------
    raw : Localizations
        All of the file.
    field : Field
        What the choice of the channel and the filters left: what is shown and analysed.
    request : Request or None
        The choice of the channel and the filters that made the field; None where they are those of
        the document.
    summary : FileSummary or None
        What is known of the file; None where nobody has looked yet.
    """

    raw: Localizations
    field: Field
    request: Request | None = None
    summary: FileSummary | None = None

    @property
    def localizations(self) -> Localizations:
        """The localizations that are shown and analysed."""
        return self.field.localizations


class Workspace(QObject):
    """Loaded data and results by the keys of the project, and what the user looks at.

    Attributes
    ----------
    loaded_changed : Signal
        Key of a data set that was loaded, filtered anew or unloaded.
    analyses_changed : Signal
        Key of a finding whose analysis came or went.
    current_changed : Signal
        Another data set, region or finding is looked at; what was selected in the one before is
        not any more.
    clusters_changed : Signal
        Other clusters are selected.
    level_changed : Signal
        Clusters of another level of the hierarchy are shown.
    """

    loaded_changed = Signal(str)
    analyses_changed = Signal(str)
    current_changed = Signal()
    clusters_changed = Signal()
    level_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loaded: dict[str, Loaded] = {}
        self.analyses: dict[str, Analysis] = {}
        self._data_set: str | None = None
        self._region: str | None = None
        self._finding: str | None = None
        self._clusters: frozenset[int] = frozenset()
        self._level: int | None = None

    @property
    def data_set(self) -> str | None:
        """Key of the data set that is looked at."""
        return self._data_set

    @property
    def region(self) -> str | None:
        """Key of the region at hand; None is the whole field."""
        return self._region

    @property
    def finding(self) -> str | None:
        """Key of the finding that is shown over the data."""
        return self._finding

    @property
    def clusters(self) -> frozenset[int]:
        """Numbers of the selected clusters of the finding, at the level that is shown."""
        return self._clusters

    @property
    def level(self) -> int | None:
        """Level of the hierarchy that is shown, 0 = coarsest; None is the selected single level."""
        return self._level

    @property
    def current(self) -> Loaded | None:
        """The data set that is looked at, once it is loaded."""
        return None if self._data_set is None else self.loaded.get(self._data_set)

    @property
    def analysis(self) -> Analysis | None:
        """The analysis that is shown."""
        return None if self._finding is None else self.analyses.get(self._finding)

    def put_loaded(self, key: str, loaded: Loaded) -> None:
        """Take in a data set that was read, or filtered anew."""
        self.loaded[key] = loaded
        self.loaded_changed.emit(key)

    def drop_loaded(self, key: str) -> None:
        """Forget a data set."""
        if self.loaded.pop(key, None) is not None:
            self.loaded_changed.emit(key)
        if key == self._data_set:
            self.look_at(None)

    def put_analysis(self, key: str, analysis: Analysis) -> None:
        """Take in a result."""
        self.analyses[key] = analysis
        self.analyses_changed.emit(key)

    def drop_analysis(self, key: str) -> None:
        """Forget a result."""
        if key == self._finding:
            self.look_at(self._data_set, self._region)
        if self.analyses.pop(key, None) is not None:
            self.analyses_changed.emit(key)

    def look_at_newest(self, project: Project, data_set: str, region: str | None = None) -> None:
        """Look at a data set or one of its regions, with the newest result that was found there."""
        found = [
            finding.key
            for finding in project.findings
            if (finding.data_set, finding.region) == (data_set, region)
            and finding.key in self.analyses
        ]
        self.look_at(data_set, region, found[-1] if found else None)

    def look_at(
        self, data_set: str | None, region: str | None = None, finding: str | None = None
    ) -> None:
        """Look at a data set, one of its regions, and one of the results found there."""
        if (data_set, region, finding) == (self._data_set, self._region, self._finding):
            return
        other_finding = finding != self._finding
        self._data_set, self._region, self._finding = data_set, region, finding
        if other_finding:
            self._clusters, self._level = frozenset(), None
        self.current_changed.emit()

    def select_clusters(self, clusters: Iterable[int]) -> None:
        """Select clusters of the finding by their numbers at the level that is shown."""
        wanted = frozenset(clusters)
        if wanted != self._clusters:
            self._clusters = wanted
            self.clusters_changed.emit()

    def show_level(self, level: int | None) -> None:
        """Show the clusters of a level; cluster numbers differ between levels."""
        if level != self._level:
            self._level = level
            self.select_clusters(())
            self.level_changed.emit()

    def clear(self) -> None:
        """Forget everything: another project is opened."""
        self.look_at(None)
        for key in list(self.analyses):
            self.drop_analysis(key)
        for key in list(self.loaded):
            self.drop_loaded(key)
