"""How well two clusterings of the same localizations agree.

Labels are integers and -1 is background. Every score exists in two forms:

``background="class"``
    The whole ROI; the background is one class among the others, in the truth and in what was found.
``background="exclude"``
    Only the localizations that are clustered in the truth. Those of them that were not found in any
    cluster are missed: for NMI and ARI they are one class, for the F-measures they match nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError

from stormgraph_py.arrays import AnyArray, BoolArray, FloatArray, IntArray
from stormgraph_py.errors import InputError, ParameterError

Background: TypeAlias = Literal["class", "exclude"]
"""How localizations outside every cluster enter a score; see the module's docstring."""

_MOST_PIXELS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Every score of one clustering against the truth.

    Parameters
    ----------
    nmi : float
        Normalized mutual information.
    mean_f : float
        Mean F-measure with the truth as reference.
    symmetric_mean_f : float
        Mean of the mean F-measures in both directions.
    ari : float
        Adjusted Rand index.
    iou : float
        Intersection over union of the clusters' convex hulls; NaN when no coordinates were given.
    """

    nmi: float
    mean_f: float
    symmetric_mean_f: float
    ari: float
    iou: float


class _Contingency(NamedTuple):
    """Cells of the table of two labellings that are not empty, and the size of every class."""

    rows: IntArray
    columns: IntArray
    counts: IntArray
    row_sizes: IntArray
    column_sizes: IntArray


def score_labels(
    truth: npt.ArrayLike,
    found: npt.ArrayLike,
    coordinates: npt.ArrayLike | None = None,
    *,
    background: Background = "class",
    pixel_nm: float = 5.0,
) -> Scores:
    """Score a clustering against the truth with every metric.

    Parameters
    ----------
    truth, found : array_like of int, shape (n,)
        Labels, -1 = background.
    coordinates : array_like of shape (n, 2) or (n, 3), optional
        Positions in nm, for the IoU.
    background : {"class", "exclude"}
        How the background enters.
    pixel_nm : float
        Side of a pixel of the IoU, nm.

    Returns
    -------
    Scores

    Examples
    --------
    >>> score_labels([0, 0, 0, 1, 1, -1], [1, 1, 1, 0, 0, -1]).ari
    1.0
    """
    return Scores(
        nmi=normalized_mutual_information(truth, found, background=background),
        mean_f=mean_f_measure(truth, found, background=background),
        symmetric_mean_f=symmetric_mean_f_measure(truth, found, background=background),
        ari=adjusted_rand_index(truth, found, background=background),
        iou=float("nan")
        if coordinates is None
        else hull_iou(coordinates, truth, found, background=background, pixel_nm=pixel_nm),
    )


def normalized_mutual_information(
    truth: npt.ArrayLike, found: npt.ArrayLike, *, background: Background = "class"
) -> float:
    """Mutual information divided by the arithmetic mean of the two entropies.

    Parameters
    ----------
    truth, found : array_like of int, shape (n,)
        Labels, -1 = background.
    background : {"class", "exclude"}
        How the background enters.

    Returns
    -------
    float
        Between 0 and 1; 1 when both labellings have a single class, NaN when no localization is
        left to score.

    Raises
    ------
    InputError
        When the labels are not whole numbers from -1 on, or differ in length.

    Notes
    -----
    The paper cites NMI without its normalisation; the arithmetic mean is scikit-learn's default.

    Examples
    --------
    >>> normalized_mutual_information([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    """
    reference, labels = _scored(truth, found, background)
    if not len(reference):
        return float("nan")
    table = _compact_table(reference, labels)
    n = len(reference)
    row_entropy, column_entropy = _entropy(table.row_sizes, n), _entropy(table.column_sizes, n)
    if row_entropy == 0 and column_entropy == 0:
        return 1.0
    joint = table.counts / n
    expected = table.row_sizes[table.rows] / n * (table.column_sizes[table.columns] / n)
    information = float(np.sum(joint * np.log(joint / expected)))
    return min(max(2 * information / (row_entropy + column_entropy), 0.0), 1.0)


def adjusted_rand_index(
    truth: npt.ArrayLike, found: npt.ArrayLike, *, background: Background = "class"
) -> float:
    """Share of pairs on which two clusterings agree, corrected for chance.

    Parameters
    ----------
    truth, found : array_like of int, shape (n,)
        Labels, -1 = background.
    background : {"class", "exclude"}
        How the background enters.

    Returns
    -------
    float
        1 for identical clusterings, 0 on average for unrelated ones; NaN when no localization is
        left to score.

    Raises
    ------
    InputError
        When the labels are not whole numbers from -1 on, or differ in length.

    Examples
    --------
    >>> round(adjusted_rand_index([0, 0, 1, 1], [0, 0, 1, 2]), 3)
    0.571
    """
    reference, labels = _scored(truth, found, background)
    if not len(reference):
        return float("nan")
    table = _compact_table(reference, labels)
    n = len(reference)
    # whole numbers of Python: products of pair counts exceed 64 bits from 100,000 localizations on
    together = _ordered_pairs(table.counts)
    in_truth, in_found = _ordered_pairs(table.row_sizes), _ordered_pairs(table.column_sizes)
    split, merged = in_truth - together, in_found - together
    if split == 0 and merged == 0:
        return 1.0
    apart = n * (n - 1) - together - split - merged
    numerator = 2 * (together * apart - split * merged)
    return numerator / (in_truth * (split + apart) + in_found * (merged + apart))


def mean_f_measure(
    truth: npt.ArrayLike, found: npt.ArrayLike, *, background: Background = "class"
) -> float:
    """Mean over the true clusters, weighted by size, of the best F-measure of any found cluster.

    Parameters
    ----------
    truth, found : array_like of int, shape (n,)
        Labels, -1 = background. Exchange them for the other direction.
    background : {"class", "exclude"}
        How the background enters.

    Returns
    -------
    float
        Between 0 and 1; NaN when no localization is left to score.

    Raises
    ------
    InputError
        When the labels are not whole numbers from -1 on, or differ in length.

    Notes
    -----
    Paper: F(A, B) of "Algorithm to obtain single-level clustering from cluster hierarchy", with
    A = found and B = truth.

    Examples
    --------
    >>> truth, found = [0, 0, 0, 1], [0, 0, 0, 0]
    >>> round(mean_f_measure(truth, found), 3), round(mean_f_measure(found, truth), 3)
    (0.743, 0.857)
    """
    return _mean_f_both_ways(truth, found, background)[0]


def symmetric_mean_f_measure(
    truth: npt.ArrayLike, found: npt.ArrayLike, *, background: Background = "class"
) -> float:
    """Mean of the mean F-measures with the truth, and with what was found, as the reference.

    Parameters
    ----------
    truth, found : array_like of int, shape (n,)
        Labels, -1 = background.
    background : {"class", "exclude"}
        How the background enters.

    Returns
    -------
    float
        Between 0 and 1, and 1 for identical clusterings alone; NaN when no localization is left to
        score.

    Raises
    ------
    InputError
        When the labels are not whole numbers from -1 on, or differ in length.

    Examples
    --------
    >>> symmetric_mean_f_measure([0, 0, 1, 1, -1], [4, 4, 2, 2, -1])
    1.0
    """
    towards_truth, towards_found = _mean_f_both_ways(truth, found, background)
    return (towards_truth + towards_found) / 2


def symmetric_mean_f(a: IntArray, b: IntArray) -> float:
    """Symmetric mean F-measure of two labellings of the same points, without a background.

    The engine's similarity of two clusterings, made for many calls: nothing is checked.

    Parameters
    ----------
    a, b : ndarray of int, shape (n,), n > 0
        Labels from 0 on, without large gaps.

    Returns
    -------
    float
        Above 0, and 1 for identical clusterings alone.

    Examples
    --------
    >>> symmetric_mean_f(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    table = _table(a, b)
    return sum(_best_f(table, _f_measures(table))) / 2


def hull_iou(
    coordinates: npt.ArrayLike,
    truth: npt.ArrayLike,
    found: npt.ArrayLike,
    *,
    background: Background = "class",
    pixel_nm: float = 5.0,
) -> float:
    """Intersection over union of the areas, or volumes, that the two clusterings call clustered.

    The area of a clustering is the union of its clusters' convex hulls on a raster whose first
    pixel starts at the smallest coordinates; a pixel belongs to a hull that holds its centre.
    Clusters of fewer than 3 localizations (4 in 3-D), or on one line, have no area.

    Parameters
    ----------
    coordinates : array_like of shape (n, 2) or (n, 3)
        Positions in nm.
    truth, found : array_like of int, shape (n,)
        Labels, -1 = background.
    background : {"class", "exclude"}
        "exclude" leaves out the localizations that are background in the truth.
    pixel_nm : float
        Side of a pixel or voxel, nm; a small part of a cluster's radius.

    Returns
    -------
    float
        Between 0 and 1; 1 when neither clustering covers a pixel, NaN when no localization is left
        to score.

    Raises
    ------
    InputError
        When the shapes do not fit, or a coordinate is not finite.
    ParameterError
        When the raster would have more than 1e9 pixels, or `pixel_nm` is not positive.

    Examples
    --------
    >>> corners = [[0, 0], [100, 0], [0, 100], [100, 100], [50, 0], [50, 100]]
    >>> hull_iou(corners, [0] * 6, [0, -1, 0, -1, 0, 0])
    0.5
    """
    X = np.asarray(coordinates, dtype=np.float64)
    reference, labels = _checked(truth, found, background)
    if X.ndim != 2 or X.shape[1] not in (2, 3) or len(X) != len(reference):
        raise InputError(
            f"coordinates have the shape {X.shape} and there are {len(reference)} labels; "
            f"give ({len(reference)}, 2) or ({len(reference)}, 3) in nm."
        )
    if not np.isfinite(X).all():
        raise InputError("A coordinate is not finite; remove such rows before scoring.")
    if not pixel_nm > 0:
        raise ParameterError(f"pixel_nm={pixel_nm} is not above 0; use about 5.")
    if background == "exclude":
        kept = reference >= 0
        X, reference, labels = X[kept], reference[kept], labels[kept]
    if not len(X):
        return float("nan")
    X = (X - X.min(axis=0)) / pixel_nm
    shape = tuple(int(n) for n in np.floor(X.max(axis=0)) + 1)
    if np.prod(shape, dtype=np.float64) > _MOST_PIXELS:
        raise ParameterError(
            f"pixel_nm={pixel_nm} makes a raster of {' x '.join(map(str, shape))} pixels, more "
            f"than {_MOST_PIXELS:.0e}; use larger pixels."
        )
    in_truth, in_found = _covered(X, reference, shape), _covered(X, labels, shape)
    union = int(np.count_nonzero(in_truth | in_found))
    return int(np.count_nonzero(in_truth & in_found)) / union if union else 1.0


def _checked(
    truth: npt.ArrayLike, found: npt.ArrayLike, background: Background
) -> tuple[IntArray, IntArray]:
    """Both label arrays, checked."""
    if background not in ("class", "exclude"):
        raise ParameterError(f"background={background!r} is unknown; use 'class' or 'exclude'.")
    arrays = []
    for name, labels in (("truth", truth), ("found", found)):
        array: AnyArray = np.asarray(labels)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise InputError(
                f"{name} is {array.dtype} of shape {array.shape}; give whole numbers of shape (n,)."
            )
        if array.size and array.min() < -1:
            raise InputError(f"{name} holds the label {array.min()}; background is -1.")
        arrays.append(array.astype(np.int64))
    if len(arrays[0]) != len(arrays[1]):
        raise InputError(
            f"truth has {len(arrays[0])} labels and found {len(arrays[1])}; "
            "label the same localizations in the same order."
        )
    return arrays[0], arrays[1]


def _scored(
    truth: npt.ArrayLike, found: npt.ArrayLike, background: Background
) -> tuple[IntArray, IntArray]:
    """Both label arrays, checked, of the localizations that enter the score."""
    reference, labels = _checked(truth, found, background)
    if background == "exclude":
        clustered = reference >= 0
        return reference[clustered], labels[clustered]
    return reference, labels


def _table(a: IntArray, b: IntArray) -> _Contingency:
    """Contingency table of labels from 0 on."""
    n_columns = int(b.max()) + 1
    cells = a.astype(np.int64) * n_columns + b
    # counting into a full table is ten times faster than sorting, as long as the table is small
    if (int(a.max()) + 1) * n_columns <= 4 * len(a):
        full = np.bincount(cells)
        filled = np.flatnonzero(full)
        counts = full[filled]
    else:
        filled, counts = np.unique(cells, return_counts=True)
    return _Contingency(
        filled // n_columns, filled % n_columns, counts, np.bincount(a), np.bincount(b)
    )


def _compact_table(a: IntArray, b: IntArray) -> _Contingency:
    """Contingency table of any labels; classes are numbered in the order of their labels."""
    return _table(np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1])


def _entropy(sizes: IntArray, n: int) -> float:
    share = sizes[sizes > 0] / n
    return float(-np.sum(share * np.log(share))) if len(share) > 1 else 0.0


def _ordered_pairs(sizes: IntArray) -> int:
    return int(np.sum(sizes * (sizes - 1)))


def _f_measures(table: _Contingency) -> FloatArray:
    """Harmonic mean of precision and recall of every pair of classes that meet."""
    sizes = table.row_sizes[table.rows] + table.column_sizes[table.columns]
    return np.asarray(2 * table.counts / sizes, dtype=np.float64)


def _best_f(table: _Contingency, f_measures: FloatArray) -> tuple[float, float]:
    """Size-weighted mean of the best F-measure of every row, and of every column."""
    n = int(table.row_sizes.sum())
    means = []
    for index, sizes in ((table.rows, table.row_sizes), (table.columns, table.column_sizes)):
        best = np.zeros(len(sizes))
        np.maximum.at(best, index, f_measures)
        means.append(float(best @ sizes) / n)
    return means[0], means[1]


def _mean_f_both_ways(
    truth: npt.ArrayLike, found: npt.ArrayLike, background: Background
) -> tuple[float, float]:
    reference, labels = _scored(truth, found, background)
    if not len(reference):
        return float("nan"), float("nan")
    table = _compact_table(reference, labels)
    f_measures = _f_measures(table)
    if background == "exclude" and (labels == -1).any():
        f_measures[table.columns == 0] = 0  # -1 is the smallest label, so missed ones come first
    return _best_f(table, f_measures)


def _covered(X: FloatArray, labels: IntArray, shape: tuple[int, ...]) -> BoolArray:
    """Pixels inside the convex hull of a cluster; X in pixels."""
    mask = np.zeros(shape, dtype=bool)
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] >= 0]
    if not len(order):
        return mask
    first = np.flatnonzero(np.diff(labels[order], prepend=-1))
    for members in np.split(X[order], first[1:]):
        if len(members) <= X.shape[1]:
            continue
        try:
            hull = ConvexHull(members)
        except QhullError:  # all on one line or plane
            continue
        low = np.floor(members.min(axis=0)).astype(int)
        high = np.minimum(np.floor(members.max(axis=0)).astype(int) + 1, shape)
        axes = np.ogrid[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        inside = np.ones(high - low, dtype=bool)
        for *normal, offset in hull.equations:
            distance = sum(c * (axis + 0.5) for c, axis in zip(normal, axes, strict=True)) + offset
            inside &= distance <= 1e-9
        mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] |= inside
    return mask
