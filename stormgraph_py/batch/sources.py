"""Input files of a batch: from a table of jobs, a folder, a glob pattern or by name."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stormgraph_py.batch.job import Skipped
from stormgraph_py.errors import FileFormatError, InputError, StormGraphError
from stormgraph_py.io import delimited, gdsc, minflux
from stormgraph_py.io.aliases import understand
from stormgraph_py.io.dialect import sniff
from stormgraph_py.io.reader import ReadOptions
from stormgraph_py.io.registry import recognize
from stormgraph_py.io.roi_files import ROI_READERS
from stormgraph_py.io.source import Peek, as_utf8, peek

_OWN_COLUMNS = ("file", "roi_file", "roi", "channel")
"""Columns of a table of jobs that are no tags."""

_NO_DATA = {
    ".json", ".toml", ".yaml", ".yml", ".log", ".md", ".html", ".xml", ".py", ".ini", ".cfg",
    ".png", ".jpg", ".jpeg", ".svg", ".tif", ".tiff", ".pdf", ".xlsx", ".xls", ".docx", ".pptx",
}  # fmt: skip
"""Endings of files that lie beside localizations and are none."""

_BUT = (minflux.READER, gdsc.READER)
"""Formats that use some of these endings nevertheless: .json and .xls."""

_RESULTS = ("run.json", "batch.json")
"""A folder that holds one of these is a result."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """An input file, with what is known of it.

    Parameters
    ----------
    path : Path
        The file.
    file : str
        How the batch names it, with slashes.
    given : str
        The path that a pattern of tags is held against: as the user wrote it, or as `file`.
    roi_path : Path or None
        File of its regions.
    roi : str
        Name of one region; empty for every region of the file.
    channel : str or None
        Colour channel.
    tags : mapping of str to str
        Condition, replicate, cell and the like.
    where : str
        Row of the table that names it; empty without a table.
    """

    path: Path
    file: str
    given: str = ""
    roi_path: Path | None = None
    roi: str = ""
    channel: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    where: str = ""


def find_sources(
    inputs: Sequence[str], options: ReadOptions | None = None, *, leave_out: Path | None = None
) -> tuple[list[Source], list[Skipped]]:
    """Find the input files that a user means.

    Parameters
    ----------
    inputs : sequence of str
        One table of jobs, or any number of files, folders and glob patterns.
    options : ReadOptions, optional
        What the user says of the files.
    leave_out : Path, optional
        Folder of results, which may lie in a folder of data.

    Returns
    -------
    sources : list of Source
        Rows of the table in their order, or files sorted by name.
    skipped : list of Skipped
        Files that are no localizations, with the reason.

    Raises
    ------
    InputError
        When there are no files, or a table of jobs cannot be used.
    """
    if len(inputs) == 1 and is_job_table(Path(inputs[0])):
        return read_job_table(Path(inputs[0])), []
    found: dict[Path, str] = {}
    # what all files have in common is no part of their names, but may well hold a tag
    given = {path.resolve(): path.as_posix() for path in map(Path, inputs) if path.is_file()}
    chosen = list(given)
    for path in chosen:
        common = Path(os.path.commonpath([p.parent for p in chosen]))
        found[path] = path.relative_to(common).as_posix()
    for text in inputs:
        path = Path(text)
        if path.is_dir():
            found |= {p: name for p, name in _below(path, leave_out) if p not in found}
        elif path.exists():
            continue
        else:
            matches = sorted(p for p in glob.glob(text, recursive=True) if Path(p).is_file())  # noqa: PTH207 - Path.glob takes no absolute patterns
            if not matches:
                raise InputError(f"{text}: there is no such file; check its name and folder.")
            root = _fixed_part(text)
            for match in matches:
                relative = Path(match).relative_to(root).as_posix()
                found.setdefault(Path(match).resolve(), relative)
                given.setdefault(Path(match).resolve(), Path(match).as_posix())
    sources, skipped = [], []
    for path, name in sorted(found.items(), key=lambda item: (item[1], str(item[0]))):
        # what was named by itself is read in any case, and fails with the reader's reason
        reason = None if path in chosen else why_no_localizations(path, options or ReadOptions())
        if reason is None:
            sources.append(Source(path=path, file=name, given=given.get(path, name)))
        else:
            skipped.append(Skipped(file=name, reason=reason))
    if not sources:
        why = f"; {skipped[0].file} {skipped[0].reason}" if skipped else ""
        raise InputError(f"{', '.join(inputs)}: holds no file of localizations{why}.")
    return sources, skipped


def why_no_localizations(path: Path, options: ReadOptions) -> str | None:
    """Say why a file is no localizations, from its name and beginning; None when it seems to be."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return "is a link to a folder; name that folder by itself"
    if suffix in _NO_DATA and not any(suffix in reader.suffixes for reader in _BUT):
        return f"is a {suffix} file"
    try:
        begin = peek(path)
        if any(reader.recognizes(begin) for reader in _BUT):
            return None
        if suffix in _NO_DATA:
            return f"is a {suffix} file"
        if any(reader.recognizes(begin) for reader in ROI_READERS):
            return "holds regions of interest"
        if recognize(begin) is delimited.READER:
            return _why_no_table(begin, options)
    except StormGraphError as error:
        return str(error).removeprefix(f"{path}: ").removesuffix(".")
    return None


