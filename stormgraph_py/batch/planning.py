"""From what was asked for to a checked list of jobs: files x regions x parameter sets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stormgraph_py.batch.estimate import estimate_rows
from stormgraph_py.batch.job import Job, Plan, Skipped
from stormgraph_py.batch.names import unique_names
from stormgraph_py.batch.parameter_sets import ParameterSet
from stormgraph_py.batch.pattern import TagPattern
from stormgraph_py.batch.regions import roi_file_of, roi_reader
from stormgraph_py.batch.sources import Source, find_sources
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.io.reader import ReadOptions, suggestion
from stormgraph_py.report.request import Request, result_name
from stormgraph_py.roi import Roi


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a user asks of a batch.

    Parameters
    ----------
    inputs : sequence of str
        A table of jobs, or files, folders and glob patterns.
    roi_dir, roi : str or None
        Folder of files of regions, or one file of regions for all.
    roi_pixel_size_nm : float or None
        Edge of a pixel, for regions drawn in pixels.
    channel : str or None
        Colour channel of every file whose row in the table names none.
    pattern : str or None
        Tags in the paths of files, see `TagPattern`.
    parameter_sets : sequence of ParameterSet
        What is done with each file and region.
    reading : mapping
        How to read the files: format, pixel_size_nm, columns, unit, separator.
    leave_out : Path or None
        Folder of results, which may lie among the files.
    """

    inputs: Sequence[str]
    roi_dir: str | None = None
    roi: str | None = None
    roi_pixel_size_nm: float | None = None
    channel: str | None = None
    pattern: str | None = None
    parameter_sets: Sequence[ParameterSet] = (ParameterSet(),)
    reading: dict[str, Any] = field(default_factory=dict)
    leave_out: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what was asked ready for JSON."""
        return {
            "inputs": list(self.inputs),
            "roi_dir": self.roi_dir,
            "roi": self.roi,
            "roi_pixel_size_nm": self.roi_pixel_size_nm,
            "channel": self.channel,
            "pattern": self.pattern,
            "parameter_sets": [one.as_dict() for one in self.parameter_sets],
            "reading": self.reading | {"columns": dict(self.reading.get("columns") or {})},
        }


def plan_jobs(asked: Asked) -> Plan:
    """Make the jobs of a batch, and refuse what cannot work before any of it starts.

    Returns
    -------
    Plan
        Jobs in the order of the table or of the files' names, then of the regions in their file,
        then of the parameter sets.

    Raises
    ------
    StormGraphError
        When a file, region, tag or name cannot be used.
    """
    sources, skipped = find_sources(
        asked.inputs, ReadOptions(**_known(asked.reading)), leave_out=asked.leave_out
    )
    sources, unmatched = _tagged(sources, asked.pattern)
    sources, without = _with_regions(sources, asked)
    skipped = [*skipped, *unmatched, *without]
    if not sources:
        raise InputError(f"No file is left: {skipped[0].file} {skipped[0].reason}.")
    read = roi_reader(asked.roi_pixel_size_nm)
    rows: dict[Path, int] = {}
    wanted: list[tuple[Source, Roi | None, ParameterSet]] = []
    for source in sources:
        for roi in _regions(source, read(source.roi_path) if source.roi_path else None):
            wanted += [(source, roi, one) for one in asked.parameter_sets]
    _refuse_twice(wanted, asked)
    names = unique_names(
        [
            job_parts(source.file, roi, source.channel or asked.channel, one)
            for source, roi, one in wanted
        ],
        [str(source.path) for source, _, _ in wanted],
    )
    jobs = []
    for name, (source, roi, one) in zip(names, wanted, strict=True):
        if source.path not in rows:
            rows[source.path] = estimate_rows(source.path)
        request = Request(
            path=str(source.path),
            channel=source.channel or asked.channel,
            roi=roi,
            roi_path=None if source.roi_path is None else str(source.roi_path),
            params=one.params,
            filters=one.filters,
            seed=one.seed,
            tags=source.tags,
            **asked.reading,
        )
        jobs.append(
            Job(
                name=name,
                file=source.file,
                parameters=one.name,
                request=request,
                n_rows=rows[source.path],
            )
        )
    return Plan(
        jobs=tuple(jobs),
        skipped=tuple(skipped),
        warnings=tuple(_shared_regions(sources, asked)),
        asked=asked.as_dict(),
    )


def _known(reading: dict[str, Any]) -> dict[str, Any]:
    names = {f.name for f in dataclasses.fields(ReadOptions)}
    return {name: value for name, value in reading.items() if name in names}


def _tagged(sources: list[Source], pattern: str | None) -> tuple[list[Source], list[Skipped]]:
    if pattern is None:
        return sources, []
    reader, tagged, skipped = TagPattern(pattern), [], []
    for source in sources:
        tags = reader.tags(source.given or source.file)
        if tags is None:
            skipped.append(Skipped(file=source.file, reason=f"does not fit --pattern {pattern}"))
        else:
            tagged.append(dataclasses.replace(source, tags=tags | dict(source.tags)))
    return tagged, skipped


def _with_regions(sources: list[Source], asked: Asked) -> tuple[list[Source], list[Skipped]]:
    """Give each file its file of regions."""
    if asked.roi_dir is not None and not Path(asked.roi_dir).is_dir():
        raise InputError(f"--roi-dir {asked.roi_dir}: there is no such folder; check the path.")
    if asked.roi is not None and not Path(asked.roi).is_file():
        raise InputError(f"--roi {asked.roi}: there is no such file; check the path.")
    found, skipped = [], []
    for source in sources:
        roi_path = source.roi_path
        if roi_path is None and asked.roi is not None:
            roi_path = Path(asked.roi).resolve()
        elif roi_path is None and asked.roi_dir is not None:
            roi_path = roi_file_of(source.file, Path(asked.roi_dir), source.path)
            if roi_path is None:
                reason = f"has no file of regions in {asked.roi_dir}"
                skipped.append(Skipped(file=source.file, reason=reason))
                continue
            roi_path = roi_path.resolve()
        if source.roi and roi_path is None:
            raise InputError(
                f"{source.where}: names the region {source.roi!r} and no file of regions; "
                "add a column roi_file, or give --roi or --roi-dir."
            )
        found.append(dataclasses.replace(source, roi_path=roi_path))
    return found, skipped


def _shared_regions(sources: list[Source], asked: Asked) -> Iterator[str]:
    """Say which files of different folders take the regions of one name for theirs."""
    if asked.roi_dir is None:
        return
    sharing: dict[Path, list[str]] = {}
    for path, file in dict.fromkeys((s.roi_path, s.file) for s in sources if not s.where):
        if path is not None:
            sharing.setdefault(path, []).append(file)
    shared = [(path, files) for path, files in sharing.items() if len(files) > 1]
    if shared:
        path, files = shared[0]
        more = f" {len(shared) - 1} more files of regions are shared so." if shared[1:] else ""
        yield (
            f"{', '.join(files[:3])}{', ...' if files[3:] else ''} take the regions of "
            f"{path.name}, because of their names.{more} If each has its own, put them into "
            f"folders of the same names in {asked.roi_dir}."
        )


def _regions(source: Source, rois: tuple[Roi, ...] | None) -> list[Roi | None]:
    if rois is None:
        return [None]
    if not source.roi:
        return list(rois)
    named = {roi.name: roi for roi in rois}
    if source.roi not in named:
        raise InputError(
            f"{source.where}: {source.roi_path} holds no region {source.roi!r}; "
            f"{suggestion(source.roi, list(named))}"
        )
    return [named[source.roi]]


def job_parts(
    file: str, roi: Roi | None, channel: int | str | None, one: ParameterSet
) -> tuple[str, ...]:
    """Return what tells a job apart from all others, and its name is made of."""
    folder = Path(file).parent.as_posix().replace("../", "")
    inside = "" if folder in (".", "..") or Path(file).is_absolute() else f"{folder}/"
    return (
        f"{inside}{result_name(file)}",
        "" if roi is None else roi.name,
        "" if channel is None else f"channel_{channel}",
        one.name if one.is_named else "",
    )


def _refuse_twice(wanted: list[tuple[Source, Roi | None, ParameterSet]], asked: Asked) -> None:
    seen: dict[tuple[object, ...], Source] = {}
    for source, roi, one in wanted:
        channel = source.channel or asked.channel
        key = (source.path, source.roi_path, None if roi is None else roi.name, channel, one.name)
        first = seen.setdefault(key, source)
        if first is not source:
            region = f", region {roi.name!r}" if roi is not None else ""
            raise ParameterError(
                f"{source.where or source.file}: the job {source.file}{region} is also in "
                f"{first.where or first.file}; leave one of them out."
            )
