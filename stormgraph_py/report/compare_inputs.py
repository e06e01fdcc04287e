"""Results that are compared: folders of single runs and of batches, read back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.clusters.dictionary.roi import SUMMARY
from stormgraph_py.errors import FileFormatError, InputError, ParameterError
from stormgraph_py.io.provenance import sha256_of
from stormgraph_py.report.record import read_record, run_record

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.report.analysis import Analysis

TAG_NAMES = ("condition", "replicate", "cell")
"""What says where a region belongs."""

_RECORD, _SUMMARY, _CLUSTERS = "run.json", "summary.csv", "clusters.csv"
_JOBS, _FAILURES = "jobs", "failures.csv"


@dataclass(frozen=True, kw_only=True, eq=False)
class RegionResult:
    """The result of one analysis: a file, or one region of it.

    Parameters
    ----------
    folder : Path
        Where it was read from.
    record : dict
        Its run.json.
    job : Mapping of str to str
        Its row of the batch's summary.csv, the cells that are not empty; empty for a single run.
    summary : Mapping of str to str
        Its row of summary.csv, the cells that are not empty.
    clusters : DataFrame
        Measures of its clusters.
    is_written : bool
        Whether there is such a folder; for a result at hand it is only a name.
    """

    folder: Path
    record: dict[str, Any]
    job: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, str]
    clusters: pd.DataFrame
    is_written: bool = True

    @classmethod
    def of_analysis(cls, analysis: Analysis, name: str) -> RegionResult:
        """Take an analysis that is at hand as if it had been read from a folder of this name."""
        from stormgraph_py.report.tables import summary_row

        return cls(
            folder=Path(name),
            record=run_record(analysis),
            summary={k: str(v) for k, v in summary_row(analysis).items() if v == v},
            clusters=analysis.clusters,
            is_written=False,
        )

    @property
    def name(self) -> str:
        """Name of the job, or of the folder of a single run."""
        return self.folder.name

    @property
    def file(self) -> str:
        """Input file, as it was given to the analysis, with slashes."""
        return str(self.record["request"]["path"]).replace("\\", "/")

    @property
    def roi(self) -> str:
        """Name of the region; empty for the whole field."""
        return self.job.get("roi") or self.summary.get("roi", "")

    @property
    def parameters(self) -> str:
        """Name of the parameter set in a batch; empty for a single run."""
        return self.job.get("parameters", "")

    @property
    def channel(self) -> str:
        """Colour channel that was analysed; empty for all."""
        channel = self.record["request"].get("channel")
        return "" if channel is None else str(channel)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.record["result"]["dimensions"])

    @property
    def batch_tags(self) -> dict[str, str]:
        """Tags in the columns of the batch."""
        return {name: self.job[name] for name in TAG_NAMES if self.job.get(name)}

    @property
    def recorded_tags(self) -> dict[str, str]:
        """Tags of the analysis and of its region, which summary.csv and run.json hold."""
        tags = {**self.summary, **(self.record["request"].get("tags") or {})}
        return {name: str(tags[name]) for name in TAG_NAMES if tags.get(name) not in (None, "")}

    @property
    def measures(self) -> dict[str, float]:
        """What was measured of the region."""
        found = {}
        for column in SUMMARY:
            with contextlib.suppress(KeyError, ValueError):
                found[column.name] = float(self.summary[column.name])
        return found


def read_results(paths: Sequence[str | Path]) -> tuple[list[RegionResult], list[str]]:
    """Read every result in some folders.

    Parameters
    ----------
    paths : sequence of path
        Folders of a single run or of a batch, or folders that hold such folders at any depth.

    Returns
    -------
    list of RegionResult
        In the order of their folders.
    list of str
        What the user should know, such as jobs of a batch that have no result.

    Raises
    ------
    InputError
        When a folder holds no result, or the same analysis comes twice.
    FileFormatError
        When a file of a result cannot be understood, or another version of the program wrote it.
    """
    folders: dict[Path, Path] = {}
    notes: list[str] = []
    for given in paths:
        found = list(_result_folders(Path(given)))
        if not found:
            raise InputError(
                f"{given}: holds no result (a folder with run.json); name a folder that stormgraph "
                "run or stormgraph batch wrote."
            )
        for folder in found:
            folders.setdefault(folder.resolve(), folder)
    batches: dict[Path, dict[str, dict[str, str]]] = {}
    results = []
    for folder in folders.values():
        batch = _batch_of(folder)
        if batch is not None and batch not in batches:
            batches[batch] = _jobs(batch / _SUMMARY)
        jobs = {} if batch is None else batches[batch]
        if batch is not None and folder.name not in jobs:
            raise FileFormatError(
                f"{batch / _SUMMARY}: has no row of the job {folder.name}; let the batch finish "
                "with stormgraph batch --resume."
            )
        results.append(_read_result(folder, jobs.get(folder.name, {})))
    for batch, jobs in batches.items():
        there = {folder.name for folder in folders.values() if _batch_of(folder) == batch}
        lost = sorted(set(jobs) - there)
        failures = batch / _FAILURES
        if failures.is_file() and (n_failed := len(_read_csv(failures, text=True))):
            notes.append(
                f"{n_failed} jobs of {batch} failed and are not compared; their reasons are in "
                f"{_FAILURES}."
            )
        if lost:
            notes.append(
                f"{len(lost)} of {len(jobs)} jobs of {batch} have no result and are left out: "
                f"{some_of(lost)}."
            )
    refuse_repeats(results)
    return results, notes


def choose_results(
    results: Sequence[RegionResult], *, parameters: str | None = None, channel: str | None = None
) -> list[RegionResult]:
    """Choose the results of one parameter set and channel, and refuse to mix several.

    Parameters
    ----------
    results : sequence of RegionResult
        What `read_results` returned.
    parameters : str, optional
        Name of a parameter set of a batch.
    channel : str, optional
        Colour channel.

    Raises
    ------
    ParameterError
        When there is no such parameter set or channel.
    InputError
        When results differ in their parameters, channels or dimensions.
    """
    chosen = list(results)
    for what, wanted in (("parameters", parameters), ("channel", channel)):
        if wanted is not None:
            there = sorted({getattr(r, what) for r in chosen})
            chosen = [r for r in chosen if getattr(r, what) == wanted]
            if not chosen:
                raise ParameterError(
                    f"No result has {what} {wanted!r}; there are "
                    f"{', '.join(name or '(none)' for name in there)}."
                )
    _refuse_mixture(chosen)
    return chosen


def _result_folders(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise InputError(f"{path}: does not exist; name a folder of results.")
    if not path.is_dir():
        raise InputError(f"{path}: is no folder; name the folder of the result.")
    if (path / _RECORD).is_file():
        yield path
        return
    for record in sorted(path.rglob(_RECORD)):
        folder = record.parent
        hidden = any(part.startswith(".") for part in folder.relative_to(path).parts)
        if not hidden and (folder / _SUMMARY).is_file():
            yield folder


def _batch_of(folder: Path) -> Path | None:
    """Return the folder of the batch that a result belongs to."""
    absolute = folder.resolve()
    batch = absolute.parent.parent
    is_job = absolute.parent.name == _JOBS and (batch / _SUMMARY).is_file()
    return batch if is_job else None


def _jobs(path: Path) -> dict[str, dict[str, str]]:
    table = _read_csv(path, text=True)
    if "job" not in table.columns:
        raise FileFormatError(f"{path}: has no column job, so that it is no summary of a batch.")
    return {row["job"]: _filled(row) for row in table.to_dict("records")}


def _filled(row: Mapping[Hashable, str]) -> dict[str, str]:
    return {str(name): value.strip() for name, value in row.items() if value.strip()}


def _read_result(folder: Path, job: Mapping[str, str]) -> RegionResult:
    record = read_record(folder / _RECORD)
    summary = _read_csv(folder / _SUMMARY, text=True)
    clusters = _read_csv(folder / _CLUSTERS)
    if len(summary) != 1 or "n_clusters" not in summary.columns:
        raise FileFormatError(
            f"{folder / _SUMMARY}: must have one row and a column n_clusters, and has "
            f"{len(summary)} rows and the columns {some_of(list(map(str, summary.columns)))}; "
            "analyse the file again."
        )
    n_clusters = summary["n_clusters"].iloc[0]
    if n_clusters != str(len(clusters)):
        raise FileFormatError(
            f"{folder / _CLUSTERS}: has {len(clusters)} clusters and summary.csv counts "
            f"{n_clusters}; one of them was changed, analyse the file again."
        )
    if not isinstance(record.get("result"), dict) or "dimensions" not in record["result"]:
        raise FileFormatError(f"{folder / _RECORD}: does not say the result's dimensions.")
    return RegionResult(
        folder=folder,
        record=record,
        job=job,
        summary=_filled(summary.to_dict("records")[0]),
        clusters=clusters,
    )


def _read_csv(path: Path, *, text: bool = False) -> pd.DataFrame:
    import pandas as pd

    try:
        if text:
            return pd.read_csv(path, dtype=str, keep_default_na=False)
        return pd.read_csv(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); analyse the file again."
        ) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: is no table ({error}); analyse the file again.") from None


def refuse_repeats(results: Sequence[RegionResult]) -> None:
    """Refuse the same analysis of the same data twice, which would count as two observations.

    Raises
    ------
    InputError
        When there are such results.
    """
    seen: dict[str, RegionResult] = {}
    for result in results:
        request = result.record["request"]
        key = json.dumps(
            [
                result.record["input"].get("sha256"),
                *(
                    request.get(name)
                    for name in ("path", "roi", "channel", "filters", "params", "seed")
                ),
            ],
            sort_keys=True,
        )
        other = seen.setdefault(key, result)
        if other is not result:
            raise InputError(
                f"{other.folder} and {result.folder} are the same analysis of {result.file}; name "
                "it once."
            )


def _refuse_mixture(results: Sequence[RegionResult]) -> None:
    first = results[0]
    for other in results[1:]:
        # what was found to be 2-D or 3-D is said by the dimensions of the result
        if first.dimensions != other.dimensions:
            raise InputError(
                f"{first.folder} is {first.dimensions}-D and {other.folder} is "
                f"{other.dimensions}-D, which cannot be compared; choose one set with "
                "--parameters, or analyse all with --dimensions 2."
            )
        if first.channel != other.channel:
            raise InputError(
                f"{first.folder} is of channel {first.channel or '(all)'} and {other.folder} of "
                f"{other.channel or '(all)'}; choose one with --channel."
            )
        ours, theirs = _settings(first), _settings(other)
        names = sorted(n for n in {*ours, *theirs} if ours.get(n) != theirs.get(n))
        if names:
            sets = sorted({r.parameters for r in results if r.parameters})
            remedy = (
                f"choose one of {', '.join(sets)} with --parameters"
                if len(sets) > 1
                else "analyse all with the same parameters"
            )
            what = ", ".join(f"{n} {ours.get(n)} and {theirs.get(n)}" for n in names)
            raise InputError(
                f"{first.folder} and {other.folder} were analysed with different parameters "
                f"({what}); {remedy}."
            )
        if first.parameters != other.parameters:
            raise InputError(
                f"The results are of the parameter sets {first.parameters or '(none)'} and "
                f"{other.parameters or '(none)'}, which are equal; choose one with --parameters."
            )


def _settings(result: RegionResult) -> dict[str, Any]:
    """Return what must be equal: the parameters and the filters."""
    request = result.record["request"]
    return {**request["params"], "filters": request.get("filters") or []}


def input_record(result: RegionResult) -> dict[str, Any]:
    """Return what identifies a result, ready for JSON: its files with their SHA-256."""
    return {
        "folder": str(result.folder),
        "file": result.file,
        "file_sha256": result.record["input"].get("sha256"),
        "clusters_sha256": sha256_of(result.folder / _CLUSTERS) if result.is_written else None,
        "summary_sha256": sha256_of(result.folder / _SUMMARY) if result.is_written else None,
        "version": result.record.get("versions", {}).get("stormgraph_py"),
    }


def some_of(names: Sequence[str], most: int = 5) -> str:
    """Return the first names of many, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
