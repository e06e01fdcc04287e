"""The project: everything that is saved, as immutable values with the edits that are possible."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stormgraph_py.errors import InputError
from stormgraph_py.filters import Filter, filter_from_dict
from stormgraph_py.params import StormGraphParams
from stormgraph_py.report.overlap_analysis import OverlapParams
from stormgraph_py.report.request import Request
from stormgraph_py.roi import Roi

SCHEMA = 2
"""Version of the layout of a project file. The first one knew no comparison of two colours."""

_READ = (1, SCHEMA)


@dataclass(frozen=True, kw_only=True, eq=False)
class Region:
    """A region of interest of one data set.

    Parameters
    ----------
    key : str
        Names the region in the project, and never changes.
    roi : Roi
        Where it is, its name and its tags.
    """

    key: str
    roi: Roi

    def as_dict(self) -> dict[str, Any]:
        """Return the region ready for JSON."""
        return {"key": self.key, "roi": self.roi.as_feature()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Region:
        """Make a region from what `as_dict` returned."""
        return cls(key=values["key"], roi=Roi.from_geojson(values["roi"]))


@dataclass(frozen=True, kw_only=True, eq=False)
class DataSet:
    """A file of localizations and what is to be done with it.

    Parameters
    ----------
    key : str
        Names the data set in the project, and never changes.
    path : str
        Absolute path of the file.
    reading : mapping
        What the user said of the file: keyword arguments of `read_localizations`.
    sha256 : str or None
        Hash of the file when it was read last.
    channel : int or None
        Colour channel that is analysed; None takes all.
    filters : tuple of Filter
        Steps that leave out or merge localizations, in their order.
    regions : tuple of Region
        Regions of interest, in the order of their list.
    tags : mapping of str to str
        Condition, replicate, cell and the like.
    """

    key: str
    path: str
    reading: Mapping[str, Any] = field(default_factory=dict)
    sha256: str | None = None
    channel: int | None = None
    filters: tuple[Filter, ...] = ()
    regions: tuple[Region, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the file."""
        return Path(self.path).name

    def region(self, key: str) -> Region:
        """Return a region by its key.

        Raises
        ------
        KeyError
            When there is none.
        """
        for region in self.regions:
            if region.key == key:
                return region
        raise KeyError(key)

    def as_dict(self) -> dict[str, Any]:
        """Return the data set ready for JSON."""
        return {
            "key": self.key,
            "path": self.path,
            "reading": dict(self.reading),
            "sha256": self.sha256,
            "channel": self.channel,
            "filters": [step.as_dict() for step in self.filters],
            "regions": [region.as_dict() for region in self.regions],
            "tags": dict(self.tags),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DataSet:
        """Make a data set from what `as_dict` returned."""
        known = dict(values)
        filters = tuple(map(filter_from_dict, known.pop("filters", ())))
        regions = tuple(map(Region.from_dict, known.pop("regions", ())))
        return cls(filters=filters, regions=regions, **known)


@dataclass(frozen=True, kw_only=True, eq=False)
class Finding:
    """A result that the project keeps: which question it answers.

    The numbers themselves are in `Workspace.analyses`, and in a file of their own when saved.

    Parameters
    ----------
    key : str
        Names the result in the project, and never changes.
    data_set, region : str, str or None
        Keys of the data set and of the region; None is the whole field.
    request : Request
        What was asked, with everything that the labels depend on.
    made_utc : str
        When it was made, ISO 8601.
    sha256 : str or None
        Hash of the file then; None is the file as the data set knows it.
    """

    key: str
    data_set: str
    region: str | None
    request: Request
    made_utc: str
    sha256: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding ready for JSON."""
        return {
            "key": self.key,
            "data_set": self.data_set,
            "region": self.region,
            "request": self.request.as_dict(),
            "made_utc": self.made_utc,
            "sha256": self.sha256,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Finding:
        """Make a finding from what `as_dict` returned."""
        known = dict(values)
        return cls(request=Request.from_dict(known.pop("request")), **known)


@dataclass(frozen=True, kw_only=True, eq=False)
class PairFinding:
    """A comparison of two colours that the project keeps: which question it answers.

    The numbers themselves are in `OverlapModel.results`, and in a file of their own when saved.

    Parameters
    ----------
    key : str
        Names the comparison in the project, and never changes.
    data_sets : tuple of str
        Keys of the data sets of both channels.
    region : str or None
        Key of the region, one of the first data set; None is the whole field.
    requests : tuple of Request
        What was asked of each channel.
    params : OverlapParams
        How they were compared.
    made_utc : str
        When it was made, ISO 8601.
    sha256 : tuple of str or None
        Hashes of both files then; None is the file as the data set knows it.
    """

    key: str
    data_sets: tuple[str, str]
    region: str | None
    requests: tuple[Request, Request]
    params: OverlapParams
    made_utc: str
    sha256: tuple[str | None, str | None] = (None, None)

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison ready for JSON."""
        return {
            "key": self.key,
            "data_sets": list(self.data_sets),
            "region": self.region,
            "requests": [request.as_dict() for request in self.requests],
            "params": dataclasses.asdict(self.params),
            "made_utc": self.made_utc,
            "sha256": list(self.sha256),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PairFinding:
        """Make a comparison from what `as_dict` returned."""
        known = dict(values)
        one, other = known.pop("data_sets")
        a, b = map(Request.from_dict, known.pop("requests"))
        params = OverlapParams(**known.pop("params"))
        first, second = known.pop("sha256", (None, None))
        return cls(
            data_sets=(one, other),
            requests=(a, b),
            params=params,
            sha256=(first, second),
            **known,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Project:
    """Everything that is saved. Every edit returns a new project that shares what is unchanged.

    Parameters
    ----------
    data_sets : tuple of DataSet
        In the order of their list.
    params : StormGraphParams
        Parameters of the next analysis.
    seed : int
        Seed of the next analysis.
    findings : tuple of Finding
        Results, oldest first.
    pair : PairFinding or None
        The comparison of two colours that was made last.
    n_keys : int
        Number of keys given out so far.
    """

    data_sets: tuple[DataSet, ...] = ()
    params: StormGraphParams = field(default_factory=StormGraphParams)
    seed: int = 0
    findings: tuple[Finding, ...] = ()
    pair: PairFinding | None = None
    n_keys: int = 0

    def data_set(self, key: str) -> DataSet:
        """Return a data set by its key.

        Raises
        ------
        KeyError
            When there is none.
        """
        for data_set in self.data_sets:
            if data_set.key == key:
                return data_set
        raise KeyError(key)

    def finding(self, key: str) -> Finding:
        """Return a finding by its key.

        Raises
        ------
        KeyError
            When there is none.
        """
        for finding in self.findings:
            if finding.key == key:
                return finding
        raise KeyError(key)

    def place_of(self, finding: Finding) -> tuple[str, str | None]:
        """Return the keys of the data set and the region where a result is shown.

        That of a region that was removed is shown on the whole field.
        """
        here = (one for one in self.data_sets if one.key == finding.data_set)
        regions = [region.key for one in here for region in one.regions]
        return finding.data_set, finding.region if finding.region in regions else None

    def new_key(self) -> tuple[Project, str]:
        """Return a project that knows of one key more, and the key."""
        number = self.n_keys + 1
        return dataclasses.replace(self, n_keys=number), f"k{number}"

    def with_data_set(self, data_set: DataSet) -> Project:
        """Add a data set, or put it in the place of the one with its key."""
        keys = [one.key for one in self.data_sets]
        if data_set.key not in keys:
            return dataclasses.replace(self, data_sets=(*self.data_sets, data_set))
        return self.editing(data_set.key, lambda _: data_set)

    def editing(self, key: str, edit: Callable[[DataSet], DataSet]) -> Project:
        """Change one data set."""
        return dataclasses.replace(
            self,
            data_sets=tuple(edit(one) if one.key == key else one for one in self.data_sets),
        )

    def without_data_set(self, key: str) -> Project:
        """Remove a data set and its findings."""
        pair = self.pair
        return dataclasses.replace(
            self,
            data_sets=tuple(one for one in self.data_sets if one.key != key),
            findings=tuple(one for one in self.findings if one.data_set != key),
            pair=None if pair is None or key in pair.data_sets else pair,
        )

    def with_new_file(self, key: str, sha256: str) -> Project:
        """Take down that the file of a data set is another now; results know their own."""
        before = self.data_set(key).sha256
        pair = self.pair
        if pair is not None and key in pair.data_sets:
            one, other = (
                before if known is None and name == key else known
                for name, known in zip(pair.data_sets, pair.sha256, strict=True)
            )
            pair = dataclasses.replace(pair, sha256=(one, other))
        findings = tuple(
            dataclasses.replace(one, sha256=before)
            if one.data_set == key and one.sha256 is None
            else one
            for one in self.findings
        )
        project = self.editing(key, lambda one: dataclasses.replace(one, sha256=sha256))
        return dataclasses.replace(project, findings=findings, pair=pair)

    def with_region(self, data_set: str, region: Region) -> Project:
        """Add a region to a data set, or put it in the place of the one with its key."""

        def edit(one: DataSet) -> DataSet:
            if region.key in [other.key for other in one.regions]:
                regions = tuple(region if r.key == region.key else r for r in one.regions)
            else:
                regions = (*one.regions, region)
            return dataclasses.replace(one, regions=regions)

        return self.editing(data_set, edit)

    def without_region(self, data_set: str, key: str) -> Project:
        """Remove a region; results that were found in it stay."""
        return self.editing(
            data_set,
            lambda one: dataclasses.replace(
                one, regions=tuple(r for r in one.regions if r.key != key)
            ),
        )

    def with_finding(self, finding: Finding) -> Project:
        """Add a finding."""
        return dataclasses.replace(self, findings=(*self.findings, finding))

    def without_finding(self, key: str) -> Project:
        """Remove a finding."""
        kept = tuple(one for one in self.findings if one.key != key)
        return dataclasses.replace(self, findings=kept)

    def with_pair(self, pair: PairFinding) -> Project:
        """Keep a comparison of two colours, in the place of the one before."""
        return dataclasses.replace(self, pair=pair)

    def request(self, data_set: str, region: str | None) -> Request:
        """Return what an analysis of a region, or of the whole field, is to do now.

        Raises
        ------
        KeyError
            When there is no such data set or region.
        """
        one = self.data_set(data_set)
        return Request(
            path=one.path,
            channel=one.channel,
            roi=None if region is None else one.region(region).roi,
            filters=one.filters,
            params=self.params,
            seed=self.seed,
            tags=one.tags,
            **one.reading,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the project ready for JSON."""
        return {
            "schema": SCHEMA,
            "data_sets": [one.as_dict() for one in self.data_sets],
            "params": self.params.as_dict(),
            "seed": self.seed,
            "findings": [one.as_dict() for one in self.findings],
            "pair": None if self.pair is None else self.pair.as_dict(),
            "n_keys": self.n_keys,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Project:
        """Make a project from what `as_dict` returned.

        Raises
        ------
        InputError
            When the values are no project, or one of a later version.
        """
        schema = values.get("schema")
        if schema not in _READ:
            raise InputError(
                f"The project has the schema {schema!r} and this version of the app reads up to "
                f"{SCHEMA}; open it with the version that saved it."
            )
        pair = values.get("pair")
        try:
            return cls(
                data_sets=tuple(map(DataSet.from_dict, values["data_sets"])),
                params=StormGraphParams.from_dict(values["params"]),
                seed=int(values["seed"]),
                findings=tuple(map(Finding.from_dict, values["findings"])),
                pair=None if pair is None else PairFinding.from_dict(pair),
                n_keys=int(values["n_keys"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(f"The project is damaged ({error!r}).") from None
