"""What a reader of regions of interest is, and what the caller may tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stormgraph_py.errors import InputError
from stormgraph_py.io.reader import ReadOptions
from stormgraph_py.io.source import Peek
from stormgraph_py.io.units import NM_PER_UNIT
from stormgraph_py.roi import Roi


@dataclass(frozen=True, kw_only=True)
class RoiOptions:
    """What the caller tells about a file of regions.

    Parameters
    ----------
    pixel_size_nm : float, optional
        Edge of a pixel in the sample.
    unit : {"nm", "um", "mm", "m", "angstrom", "px"}, optional
        Unit of coordinates where the format does not fix it; nm by default.

    Raises
    ------
    InputError
        When a value is out of bounds or unknown.
    """

    pixel_size_nm: float | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        """Check both values."""
        checked = ReadOptions(pixel_size_nm=self.pixel_size_nm, unit=self.unit)
        object.__setattr__(self, "unit", checked.unit)

    @property
    def nm_per_unit(self) -> float:
        """Length in nm of the unit of a format that does not fix it."""
        return self.nm_per_pixel if self.unit == "px" else NM_PER_UNIT[self.unit or "nm"]

    @property
    def nm_per_pixel(self) -> float:
        """Edge of a pixel in nm, for a format whose coordinates are pixels.

        Raises
        ------
        InputError
            When it is not known.
        """
        if self.pixel_size_nm is None:
            raise InputError(
                "the regions are in pixels; give the edge of a pixel in the sample with "
                "pixel_size_nm=, for example pixel_size_nm=100. In stormgraph run that is "
                "--roi-pixel-size-nm."
            )
        return self.pixel_size_nm


@dataclass(frozen=True, kw_only=True)
class RoiReader:
    """One format of regions of interest.

    Parameters
    ----------
    name : str
        Short name, what ``format=`` takes.
    description : str
        What the format is, in a few words.
    suffixes : tuple of str
        Usual endings of such files, for dialogs; recognition does not look at them.
    recognizes : callable
        Whether a file is of this format, told from its first bytes.
    read : callable
        Makes regions, in nm, of a file's path and bytes.
    """

    name: str
    description: str
    suffixes: tuple[str, ...]
    recognizes: Callable[[Peek], bool]
    read: Callable[[Path, bytes, RoiOptions], list[Roi]]
