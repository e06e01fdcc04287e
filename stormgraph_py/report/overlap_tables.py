"""Tables of a comparison of two channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from stormgraph_py.clusters.overlap import ratio
from stormgraph_py.clusters.overlap_null import NullFigure
from stormgraph_py.report.tables import localization_table

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.clusters.overlap_null import Figure
    from stormgraph_py.report.overlap_analysis import Channel, OverlapAnalysis

_Change = Callable[["FloatArray"], "FloatArray"]


def measure_table(analysis: OverlapAnalysis) -> pd.DataFrame:
    """Return every figure of the comparison with its null, one row each (overlap.csv)."""
    overlap, size = analysis.overlap, analysis.overlap.size
    what, unit = ("volume", "nm3") if analysis.dimensions == 3 else ("area", "nm2")
    shown = {"nm2": "nm²", "nm3": "nm³"}[unit]
    either = size.size_a + size.size_b

    def percent_of(whole: float) -> _Change:
        return lambda both: 100 * both / whole if whole > 0 else np.full_like(both, np.nan)

    def jaccard(both: FloatArray) -> FloatArray:
        return both / (either - both) if either > 0 else np.full_like(both, np.nan)

    n_a, n_b = len(overlap.a_inside), len(overlap.b_inside)
    rows = [
        _row(analysis, f"overlap_{what}_{unit}", size.both, shown, "overlap", lambda x: x),
        _row(analysis, f"{what}_a_{unit}", size.size_a, shown),
        _row(analysis, f"{what}_b_{unit}", size.size_b, shown),
        _row(
            analysis, f"percent_{what}_of_a", 100 * size.over_a, "%", "overlap",
            percent_of(size.size_a),
        ),
        _row(
            analysis, f"percent_{what}_of_b", 100 * size.over_b, "%", "overlap",
            percent_of(size.size_b),
        ),
        _row(analysis, f"jaccard_{what}", size.jaccard, "1", "overlap", jaccard),
        _row(
            analysis, "percent_localizations_of_a", 100 * overlap.localizations_over_a, "%",
            "a_inside", lambda share: 100 * share,
        ),
        _row(
            analysis, "percent_localizations_of_b", 100 * overlap.localizations_over_b, "%",
            "b_inside", lambda share: 100 * share,
        ),
        _row(analysis, "jaccard_localizations", overlap.localizations_jaccard, "1")
        | _joined(analysis, n_a, n_b),
        _row(analysis, "n_clusters_a", len(overlap.a), "count"),
        _row(analysis, "n_clusters_b", len(overlap.b), "count"),
        _row(
            analysis, "percent_clusters_of_a",
            100 * ratio(float((overlap.covered_a > 0).sum()), len(overlap.a)), "%",
        ),
        _row(
            analysis, "percent_clusters_of_b",
            100 * ratio(float((overlap.covered_b > 0).sum()), len(overlap.b)), "%",
        ),
    ]  # fmt: skip
    for letter, channel, figure in (
        ("a", analysis.a, "neighbor_a"),
        ("b", analysis.b, "neighbor_b"),
    ):
        near = float(np.median(channel.nearest_nm)) if len(channel.nearest_nm) else np.nan
        rows.append(
            _row(analysis, f"median_nearest_{letter}_nm", near, "nm", figure, lambda x: x)  # type: ignore[arg-type]
        )
    for letter, channel in zip("ab", analysis.channels, strict=True):
        values = channel.usable_cbc
        mean = float(values.mean()) if len(values) else np.nan
        rows.append(_row(analysis, f"mean_cbc_{letter}", mean, "1"))
    return pd.DataFrame(rows)


def voxel_table(analysis: OverlapAnalysis) -> pd.DataFrame:
    """Return the volumes and shares found with voxels of several sizes (overlap_voxels.csv)."""
    return pd.DataFrame(
        [
            {
                "voxel_nm": size.voxel_nm,
                "volume_a_nm3": size.size_a,
                "volume_b_nm3": size.size_b,
                "overlap_volume_nm3": size.both,
                "percent_of_a": 100 * size.over_a,
                "percent_of_b": 100 * size.over_b,
                "jaccard": size.jaccard,
            }
            for size in analysis.overlap.convergence
        ]
    )


def channel_table(channel: Channel) -> pd.DataFrame:
    """Return the localizations of a channel with what the other one is to them."""
    table = localization_table(channel.analysis.localizations, channel.analysis.result)
    added = {
        "inside_other": channel.inside_other,
        "nearest_other_nm": channel.nearest_nm,
        "cbc": channel.cbc,
        "cbc_at_border": channel.at_border,
    }
    renamed = {name: f"input_{name}" for name in table.columns if name in added}
    return table.rename(columns=renamed).assign(**added)


def _row(
    analysis: OverlapAnalysis,
    measure: str,
    value: float,
    unit: str,
    figure: Figure | None = None,
    change: _Change | None = None,
) -> dict[str, Any]:
    row: dict[str, Any] = {"measure": measure, "value": float(value), "unit": unit}
    chance, spread = None, None
    if figure is not None and change is not None:
        chance = _changed(analysis.null.figures[figure], change)
        if analysis.registration is not None and figure in analysis.registration:
            spread = change(analysis.registration[figure])
    return row | _null_columns(chance, spread)


def _joined(analysis: OverlapAnalysis, n_a: int, n_b: int) -> dict[str, Any]:
    """Null of the share of all clustered localizations, from those of both channels."""
    if not n_a + n_b:
        return {}

    def share(a: FloatArray, b: FloatArray) -> FloatArray:
        shared: FloatArray = (a * n_a + b * n_b) / (n_a + n_b)
        return shared

    a, b = analysis.null.figures["a_inside"], analysis.null.figures["b_inside"]
    chance = NullFigure(
        observed=float(share(np.array(a.observed), np.array(b.observed))),
        values=share(a.values, b.values),
        expected=float(share(np.array(a.expected), np.array(b.expected))),
    )
    spread = None
    if analysis.registration is not None:
        spread = share(analysis.registration["a_inside"], analysis.registration["b_inside"])
    return _null_columns(chance, spread)


def _changed(figure: NullFigure, change: _Change) -> NullFigure:
    return NullFigure(
        observed=float(change(np.array(figure.observed))),
        values=change(figure.values),
        expected=float(change(np.array(figure.expected))),
    )


def _null_columns(chance: NullFigure | None, spread: FloatArray | None) -> dict[str, Any]:
    low, high = (np.nan, np.nan) if spread is None else np.quantile(spread, (0.025, 0.975))
    if chance is not None and not np.isfinite([chance.observed, chance.expected]).all():
        chance = None
    return {
        "expected_by_chance": np.nan if chance is None else chance.expected,
        "sd_by_chance": np.nan if chance is None else chance.sd,
        "z": np.nan if chance is None else chance.z,
        "p_more": np.nan if chance is None else chance.p_more,
        "p_less": np.nan if chance is None else chance.p_less,
        "p_two_sided": np.nan if chance is None else chance.p_two_sided,
        "n_random": 0 if chance is None else len(chance.values),
        "registration_low": float(low),
        "registration_high": float(high),
    }
