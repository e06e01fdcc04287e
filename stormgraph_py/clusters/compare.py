"""Comparison of conditions: values at the right unit, tests, effect sizes and what to beware of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.bootstrap import (
    NestedUnit,
    NestedValues,
    Summary,
    interval,
    resampled_units,
)
from stormgraph_py.clusters.effect_sizes import EFFECTS, effect_sizes
from stormgraph_py.clusters.intraclass import design_effect
from stormgraph_py.clusters.rank_tests import (
    Correction,
    TestOutcome,
    corrected,
    dunn,
    kruskal_wallis,
    mann_whitney,
    welch_t,
)
from stormgraph_py.clusters.unit_values import (
    TAGS,
    Unit,
    is_of_clusters,
    unit_values,
    values_of_rois,
)
from stormgraph_py.errors import InputError, ParameterError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class CompareParams:
    """How conditions are compared.

    Parameters
    ----------
    unit : {"cell", "roi", "replicate", "cluster"}
        What counts as one independent observation.
    summary : {"median", "mean"}
        How clusters of a region are summarised.
    correction : {"holm", "bonferroni", "fdr"}
        Correction of p-values for their number, over pairs of conditions and over measures.
    control : str or None
        Condition that the others are compared with; None compares all pairs.
    n_bootstrap : int
        Samples of the nested bootstrap.
    confidence : float
        Of the intervals, between 0 and 1.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ParameterError
        When a value is out of its bounds.
    """

    unit: Unit = "cell"
    summary: Summary = "median"
    correction: Correction = "holm"
    control: str | None = None
    n_bootstrap: int = 2000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        for name, choices in (("unit", Unit), ("summary", Summary), ("correction", Correction)):
            if getattr(self, name) not in get_args(choices):
                raise ParameterError(
                    f"{name}={getattr(self, name)!r} is unknown; choose "
                    f"{', '.join(get_args(choices))}."
                )
        if not 100 <= self.n_bootstrap <= 100_000:
            raise ParameterError(f"n_bootstrap={self.n_bootstrap} must be between 100 and 100,000.")
        if not 0.5 <= self.confidence < 1:
            raise ParameterError(
                f"confidence={self.confidence} must be at least 0.5 and below 1, such as 0.95."
            )
        if self.seed < 0:
            raise ParameterError(f"seed={self.seed} must not be negative.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What came out of a comparison; the tables' columns are in the data dictionary.

    Parameters
    ----------
    params : CompareParams
        How it was made.
    conditions : tuple of str
        In their order, the control first.
    measures : tuple of str
        What was compared.
    of_clusters : tuple of bool
        Which measures are of clusters and not of regions.
    has_replicates : bool
        Whether the regions name their replicates.
    unit_table, tests, effects, summaries, design : DataFrame
        values_long.csv, tests.csv, effects.csv, conditions.csv and design.csv.
    """

    params: CompareParams
    conditions: tuple[str, ...]
    measures: tuple[str, ...]
    of_clusters: tuple[bool, ...]
    has_replicates: bool
    unit_table: pd.DataFrame
    tests: pd.DataFrame
    effects: pd.DataFrame
    summaries: pd.DataFrame
    design: pd.DataFrame

    def unit_of(self, measure: str) -> Unit:
        """What one value of a measure stands for: regions where clusters have no such value."""
        of_clusters = self.of_clusters[self.measures.index(measure)]
        return main_unit(self.params.unit, of_clusters)


def main_unit(unit: Unit, of_clusters: bool) -> Unit:
    """Return the unit at which a measure is compared: a region's own has no value for clusters."""
    return "roi" if unit == "cluster" and not of_clusters else unit


