"""Overlap of the clusters of two colours, as area or volume and as numbers of localizations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.clusters.cluster_set import ClusterSet
from stormgraph_py.clusters.occupancy import Grid
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    import shapely

CELLS_PER_RADIUS = 10
"""Cells along the radius of a typical cluster, by default."""

MOST_FILLED_CELLS = 2_000_000
"""Largest number of voxels that the clusters of one channel may fill."""

_COARSER = (4.0, 2 * np.sqrt(2), 2.0, np.sqrt(2))


@dataclass(frozen=True, kw_only=True)
class SizeOverlap:
    """Area (nm²) or volume (nm³) that clusters of two channels cover, alone and together.

    Parameters
    ----------
    size_a, size_b : float
        Covered by the clusters of each channel; what two clusters of one channel share counts once.
    both : float
        Covered by clusters of both channels.
    voxel_nm : float or None
        Edge of the voxels that were counted; None in 2-D, where the areas are exact.
    """

    size_a: float
    size_b: float
    both: float
    voxel_nm: float | None = None

    @property
    def over_a(self) -> float:
        """Share of the first channel's cluster area or volume that overlaps; NaN without any."""
        return ratio(self.both, self.size_a)

    @property
    def over_b(self) -> float:
        """Share of the second channel's cluster area or volume that overlaps; NaN without any."""
        return ratio(self.both, self.size_b)

    @property
    def jaccard(self) -> float:
        """Share of what clusters of either channel cover that both cover; NaN without any."""
        return ratio(self.both, self.size_a + self.size_b - self.both)


@dataclass(frozen=True, eq=False, kw_only=True)
class Overlap:
    """Overlap of the clusters of two channels.

    Parameters
    ----------
    a, b : ClusterSet
        The clusters.
    size : SizeOverlap
        Areas or volumes.
    convergence : tuple of SizeOverlap
        3-D: the same with larger voxels, the largest first, and last with those of `size`; empty in
        2-D.
    a_inside, b_inside : (n,) array of bool
        Which localizations of the clusters of one channel lie inside clusters of the other, in the
        order of ``a.points`` and ``b.points``.
    pairs : (p, 2) array of int
        Pairs of clusters that overlap, as indices into ``a.cluster`` and ``b.cluster``, ascending.
    pair_size : (p,) array
        Area or volume that each pair shares.
    covered_a, covered_b : (c,) array
        Area or volume of each cluster that clusters of the other channel cover.
    counted_a, counted_b : (c,) array
        Area or volume of each cluster as it was counted beside these: in 3-D that of its voxels,
        which for a cluster not much larger than a voxel is far from its volume.
    """

    a: ClusterSet
    b: ClusterSet
    size: SizeOverlap
    convergence: tuple[SizeOverlap, ...]
    a_inside: BoolArray
    b_inside: BoolArray
    pairs: IntArray
    pair_size: FloatArray
    covered_a: FloatArray
    covered_b: FloatArray
    counted_a: FloatArray
    counted_b: FloatArray

    @property
    def localizations_over_a(self) -> float:
        """Share of the first channel's clustered localizations in clusters of the second."""
        return ratio(float(self.a_inside.sum()), len(self.a_inside))

    @property
    def localizations_over_b(self) -> float:
        """Share of the second channel's clustered localizations in clusters of the first."""
        return ratio(float(self.b_inside.sum()), len(self.b_inside))

    @property
    def localizations_jaccard(self) -> float:
        """Share of all clustered localizations that lie in a cluster of the other channel."""
        n_inside = float(self.a_inside.sum() + self.b_inside.sum())
        return ratio(n_inside, len(self.a_inside) + len(self.b_inside))


