"""Reappearing localizations of one molecule, merged into one localization."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_py.arrays import AnyArray, BoolArray, FloatArray, IntArray
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.localizations import Localizations

if TYPE_CHECKING:
    from collections.abc import Sequence

N_MERGED = "n_merged"
"""Column with the number of localizations that became one."""

_MOST_CELLS = 2**28
"""Cells of the search grid along an axis; larger cells than needed change nothing but the time."""


def reappearances(
    localizations: Localizations,
    *,
    max_distance_nm: float,
    max_dark_frames: int = 0,
    max_axial_distance_nm: float | None = None,
) -> IntArray:
    """Tell which localizations follow one another at one place, frame after frame.

    Frames are gone through in their order. A localization continues a series that is at most
    `max_distance_nm` away from it, by the series' last localization, and that paused for at most
    `max_dark_frames` frames. Where several could be joined, the closest two are first, and each
    localization continues one series and each series takes one localization a frame. Channels are
    treated one by one.

    Parameters
    ----------
    localizations : Localizations
        With frames; a localization whose frame is unknown stays alone.
    max_distance_nm : float
        Largest distance between a localization and the one it continues, nm, in the plane; in 3-D
        of the ellipsoid that `max_axial_distance_nm` makes of it.
    max_dark_frames : int
        Largest number of frames without a localization in between; 0 asks for consecutive frames.
    max_axial_distance_nm : float, optional
        3-D: the largest distance along z, nm; by default that of the plane.

    Returns
    -------
    ndarray of shape (n,)
        Number of the series of each localization, counted from 0 by frame, then x, then y.

    Raises
    ------
    ParameterError
        When a parameter is out of bounds.
    InputError
        When the localizations have no frames.

    Notes
    -----
    ThunderSTORM joins a localization to the nearest active series too, but lets several of one
    frame join the same one, and weighs distances along z by 0.1. Picasso takes, in the order of
    the table, the first localization in reach that is not linked yet, in the plane only.

    Examples
    --------
    >>> locs = Localizations.from_arrays(
    ...     [[0.0, 0], [3, 0], [90, 0], [1, 0]], frame=[1, 2, 2, 5]
    ... )
    >>> reappearances(locs, max_distance_nm=10, max_dark_frames=2).tolist()
    [0, 0, 1, 0]
    >>> reappearances(locs, max_distance_nm=10, max_dark_frames=1).tolist()
    [0, 0, 1, 2]
    """
    check_merging(max_distance_nm, max_dark_frames, max_axial_distance_nm)
    frames = localizations.frame
    if frames is None:
        raise InputError(
            "Merging needs the frame of each localization, and the table has none; name its column "
            'with columns={"frame": ...}, or leave merging out.'
        )
    x, y = localizations.xy.T
    z = localizations.xyz[:, 2] if localizations.dimensions == 3 else np.zeros(len(x))
    channel = localizations.channel
    colour = np.zeros(len(x), dtype=np.int64) if channel is None else channel
    order = np.lexsort((colour, z, y, x, frames))
    known = order[np.searchsorted(frames[order], 0) :]
    stretch = max_distance_nm / (max_axial_distance_nm or max_distance_nm)
    before = _previous(
        [axis[known].tolist() for axis in (x, y, z * stretch)],
        frames[known].tolist(),
        _cells(x[known], y[known], colour[known], max_distance_nm),
        reach=max_distance_nm,
        window=max_dark_frames + 1,
    )
    series = np.empty(len(order), dtype=np.int64)
    number: list[int] = []
    for position, previous in enumerate(before):
        number.append(position if previous < 0 else number[previous])
    n_unknown = len(order) - len(known)
    series[order[:n_unknown]] = np.arange(n_unknown)
    series[known] = n_unknown + np.asarray(number, dtype=np.int64)
    numbered: IntArray = np.unique(series, return_inverse=True)[1].reshape(-1)
    return numbered


def merge_reappearing(
    localizations: Localizations,
    *,
    max_distance_nm: float,
    max_dark_frames: int = 0,
    max_axial_distance_nm: float | None = None,
) -> Localizations:
    r"""Merge the localizations that `reappearances` takes for one into one.

    Parameters
    ----------
    localizations : Localizations
        With frames.
    max_distance_nm, max_dark_frames, max_axial_distance_nm
        As in `reappearances`.

    Returns
    -------
    Localizations
        One row a series, in the place of its first localization. Positions are means weighted by
        photons :math:`w_i`, :math:`x = \sum w_i x_i / \sum w_i`, and their precision is what
        error propagation gives for that,
        :math:`\sigma^2 = \sum w_i^2 \sigma_i^2 / (\sum w_i)^2`. Weights are equal in a
        series where a number of photons is unknown or not positive. Photons are summed, ``frame``
        is the first, ``n_merged`` the number of localizations in the series (their sum, where they
        have one). Every other column is that of the first localization.

    Raises
    ------
    ParameterError, InputError
        As `reappearances`.

    Notes
    -----
    With photons that alone decide on the precision, :math:`\sigma_i^2 = c / w_i`, this is the
    precision of one localization with all photons. Picasso weighs by :math:`1 / \sigma_i^2` and
    gives :math:`\sigma^2 = 1 / \sum \sigma_i^{-2}`, which is the same in that case and smaller
    otherwise. ThunderSTORM takes means without weights and computes the precision anew from the
    summed photons and background.

    A precision that is unknown for one localization is unknown for the series.

    Examples
    --------
    >>> locs = Localizations.from_arrays(
    ...     [[0.0, 0], [4, 0]], sigma=[6.0, 3.0], frame=[1, 2], photons=[100.0, 300.0]
    ... )
    >>> merged = merge_reappearing(locs, max_distance_nm=10)
    >>> merged.xy.tolist(), merged.sigma.round(3).tolist(), merged.table["n_merged"].tolist()
    ([[3.0, 0.0]], [[2.704, 2.704]], [2])
    """
    series = reappearances(
        localizations,
        max_distance_nm=max_distance_nm,
        max_dark_frames=max_dark_frames,
        max_axial_distance_nm=max_axial_distance_nm,
    )
    table = localizations.table
    frames = localizations.frame
    assert frames is not None
    members = np.lexsort((frames, series))
    starts = np.flatnonzero(np.diff(series[members], prepend=-1))
    first = members[starts]
    rows = np.argsort(first, kind="stable")

    def total(values: AnyArray) -> AnyArray:
        return np.add.reduceat(values[members], starts)[rows] if len(starts) else values

    n_merged = np.ones(len(table), dtype=np.int64)
    if N_MERGED in table.columns:
        if table[N_MERGED].dtype.kind not in "iuf":
            raise InputError(
                f"The column {N_MERGED!r} holds {table[N_MERGED].dtype}, not numbers, and merging "
                "counts there; rename it."
            )
        n_merged = table[N_MERGED].to_numpy()
    weights = np.ones(len(table))
    if "photons" in table.columns:
        weights = _weights(table["photons"].to_numpy(dtype=np.float64), series)
    merged = table.iloc[first[rows]].copy()
    origin = np.empty(len(table))
    for axis in "xyz":
        if f"{axis}_nm" in table.columns:
            position = table[f"{axis}_nm"].to_numpy(dtype=np.float64)
            # from the first localization on, so that the mean of what lies far out is exact
            origin[members] = np.repeat(position[first], np.diff(starts, append=len(members)))
            offset = total(weights * (position - origin)) / total(weights)
            merged[f"{axis}_nm"] = position[first[rows]] + offset
        if f"sigma_{axis}_nm" in table.columns:
            sigma = table[f"sigma_{axis}_nm"].to_numpy(dtype=np.float64)
            merged[f"sigma_{axis}_nm"] = np.sqrt(total((weights * sigma) ** 2)) / total(weights)
    if "photons" in table.columns:
        merged["photons"] = total(table["photons"].to_numpy())
    merged[N_MERGED] = total(n_merged)
    return Localizations(merged, localizations.provenance)


def check_merging(
    max_distance_nm: float, max_dark_frames: int, max_axial_distance_nm: float | None
) -> None:
    """Check the parameters of merging.

    Raises
    ------
    ParameterError
        When one is out of bounds.
    """
    for name, value in (
        ("max_distance_nm", max_distance_nm),
        ("max_axial_distance_nm", 1.0 if max_axial_distance_nm is None else max_axial_distance_nm),
    ):
        if isinstance(value, bool) or not (0 < value < math.inf):
            raise ParameterError(
                f"{name}={value!r} is no distance; use about six times the precision, in nm."
            )
    if (
        isinstance(max_dark_frames, bool)
        or not hasattr(max_dark_frames, "__index__")
        or max_dark_frames < 0
    ):
        raise ParameterError(
            f"max_dark_frames={max_dark_frames!r} is no number of frames; use 0 or a few."
        )


def _weights(photons: FloatArray, series: IntArray) -> FloatArray:
    """Photons, and 1 for each localization of a series in which some are not known, (n,)."""
    usable = np.isfinite(photons) & (photons > 0)
    all_usable = np.ones(int(series.max(initial=-1)) + 1, dtype=np.bool_)
    all_usable[series[~usable]] = False
    weights: FloatArray = np.where(all_usable[series], photons, 1.0)
    return weights


def _cells(x: FloatArray, y: FloatArray, colour: IntArray, reach: float) -> list[list[int]]:
    """Cell of each localization in a grid, then the three others that its reach may extend to.

    Cells are at least twice as wide as the reach, which then extends over two columns and two rows.
    """
    if len(x) == 0:
        return [[], [], [], []]
    extent = max(float(np.ptp(x)), float(np.ptp(y)))
    edge = max(2 * reach * (1 + 1e-9), extent / _MOST_CELLS)
    column, right = _columns(x, edge)
    row, above = _columns(y, edge)
    n_rows = int(row.max()) + 3
    n_columns = int(column.max()) + 3
    layer = np.unique(colour, return_inverse=True)[1].reshape(-1)
    cell = (layer * n_columns + column + 1) * n_rows + row + 1
    across = np.where(right, n_rows, -n_rows)
    along = np.where(above, 1, -1)
    return [c.tolist() for c in (cell, cell + across, cell + along, cell + across + along)]


def _columns(position: FloatArray, edge: float) -> tuple[IntArray, BoolArray]:
    """Column of each localization, and whether it lies in the half towards the next one."""
    scaled = (position - position.min()) / edge
    column = np.floor(scaled)
    return column.astype(np.int64), scaled - column >= 0.5


def _previous(
    coordinates: Sequence[list[float]],
    frames: list[int],
    cells: list[list[int]],
    *,
    reach: float,
    window: int,
) -> list[int]:
    """Position of the localization that each one continues, -1 for the first of a series.

    Localizations are sorted by frame, and `cells` holds the cell of each and those around it. The
    grid holds no series but those that can still be continued, so that the time grows with the
    number of localizations and not of pairs.
    """
    x, y, z = coordinates
    own = cells[0]
    previous = [-1] * len(frames)
    continued = bytearray(len(frames))
    waiting: dict[int, list[int]] = {}

    def leave(i: int) -> None:
        others = waiting[own[i]]
        others.remove(i)
        if not others:
            del waiting[own[i]]

    start = oldest = 0
    while start < len(frames):
        frame, stop = frames[start], start + 1
        while stop < len(frames) and frames[stop] == frame:
            stop += 1
        while frame - frames[oldest] > window:
            if not continued[oldest]:
                leave(oldest)
            oldest += 1
        candidates = []
        for j in range(start, stop):
            for cell in cells:
                for i in waiting.get(cell[j], ()):
                    distance = (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 + (z[i] - z[j]) ** 2
                    if distance <= reach**2:
                        candidates.append((distance, i, j))
        candidates.sort()
        for _, i, j in candidates:
            if previous[j] < 0 and not continued[i]:
                previous[j] = i
                continued[i] = True
                leave(i)
        for j in range(start, stop):
            waiting.setdefault(own[j], []).append(j)
        start = stop
    return previous
