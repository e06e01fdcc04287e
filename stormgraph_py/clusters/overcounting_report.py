"""What the overcounting test says of each cluster, and would say at other label radii."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from stormgraph_py.arrays import FloatArray
from stormgraph_py.clusters.label_radius import largest_label_radii
from stormgraph_py.engine.inputs import prepare
from stormgraph_py.engine.overcounting import OvercountingEvidence, overcounting_evidence
from stormgraph_py.errors import InputError

if TYPE_CHECKING:
    from stormgraph_py.localizations import Localizations
    from stormgraph_py.params import StormGraphParams
    from stormgraph_py.result import ClusteringResult

LABEL_RADII_NM = tuple(map(float, range(16)))
"""Label radii of the what-if table, from a dye on the molecule to two layers of antibodies."""

_EVIDENCE = [f.name for f in fields(OvercountingEvidence)]
_WITHOUT = ("n_pairs_tested", "largest_z", "verdict")
_COLUMNS = [*_EVIDENCE, *(f"{name}_without_label" for name in _WITHOUT), "largest_label_radius_nm"]


def overcounting_table(result: ClusteringResult, localizations: Localizations) -> pd.DataFrame:
    """Return the evidence of every cluster, with and without the label radius.

    Parameters
    ----------
    result : ClusteringResult
        Of these localizations.
    localizations : Localizations
        What was clustered.

    Returns
    -------
    pandas.DataFrame
        One row a cluster before the filter, columns as in
        `stormgraph_py.clusters.dictionary.overcounting.OVERCOUNTING`; no row without precisions.

    Raises
    ------
    InputError
        When the result belongs to other localizations.

    Examples
    --------
    >>> from stormgraph_py import StormGraphParams, cluster_localizations
    >>> from stormgraph_py.simulate import simulate_nanoclusters
    >>> locs = simulate_nanoclusters().localizations
    >>> result = cluster_localizations(locs, StormGraphParams(label_radius_nm=8))
    >>> table = overcounting_table(result, locs)
    >>> several = table["verdict"] == "several-molecules"
    >>> bool((several == (table["largest_label_radius_nm"] > 8)).all())
    True
    """
    if len(localizations) != len(result.labels):
        raise InputError(
            f"The result is about {len(result.labels)} localizations, and there are "
            f"{len(localizations)}; give those that were clustered."
        )
    evidence = result.overcounting
    if not evidence:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.DataFrame([asdict(item) for item in evidence])
    params = result.params
    points, sigma = positions_as_tested(
        localizations.coordinates(result.dimensions),
        localizations.precision(result.dimensions),
        result.area,
        params,
    )
    without = evidence
    if params.label_radius_nm > 0:
        without = overcounting_evidence(
            points,
            sigma,
            result.candidate_labels,
            label_radius_nm=0.0,
            significance=params.overcounting_significance,
        )
    for name in _WITHOUT:
        table[f"{name}_without_label"] = [getattr(item, name) for item in without]
    table["largest_label_radius_nm"] = largest_label_radii(
        points, sigma, result.candidate_labels, table["threshold"].to_numpy()
    )
    return table[_COLUMNS]


def label_radius_table(result: ClusteringResult, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return how many clusters the filter would keep at other label radii.

    Parameters
    ----------
    result : ClusteringResult
        What was found.
    clusters : pandas.DataFrame
        What `overcounting_table` returned for it.

    Returns
    -------
    pandas.DataFrame
        One row for each of `LABEL_RADII_NM` and for the radius of the analysis, columns as in
        `stormgraph_py.clusters.dictionary.overcounting.OVERCOUNTING_RADII`.
    """
    own = result.params.label_radius_nm
    limit = clusters["largest_label_radius_nm"].to_numpy(dtype=np.float64)
    size = clusters["n_localizations"].to_numpy(dtype=np.int64)
    rows = []
    for radius in sorted({*LABEL_RADII_NM, own}):
        # the verdict of the analysis itself, whatever the last digit of a limit
        several = (clusters["verdict"] == "several-molecules").to_numpy()
        kept = several if radius == own else limit > radius
        rows.append(
            {
                "label_radius_nm": radius,
                "is_of_analysis": radius == own,
                "n_clusters_kept": int(kept.sum()),
                "percent_clusters_kept": 100 * kept.mean() if len(kept) else np.nan,
                "n_localizations_kept": int(size[kept].sum()),
            }
        )
    return pd.DataFrame(rows)


def positions_as_tested(
    coordinates: FloatArray, sigma: FloatArray | None, area: float, params: StormGraphParams
) -> tuple[FloatArray, FloatArray]:
    """Return positions and precisions in nm as the overcounting test of an analysis had them.

    Parameters
    ----------
    coordinates, sigma : ndarray of shape (n, d)
        Those of the localizations that were analysed, nm.
    area : float
        Area (nm²) or volume (nm³) of the region.
    params : StormGraphParams
        Parameters of the analysis.

    Returns
    -------
    coordinates, sigma : ndarray of shape (n, d)
        Where a precision is unknown, what stood in for it.

    Raises
    ------
    InputError
        When there are no precisions.
    """
    data = prepare(coordinates, sigma, area, params)
    if data.sigma is None:
        raise InputError("The localizations have no precision, though the result used one.")
    return data.in_nm(data.coordinates), data.in_nm(data.sigma)
