"""One comparison: results, where they belong, and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.clusters.cautions import cautions
from stormgraph_py.clusters.compare import CompareParams, Comparison, compare_conditions
from stormgraph_py.clusters.unit_values import DEFAULT_MEASURES
from stormgraph_py.errors import ParameterError
from stormgraph_py.report.compare_inputs import (
    RegionResult,
    choose_results,
    read_results,
)
from stormgraph_py.report.compare_tags import TaggedResults, tag_results

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class CompareRequest:
    """What to compare and how.

    Parameters
    ----------
    paths : tuple of str
        Folders of results.
    tags, pattern : str or None
        Table of tags, and pattern of the files' paths.
    skip_untagged : bool
        Leave out results without a condition.
    parameters, channel : str or None
        Parameter set and colour channel, where there are several.
    measures : tuple of str
        What to compare; the default measures when empty.
    params : CompareParams
        How.
    """

    paths: tuple[str, ...]
    tags: str | None = None
    pattern: str | None = None
    skip_untagged: bool = False
    parameters: str | None = None
    channel: str | None = None
    measures: tuple[str, ...] = ()
    params: CompareParams = field(default_factory=CompareParams)


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparedResults:
    """A request with what was read and what came out.

    Parameters
    ----------
    request : CompareRequest
        What was asked for.
    tagged : TaggedResults
        The results and where they belong.
    rois, clusters : DataFrame
        One row a region, and one a cluster; see
        `stormgraph_py.clusters.compare.compare_conditions`.
    comparison : Comparison
        What came out.
    warnings : tuple of str
        What the reader should look at first.
    """

    request: CompareRequest
    tagged: TaggedResults
    rois: pd.DataFrame
    clusters: pd.DataFrame
    comparison: Comparison
    warnings: tuple[str, ...]

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return self.tagged.results[0].dimensions


def compare_results(request: CompareRequest) -> ComparedResults:
    """Read results, find out where they belong, and compare them.

    Raises
    ------
    StormGraphError
        When the results cannot be read or make no comparison.
    """
    results, notes = read_results(request.paths)
    return compare_regions(request, results, notes)


def compare_regions(
    request: CompareRequest, results: Sequence[RegionResult], notes: Sequence[str] = ()
) -> ComparedResults:
    """Find out where results belong that were read or are at hand, and compare them.

    Parameters
    ----------
    request : CompareRequest
        How to compare; its paths are not read.
    results : sequence of RegionResult
        What is compared, each once; see `stormgraph_py.report.compare_inputs.refuse_repeats`.
    notes : sequence of str
        What the user should know of them.

    Raises
    ------
    StormGraphError
        When the results make no comparison.
    """
    notes = list(notes)
    chosen = choose_results(results, parameters=request.parameters, channel=request.channel)
    if len(chosen) < len(results):
        notes.append(
            f"{len(results) - len(chosen)} of {len(results)} results are of other parameters or "
            "channels and are left out."
        )
    tagged = tag_results(
        chosen, table=request.tags, pattern=request.pattern, skip_untagged=request.skip_untagged
    )
    if not tagged.results:
        raise ParameterError("No result has a condition; tag some with --tags or --pattern.")
    rois, clusters = _tables(tagged)
    comparison = compare_conditions(
        rois,
        clusters,
        list(dict.fromkeys(request.measures))
        or [
            m for m in DEFAULT_MEASURES[tagged.results[0].dimensions] if _exists(m, rois, clusters)
        ],
        request.params,
        conditions=tagged.conditions,
    )
    return ComparedResults(
        request=request,
        tagged=tagged,
        rois=rois,
        clusters=clusters,
        comparison=comparison,
        warnings=(*cautions(comparison), *notes, *tagged.notes, *_versions(tagged)),
    )


def _exists(measure: str, rois: pd.DataFrame, clusters: pd.DataFrame) -> bool:
    return bool(measure in rois.columns or len(clusters))


def _tables(tagged: TaggedResults) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    names = Counter(
        (*tags.values(), result.roi)
        for tags, result in zip(tagged.tags, tagged.results, strict=True)
    )
    pieces = []
    for number, (tags, result) in enumerate(zip(tagged.tags, tagged.results, strict=True)):
        # two files of one cell may each have a region of this name, or none at all
        alone = names[(*tags.values(), result.roi)] == 1
        roi = result.roi if alone else f"{Path(result.file).name} {result.roi}".strip()
        counted = {"n_clusters": len(result.clusters)}
        rows.append({**tags, "roi": roi} | result.measures | counted)
        pieces.append(
            result.clusters.assign(
                roi_number=number,
                **tags,
                roi=roi,
                file=result.file,
                result=str(result.folder),
            )
        )
    filled = [piece for piece in pieces if len(piece)] or pieces[:1]
    return pd.DataFrame(rows), pd.concat(filled, ignore_index=True)


def _versions(tagged: TaggedResults) -> list[str]:
    found = sorted({str(r.record.get("versions", {}).get("stormgraph_py")) for r in tagged.results})
    if len(found) < 2:
        return []
    return [
        f"The results were made by different versions of stormgraph_py ({', '.join(found)}), which "
        "may differ in what they find; analyse all with one."
    ]
