"""What a file of localizations holds and what was understood of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from stormgraph_py.arrays import FloatArray
from stormgraph_py.localizations import COLUMNS, Localizations
from stormgraph_py.numerals import plain

_NM2_PER_UM2 = 1e6


@dataclass(frozen=True, kw_only=True)
class FileSummary:
    """What a file of localizations holds and what was understood of it.

    Parameters
    ----------
    path : str or None
        The file.
    format : str
        Name of the reader.
    sha256 : str or None
        Hash of the file's bytes.
    n_rows, n_set_aside : int
        Rows in the file, and those left out because a coordinate is missing or not finite.
    n_localizations, dimensions : int
        Localizations that remain, in 2-D or 3-D.
    columns : tuple of (str, str)
        Pairs (name in the file, name in the table).
    extra_columns : tuple of str
        Columns kept without a meaning.
    range_nm : mapping of str to (float, float)
        Smallest and largest coordinate of each axis.
    density_per_um2 : float or None
        Localizations per µm² of the bounding box in the plane; None where it has no area.
    sigma_nm : mapping of str to (float, float, float)
        5th percentile, median and 95th percentile of each axis' precision.
    n_sigma_unknown : int
        Localizations without a known lateral precision, where the file has a precision.
    frames : (int, int) or None
        First and last frame.
    channels : mapping of int to int
        Localizations in each channel; empty without channels.
    channel_names : mapping of int to str
        What the file calls them, where it names them.
    notes, warnings : tuple of str
        What was understood or assumed, and what to look at.
    """

    path: str | None
    format: str
    sha256: str | None
    n_rows: int
    n_set_aside: int
    n_localizations: int
    dimensions: int
    columns: tuple[tuple[str, str], ...] = ()
    extra_columns: tuple[str, ...] = ()
    range_nm: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    density_per_um2: float | None = None
    sigma_nm: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    n_sigma_unknown: int = 0
    frames: tuple[int, int] | None = None
    channels: Mapping[int, int] = field(default_factory=dict)
    channel_names: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def extent_nm(self, axis: str) -> float:
        """Length of the field of view along x, y or z."""
        low, high = self.range_nm[axis]
        return high - low

    def lines(self) -> list[str]:
        """Return the summary as lines of text to print."""
        return [f"{label:<15}{text}".rstrip() for label, text in self._labelled()]

    def _labelled(self) -> Iterator[tuple[str, str]]:
        yield "File", self.path or "(in memory)"
        yield "Format", self.format
        yield "SHA-256", self.sha256 or "-"
        yield "Rows", f"{self.n_rows:,} ({self.n_set_aside:,} set aside)"
        yield "Localizations", f"{self.n_localizations:,} in {self.dimensions}-D"
        understood = ", ".join(
            name if file == name else f"{file} -> {name}" for file, name in self.columns
        )
        yield "Understood", understood or "-"
        yield "Also kept", ", ".join(self.extra_columns) or "-"
        for axis, (low, high) in self.range_nm.items():
            yield axis, f"{low:,.1f} to {high:,.1f} nm (extent {high - low:,.1f} nm)"
        if self.density_per_um2 is not None:
            yield "Density", f"{self.density_per_um2:,.4g} per µm² of the bounding box"
        for axis, (low, median, high) in self.sigma_nm.items():
            yield (
                f"Precision {axis}",
                f"median {plain(median, 3)} nm, 5 to 95%: {plain(low, 3)} to {plain(high, 3)} nm",
            )
        if not self.sigma_nm:
            yield "Precision", "not in the file"
        if self.n_sigma_unknown:
            yield "", f"unknown for {self.n_sigma_unknown:,} localizations"
        if self.frames is not None:
            yield "Frames", f"{self.frames[0]:,} to {self.frames[1]:,}"
        if self.channels:
            yield (
                "Channels",
                ", ".join(f"{self._named(c)}: {n:,}" for c, n in self.channels.items()),
            )
        for label, sentences in (("Note", self.notes), ("Warning", self.warnings)):
            for sentence in sentences:
                yield label, sentence

    def _named(self, channel: int) -> str:
        name = self.channel_names.get(channel, str(channel))
        return name if name == str(channel) else f"{channel} ({name})"


def describe(locs: Localizations) -> FileSummary:
    """Summarize localizations and what was understood of their file.

    Examples
    --------
    >>> locs = Localizations.from_arrays([[0.0, 0.0], [1000.0, 500.0]], sigma=[8.0, 12.0])
    >>> summary = describe(locs)
    >>> summary.density_per_um2, summary.sigma_nm["x"][1]
    (4.0, 10.0)
    """
    table, provenance = locs.table, locs.provenance
    axes = [a for a in "xyz" if f"{a}_nm" in table.columns]
    values = {a: table[f"{a}_nm"].to_numpy(dtype=np.float64) for a in axes}
    range_nm = {a: (float(v.min()), float(v.max())) for a, v in values.items() if v.size}
    sigma: dict[str, tuple[float, float, float]] = {}
    for a in axes:
        if f"sigma_{a}_nm" in table.columns:
            known = _finite(table[f"sigma_{a}_nm"].to_numpy(dtype=np.float64))
            if known.size:
                low, median, high = np.percentile(known, (5, 50, 95)).tolist()
                sigma[a] = (low, median, high)
    lateral = locs.precision(2)
    channel = locs.channel
    numbers, counts = np.unique([] if channel is None else channel, return_counts=True)
    return FileSummary(
        path=provenance.path,
        format=provenance.format,
        sha256=provenance.sha256,
        n_rows=provenance.n_rows,
        n_set_aside=provenance.n_set_aside,
        n_localizations=len(locs),
        dimensions=locs.dimensions,
        columns=provenance.columns,
        extra_columns=tuple(str(c) for c in table.columns if c not in COLUMNS),
        range_nm=range_nm,
        density_per_um2=_density(range_nm, len(locs)),
        sigma_nm=sigma,
        n_sigma_unknown=0 if lateral is None else int(np.isnan(lateral).any(axis=1).sum()),
        frames=_first_and_last(locs),
        channels={int(c): int(n) for c, n in zip(numbers, counts, strict=True)},
        channel_names=provenance.channel_names,
        notes=provenance.notes,
        warnings=provenance.warnings,
    )


def _finite(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]


def _density(range_nm: Mapping[str, tuple[float, float]], n: int) -> float | None:
    if not {"x", "y"} <= set(range_nm):
        return None
    (x0, x1), (y0, y1) = range_nm["x"], range_nm["y"]
    area = (x1 - x0) * (y1 - y0)
    return n / area * _NM2_PER_UM2 if area > 0 else None


def _first_and_last(locs: Localizations) -> tuple[int, int] | None:
    if "frame" not in locs.table.columns:
        return None
    known = _finite(locs.table["frame"].to_numpy(dtype=np.float64))
    return (int(known.min()), int(known.max())) if known.size else None
