"""Colocalization of two colours localization by localization, without clusters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.errors import InputError, ParameterError

_ROWS_AT_ONCE = 50_000


def nearest_distances(points: npt.ArrayLike, others: npt.ArrayLike) -> FloatArray:
    """Find the distance from each localization to the nearest one of the other channel.

    Parameters
    ----------
    points, others : (n, d) and (m, d) array
        Positions of the two channels, nm, d = 2 or 3.

    Returns
    -------
    (n,) array
        Distances, nm; infinite where the other channel is empty.

    Raises
    ------
    InputError
        When the channels differ in dimensions.

    Examples
    --------
    >>> nearest_distances([[0, 0], [5, 0]], [[3, 4]])
    array([5.        , 4.47213595])
    """
    here, there = _checked(points, others)
    return np.asarray(KDTree(there).query(here)[0], dtype=np.float64)


def coordinate_based_colocalization(
    points: npt.ArrayLike,
    others: npt.ArrayLike,
    *,
    radius_nm: float = 100.0,
    n_steps: int = 10,
    n_jobs: int = 1,
) -> FloatArray:
    """Compute the coordinate-based colocalization (CBC) of every localization of one channel.

    Parameters
    ----------
    points : (n, d) array
        Localizations of the channel that gets values, nm, d = 2 or 3.
    others : (m, d) array
        Localizations of the other channel, nm.
    radius_nm : float
        Largest radius R around a localization.
    n_steps : int
        Number of radii, R/n, 2R/n, ..., R; at least 3.
    n_jobs : int
        Threads; the values do not depend on it.

    Returns
    -------
    (n,) array
        From -1 (the other channel is denser the farther away) over 0 to 1 (both fall off alike).
        NaN where one of the channels has no other localization within R, or its density is the same
        at all radii.

    Raises
    ------
    InputError
        When the channels differ in dimensions.
    ParameterError
        When `radius_nm` is not positive, or `n_steps` is below 3.

    Notes
    -----
    After S. Malkusch et al., Histochemistry and Cell Biology 137 (2012) 1-10. Around each
    localization the numbers of neighbours within each radius are counted in both channels, itself
    left out, and divided by the area (volume) of the disk (ball). Spearman's rank correlation of
    the two series over the radii is multiplied by exp(-E / R), where E is the distance to the
    nearest localization of the other channel.

    Nothing is corrected at borders: a disk that reaches out of the region loses neighbours of both
    channels alike, which makes both series fall and the value too large. Leave out localizations
    that are nearer to the border than R when you average.

    Examples
    --------
    >>> near = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]]
    >>> coordinate_based_colocalization(near, near, radius_nm=50, n_steps=5).round(3)
    array([1., 1., 1.])
    """
    here, there = _checked(points, others)
    if not (radius_nm > 0 and np.isfinite(radius_nm)):
        raise ParameterError(f"radius_nm={radius_nm} is not > 0; 100 suits most data.")
    if isinstance(n_steps, bool) or n_steps < 3:
        raise ParameterError(f"n_steps={n_steps} is below 3; 10 suits most data.")
    radii = radius_nm * np.arange(1, n_steps + 1) / n_steps
    own, other = KDTree(here), KDTree(there)
    values = np.empty(len(here))
    for start in range(0, len(here), _ROWS_AT_ONCE):
        part = here[start : start + _ROWS_AT_ONCE]
        correlation = _spearman(
            (_counts(own, part, radii, n_jobs) - 1) / radii ** here.shape[1],
            _counts(other, part, radii, n_jobs) / radii ** here.shape[1],
        )
        nearest = other.query(part)[0]
        values[start : start + len(part)] = correlation * np.exp(-nearest / radius_nm)
    return values


def _counts(tree: KDTree, points: FloatArray, radii: FloatArray, n_jobs: int) -> IntArray:
    """Points of the tree within each radius, (n, n_steps)."""
    columns = [
        tree.query_ball_point(points, radius, return_length=True, workers=n_jobs)
        for radius in radii.tolist()
    ]
    return np.stack(columns, axis=1).astype(np.int64)


def _spearman(one: FloatArray, other: FloatArray) -> FloatArray:
    """Rank correlation of each row of one table with that of the other; NaN for a constant row."""
    # what takes a second to load is loaded where it is used
    from scipy.stats import rankdata

    ranks = []
    for table in (one, other):
        rank = rankdata(table, axis=1)
        ranks.append(rank - rank.mean(axis=1, keepdims=True))
    products = (ranks[0] * ranks[1]).sum(axis=1)
    squares = (ranks[0] ** 2).sum(axis=1) * (ranks[1] ** 2).sum(axis=1)
    result = np.full(len(one), np.nan)
    np.divide(products, np.sqrt(squares), out=result, where=squares > 0)
    return result


def _checked(points: npt.ArrayLike, others: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    here, there = np.asarray(points, dtype=np.float64), np.asarray(others, dtype=np.float64)
    for positions in (here, there):
        if positions.ndim != 2 or positions.shape[1] not in (2, 3):
            raise InputError(
                f"Coordinates have shape {positions.shape}; pass (n, 2) or (n, 3) in nm."
            )
    if here.shape[1] != there.shape[1]:
        raise InputError(
            f"One channel is {here.shape[1]}-D and the other {there.shape[1]}-D; "
            "analyse both in 2-D."
        )
    return here, there
