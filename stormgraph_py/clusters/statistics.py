"""Tables of what was measured: one row a cluster, one row a region of interest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from stormgraph_py.arrays import AnyArray, BoolArray, FloatArray, IntArray
from stormgraph_py.clusters.shapes import ClusterShapes, checked_points, measure_shapes
from stormgraph_py.errors import InputError, ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from stormgraph_py.engine.overcounting import OvercountingEvidence
    from stormgraph_py.localizations import Localizations
    from stormgraph_py.result import ClusteringResult

Level: TypeAlias = Literal["single", "coarse"]
SummaryRow: TypeAlias = dict[str, int | float]

NM_PER_UM = 1000.0


def measure_clusters(
    coordinates: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    sigma: npt.ArrayLike | None = None,
    degrees: npt.ArrayLike | None = None,
    evidence: Sequence[OvercountingEvidence] | None = None,
    alpha_nm: float | None = None,
) -> pd.DataFrame:
    """Measure every cluster: a table with one row a cluster.

    Parameters
    ----------
    coordinates : (n, 2) or (n, 3) array
        Positions, nm.
    labels : (n,) array of int
        Cluster of each localization, -1 = unclustered.
    sigma : (n,) or (n, d) array, optional
        Localization precision, nm; NaN where unknown.
    degrees : (n,) array, optional
        Expected weighted node degree of each localization.
    evidence : sequence of OvercountingEvidence, optional
        Outcome of the overcounting test.
    alpha_nm : float, optional
        One radius for the alpha shapes of all clusters; by default each has its own, see
        `stormgraph_py.clusters.shapes.measure_shapes`.

    Returns
    -------
    pandas.DataFrame
        Columns as in `stormgraph_py.clusters.dictionary.CLUSTERS`, rows by cluster number. Columns
        of optional inputs that were not given are left out.

    Raises
    ------
    InputError
        When coordinates, labels, sigma or degrees cannot be used or do not fit each other.
    ParameterError
        When `alpha_nm` is not positive.

    Examples
    --------
    >>> table = measure_clusters([[0, 0], [10, 0], [0, 10], [90, 90]], [0, 0, 0, -1])
    >>> table[["cluster", "n_localizations", "area_nm2"]].to_dict("records")
    [{'cluster': 0, 'n_localizations': 3, 'area_nm2': 50.0}]
    """
    import pandas as pd

    positions, numbers = checked_points(coordinates, labels)
    shapes = measure_shapes(positions, numbers, alpha_nm=alpha_nm)
    columns = _shape_columns(shapes)
    if degrees is not None:
        values = _per_localization("degrees", degrees, numbers)
        columns["mean_degree"] = _means(values, numbers, shapes.cluster)
    if sigma is not None:
        precision = _precision(sigma, positions)
        columns["mean_sigma_nm"] = _means(precision[:, :2].mean(axis=1), numbers, shapes.cluster)
        if precision.shape[1] == 3:
            columns["mean_sigma_z_nm"] = _means(precision[:, 2], numbers, shapes.cluster)
    columns["nearest_cluster_nm"] = _nearest(shapes.centroid)
    columns["is_degenerate"] = shapes.is_degenerate
    table = pd.DataFrame(columns)
    return table if evidence is None else table.join(_evidence_columns(evidence), on="cluster")


def summarize_roi(
    clusters: pd.DataFrame,
    *,
    n_localizations: int,
    area: float,
    r0_nm: float | None = None,
    final_r0_nm: float | None = None,
    n_coarse_clusters: int | None = None,
    n_indistinguishable: int | None = None,
) -> SummaryRow:
    """Sum up one region of interest in one row.

    Parameters
    ----------
    clusters : pandas.DataFrame
        Table of `measure_clusters`.
    n_localizations : int
        Localizations in the region, unclustered ones with them.
    area : float
        Area (nm²) or, for a 3-D table, volume (nm³) of the region.
    r0_nm, final_r0_nm : float, optional
        Length scales of the noise removal and of the final graph.
    n_coarse_clusters : int, optional
        Clusters of the coarsest level.
    n_indistinguishable : int, optional
        Clusters, before the overcounting filter, that cannot be told from one molecule.

    Returns
    -------
    dict
        Keys as in `stormgraph_py.clusters.dictionary.SUMMARY`; those of optional inputs that were
        not given are left out. Means and medians of no clusters are NaN.

    Raises
    ------
    ParameterError
        When `area` is not positive.
    """
    if not area > 0:
        raise ParameterError(f"area={area} is not > 0; pass the area or volume of the region.")
    space = "volume" if "volume_nm3" in clusters.columns else "area"
    power = 3 if space == "volume" else 2
    size, density = f"{space}_nm{power}", f"density_per_um{power}"
    roi = area / NM_PER_UM**power
    n_clustered = int(clusters["n_localizations"].sum())
    row: SummaryRow = {
        "n_localizations": n_localizations,
        f"roi_{space}_um{power}": roi,
        f"localizations_per_um{power}": n_localizations / roi,
        "n_clustered": n_clustered,
        "percent_clustered": 100 * n_clustered / n_localizations if n_localizations else np.nan,
        "n_clusters": len(clusters),
        f"clusters_per_um{power}": len(clusters) / roi,
        f"percent_{space}_clustered": 100 * float(clusters[size].sum()) / area,
    }
    for name in (
        "n_localizations",
        size,
        density,
        "equivalent_radius_nm",
        "radius_of_gyration_nm",
        "nearest_cluster_nm",
    ):
        row[f"mean_{name}"] = float(clusters[name].mean())
        row[f"median_{name}"] = float(clusters[name].median())
    optional: dict[str, int | float | None] = {
        "n_coarse_clusters": n_coarse_clusters,
        "n_indistinguishable": n_indistinguishable,
        "r0_nm": r0_nm,
        "final_r0_nm": final_r0_nm,
    }
    return row | {name: value for name, value in optional.items() if value is not None}


def cluster_table(
    locs: Localizations, result: ClusteringResult, level: Level = "single"
) -> pd.DataFrame:
    """Measure every cluster of a result.

    Parameters
    ----------
    locs : Localizations
        The localizations that were clustered.
    result : ClusteringResult
        Their clustering.
    level : {"single", "coarse"}
        The single-level clustering, or the coarsest level of the hierarchy. The overcounting test
        is about single-level clusters, so its columns are in their table alone.

    Returns
    -------
    pandas.DataFrame
        See `measure_clusters`.

    Raises
    ------
    InputError
        When the result belongs to other localizations.
    """
    single = level == "single"
    return measure_clusters(
        locs.coordinates(result.dimensions),
        result.labels if single else result.coarse_labels,
        sigma=locs.precision(result.dimensions) if result.used_sigma else None,
        degrees=None if result.noise is None else result.noise.degrees,
        evidence=result.overcounting if single else None,
    )


def roi_summary(
    locs: Localizations, result: ClusteringResult, *, clusters: pd.DataFrame | None = None
) -> SummaryRow:
    """Sum up a result in one row.

    Parameters
    ----------
    locs : Localizations
        The localizations that were clustered.
    result : ClusteringResult
        Their clustering.
    clusters : pandas.DataFrame, optional
        Single-level `cluster_table` of both, when it is at hand already.

    Returns
    -------
    dict
        See `summarize_roi`.

    Raises
    ------
    InputError
        When the result belongs to other localizations.
    """
    final = result.final_length_scale
    evidence = result.overcounting
    return summarize_roi(
        cluster_table(locs, result) if clusters is None else clusters,
        n_localizations=len(locs),
        area=result.area,
        r0_nm=result.length_scale.r0_nm,
        final_r0_nm=None if final is None else final.r0_nm,
        n_coarse_clusters=len(np.unique(result.coarse_labels[result.coarse_labels >= 0])),
        n_indistinguishable=(
            None
            if evidence is None
            else sum(item.verdict == "indistinguishable" for item in evidence)
        ),
    )


def _shape_columns(shapes: ClusterShapes) -> dict[str, AnyArray]:
    dimensions = shapes.centroid.shape[1]
    planar = dimensions == 2
    size, unit = ("area", "nm2") if planar else ("volume", "nm3")
    columns: dict[str, AnyArray] = {
        "cluster": shapes.cluster,
        "n_localizations": shapes.n_localizations,
    }
    for axis, position in zip("xyz", shapes.centroid.T, strict=False):
        columns[f"{axis}_nm"] = position
    columns[f"{size}_{unit}"] = shapes.size
    columns[f"hull_{size}_{unit}"] = shapes.hull_size
    columns["perimeter_nm" if planar else "surface_nm2"] = shapes.boundary
    columns[f"density_per_um{dimensions}"] = np.divide(
        shapes.n_localizations * NM_PER_UM**dimensions,
        shapes.size,
        out=np.full(len(shapes.size), np.nan),
        where=shapes.size > 0,
    )
    columns["equivalent_radius_nm"] = shapes.equivalent_radius_nm
    columns["radius_of_gyration_nm"] = shapes.radius_of_gyration_nm
    for number, axis_nm in enumerate(shapes.axes_nm.T, start=1):
        columns[f"axis_{number}_nm"] = axis_nm
    if shapes.orientation_deg is not None:
        columns["orientation_deg"] = shapes.orientation_deg
    columns["elongation"] = shapes.elongation
    if shapes.circularity is not None:
        columns["circularity"] = shapes.circularity
    columns["solidity"] = shapes.solidity
    columns["alpha_radius_nm"] = shapes.alpha_radius_nm
    return columns


def _evidence_columns(evidence: Sequence[OvercountingEvidence]) -> pd.DataFrame:
    """Outcome of the overcounting test by final cluster; -1 for those that it removed."""
    import pandas as pd

    return pd.DataFrame(
        {
            "overcounting_verdict": pd.Series([item.verdict for item in evidence], dtype="str"),
            "overcounting_largest_z": np.array([item.largest_z for item in evidence], dtype=float),
            "overcounting_threshold": np.array([item.threshold for item in evidence], dtype=float),
        }
    ).set_axis(pd.Index([item.cluster for item in evidence], dtype=np.int64))


def _per_localization(name: str, values: npt.ArrayLike, labels: IntArray) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != labels.shape:
        raise InputError(
            f"{name} has shape {array.shape} for {len(labels)} localizations; pass one value a "
            "localization."
        )
    return array


def _precision(sigma: npt.ArrayLike, positions: FloatArray) -> FloatArray:
    """Precision of each localization along each axis, (n, d)."""
    array = np.asarray(sigma, dtype=np.float64)
    if array.shape == (len(positions),):
        array = np.broadcast_to(array[:, None], positions.shape)
    if array.shape != positions.shape:
        raise InputError(
            f"sigma has shape {array.shape} for coordinates of shape {positions.shape}; pass one "
            "value a localization, or one for each axis."
        )
    return array


def _means(values: FloatArray, labels: IntArray, clusters: IntArray) -> FloatArray:
    """Mean of the known values of each cluster; NaN where none is known."""
    used: BoolArray = (labels >= 0) & np.isfinite(values)
    row = np.searchsorted(clusters, labels[used])
    counts = np.bincount(row, minlength=len(clusters))
    totals = np.bincount(row, weights=values[used], minlength=len(clusters))
    means = np.full(len(clusters), np.nan)
    np.divide(totals, counts, out=means, where=counts > 0)
    return means


def _nearest(centroids: FloatArray) -> FloatArray:
    """Distance from each centroid to the nearest other one; NaN for a lone cluster."""
    if len(centroids) < 2:
        return np.full(len(centroids), np.nan)
    distances, _ = KDTree(centroids).query(centroids, k=[2])
    return np.asarray(distances, dtype=np.float64)[:, 0]