def compare_conditions(
    rois: pd.DataFrame,
    clusters: pd.DataFrame,
    measures: Sequence[str],
    params: CompareParams | None = None,
    *,
    conditions: Sequence[str] | None = None,
) -> Comparison:
    """Compare measures between conditions.

    Parameters
    ----------
    rois : DataFrame
        One row a region: text columns ``condition``, ``replicate`` (empty where there are none),
        ``cell`` and ``roi``, the count ``n_clusters``, and measures of the region.
    clusters : DataFrame
        One row a cluster: ``roi_number``, the position of its region in `rois`, and measures.
    measures : sequence of str
        Columns of `clusters` or `rois` to compare.
    params : CompareParams, optional
        How.
    conditions : sequence of str, optional
        Their order; by name by default. The control is put first.

    Returns
    -------
    Comparison
        The same for any order of rows.

    Raises
    ------
    InputError
        When there are fewer than two conditions, tags are missing, or nothing has a value.
    ParameterError
        When a measure or the control does not exist, or the unit needs replicates.

    Examples
    --------
    >>> import pandas as pd
    >>> rois = pd.DataFrame({"condition": ["a"] * 4 + ["b"] * 4, "replicate": "", "roi": "",
    ...                      "cell": list("12341234"), "n_clusters": 3,
    ...                      "clusters_per_um2": [1.0, 2, 3, 4, 5, 6, 7, 8]})
    >>> clusters = pd.DataFrame({"roi_number": [0], "area_nm2": [100.0]})
    >>> found = compare_conditions(rois, clusters, ["clusters_per_um2"])
    >>> round(float(found.tests["p"].iloc[0]), 3), found.effects["shift"].tolist()
    (0.029, [4.0])
    """
    import pandas as pd

    params = params or CompareParams()
    order = _ordered_conditions(rois, params.control, conditions)
    has_replicates = _check_tags(rois, params.unit)
    _check_names(rois)
    of_clusters = tuple(is_of_clusters(measure, rois, clusters) for measure in measures)
    pairs = [
        (i, j) for i, j in combinations(range(len(order)), 2) if params.control is None or i == 0
    ]
    values, tests, effects, summaries, design = [], [], [], [], []
    seeds = np.random.SeedSequence(params.seed).spawn(len(measures))
    for measure, own, seed in zip(measures, of_clusters, seeds, strict=True):
        unit = main_unit(params.unit, own)
        behind = values_of_rois(measure, rois, clusters)
        named: dict[str, Any] = {"measure": measure, "unit": unit}
        table = unit_values(rois, behind, unit=unit, summary=params.summary)
        groups = _groups(table, order)
        if sum(len(group) > 0 for group in groups) < 2:
            raise InputError(
                f"{measure} has values in fewer than two conditions; leave it out with --measure."
            )
        values.append(_labelled(table, named))
        tests += [named | row for row in _rank_tests(groups, order, pairs)]
        if has_replicates:
            means = unit_values(rois, behind, unit="replicate", summary=params.summary)
            at_replicates = named | {"unit": "replicate"}
            if unit != "replicate":
                values.append(_labelled(means, at_replicates))
            tests += [at_replicates | row for row in _t_tests(_groups(means, order), order, pairs)]
        if own:
            design.append(_design(rois, behind, measure))
        samples, tops = _resampled(rois, behind, order, unit, params, seed)
        effects += [named | row for row in _effects(groups, samples, tops, order, pairs, params)]
        summaries += [named | row for row in _summaries(table, samples, tops, order, params)]
    return Comparison(
        params=params,
        conditions=order,
        measures=tuple(measures),
        of_clusters=of_clusters,
        has_replicates=has_replicates,
        unit_table=pd.concat(values, ignore_index=True),
        tests=_corrected_tests(pd.DataFrame(tests), params.correction),
        effects=pd.DataFrame(effects),
        summaries=pd.DataFrame(summaries),
        design=pd.DataFrame(design, columns=_DESIGN),
    )


_DESIGN = ("measure", "n_clusters", "n_cells", "icc", "design_effect", "n_effective")


def _ordered_conditions(
    rois: pd.DataFrame, control: str | None, conditions: Sequence[str] | None
) -> tuple[str, ...]:
    found = sorted(set(rois["condition"]))
    order = [c for c in conditions if c in found] if conditions is not None else found
    order += [c for c in found if c not in order]
    if len(order) < 2:
        raise InputError(
            f"There is only one condition, {', '.join(order) or 'none at all'}; a comparison needs "
            "two. Look at --tags or --pattern."
        )
    if control is not None:
        if control not in order:
            raise ParameterError(
                f"control={control!r} is no condition; there are {', '.join(order)}."
            )
        order.remove(control)
        order.insert(0, control)
    return tuple(order)


