"""What to analyse and how: everything that the labels depend on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stormgraph_py.errors import ParameterError
from stormgraph_py.filters import Filter, filter_from_dict
from stormgraph_py.params import StormGraphParams
from stormgraph_py.roi import Roi


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """What to analyse and how: everything that the labels depend on.

    Parameters
    ----------
    path : str
        Input file, as the user gave it.
    format : str or None
        Reader to use; None detects it.
    pixel_size_nm : float or None
        Edge of a camera pixel in the sample, for files in pixels.
    columns : mapping of str to str
        Name in the table -> name in the file, for columns that the reader should not guess.
    unit, separator : str or None
        Unit of lengths and character between columns, where the file does not tell.
    channel : int, str or None
        Colour channel to analyse, by number or name; None takes all localizations.
    roi : Roi or None
        Region to analyse; None takes all localizations.
    roi_path : str or None
        File that the region was read from.
    filters : tuple of Filter
        Steps that leave out or merge localizations, in their order.
    params : StormGraphParams
        Parameters of the analysis.
    seed : int
        Seed of everything random.
    tags : mapping of str to str
        What the data are: condition, replicate, cell and the like. Nothing computed depends on it.
    """

    path: str
    format: str | None = None
    pixel_size_nm: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    separator: str | None = None
    channel: int | str | None = None
    roi: Roi | None = None
    roi_path: str | None = None
    params: StormGraphParams = field(default_factory=StormGraphParams)
    filters: tuple[Filter, ...] = ()
    seed: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def roi_name(self) -> str:
        """Name of the region; empty without one."""
        return "" if self.roi is None else self.roi.name

    @property
    def all_tags(self) -> dict[str, str]:
        """Tags of the region and of the request, whose own hold where both have one."""
        return {**({} if self.roi is None else self.roi.tags), **self.tags}

    def as_dict(self) -> dict[str, Any]:
        """Return the request ready for JSON."""
        return {
            "path": self.path,
            "format": self.format,
            "pixel_size_nm": self.pixel_size_nm,
            "columns": dict(self.columns),
            "unit": self.unit,
            "separator": self.separator,
            "channel": self.channel,
            "roi": None if self.roi is None else self.roi.as_feature(),
            "roi_path": self.roi_path,
            "filters": [step.as_dict() for step in self.filters],
            "params": self.params.as_dict(),
            "seed": self.seed,
            "tags": dict(self.tags),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Request:
        """Make a request from what `as_dict` returned.

        Raises
        ------
        ParameterError
            For unknown names or values out of bounds.
        """
        known = dict(values)
        roi = known.pop("roi", None)
        params = StormGraphParams.from_dict(known.pop("params", {}))
        filters = tuple(filter_from_dict(step) for step in known.pop("filters", ()))
        try:
            return cls(
                roi=None if roi is None else Roi.from_geojson(roi),
                filters=filters,
                params=params,
                **known,
            )
        except TypeError as error:
            raise ParameterError(f"The request holds an unknown name: {error}.") from None


def result_name(path: str | Path) -> str:
    """Return the name of the result folder of an input file: its name without endings of a format.

    Examples
    --------
    >>> result_name("data/cell 3.v2.csv.gz")
    'cell 3.v2'
    """
    name = Path(path).name
    without = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
    without = re.sub(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,6}$", "", without)
    return without.strip(" .") or "result"
