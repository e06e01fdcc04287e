"""`stormgraph roi`: regions of interest are made, looked at and converted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import add_common_options, add_log_option, refuse_existing
from stormgraph_py.cli.faults import say, say_warning
from stormgraph_py.errors import InputError, ParameterError
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    from stormgraph_py.arrays import FloatArray
    from stormgraph_py.roi import Roi

_NM_PER_UM = 1000.0
_FIELD_TO_CORNER = 20.0
"""Regions in so small a part of the field, all at the origin, are likely in another unit."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it does."""
    parser = commands.add_parser(
        "roi",
        help="make, list and convert regions of interest",
        description="Regions of interest: GeoJSON, ImageJ .roi and .zip, Picasso picks, locan.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_grid(actions)
    _add_list(actions)
    _add_convert(actions)


def execute_grid(arguments: argparse.Namespace) -> int:
    """Write the tiles of every region, or of the field of view of localizations."""
    from stormgraph_py.io.registry import read_localizations
    from stormgraph_py.io.roi_files import write_rois
    from stormgraph_py.roi import Roi
    from stormgraph_py.tiles import square_tiles

    if (arguments.file is None) == (arguments.field is None):
        raise ParameterError("Name either a file of regions or --field with localizations.")
    out = Path(arguments.out)
    refuse_existing(out, overwrite=arguments.overwrite)
    if arguments.field is None:
        rois: Sequence[Roi] = _read(arguments)
    else:
        localizations = read_localizations(
            arguments.field, pixel_size_nm=arguments.data_pixel_size_nm
        )
        rois = (Roi.whole_field(localizations.xy, name=""),)
    offset = arguments.offset_um
    tiles = [
        tile
        for roi in rois
        for tile in square_tiles(
            roi,
            side_nm=arguments.side_um * _NM_PER_UM,
            angle_deg=arguments.angle,
            min_coverage=arguments.min_coverage,
            offset_nm=(offset[0] * _NM_PER_UM, offset[1] * _NM_PER_UM),
        )
    ]
    if not tiles:
        raise InputError(
            f"No tile of {plain(arguments.side_um)} µm lies in a region as a whole; use a smaller "
            "--side-um, or --min-coverage below 1 for tiles that are cut to the region."
        )
    write_rois(out, tiles)
    if not arguments.quiet:
        area = sum(tile.area_nm2 for tile in tiles) / _NM_PER_UM**2
        whole = sum(roi.area_nm2 for roi in rois) / _NM_PER_UM**2
        say(f"{out}: {_count(len(tiles), 'tile')} of {_count(len(rois), 'region')}, "
            f"{plain(area)} of {plain(whole)} µm²")  # fmt: skip
    return 0


def execute_list(arguments: argparse.Namespace) -> int:
    """Print a line for each region."""
    from stormgraph_py.io.registry import read_localizations

    rois = _read(arguments)
    header = ["name", "kind", "area µm²"]
    rows = [[roi.name, roi.kind, plain(roi.area_nm2 / _NM_PER_UM**2, 4)] for roi in rois]
    if arguments.data is not None:
        localizations = read_localizations(
            arguments.data, pixel_size_nm=arguments.data_pixel_size_nm
        )
        header += ["n localizations", "per µm²"]
        counts = [int(roi.contains(localizations.xy).sum()) for roi in rois]
        for roi, row, n in zip(rois, rows, counts, strict=True):
            row += [str(n), plain(n / (roi.area_nm2 / _NM_PER_UM**2), 4)]
        doubt = _doubt_of_unit(rois, localizations.xy, any_inside=any(counts))
        if doubt:
            say_warning(f"{arguments.file}: {doubt}")
    if any(roi.tags for roi in rois):
        header.append("tags")
        for roi, row in zip(rois, rows, strict=True):
            row.append(", ".join(f"{tag}={value}" for tag, value in roi.tags.items()))
    for line in _aligned([header, *rows]):
        say(line)
    return 0


def execute_convert(arguments: argparse.Namespace) -> int:
    """Write the regions of a file as GeoJSON in nm."""
    from stormgraph_py.io.roi_files import write_rois

    out = Path(arguments.out)
    refuse_existing(out, overwrite=arguments.overwrite)
    rois = _read(arguments)
    write_rois(out, rois)
    if not arguments.quiet:
        say(f"{out}: {_count(len(rois), 'region')}")
    return 0


def _read(arguments: argparse.Namespace) -> tuple[Roi, ...]:
    from stormgraph_py.io.roi_files import read_rois

    return read_rois(
        arguments.file,
        pixel_size_nm=arguments.pixel_size_nm,
        format=arguments.format,
        unit=arguments.unit,
    )


def _doubt_of_unit(rois: Sequence[Roi], xy: FloatArray, *, any_inside: bool) -> str:
    """Return why the regions seem not to be in nm or not of these localizations; else nothing."""
    from stormgraph_py.roi import Roi

    left, bottom, right, top = Roi.union(rois).bounds_nm
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    in_a_corner = right < x1 / _FIELD_TO_CORNER and top < y1 / _FIELD_TO_CORNER
    if any_inside and not in_a_corner:
        return ""
    if not in_a_corner:
        remedy = "is it the file of these localizations, and is the pixel size right?"
    elif Roi.union(rois).scaled(_NM_PER_UM).contains(xy).any():
        remedy = "they look like µm: add --unit um"
    else:
        remedy = "pixels? add --unit px and --pixel-size-nm with the edge of one"
    what = "all regions lie in a corner" if any_inside else "no localization lies in a region"
    return (
        f"{what}. The regions reach from x {plain(left)}, "
        f"y {plain(bottom)} to {plain(right)}, {plain(top)} nm, the localizations from "
        f"{plain(x0)}, {plain(y0)} to {plain(x1)}, {plain(y1)} nm; {remedy}"
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _add_grid(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "grid",
        help="divide regions into square tiles",
        description="Divide regions, or the field of view of localizations, into square tiles.",
    )
    parser.add_argument("file", metavar="REGIONS", nargs="?", help="file of regions to divide")
    parser.add_argument("--field", metavar="LOCS", help="divide the extent of these localizations")
    parser.add_argument(
        "--side-um", type=float, default=3.0, metavar="UM", help="side of a tile in µm (default 3)"
    )
    parser.add_argument(
        "--angle", type=float, default=0.0, metavar="DEG", help="turn the grid from x towards y"
    )
    parser.add_argument(
        "--offset-um",
        type=float,
        nargs=2,
        default=(0.0, 0.0),
        metavar=("UM", "UM"),
        help="shift the grid along its own axes",
    )
    parser.add_argument(
        "--min-coverage",
        type=float,
        default=1.0,
        metavar="F",
        help="share of a tile that lies in the region; below 1 tiles are cut to it (default 1)",
    )
    _add_out(parser)
    _add_reading(parser)
    _add_data_pixel_size(parser)
    add_common_options(parser)
    parser.set_defaults(execute=execute_grid)


def _add_list(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "list",
        help="name, kind, area, localizations and density of each region",
        description="List the regions of a file.",
    )
    parser.add_argument("file", metavar="REGIONS", help="file of regions")
    parser.add_argument("--data", metavar="LOCS", help="count these localizations in each region")
    _add_reading(parser)
    _add_data_pixel_size(parser)
    add_log_option(parser)
    parser.set_defaults(execute=execute_list)


def _add_convert(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "convert",
        help="write regions as GeoJSON in nm",
        description="Write the regions of a file as GeoJSON in nm.",
    )
    parser.add_argument("file", metavar="REGIONS", help="file of regions")
    _add_out(parser)
    _add_reading(parser)
    add_common_options(parser)
    parser.set_defaults(execute=execute_convert)


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="OUT.geojson", help="file to write")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading the regions")
    group.add_argument("--format", metavar="F", help="geojson, imagej, picasso or locan")
    group.add_argument(
        "--pixel-size-nm",
        "--pixel-size",
        type=float,
        metavar="NM",
        dest="pixel_size_nm",
        help="edge of a pixel in the sample, for regions in pixels",
    )
    group.add_argument(
        "--unit", metavar="U", help="unit of GeoJSON and locan: nm, um, mm, m, angstrom or px"
    )


def _add_data_pixel_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-pixel-size-nm",
        type=float,
        metavar="NM",
        help="edge of a camera pixel, for localizations in pixels whose file does not tell",
    )