def measure_overlap(a: ClusterSet, b: ClusterSet, *, voxel_nm: float | None = None) -> Overlap:
    """Measure how far the clusters of two channels overlap.

    Parameters
    ----------
    a, b : ClusterSet
        Clusters of the two channels, both in 2-D or both in 3-D.
    voxel_nm : float, optional
        3-D: edge of a voxel; by default that of `default_voxel`.

    Returns
    -------
    Overlap

    Raises
    ------
    InputError
        When the channels differ in dimensions.
    ParameterError
        When `voxel_nm` is not positive, or so small that the voxels would not fit into memory.

    Notes
    -----
    Paper: "Two-color analysis of cluster overlap", figures 5d and 6g: the overlap over the area or
    volume of either channel, and over that of their union. The shapes are the alpha shapes whose
    sizes are in the table of clusters. In 2-D they are polygons, and their areas are exact; in 3-D
    voxels are counted whose centre is in a tetrahedron.

    Examples
    --------
    >>> square = [[0, 0], [10, 0], [10, 10], [0, 10], [5, 5]]
    >>> a = ClusterSet.from_labels(square, [0] * 5)
    >>> b = ClusterSet.from_labels([[x + 5, y] for x, y in square], [0] * 5)
    >>> measure_overlap(a, b).size.over_a
    0.5
    """
    if a.dimensions != b.dimensions:
        raise InputError(
            f"One channel is {a.dimensions}-D and the other {b.dimensions}-D; analyse both in 2-D."
        )
    if a.dimensions == 2:
        measured: tuple[SizeOverlap, ...] = ()
        size = _areas(a, b)
        pairs, pair_size, covered_a, covered_b = _area_pairs(a, b)
        counted_a, counted_b = a.sizes, b.sizes
    else:
        finest = default_voxel(a, b) if voxel_nm is None else voxel_nm
        _check_voxel(a, b, finest)
        measured = tuple(_volumes(a, b, finest * factor)[0] for factor in _COARSER)
        size, pairs, pair_size, (covered_a, covered_b), (counted_a, counted_b) = _volumes(
            a, b, finest
        )
        measured = (*measured, size)
    return Overlap(
        a=a,
        b=b,
        size=size,
        convergence=measured,
        a_inside=b.contain(a.points),
        b_inside=a.contain(b.points),
        pairs=pairs,
        pair_size=pair_size,
        covered_a=covered_a,
        covered_b=covered_b,
        counted_a=counted_a,
        counted_b=counted_b,
    )


def default_voxel(a: ClusterSet, b: ClusterSet, most_cells: int = MOST_FILLED_CELLS) -> float:
    """Return the edge of a cell that suits the clusters of two channels, nm.

    Parameters
    ----------
    a, b : ClusterSet
        The clusters.
    most_cells : int
        Largest number of cells that the clusters of one channel may fill.

    Returns
    -------
    float
        A tenth of the radius of a typical cluster, that below which half of the area or volume of
        all clusters lies, so that many tiny ones count for little; more where cells would be too
        many; 1 nm where no cluster has a size.
    """
    radii = np.concatenate([a.radii, b.radii])
    if not radii.size:
        return 1.0
    radii = np.sort(radii)
    below = np.cumsum(radii**a.dimensions)
    typical = float(radii[np.searchsorted(below, below[-1] / 2)])
    return max(typical / CELLS_PER_RADIUS, finest_voxel(a, b, most_cells))


def finest_voxel(a: ClusterSet, b: ClusterSet, most_cells: int = MOST_FILLED_CELLS) -> float:
    """Return the smallest edge of a cell with which clusters fill at most so many cells, nm.

    1 nm where no cluster has a size.
    """
    largest = max(float(a.sizes.sum()), float(b.sizes.sum()))
    edge: float = (largest / most_cells) ** (1 / a.dimensions)
    return edge or 1.0


def ratio(part: float, whole: float) -> float:
    """Part over whole, NaN where there is no whole."""
    return part / whole if whole > 0 else float("nan")


def _check_voxel(a: ClusterSet, b: ClusterSet, voxel_nm: float) -> None:
    if not (voxel_nm > 0 and np.isfinite(voxel_nm)):
        raise ParameterError(f"voxel_nm={voxel_nm} is not > 0; choose some nm, or leave it out.")
    largest = max(float(a.sizes.sum()), float(b.sizes.sum()))
    if largest / voxel_nm**3 > 1.01 * MOST_FILLED_CELLS:
        least = (largest / MOST_FILLED_CELLS) ** (1 / 3)
        raise ParameterError(
            f"voxel_nm={voxel_nm:g} would take {plain(largest / voxel_nm**3, 3)} voxels, more than "
            f"{MOST_FILLED_CELLS}; use {plain(least, 3)} nm or more."
        )


