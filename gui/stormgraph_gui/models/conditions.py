"""Which results are compared, where they belong, and what came out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stormgraph_gui.models.currency import outdated_by
from stormgraph_gui.models.distributions import finding_name
from stormgraph_gui.models.guidance import GUIDANCE, value_in_words
from stormgraph_gui.signals import QObject, Signal
from stormgraph_py.clusters.compare import CompareParams

if TYPE_CHECKING:
    from stormgraph_gui.models.project import DataSet, Finding, Project
    from stormgraph_py.report.compare_analysis import ComparedResults
    from stormgraph_py.roi import Roi

TAGS = ("condition", "replicate", "cell")
"""Tags that say where a result belongs."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A result that can be compared.

    Parameters
    ----------
    finding : str
        Key of the result.
    name : str
        What it is called.
    tags : mapping of str to str
        Those of `TAGS` that are known now.
    settings : str
        Parameters that it was made with, as far as results differ in them.
    n_clusters : int or None
        Clusters found; None while the result is not loaded.
    """

    finding: str
    name: str
    tags: Mapping[str, str]
    settings: str
    n_clusters: int | None


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the user chose.

    Parameters
    ----------
    settings : str or None
        Compare results made with these parameters; None takes the newest result of each region.
    left_out : frozenset of str
        Keys of results that are not compared.
    measures : tuple of str
        What is compared; empty for the usual measures.
    params : CompareParams
        How.
    """

    settings: str | None = None
    left_out: frozenset[str] = frozenset()
    measures: tuple[str, ...] = ()
    params: CompareParams = field(default_factory=CompareParams)


