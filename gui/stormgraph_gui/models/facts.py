"""What there is to say of a data set in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stormgraph_gui.models.reading_words import beside_data
from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.models.workspace import Loaded
from stormgraph_py.io.describe import FileSummary, describe
from stormgraph_py.io.registry import READERS
from stormgraph_py.report.numbers import rounded

_NM_PER_UM = 1000.0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A data set in words, for a list and for details.

    Parameters
    ----------
    line : str
        The most important in one line.
    rows : tuple of (str, str)
        Label and value of everything.
    warnings, notes : tuple of str
        What to look at, and what was understood of the file.
    channels : mapping of int to str
        Number and name of each colour channel; empty for a single one.
    """

    line: str
    rows: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    channels: Mapping[int, str]


def facts_of(loaded: Loaded) -> Facts:
    """Say what a data set is.

    Parameters
    ----------
    loaded : Loaded
        The data set.
    """
    summary = summary_of(loaded)
    n, n_shown = summary.n_localizations, len(loaded.localizations)
    count = f"{n:,}" if n == n_shown else f"{n_shown:,} of {n:,}"
    rows = [("Localizations", count)]
    if summary.n_set_aside:
        rows.append(("Set aside", f"{summary.n_set_aside:,} rows"))
    rows += measures_of(summary)
    return Facts(
        line=" · ".join([f"{count} in {summary.dimensions}-D", field_text(summary)]),
        rows=tuple(rows),
        warnings=tuple(in_the_app(beside_data(one)) for one in summary.warnings),
        notes=tuple(in_the_app(beside_data(one)) for one in summary.notes),
        channels=_channels(summary),
    )


def measures_of(summary: FileSummary) -> list[tuple[str, str]]:
    """Return label and value of what is measured of a file."""
    rows = [("Field of view", field_text(summary))]
    if "z" in summary.range_nm and summary.dimensions == 3:
        rows.append(("Depth", length_text(summary.extent_nm("z"))))
    rows.append(("Median precision", precision_text(summary)))
    if summary.density_per_um2 is not None:
        rows.append(("Density", f"{rounded(summary.density_per_um2)} per µm²"))
    if summary.frames is not None:
        rows.append(("Frames", f"{summary.frames[0]:,} to {summary.frames[1]:,}"))
    rows.append(("Format", format_text(summary.format)))
    return rows


def format_text(name: str) -> str:
    """Say what a format is, by the name of its reader.

    Examples
    --------
    >>> format_text("delimited")
    'Plain text table (csv, tsv, txt)'
    """
    known = {reader.name: reader.description for reader in READERS}
    text = known.get(name, name)
    return f"{text[:1].upper()}{text[1:]}"


def summary_of(loaded: Loaded) -> FileSummary:
    """Return what is known of the file, found out now where nobody has looked yet."""
    return loaded.summary or describe(loaded.raw)


def field_text(summary: FileSummary) -> str:
    """Write the field of view: "2 × 2 µm"."""
    if not {"x", "y"} <= set(summary.range_nm):
        return "-"
    width, height = summary.extent_nm("x"), summary.extent_nm("y")
    if max(width, height) >= _NM_PER_UM:
        return f"{rounded(width / _NM_PER_UM)} × {rounded(height / _NM_PER_UM)} µm"
    return f"{rounded(width)} × {rounded(height)} nm"


def precision_text(summary: FileSummary) -> str:
    """Write the median precision: "8.2 nm", with that along z where it is another."""
    lateral = [summary.sigma_nm[a][1] for a in "xy" if a in summary.sigma_nm]
    if not lateral:
        return "not in the file"
    text = f"{rounded(float(np.mean(lateral)))} nm"
    if "z" in summary.sigma_nm and summary.dimensions == 3:
        text += f", {rounded(summary.sigma_nm['z'][1])} nm along z"
    return text


def length_text(nm: float) -> str:
    """Write a length in nm, or in µm from 1 µm on.

    Examples
    --------
    >>> length_text(850.0), length_text(12_345.0)
    ('850 nm', '12.3 µm')
    """
    if abs(nm) >= _NM_PER_UM:
        return f"{rounded(nm / _NM_PER_UM)} µm"
    return f"{rounded(nm)} nm"


def _channels(summary: FileSummary) -> dict[int, str]:
    if len(summary.channels) < 2:
        return {}
    return {
        number: summary.channel_names.get(number, f"Channel {number}")
        if number != -1
        else "no channel"
        for number in summary.channels
    }
