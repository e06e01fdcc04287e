"""How many localizations another alpha would keep, without running again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.engine.noise import RandomCloud, degree_thresholds, focal_cloud, uniform_cloud

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.report.analysis import Analysis

ALPHAS: FloatArray = np.array(
    [digits * 10.0**power for power in (-5, -4, -3, -2) for digits in range(10, 100)]
).round(6)[:-9]
"""What can be tried: 0.0001 to 0.9 with two digits."""


@dataclass(frozen=True, eq=False, kw_only=True)
class DegreeEstimate:
    """Degrees of an analysis held against thresholds of other alphas.

    Parameters
    ----------
    degrees : ndarray of shape (n,)
        Weighted degree of every localization.
    alphas : ndarray of shape (a,)
        `ALPHAS` and the alpha of the analysis, ascending.
    thresholds : ndarray of shape (a, h)
        Degree threshold of each, at some distances from the focal plane.
    heights : ndarray of shape (h,)
        Those distances.
    z : ndarray of shape (n,) or None
        z of every localization, where the threshold depends on it.
    z_center : float
        z of the focal plane. Like the distances it is in the units of the graph.
    """

    degrees: FloatArray
    alphas: FloatArray
    thresholds: FloatArray
    heights: FloatArray
    z: FloatArray | None
    z_center: float

    @property
    def depends_on_z(self) -> bool:
        """Whether each z has a threshold of its own."""
        return self.z is not None

    def nearest(self, alpha: float) -> float:
        """Return the alpha that can be tried next to one."""
        return 1.0 if alpha >= 1 else float(self.alphas[self._row(alpha)])

    def threshold(self, alpha: float, z: FloatArray | None = None) -> FloatArray:
        """Return the degree threshold, one or for every z; 0 for an alpha of 1."""
        at = self.z if z is None else z
        if alpha >= 1:
            return np.zeros(() if at is None else len(at))
        limits = self.thresholds[self._row(alpha)]
        if at is None:
            return np.asarray(limits[0])
        at_z: FloatArray = np.interp(np.abs(at - self.z_center), self.heights, limits)
        return at_z

    def n_kept(self, alpha: float) -> int:
        """Return how many localizations reach the threshold."""
        return int(np.count_nonzero(self.degrees >= self.threshold(alpha)))

    def alpha_at(self, threshold: float) -> float:
        """Return the alpha of a threshold that is the same for all z."""
        # of alphas with the same threshold, the smallest, the most is known
        return float(self.alphas[int(np.argmin(np.abs(self.thresholds[:, 0] - threshold)))])

    def _row(self, alpha: float) -> int:
        return int(np.argmin(np.abs(np.log(self.alphas / alpha))))


def alphas_for(analysis: Analysis) -> FloatArray:
    """Return the alphas whose thresholds an estimate for an analysis needs."""
    own = analysis.result.params.alpha
    return np.union1d(ALPHAS, [own]) if own < 1 else ALPHAS


def depends_on_z(analysis: Analysis) -> bool:
    """Whether an analysis compared with random localizations around a focal plane.

    The thresholds then take a tenth of a second to compute, else a thousandth.
    """
    return analysis.result.dimensions == 3 and analysis.result.params.z_profile == "gaussian"


def random_cloud(analysis: Analysis) -> RandomCloud:
    """Return the random cloud with which an analysis compared its degrees."""
    result = analysis.result
    area = result.area * result.z_scale
    if depends_on_z(analysis):
        z = _graph_z(analysis)
        return focal_cloud(z, area / float(np.ptp(z)))
    return uniform_cloud(result.n_localizations, area, result.dimensions)


def degree_estimate(
    analysis: Analysis, table: tuple[FloatArray, FloatArray] | None = None
) -> DegreeEstimate | None:
    """Return the estimate for an analysis; None when it kept all localizations.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    table : tuple of ndarray, optional
        What `stormgraph_py.engine.noise.degree_thresholds` returned for `random_cloud`, the first
        r0 and `alphas_for`; computed by default.
    """
    result = analysis.result
    if result.noise is None:
        return None
    alphas, cloud = alphas_for(analysis), random_cloud(analysis)
    heights, thresholds = table or degree_thresholds(cloud, result.length_scale.r0_nm, alphas)
    return DegreeEstimate(
        degrees=result.noise.degrees,
        alphas=alphas,
        thresholds=thresholds,
        heights=heights,
        z=_graph_z(analysis) if depends_on_z(analysis) else None,
        z_center=cloud.z_center_nm,
    )


def _graph_z(analysis: Analysis) -> FloatArray:
    z: FloatArray = analysis.localizations.coordinates(3)[:, 2] * analysis.result.z_scale
    return z