def _areas(a: ClusterSet, b: ClusterSet) -> SizeOverlap:
    import shapely

    here, there = _meeting(a.parts, b.parts)
    return SizeOverlap(
        size_a=float(shapely.area(a.parts).sum()),
        size_b=float(shapely.area(b.parts).sum()),
        both=float(shapely.area(shapely.intersection(a.parts[here], b.parts[there])).sum()),
    )


def _area_pairs(
    a: ClusterSet, b: ClusterSet
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Pairs of clusters that share an area, that area, and the area of each that is covered."""
    import shapely

    first, second = _meeting(a.polygons, b.polygons)
    shared = shapely.area(shapely.intersection(a.polygons[first], b.polygons[second]))
    real = shared > 0
    pairs = np.column_stack([first, second])[real]
    order = np.lexsort(pairs.T[::-1])
    return pairs[order], shared[real][order], _covered(a, b), _covered(b, a)


def _covered(clusters: ClusterSet, others: ClusterSet) -> FloatArray:
    import shapely

    mine, part = _meeting(clusters.polygons, others.parts)
    shared = shapely.area(shapely.intersection(clusters.polygons[mine], others.parts[part]))
    return np.bincount(mine, shared, len(clusters)).astype(np.float64)


def _meeting(
    these: npt.NDArray[Any], those: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Indices of geometries that intersect."""
    import shapely

    tree: shapely.STRtree = shapely.STRtree(those)
    here, there = tree.query(these, predicate="intersects")
    return here, there


def _volumes(
    a: ClusterSet, b: ClusterSet, voxel_nm: float
) -> tuple[
    SizeOverlap,
    IntArray,
    FloatArray,
    tuple[FloatArray, FloatArray],
    tuple[FloatArray, FloatArray],
]:
    """Volumes covered, pairs of clusters and what they share, what is covered of each, and each.

    The product of two sparse tables of which cluster fills which voxel counts what pairs share.
    """
    everything = np.concatenate([a.points, b.points])
    if not len(everything):
        everything = np.zeros((1, 3))
    grid = Grid.covering(everything.min(axis=0), everything.max(axis=0), voxel_nm)
    cells_a, owner_a = grid.filled(a.corners, a.simplex_owner)
    cells_b, owner_b = grid.filled(b.corners, b.simplex_owner)

    def volumes(owner: IntArray, n_clusters: int) -> FloatArray:
        return np.bincount(owner, minlength=n_clusters).astype(np.float64) * grid.cell_size

    in_both = np.intersect1d(cells_a, cells_b)
    size = SizeOverlap(
        size_a=len(np.unique(cells_a)) * grid.cell_size,
        size_b=len(np.unique(cells_b)) * grid.cell_size,
        both=len(in_both) * grid.cell_size,
        voxel_nm=float(voxel_nm),
    )
    shared_a, shared_b = np.isin(cells_a, in_both), np.isin(cells_b, in_both)
    table_a = _table(cells_a[shared_a], owner_a[shared_a], in_both, len(a))
    table_b = _table(cells_b[shared_b], owner_b[shared_b], in_both, len(b))
    product = (table_a @ table_b.T).tocoo()
    pairs = np.column_stack([product.row, product.col]).astype(np.int64)
    order = np.lexsort(pairs.T[::-1])
    return (
        size,
        pairs[order],
        product.data[order] * grid.cell_size,
        (volumes(owner_a[shared_a], len(a)), volumes(owner_b[shared_b], len(b))),
        (volumes(owner_a, len(a)), volumes(owner_b, len(b))),
    )


def _table(cells: IntArray, owner: IntArray, columns: IntArray, n_rows: int) -> Any:
    """Sparse table of ones: clusters by voxels."""
    entries = (np.ones(len(cells)), (owner, np.searchsorted(columns, cells)))
    return csr_array(entries, shape=(n_rows, len(columns)))
