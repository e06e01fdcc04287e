"""What a reader of a comparison must know before believing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stormgraph_py.clusters.compare import Comparison
from stormgraph_py.clusters.rank_tests import TEST_NAMES

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05
"""Level of significance that the cautions speak of."""

FEW_UNITS = 5
"""Units in a condition below which a rank test tells little."""

FEW_REPLICATES = 3
"""Replicates in a condition below which nothing can be said of other replicates."""

MOST_NAMED = 8
"""Measures that are named in a sentence; the others are counted."""

POOLED = (
    "Clusters were pooled as if each were an independent observation. They are not: clusters of "
    "one cell resemble each other, so that these p-values are far too small. Use the unit cell "
    "for conclusions"
)

_PLURALS = {"roi": "ROIs", "cell": "cells", "replicate": "replicates", "cluster": "clusters"}


def cautions(comparison: Comparison) -> list[str]:
    """Return what to look at before the results of a comparison, the gravest first.

    Parameters
    ----------
    comparison : Comparison
        What `stormgraph_py.clusters.compare.compare_conditions` returned.
    """
    return [
        *_pooling(comparison),
        *_few_replicates(comparison),
        *_few_units(comparison),
        *_out_of_reach(comparison),
        *_without_value(comparison),
    ]


def plural(unit: str) -> str:
    """Return what several of a unit are called."""
    return _PLURALS[unit]


def _pooling(comparison: Comparison) -> Iterator[str]:
    unit = comparison.params.unit
    if unit == "cluster":
        design = comparison.design.dropna(subset="design_effect")
        worth = [
            f"{row['measure']}: {row['n_clusters']:,} clusters of {row['n_cells']} cells are worth "
            f"about {row['n_effective']:,.0f} independent ones (intraclass correlation "
            f"{row['icc']:.2f}, design effect {row['design_effect']:.1f})"
            for row in design.to_dict("records")
        ]
        yield f"{POOLED}. {'; '.join(worth)}{'.' if worth else ''}".strip()
    # measures of regions are compared by ROI where clusters are pooled, too
    if unit in ("roi", "cluster") and _roi_cells(comparison.unit_table):
        yield (
            "ROIs were taken as independent observations, but some lie in the same cell and "
            "resemble each other, so that p-values are too small. Use the unit cell for "
            "conclusions."
        )


def _roi_cells(values: pd.DataFrame) -> bool:
    """Whether any cell has several ROIs."""
    rois = values[values["unit"] == "roi"]
    return bool(rois.duplicated(["measure", "condition", "replicate", "cell"]).any())


def _few_replicates(comparison: Comparison) -> Iterator[str]:
    if not comparison.has_replicates:
        yield (
            "No replicates are named, so that differences between days or animals are taken for "
            "differences between conditions. Name the replicate of each file with --tags or "
            "--pattern."
        )
        return
    replicates = comparison.unit_table.groupby("condition")["replicate"].nunique()
    few = [f"{c} has {n}" for c in comparison.conditions if (n := replicates[c]) < FEW_REPLICATES]
    if few:
        yield (
            f"{_listed(few)} replicate{'' if few[-1].endswith(' 1') else 's'}. With fewer than "
            f"{FEW_REPLICATES} in a condition nothing can be said of what a further replicate "
            "would show."
        )


def _few_units(comparison: Comparison) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for row in comparison.summaries.to_dict("records"):
        n = row["n_with_value"]
        if n < FEW_UNITS:
            key = f"{row['condition']} has {n} {row['unit'] if n == 1 else plural(row['unit'])}"
            if n < row["n_units"]:
                key = f"{key} with a value"
            found.setdefault(key, []).append(row["measure"])
    every = len(comparison.measures)
    for what, measures in found.items():
        valued = " of" if what.endswith(" with a value") else " with a value of"
        where = "" if len(measures) == every else f"{valued} {_listed(measures)}"
        yield f"{what}{where}; with fewer than {FEW_UNITS} a rank test tells little."


def _out_of_reach(comparison: Comparison) -> Iterator[str]:
    params = comparison.params
    for (test, unit), rows in comparison.tests.groupby(["test", "unit"], sort=False):
        name = TEST_NAMES[str(test)]
        known = rows.dropna(subset="p")
        never = known[known["smallest_p"] >= ALPHA]
        if len(never):
            yield (
                f"{len(never)} of {len(known)} tests ({name}, unit {unit}) cannot give p < "
                f"{ALPHA:g} with so few {plural(str(unit))}, whatever the data: the smallest "
                f"possible p is {never['smallest_p'].min():.2g}. Not significant says nothing "
                "there."
            )
        rest = known[known["smallest_p"] < ALPHA]
        hard = rest[rest["smallest_p"] * rest["n_in_family"] >= ALPHA]
        if len(hard) and params.correction != "fdr":
            n = int(hard["n_in_family"].iloc[0])
            yield (
                f"After {params.correction.capitalize()} correction for {n} tests, a {name} test "
                f"that stands alone cannot give p < {ALPHA:g}{_for_which(hard, known)} at "
                f"{_listed(_sizes(hard))} {plural(str(unit))}. {_turned(known)} Compare fewer "
                "measures (--measure) or only with a control (--control), decided before looking."
            )


def _for_which(rows: pd.DataFrame, among: pd.DataFrame) -> str:
    """Name the measures of some tests, unless they are those of all."""
    measures = list(dict.fromkeys(rows["measure"]))
    return "" if len(measures) == among["measure"].nunique() else f" for {_listed(_few(measures))}"


def _turned(known: pd.DataFrame) -> str:
    """Name the measures that are significant before the correction alone."""
    turned = known[(known["p"] < ALPHA) & (known["p_corrected"] >= ALPHA)]
    measures = list(dict.fromkeys(turned["measure"]))
    if not measures:
        return "It changed no verdict here."
    return f"It changed the verdict on {_listed(_few(measures))}: p < {ALPHA:g} only before it."


def _few(names: list[str]) -> list[str]:
    """Return the first names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return names if more < 2 else [*names[:MOST_NAMED], f"{more} more"]


def _sizes(rows: pd.DataFrame) -> list[str]:
    sizes = []
    for row in rows.to_dict("records"):
        both = row["test"] != "kruskal-wallis"
        sizes.append(f"{row['n_first']} and {row['n_second']}" if both else f"{row['n_units']}")
    return list(dict.fromkeys(sizes))[:3]


def _without_value(comparison: Comparison) -> Iterator[str]:
    for measure, own in zip(comparison.measures, comparison.of_clusters, strict=True):
        rows = comparison.summaries[comparison.summaries["measure"] == measure]
        missing = [
            f"{row['n_units'] - row['n_with_value']} of {row['n_units']} in {row['condition']}"
            for row in rows.to_dict("records")
            if row["n_units"] > row["n_with_value"]
        ]
        if missing:
            unit = plural(comparison.unit_of(measure))
            elsewhere = "; the measures of regions count them" if own else ""
            yield (
                f"{measure}: {_listed(missing)} {unit} have no "
                f"{'clusters with a value' if own else 'value'}, and are not in its "
                f"tests{elsewhere}."
            )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
