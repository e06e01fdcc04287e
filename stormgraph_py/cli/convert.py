"""`stormgraph convert`: localizations from one file format to another."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from stormgraph_py.cli.common import add_common_options
from stormgraph_py.cli.faults import describe_fault, overall_code, say, say_error, say_warning
from stormgraph_py.cli.reading import add_reading_options, reading_options
from stormgraph_py.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from stormgraph_py.io.writer import Writer

_FORMATS = ("thunderstorm", "picasso", "csv", "parquet")
_FILE_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".hdf5", ".h5", ".parquet", ".yaml", ".zip")
"""Endings of files, which nobody gives a folder."""

_DEFAULT_OUT = "stormgraph-converted"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "convert",
        help="write localizations in another format",
        description="Write each FILE in another format; every column is kept that the format can "
        "hold. Clusters in a result's localizations.csv become the groups of a Picasso file.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="localizations")
    parser.add_argument("--to", choices=_FORMATS, required=True, help="format to write")
    parser.add_argument(
        "--out",
        default=_DEFAULT_OUT,
        metavar="PATH",
        help=f"folder to write to, or for one FILE the file ({_DEFAULT_OUT})",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    parser.add_argument("--channel", metavar="C", help="colour channel to write, number or name")
    parser.add_argument(
        "--out-pixel-size-nm",
        type=float,
        metavar="NM",
        help="edge of a camera pixel in the sample, for --to picasso; by default --pixel-size-nm",
    )
    add_reading_options(parser)
    add_common_options(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Convert the files one after another; a failed one does not stop the rest."""
    from stormgraph_py.io.export import writer_named

    targets = _targets(arguments, writer_named(arguments.to))
    codes = []
    for file, target in targets.items():
        try:
            _convert(file, target, arguments)
            codes.append(0)
        except Exception as error:
            message, code = describe_fault(error)
            say_error(message if file in message else f"{file}: {message}")
            codes.append(code)
    return overall_code(codes)


def _targets(arguments: argparse.Namespace, writer: Writer) -> dict[str, Path]:
    """Return the file to write for each input, all different."""
    out = Path(arguments.out)
    files = arguments.files
    if len(files) == 1 and out.name.lower().endswith(writer.suffixes) and not out.is_dir():
        return {files[0]: out}
    if out.suffix.lower() in _FILE_ENDINGS and not out.is_dir():
        fits = " or ".join(writer.suffixes)
        raise ParameterError(
            f"--out {out} is the name of a file, and --to {arguments.to} writes one FILE to a name "
            f"with the ending {fits}; change the ending, or name a folder."
        )
    targets: dict[str, Path] = {}
    taken: dict[str, str] = {}
    for file in files:
        target = out / f"{_stem(Path(file))}{writer.suffixes[0]}"
        # names that differ in case alone are one file on some systems
        other = taken.setdefault(str(target).casefold(), file)
        if other != file or file in targets:
            raise ParameterError(
                f"{other} and {file} would both be written to {target}; "
                "convert them with different --out."
            )
        targets[file] = target
    return targets


def _stem(file: Path) -> str:
    """Name a file by the result it belongs to, else by itself without its ending."""
    from stormgraph_py.report.request import result_name

    of_result = file.name == "localizations.csv" and (file.parent / "run.json").is_file()
    return file.resolve().parent.name if of_result else result_name(file)


def _convert(file: str, target: Path, arguments: argparse.Namespace) -> None:
    import numpy as np

    from stormgraph_py.io.export import write_localizations
    from stormgraph_py.io.registry import read_localizations

    for path in (target, target.with_suffix(".yaml"))[: 1 + (arguments.to == "picasso")]:
        _check_free(path, Path(file), overwrite=arguments.overwrite)
    locs = read_localizations(file, **reading_options(arguments))
    warnings = locs.provenance.warnings
    if arguments.channel is not None:
        locs = locs.select(np.flatnonzero(locs.channel == locs.channel_number(arguments.channel)))
    pixel_size_nm = arguments.out_pixel_size_nm or arguments.pixel_size_nm
    if pixel_size_nm is None and arguments.to == "picasso":
        raise ParameterError(
            "Picasso's coordinates are in camera pixels; say how large one is with "
            "--out-pixel-size-nm, for example --out-pixel-size-nm 100."
        )
    _make_folder(target.parent)
    written = write_localizations(locs, target, format=arguments.to, pixel_size_nm=pixel_size_nm)
    if not arguments.quiet:
        for warning in (*warnings, *written.warnings):
            say_warning(f"{file}: {warning}")
        names = " and ".join(str(path) for path in written.paths)
        say(f"{file}: {written.n_localizations:,} localizations to {names}")
        for note in written.notes:
            say(f"  {note}")


def _check_free(path: Path, source: Path, *, overwrite: bool) -> None:
    if not path.exists():
        return
    if source.exists() and path.samefile(source):
        raise OutputError(f"{path} is the file to convert; choose another --out.")
    if not overwrite:
        raise OutputError(f"{path} exists; replace it with --overwrite or choose another --out.")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made ({error.strerror}); choose another --out."
        ) from None