def _check_tags(rois: pd.DataFrame, unit: Unit) -> bool:
    """Return whether there are replicates; refuse tags that are missing."""
    for tag in ("condition", "cell"):
        if (rois[tag] == "").any():
            raise InputError(f"{int((rois[tag] == '').sum())} regions have no {tag}.")
    without = rois["replicate"] == ""
    if without.any() and not without.all():
        raise InputError(
            f"{int(without.sum())} of {len(rois)} regions have no replicate, the others do; name "
            "the replicate of all or of none."
        )
    if unit == "replicate" and without.all():
        raise ParameterError(
            "unit='replicate' needs replicates, and no region names one; tag them, or use the unit "
            "cell."
        )
    return not bool(without.any())


def _check_names(rois: pd.DataFrame) -> None:
    """Refuse regions that cannot be told apart, whose order would then matter."""
    if rois.duplicated(list(TAGS)).any():
        twice = rois[rois.duplicated(list(TAGS))].iloc[0]
        raise InputError(
            f"Two regions are called {', '.join(str(twice[tag]) for tag in TAGS if twice[tag])}; "
            "give each its own cell or name."
        )


def _labelled(table: pd.DataFrame, named: dict[str, Any]) -> pd.DataFrame:
    return table.assign(**named)[[*named, *table.columns]]


def _groups(table: pd.DataFrame, order: Sequence[str]) -> list[FloatArray]:
    """Return the values of each condition that exist."""
    found = []
    for condition in order:
        values = table.loc[table["condition"] == condition, "value"].to_numpy(dtype=float)
        found.append(values[np.isfinite(values)])
    return found


def _row(outcome: TestOutcome, first: str, second: str, n: Sequence[int]) -> dict[str, Any]:
    n_first, n_second = n if first else (None, None)
    return {
        "test": outcome.test,
        "method": outcome.method,
        "first": first,
        "second": second,
        "n_units": sum(n),
        "n_first": n_first,
        "n_second": n_second,
        "statistic": outcome.statistic,
        "p": outcome.p,
        "smallest_p": outcome.smallest_p,
    }