class Conditions(QObject):
    """The comparison of conditions as it stands.

    Attributes
    ----------
    entries : tuple of Entry
        Results that can be compared.
    settings : tuple of str
        Sets of parameters that results were made with; empty when there is only one.
    choices : Choices
        What the user chose.
    compared : ComparedResults or None
        What came out; None when nothing could be compared.
    problem : str
        Why nothing could be compared, and what helps.
    is_comparing : bool
        Another comparison is on its way.
    changed : Signal
        Any of these is another.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self.settings: tuple[str, ...] = ()
        self.choices = Choices()
        self.compared: ComparedResults | None = None
        self.problem = ""
        self.is_comparing = False

    def set(self, **values: Any) -> None:
        """Change some of the attributes."""
        for name, value in values.items():
            setattr(self, name, value)
        self.changed.emit()


def tags_now(project: Project, finding: Finding) -> dict[str, str]:
    """Return the tags of a result as the project has them now, which may be set after it was made.

    Those of the file hold where its region has others, as in an analysis.
    """
    roi = roi_now(project, finding)
    data_set = _data_set(project, finding)
    of_file = finding.request.tags if data_set is None else data_set.tags
    return {**({} if roi is None else roi.tags), **of_file}


def roi_now(project: Project, finding: Finding) -> Roi | None:
    """Return the region of a result with the tags that it has now; it may have been moved since."""
    roi, data_set = finding.request.roi, _data_set(project, finding)
    if roi is None or data_set is None:
        return roi
    for region in data_set.regions:
        if region.key == finding.region:
            return replace(roi, name=region.roi.name, tags=region.roi.tags)
    return roi


def with_tag(project: Project, finding: Finding, tag: str, value: str) -> Project:
    """Return the project with a tag of a result's region, or of its file.

    The file has it when the result is of the whole field, or when its tag would hide that of the
    region. An empty value takes the tag away.
    """
    data_set = _data_set(project, finding)
    if data_set is None:
        return project
    region = next((r for r in data_set.regions if r.key == finding.region), None)
    if region is None or tag in data_set.tags:
        tags = _tagged(data_set.tags, tag, value)
        if tags == data_set.tags:
            return project
        return project.editing(data_set.key, lambda one: replace(one, tags=tags))
    tags = _tagged(region.roi.tags, tag, value)
    if tags == region.roi.tags:
        return project
    changed = replace(region, roi=replace(region.roi, tags=tags))
    return project.with_region(data_set.key, changed)


def entries(
    project: Project, n_clusters: Mapping[str, int], settings: str | None
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """List the results that can be compared: the newest of each region.

    Parameters
    ----------
    project : Project
        With its findings.
    n_clusters : mapping of str to int
        Clusters of each result that is loaded.
    settings : str or None
        Only results made with these parameters.

    Returns
    -------
    tuple of Entry
        In the order of data sets and regions.
    tuple of str
        The sets of parameters that there are, when there are several.
    """
    described = describe_settings(project.findings)
    kinds = tuple(dict.fromkeys(described.values()))
    newest: dict[tuple[str, str | None], Finding] = {}
    for finding in project.findings:
        if settings is None or described[finding.key] == settings:
            newest[finding.data_set, finding.region] = finding
    order = {
        (data_set.key, region): number
        for number, (data_set, region) in enumerate(
            (data_set, key)
            for data_set in project.data_sets
            for key in (None, *(region.key for region in data_set.regions))
        )
    }
    places = sorted(newest, key=lambda place: order.get(place, len(order)))
    return tuple(
        Entry(
            finding=newest[place].key,
            name=finding_name(project, newest[place]),
            tags={
                tag: value
                for tag, value in tags_now(project, newest[place]).items()
                if tag in TAGS and value.strip()
            },
            settings=described[newest[place].key],
            n_clusters=n_clusters.get(newest[place].key),
        )
        for place in places
    ), (kinds if len(kinds) > 1 else ())


def describe_settings(findings: Collection[Finding]) -> dict[str, str]:
    """Say of each result by which parameters it differs from others; "" when none differ."""
    params = {one.key: one.request.params.as_dict() for one in findings}
    names = sorted({name for values in params.values() for name in values})
    differing = [
        name for name in names if len({repr(values.get(name)) for values in params.values()}) > 1
    ]
    return {
        key: ", ".join(_setting(name, values.get(name)) for name in differing)
        for key, values in params.items()
    }


def remarks(project: Project, chosen: Collection[Entry]) -> list[str]:
    """Say what the user should know of the results that are compared."""
    found = []
    by_file: dict[str, list[Finding]] = {}
    for entry in chosen:
        finding = project.finding(entry.finding)
        by_file.setdefault(finding.data_set, []).append(finding)
        reasons = outdated_by(project, finding)
        if reasons:
            found.append(
                f"{entry.name}: since this result was made, {' and '.join(reasons)}. Run it again, "
                "or leave it out."
            )
    for findings in by_file.values():
        whole = [one for one in findings if one.region is None]
        if whole and len(findings) > 1:
            found.append(
                f"{finding_name(project, whole[0])}: the whole field and regions of it are both "
                "compared, so that clusters count twice. Leave out one or the other."
            )
    return found


def missing(chosen: Collection[Entry]) -> str:
    """Say what is missing for a comparison, and what to do; "" when it can be tried."""
    if not chosen:
        return (
            "There is nothing to compare yet. Analyse regions of at least two conditions, and they "
            "are listed here."
        )
    conditions = {one.tags.get("condition") for one in chosen} - {None}
    if len(conditions) >= 2:
        return ""
    untagged = sum("condition" not in one.tags for one in chosen)
    how = "Select results in the list and type their condition below it."
    if not conditions:
        return f"No result has a condition. {how}"
    (only,) = conditions
    if untagged:
        return (
            f"All results with a condition are of one, {only}; {untagged} "
            f"{'has' if untagged == 1 else 'have'} none. {how}"
        )
    return (
        f"All results are of one condition, {only}. A comparison needs two: analyse another "
        "condition, or correct the tags in the list."
    )


def _data_set(project: Project, finding: Finding) -> DataSet | None:
    return next((one for one in project.data_sets if one.key == finding.data_set), None)


def _tagged(tags: Mapping[str, str], tag: str, value: str) -> dict[str, str]:
    changed = {**tags, tag: value.strip()}
    return {name: text for name, text in changed.items() if text or name != tag}


def _setting(name: str, value: Any) -> str:
    label = GUIDANCE[name].label if name in GUIDANCE else name.replace("_", " ")
    return f"{label} {value_in_words(name, value)}"


def changed_params(choices: Choices, **values: Any) -> Choices:
    """Return choices with other parameters of the comparison."""
    return replace(choices, params=replace(choices.params, **values))
