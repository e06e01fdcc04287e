"""What a careful user should know about a result, in plain words."""

from __future__ import annotations

from stormgraph_py.arrays import IntArray
from stormgraph_py.engine.length_scale import LengthScale
from stormgraph_py.engine.overcounting import OvercountingEvidence
from stormgraph_py.params import StormGraphParams

CROWDED = 8
"""Mean number of neighbours in the final graph, in units of k, that makes an empty ROI likely."""

ALL_BUT_FEW = 0.98
"""Share of localizations denser than chance from which on a crowded graph is remarked on."""


def remarks(
    scale: LengthScale,
    labels: IntArray,
    evidence: tuple[OvercountingEvidence, ...] | None,
    params: StormGraphParams,
    kept_share: float,
    mean_neighbors: float,
) -> tuple[str, ...]:
    """Remarks on one analysis.

    Parameters
    ----------
    scale : LengthScale
        The first r0.
    labels : ndarray of int64, shape (n,)
        Final clusters.
    evidence : tuple of OvercountingEvidence or None
        Of every candidate cluster.
    params : StormGraphParams
        Parameters of the analysis.
    kept_share : float
        Share of localizations that were denser than chance.
    mean_neighbors : float
        Mean number of neighbours of those in the final graph.

    Returns
    -------
    tuple of str
    """
    found = []
    if scale.fell_back_to_median:
        found.append(
            "The first r0 fell back to the median of random localizations: at the scale of the "
            f"k-th neighbour these localizations are no more clustered than chance (k={params.k})."
        )
    if kept_share > ALL_BUT_FEW and mean_neighbors > CROWDED * (params.k or 15):
        found.append(
            f"{kept_share:.1%} of the localizations were denser than chance, and they have "
            f"{mean_neighbors:.0f} neighbours within r0 on average: most of the ROI seems to be "
            "empty. Draw the ROI around the cell, or give its area."
        )
    if labels.max(initial=-1) < 0:
        found.append("No cluster was found.")
    if evidence and not params.overcounting:
        doubtful = sum(e.verdict == "indistinguishable" for e in evidence)
        if doubtful:
            found.append(
                f"{doubtful} of {len(evidence)} clusters cannot be told from one molecule counted "
                "several times; turn the overcounting filter on to remove them."
            )
    return tuple(found)