def is_job_table(path: Path) -> bool:
    """Whether a file is a table of jobs: text whose first line names a column ``file``."""
    try:
        begin = peek(path)
    except InputError:
        return False
    return begin.is_text and bool(begin.lines) and "file" in _header(begin.lines[0])[1]


def read_job_table(path: Path) -> list[Source]:
    """Read a table of jobs: one row an input file, or one of its regions.

    Columns are separated by commas, semicolons or tabs. ``file`` and ``roi_file`` are relative to
    the table; columns other than ``file``, ``roi_file``, ``roi`` and ``channel`` are tags.

    Raises
    ------
    FileFormatError
        When a column is missing or there twice, or a row has too many or too few fields.
    InputError
        When it cannot be read, or files that it names are not there.
    """
    data, _ = as_utf8(_read(path), path)
    lines = data.decode().splitlines()
    separator, header = _header(lines[0] if lines else "")
    if "file" not in header:
        raise FileFormatError(f"{path}: has no column 'file'; it has {', '.join(header)}.")
    reader = csv.reader(lines[1:], delimiter=separator)
    rows = [(reader.line_num + 1, row) for row in reader if any(value.strip() for value in row)]
    # spreadsheets write empty columns to the right of a table
    while not header[-1] and not any("".join(row[len(header) - 1 :]).strip() for _, row in rows):
        header.pop()
    for name in header:
        if not name or header.count(name) > 1:
            what = f"two columns {name!r}" if name else "a column without a name"
            raise FileFormatError(f"{path}: has {what}; give each column its own name.")
    sources, faults = [], []
    for number, row in rows:
        where = f"{path}, line {number}"
        while len(row) > len(header) and not row[-1].strip():
            row.pop()
        if len(row) != len(header):
            raise FileFormatError(
                f"{where}: has {len(row)} fields and the header {len(header)}; put text that holds "
                f"{separator!r} between quotation marks."
            )
        source = _source(
            path.parent, dict(zip(header, (v.strip() for v in row), strict=True)), where
        )
        faults += _missing(source)
        sources.append(source)
    if faults:
        more = f" (and {len(faults) - 3} more such rows)" if len(faults) > 3 else ""
        raise InputError("; ".join(faults[:3]) + f"{more}. Paths are relative to the table.")
    if not sources:
        raise FileFormatError(f"{path}: holds no jobs; write one line for each file.")
    return sources


def _source(folder: Path, row: dict[str, str], where: str) -> Source:
    roi_file = row.get("roi_file", "")
    path = folder / row["file"]
    return Source(
        path=path.resolve(),
        file=Path(row["file"]).as_posix() if row["file"] else "",
        roi_path=(folder / roi_file).resolve() if roi_file else None,
        roi=row.get("roi", ""),
        channel=row.get("channel") or None,
        tags={name: value for name, value in row.items() if name not in _OWN_COLUMNS},
        where=where,
    )


def _missing(source: Source) -> list[str]:
    if not source.file:
        return [f"{source.where}: names no file"]
    paths = [source.path, *([source.roi_path] if source.roi_path else [])]
    return [f"{source.where}: there is no file {path}" for path in paths if not path.is_file()]


def _header(line: str) -> tuple[str, list[str]]:
    separator = max(",;\t", key=line.count)
    names = next(csv.reader([line], delimiter=separator), [])
    known = {name: name for name in _OWN_COLUMNS}
    stripped = [name.strip().lstrip("\ufeff") for name in names]
    return separator, [known.get(name.lower(), name) for name in stripped]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path.") from None


def _below(folder: Path, leave_out: Path | None) -> Iterator[tuple[Path, str]]:
    """Yield every file below a folder that is not hidden and belongs to no result.

    Links to folders are not followed, since they may lead round in circles; they are yielded too.
    """
    root = folder.resolve()
    for where, folders, files in os.walk(root, onerror=_cannot_list):
        current = Path(where)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and (leave_out is None or current / name != leave_out.resolve())
            and not any((current / name / mark).exists() for mark in _RESULTS)
        )
        links = [name for name in folders if (current / name).is_symlink()]
        for name in sorted([*files, *links]):
            if not name.startswith("."):
                yield current / name, (current / name).relative_to(root).as_posix()


def _cannot_list(error: OSError) -> None:
    raise InputError(
        f"{error.filename}: this folder cannot be read ({error.strerror}); make it readable, or "
        "name the folders to analyse one by one."
    )


def _fixed_part(pattern: str) -> Path:
    """Return the folder of a glob pattern down to its first wildcard."""
    parts = Path(pattern).parts
    fixed = []
    for part in parts[:-1]:
        if glob.has_magic(part):
            break
        fixed.append(part)
    return Path(*fixed)


def _why_no_table(begin: Peek, options: ReadOptions) -> str | None:
    """Say why a text file is no table of localizations: it has no columns for x and y."""
    if {"x_nm", "y_nm"} <= set(options.columns):
        return None
    text, _ = as_utf8(begin.head, begin.path)
    dialect = sniff(text, begin.path, options.separator)
    if not dialect.has_header:
        return None if len(dialect.names) in (2, 3) else "does not name its columns"
    if {"x_nm", "y_nm"} <= set(understand(list(dialect.names), options.columns).columns):
        return None
    return f"has no columns for x and y (it has {', '.join(dialect.names[:6])})"
