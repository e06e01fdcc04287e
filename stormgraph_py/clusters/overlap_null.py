"""Overlap by chance: what random motions of one channel inside the region leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.spatial import KDTree

from stormgraph_py.arrays import BoolArray, FloatArray
from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.motions import Motion, Region
from stormgraph_py.clusters.occupancy import Grid
from stormgraph_py.clusters.overlap import default_voxel, finest_voxel
from stormgraph_py.errors import ParameterError

MOST_SAMPLES = 150_000
"""Largest number of cells, and of localizations, of a channel that are moved."""

MOST_NEIGHBOR_SAMPLES = 3_000
"""Localizations of a channel whose nearest neighbour in the other one is found."""

_MOST_GRID_CELLS = 60_000_000
_MARGIN_QUANTILE = 0.9
_LARGEST_MARGIN = 0.1

Figure = Literal["overlap", "a_inside", "b_inside", "neighbor_a", "neighbor_b"]


@dataclass(frozen=True, eq=False, kw_only=True)
class NullFigure:
    """One figure with its distribution by chance.

    Parameters
    ----------
    observed : float
        Its value, found in the same way as those of chance.
    values : (n_random,) array
        Its values after random motions, each scaled to the size of the whole region.
    expected : float
        Mean by chance.
    """

    observed: float
    values: FloatArray
    expected: float

    @property
    def sd(self) -> float:
        """Standard deviation by chance."""
        return float(np.sqrt(np.mean((self.values - self.expected) ** 2)))

    @property
    def z(self) -> float:
        """Distance from the mean by chance in standard deviations; NaN where chance is constant."""
        return (self.observed - self.expected) / self.sd if self.sd > 0 else float("nan")

    @property
    def p_more(self) -> float:
        """Probability of as large a value by chance, (1 + n as large) / (1 + n); one-sided."""
        return self._share(int((self.values >= self.observed).sum()))

    @property
    def p_less(self) -> float:
        """Probability of as small a value by chance, (1 + n as small) / (1 + n); one-sided."""
        return self._share(int((self.values <= self.observed).sum()))

    @property
    def p_two_sided(self) -> float:
        """Twice the smaller one-sided probability, at most 1."""
        return min(1.0, 2 * min(self.p_more, self.p_less))

    def _share(self, n_beyond: int) -> float:
        return (1 + n_beyond) / (1 + len(self.values))


@dataclass(frozen=True, eq=False, kw_only=True)
class OverlapNull:
    """Distributions by chance of the figures of an overlap.

    Parameters
    ----------
    kind : {"shift", "motion"}
        Shifts that wrap around the borders of a rectangle, or turns and shifts in another region.
    cell_nm : float
        Edge of the cells that stand for the shapes.
    smallest_window : float
        Smallest share of the region in which a random value was found; 1 for shifts.
    figures : mapping of str to NullFigure
        ``overlap``: area (nm²) or volume (nm³) that clusters of both channels cover; ``a_inside``,
        ``b_inside``: share of one channel's clustered localizations in clusters of the other;
        ``neighbor_a``, ``neighbor_b``: median distance (nm) from one channel's localizations to the
        nearest of the other.
    """

    kind: Literal["shift", "motion"]
    cell_nm: float
    smallest_window: float
    figures: Mapping[Figure, NullFigure]


def overlap_null(
    a: ClusterSet,
    b: ClusterSet,
    region: Region,
    *,
    points_a: FloatArray,
    points_b: FloatArray,
    n_random: int = 199,
    random_state: int | np.random.Generator = 0,
) -> OverlapNull:
    """Find the overlap that chance brings about.

    Parameters
    ----------
    a, b : ClusterSet
        Clusters of the two channels.
    region : Region
        Where they lie.
    points_a, points_b : (n, d) array
        All localizations of the channels, nm, unclustered ones with them.
    n_random : int
        Random motions, at least 19.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.

    Returns
    -------
    OverlapNull

    Raises
    ------
    ParameterError
        When `n_random` is too small, or the region is too thin for motions.

    Notes
    -----
    The clusters of the second channel are moved as a whole, so that their shapes and their places
    among each other stay as they are, and only their relation to the first channel is lost. In 3-D
    they are moved in the plane alone: both channels keep their common profile about the focal
    plane.

    In a rectangle, shifts wrap around. In another region, a moved copy covers the share w of it,
    and what is counted there is divided by w. Such a value is less certain, its variance being
    larger by 1/w; its deviation from the mean is therefore multiplied by sqrt(w), and the mean is
    weighted by w (variance correction of Mrkvicka, Dvorak, Gonzalez and Mateu 2021, Spatial
    Statistics 42, 100430). Distances to the nearest neighbour are taken from localizations that
    are not near the border of what was moved.

    Shapes are moved as the cells of a grid that they fill, at most `MOST_SAMPLES` of a channel, and
    the observed value is counted in the same way.
    """
    if isinstance(n_random, bool) or n_random < 19:
        raise ParameterError(
            f"n_random={n_random} is below 19, with which no p falls to 0.05; 199 suits most data."
        )
    rng = np.random.default_rng(random_state)
    cells = _Cells(a, b, region, rng)
    neighbors = _Neighbors(points_a, points_b, region, rng)
    observed = cells.look(Motion()) | neighbors.look(Motion(box=_box(region)))
    motions = list(region.motions(n_random, rng))
    drawn = [cells.look(motion) | neighbors.look(motion) for motion in motions]
    windows = np.array([motion.window for motion in motions])
    return OverlapNull(
        kind="shift" if region.is_rectangle else "motion",
        cell_nm=cells.grid.pitch_nm,
        smallest_window=float(windows.min()),
        figures={
            name: _figure(value, np.array([values[name] for values in drawn]), windows)
            for name, value in observed.items()
        },
    )


def registration_spread(
    a: ClusterSet,
    b: ClusterSet,
    error_nm: float,
    *,
    n_draws: int = 199,
    random_state: int | np.random.Generator = 0,
) -> dict[Figure, FloatArray]:
    """Find what a further misalignment of the channels would make of their overlap.

    Parameters
    ----------
    a, b : ClusterSet
        Clusters of the two channels.
    error_nm : float
        Standard deviation of the misalignment along each axis, nm.
    n_draws : int
        Random misalignments.
    random_state : int or numpy.random.Generator
        Seed or source of randomness.

    Returns
    -------
    dict of str to (n_draws,) array
        Values of ``overlap``, ``a_inside`` and ``b_inside``, as in `OverlapNull`.

    Raises
    ------
    ParameterError
        When `error_nm` is not positive.

    Notes
    -----
    The second channel is shifted as a whole by normal deviates. The figures tell how much of the
    overlap hangs on the alignment. They do not undo the misalignment that is in the data: where
    channels truly overlap, most further shifts can only lessen it.
    """
    if not (error_nm > 0 and np.isfinite(error_nm)):
        raise ParameterError(f"A registration error of {error_nm} nm is not > 0; leave it out.")
    rng = np.random.default_rng(random_state)
    cells = _Cells(a, b, Region.around(a.points, b.points), rng, finest=True)
    cells.scatter(rng)
    drawn = [
        cells.look(Motion(shift_nm=tuple(shift)))
        for shift in rng.normal(0, error_nm, (n_draws, a.dimensions)).tolist()
    ]
    return {name: np.array([values[name] for values in drawn]) for name in drawn[0]}


class _Cells:
    """Shapes of two channels as the cells that they fill, and their localizations."""

    def __init__(
        self,
        a: ClusterSet,
        b: ClusterSet,
        region: Region,
        rng: np.random.Generator,
        *,
        finest: bool = False,
    ) -> None:
        everything = np.concatenate([a.points, b.points])
        low, high = everything.min(axis=0), everything.max(axis=0)
        low[:2] = np.minimum(low[:2], region.bounds_nm[:2])
        high[:2] = np.maximum(high[:2], region.bounds_nm[2:])
        least = float(np.prod(high - low) / _MOST_GRID_CELLS) ** (1 / a.dimensions)
        voxel = finest_voxel(a, b, MOST_SAMPLES) if finest else default_voxel(a, b, MOST_SAMPLES)
        self.grid = Grid.covering(low, high, max(voxel, least))
        filled_a = np.unique(self.grid.filled(a.corners, a.simplex_owner)[0])
        filled_b = np.unique(self.grid.filled(b.corners, b.simplex_owner)[0])
        self.centers_a = self.grid.centers(filled_a)
        self.occupied_a = self.grid.occupancy(filled_a)
        self.occupied_b = self.grid.occupancy(filled_b)
        self.points_a = _some(a.points, MOST_SAMPLES, rng)
        self.points_b = _some(b.points, MOST_SAMPLES, rng)

    def scatter(self, rng: np.random.Generator) -> None:
        """Let a point anywhere in each cell stand for it instead of its centre.

        A shift by less than half a cell would leave every centre in the same cell of the other
        channel. Points that are scattered leave theirs in proportion to the shift.
        """
        self.centers_a += self.grid.pitch_nm * rng.uniform(-0.5, 0.5, self.centers_a.shape)

    def look(self, motion: Motion) -> dict[Figure, float]:
        """Count what overlaps after the second channel was moved."""
        both = self._hits(self.occupied_b, motion.back(self.centers_a)).sum()
        a_inside = self._hits(self.occupied_b, motion.back(self.points_a))
        b_inside = self._hits(self.occupied_a, motion.forth(self.points_b))
        counted: dict[Figure, float] = {
            "overlap": float(both) * self.grid.cell_size,
            "a_inside": float(a_inside.mean()) if len(a_inside) else 0.0,
            "b_inside": float(b_inside.mean()) if len(b_inside) else 0.0,
        }
        return {name: value / motion.window for name, value in counted.items()}

    def _hits(self, occupied: BoolArray, points: FloatArray) -> BoolArray:
        return self.grid.look_up(occupied, points)


class _Neighbors:
    """Nearest neighbours between channels."""

    def __init__(
        self, a: FloatArray, b: FloatArray, region: Region, rng: np.random.Generator
    ) -> None:
        self.region = region
        self.some_a = _some(a, MOST_NEIGHBOR_SAMPLES, rng)
        self.some_b = _some(b, MOST_NEIGHBOR_SAMPLES, rng)
        self.tree_a, self.tree_b = self._tree(a), self._tree(b)
        self.margin_nm = 0.0
        if not region.is_rectangle:
            near = self._distances(self.tree_b, self.some_a)
            largest = _LARGEST_MARGIN * float(np.sqrt(region.area_nm2))
            self.margin_nm = min(float(np.quantile(near, _MARGIN_QUANTILE)), largest)

    def look(self, motion: Motion) -> dict[Figure, float]:
        """Median distances to the nearest neighbour after the second channel was moved."""
        return {
            "neighbor_a": self._median(self.tree_b, motion.back(self.some_a)),
            "neighbor_b": self._median(self.tree_a, motion.forth(self.some_b)),
        }

    def _median(self, tree: KDTree, points: FloatArray) -> float:
        if not self.region.is_rectangle:
            points = points[self.region.contains(points, self.margin_nm)]
        return float(np.median(self._distances(tree, points))) if len(points) else float("nan")

    def _tree(self, points: FloatArray) -> KDTree:
        if not self.region.is_rectangle:
            return KDTree(points)
        left, low, right, high = self.region.bounds_nm
        # 0 for an axis that does not wrap around
        sides = np.array([right - left, high - low, 0.0])[: points.shape[1]]
        return KDTree(self._local(points), boxsize=sides)

    def _local(self, points: FloatArray) -> FloatArray:
        """Positions within the rectangle as the tree wants them: from 0 on, below the sides."""
        left, low, right, high = self.region.bounds_nm
        local = points.copy()
        sides = np.array([right - left, high - low])
        local[:, :2] = np.mod(local[:, :2] - (left, low), sides)
        return local

    def _distances(self, tree: KDTree, points: FloatArray) -> FloatArray:
        where = self._local(points) if self.region.is_rectangle else points
        return np.asarray(tree.query(where)[0], dtype=np.float64)


def _figure(observed: float, values: FloatArray, windows: FloatArray) -> NullFigure:
    """Scale deviations from the mean to the size of the whole region."""
    known = np.isfinite(values)
    values, windows = values[known], windows[known]
    expected = float(np.average(values, weights=windows)) if len(values) else float("nan")
    scaled = expected + (values - expected) * np.sqrt(windows)
    return NullFigure(
        observed=observed,
        # none at all stays none, so that it compares as equal with none observed
        values=np.where(values == 0, 0.0, scaled),
        expected=expected,
    )


def _box(region: Region) -> tuple[float, float, float, float] | None:
    return region.bounds_nm if region.is_rectangle else None


def _some(points: FloatArray, most: int, rng: np.random.Generator) -> FloatArray:
    """Return at most so many of the points, drawn at random."""
    if len(points) <= most:
        return points
    return np.asarray(points[np.sort(rng.choice(len(points), most, replace=False))])
