"""Steps that choose localizations by frame or neighbours, and the one that merges them."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.filters.comparison import written
from stormgraph_py.filters.merging import check_merging, merge_reappearing
from stormgraph_py.localizations import Localizations
from stormgraph_py.numerals import plain


@dataclass(frozen=True)
class Frames:
    """Keep localizations of a range of camera frames.

    Parameters
    ----------
    first, last : int or None
        First and last frame that are kept, as the file counts them; None leaves that end open.

    Raises
    ------
    ParameterError
        When neither is given, or the last comes before the first.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0, 0], [1, 1], [2, 2]], frame=[1, 500, 501])
    >>> len(Frames(first=500).apply(locs))
    2
    """

    kind: ClassVar[str] = "frames"
    first: int | None = None
    last: int | None = None

    def __post_init__(self) -> None:
        """Check the range."""
        for value in (self.first, self.last):
            if value is not None and (isinstance(value, bool) or not hasattr(value, "__index__")):
                raise ParameterError(f"{value!r} is no frame; give a whole number.")
        if self.first is None and self.last is None:
            raise ParameterError("The range of frames has no end; give the first or the last.")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ParameterError(
                f"The last frame {self.last} comes before the first {self.first}; swap them."
            )

    @property
    def text(self) -> str:
        """What the step does, in words."""
        if self.last is None:
            return f"Keep frames from {self.first} on."
        if self.first is None:
            return f"Keep frames up to {self.last}."
        return f"Keep frames {self.first} to {self.last}."

    def as_dict(self) -> dict[str, Any]:
        """Return the step ready for JSON."""
        return {"kind": self.kind} | asdict(self)

    def apply(self, localizations: Localizations) -> Localizations:
        """Return the localizations that pass; those whose frame is unknown do not.

        Raises
        ------
        InputError
            When the localizations have no frames.
        """
        frame = _frames(localizations)
        keep = ~np.isnan(frame)
        if self.first is not None:
            keep &= frame >= self.first
        if self.last is not None:
            keep &= frame <= self.last
        return localizations.select(keep)

    def n_unknown(self, localizations: Localizations) -> int:
        """Count the localizations whose frame is unknown."""
        return int(np.isnan(_frames(localizations)).sum())

    def remedy(self, localizations: Localizations) -> str:
        """Say which frames there are."""
        frame = _frames(localizations)
        known = frame[~np.isnan(frame)]
        return (
            f"frames are {plain(known.min())} to {plain(known.max())}"
            if len(known)
            else "none has a frame"
        )


@dataclass(frozen=True)
class Density:
    """Keep localizations that have enough neighbours.

    Parameters
    ----------
    min_neighbors : int
        Fewest other localizations within the radius.
    radius_nm : float
        Radius, nm; of a ball in 3-D.

    Raises
    ------
    ParameterError
        When a value is out of bounds.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0, 0], [30, 0], [500, 0]])
    >>> len(Density(min_neighbors=1, radius_nm=30).apply(locs))
    2
    """

    kind: ClassVar[str] = "density"
    min_neighbors: int
    radius_nm: float

    def __post_init__(self) -> None:
        """Check the values."""
        n, radius = self.min_neighbors, self.radius_nm
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
            raise ParameterError(f"min_neighbors={n!r} is no number of neighbours; use 1 or more.")
        if isinstance(radius, bool) or not 0 < radius < math.inf:
            raise ParameterError(f"radius_nm={radius!r} is no radius; give one above 0 in nm.")

    @property
    def text(self) -> str:
        """What the step does, in words."""
        return (
            f"Keep localizations with at least {self.min_neighbors} others within "
            f"{written(self.radius_nm)} nm."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the step ready for JSON."""
        return {"kind": self.kind} | asdict(self)

    def apply(self, localizations: Localizations) -> Localizations:
        """Return the localizations that pass; all channels count as neighbours."""
        return localizations.select(self._distance(localizations) <= self.radius_nm)

    def n_unknown(self, localizations: Localizations) -> int:
        """Count nothing: every localization has a position."""
        return 0

    def remedy(self, localizations: Localizations) -> str:
        """Say how far neighbours are."""
        nearest = float(self._distance(localizations, math.inf).min(initial=math.inf))
        return f"the closest have {self.min_neighbors} others within {plain(nearest, 4)} nm"

    def _distance(self, localizations: Localizations, bound: float | None = None) -> FloatArray:
        """Distance to the neighbour that is needed, infinite where it is beyond the bound, (n,)."""
        from scipy.spatial import cKDTree

        points = localizations.coordinates()
        if not len(points):
            return np.empty(0)
        distance, _ = cKDTree(points).query(
            points,
            k=[self.min_neighbors + 1],
            distance_upper_bound=np.nextafter(bound or self.radius_nm, math.inf),
        )
        return np.asarray(distance)[:, 0]


@dataclass(frozen=True)
class MergeReappearing:
    """Merge localizations that follow one another at one place into one.

    Parameters
    ----------
    max_distance_nm : float
        Largest distance from a localization to the next, nm.
    max_dark_frames : int
        Largest number of frames without a localization in between.
    max_axial_distance_nm : float or None
        3-D: largest distance along z, nm; None takes that of the plane.

    Raises
    ------
    ParameterError
        When a value is out of bounds.

    See Also
    --------
    stormgraph_py.filters.merging.merge_reappearing : How the merged values are found.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0, 0], [4, 0], [2, 0]], frame=[1, 2, 9])
    >>> merged = MergeReappearing(max_distance_nm=20, max_dark_frames=3).apply(locs)
    >>> merged.table["n_merged"].tolist()
    [2, 1]
    """

    kind: ClassVar[str] = "merge"
    max_distance_nm: float
    max_dark_frames: int = 0
    max_axial_distance_nm: float | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        check_merging(self.max_distance_nm, self.max_dark_frames, self.max_axial_distance_nm)

    @property
    def text(self) -> str:
        """What the step does, in words."""
        axial = self.max_axial_distance_nm
        along_z = "" if axial is None else f" ({written(axial)} nm along z)"
        frames = (
            "1 dark frame" if self.max_dark_frames == 1 else f"{self.max_dark_frames} dark frames"
        )
        return (
            f"Merge localizations within {written(self.max_distance_nm)} nm{along_z} of one "
            f"another and at most {frames} apart into one."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the step ready for JSON."""
        return {"kind": self.kind} | asdict(self)

    def apply(self, localizations: Localizations) -> Localizations:
        """Return the merged localizations; one whose frame is unknown stays as it is.

        Raises
        ------
        InputError
            When the localizations have no frames.
        """
        return merge_reappearing(
            localizations,
            max_distance_nm=self.max_distance_nm,
            max_dark_frames=self.max_dark_frames,
            max_axial_distance_nm=self.max_axial_distance_nm,
        )

    def n_unknown(self, localizations: Localizations) -> int:
        """Count the localizations whose frame is unknown."""
        return int(np.isnan(_frames(localizations)).sum())

    def remedy(self, localizations: Localizations) -> str:
        """Say that there is nothing to merge."""
        return f"there are {len(localizations)} localizations"


def _frames(localizations: Localizations) -> FloatArray:
    frame = localizations.frame
    if frame is None:
        raise InputError(
            "The localizations have no frames; name their column with "
            'columns={"frame": ...}, or leave the filter out.'
        )
    return np.where(frame < 0, np.nan, frame)