def _rank_tests(
    groups: Sequence[FloatArray], order: Sequence[str], pairs: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    sizes = [len(group) for group in groups]
    if len(order) == 2:
        return [_row(mann_whitney(*groups), order[0], order[1], sizes)]
    rows = [_row(kruskal_wallis(groups), "", "", sizes)]
    for (i, j), outcome in dunn(groups, pairs).items():
        rows.append(_row(outcome, order[i], order[j], (sizes[i], sizes[j])))
    return rows


def _t_tests(
    groups: Sequence[FloatArray], order: Sequence[str], pairs: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    return [
        _row(welch_t(groups[i], groups[j]), order[i], order[j], (len(groups[i]), len(groups[j])))
        for i, j in pairs
    ]


def _corrected_tests(tests: pd.DataFrame, correction: Correction) -> pd.DataFrame:
    """Correct within each family: one kind of test at one unit, over all pairs and measures."""
    # a measure of regions beside pooled clusters belongs to their family
    family = tests["test"] + np.where(tests["test"] == "welch-t", " of replicates", "")
    tests["n_in_family"] = tests["p"].notna().groupby(family).transform("sum")
    tests["p_corrected"] = np.nan
    for _, rows in tests.groupby(family):
        tests.loc[rows.index, "p_corrected"] = corrected(rows["p"], correction)
    tests["correction"] = correction
    columns = ["n_first", "n_second"]
    tests[columns] = tests[columns].astype("Int64")
    return tests


def _design(rois: pd.DataFrame, behind: Sequence[FloatArray], measure: str) -> dict[str, Any]:
    """Describe how alike the clusters of a cell are."""
    number = np.repeat(np.arange(len(rois)), [len(v) for v in behind])
    cells = rois.groupby(["condition", "replicate", "cell"]).ngroup().to_numpy()
    strata = rois.groupby("condition").ngroup().to_numpy()
    found = design_effect(np.concatenate([*behind, np.empty(0)]), cells[number], strata[number])
    return {
        "measure": measure,
        "n_clusters": found.n_values,
        "n_cells": found.n_groups,
        "icc": found.icc,
        "design_effect": found.design_effect,
        "n_effective": found.n_effective,
    }


def _resampled(
    rois: pd.DataFrame,
    behind: Sequence[FloatArray],
    order: Sequence[str],
    unit: Unit,
    params: CompareParams,
    seed: np.random.SeedSequence,
) -> tuple[list[FloatArray], list[int]]:
    """Return bootstrap samples of each condition's units, and how many with a value are on top.

    Pooled clusters have none: an interval for them would claim what they do not tell.
    """
    tops = []
    samples = []
    level: NestedUnit = "cell" if unit == "cluster" else unit
    for condition, own in zip(order, seed.spawn(len(order)), strict=True):
        # the same order whatever the order of rows
        part = rois.reset_index(drop=True)
        part = part[part["condition"] == condition].sort_values(list(TAGS))
        replicate = part.groupby("replicate").ngroup().to_numpy().astype(np.int64)
        cell = part.groupby(["replicate", "cell"]).ngroup().to_numpy().astype(np.int64)
        has_replicates = bool((part["replicate"] != "").all())
        # those without a value tell nothing of how values vary
        known = np.array([len(behind[i]) > 0 for i in part.index])
        tops.append(len(np.unique((replicate if has_replicates else cell)[known])))
        if unit == "cluster":
            samples.append(np.empty((0, 0)))
            continue
        nested = NestedValues(
            replicate=replicate, cell=cell, values=[behind[i] for i in part.index]
        )
        samples.append(
            resampled_units(
                nested,
                unit=level,
                summary=params.summary,
                n_samples=params.n_bootstrap,
                rng=np.random.default_rng(own),
            )
        )
    return samples, tops


def _effects(
    groups: Sequence[FloatArray],
    samples: Sequence[FloatArray],
    tops: Sequence[int],
    order: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    params: CompareParams,
) -> list[dict[str, Any]]:
    rows = []
    for i, j in pairs:
        found = effect_sizes(groups[i], groups[j])
        again = effect_sizes(samples[i], samples[j]) if samples[i].size else None
        row: dict[str, Any] = {
            "first": order[i],
            "second": order[j],
            "n_first": len(groups[i]),
            "n_second": len(groups[j]),
        }
        for name in EFFECTS:
            low, high = np.nan, np.nan
            if again is not None:
                low, high = interval(
                    getattr(again, name), (tops[i], tops[j]), confidence=params.confidence
                )
            row |= {
                name: float(getattr(found, name)),
                f"{name}_low": low,
                f"{name}_high": high,
            }
        row["common_language"] = (row["cliffs_delta"] + 1) / 2
        row["confidence"] = params.confidence
        row["n_resampled_first"], row["n_resampled_second"] = tops[i], tops[j]
        rows.append(row)
    return rows


def _summaries(
    table: pd.DataFrame,
    samples: Sequence[FloatArray],
    tops: Sequence[int],
    order: Sequence[str],
    params: CompareParams,
) -> list[dict[str, Any]]:
    rows = []
    for condition, sample, top in zip(order, samples, tops, strict=True):
        part = table[table["condition"] == condition]
        values = part["value"].dropna().to_numpy(dtype=float)
        low, high = np.nan, np.nan
        if sample.size:
            n = np.isfinite(sample).sum(axis=1)
            means = np.nansum(sample, axis=1)[n > 0] / n[n > 0]
            low, high = interval(means, (top,), confidence=params.confidence)
        quartiles = np.quantile(values, [0.25, 0.5, 0.75]) if len(values) else [np.nan] * 3
        rows.append(
            {
                "condition": condition,
                "n_units": len(part),
                "n_with_value": len(values),
                "n_rois": int(part["n_rois"].sum()),
                "n_clusters": int(part["n_clusters"].sum()),
                "mean": float(values.mean()) if len(values) else np.nan,
                "mean_low": low,
                "mean_high": high,
                "standard_deviation": float(values.std(ddof=1)) if len(values) > 1 else np.nan,
                "median": float(quartiles[1]),
                "quartile_1": float(quartiles[0]),
                "quartile_3": float(quartiles[2]),
                "confidence": params.confidence,
            }
        )
    return rows
