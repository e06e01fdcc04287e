"""Options that choose a region of interest, shared by the commands that analyse one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import Options
from stormgraph_py.cli.faults import say_warning
from stormgraph_py.errors import InputError, ParameterError

if TYPE_CHECKING:
    from stormgraph_py.roi import Roi


def add_region_options(part: Options) -> None:
    """Add the options."""
    part.add_argument(
        "--roi",
        metavar="ROI.geojson",
        help="regions of interest, analysed as one: GeoJSON in nm, ImageJ, Picasso or locan",
    )
    part.add_argument("--roi-name", metavar="NAME", help="the one of these regions to analyse")
    part.add_argument(
        "--roi-pixel-size-nm",
        type=float,
        metavar="NM",
        help="edge of a pixel in the sample, for regions drawn in pixels",
    )


def read_region(arguments: argparse.Namespace) -> Roi | None:
    """Return the region that those options name; None for the whole field.

    Raises
    ------
    InputError, ParameterError
        When the file holds no such region.
    """
    from stormgraph_py.io.roi_files import read_rois
    from stormgraph_py.roi import Roi

    if arguments.roi is None:
        if arguments.roi_name is not None:
            raise ParameterError("--roi-name chooses a region of a file; name the file with --roi.")
        return None
    rois = read_rois(arguments.roi, pixel_size_nm=arguments.roi_pixel_size_nm)
    names = ", ".join(roi.name for roi in rois)
    if arguments.roi_name is not None:
        for roi in rois:
            if roi.name == arguments.roi_name:
                return roi
        raise InputError(
            f"{arguments.roi}: holds no region {arguments.roi_name!r}; its regions are {names}."
        )
    if len(rois) > 1 and not arguments.quiet:
        say_warning(
            f"{arguments.roi} holds {len(rois)} regions ({names}), which are analysed as one; "
            "choose one with --roi-name, or analyse each by itself with stormgraph batch."
        )
    return Roi.union(rois)
