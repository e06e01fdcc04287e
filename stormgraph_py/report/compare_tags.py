"""Tags: which condition, replicate and cell each result belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stormgraph_py.errors import FileFormatError, InputError, ParameterError
from stormgraph_py.report.compare_inputs import TAG_NAMES, RegionResult, some_of
from stormgraph_py.report.request import result_name

_KEYS = ("file", "job", "name")
_PLACEHOLDER = re.compile(r"\{(\w*)\}|(\*)")


@dataclass(frozen=True, kw_only=True)
class TagRow:
    """One row of a table of tags: which results it is for, and what it says of them."""

    line: int
    key: str
    value: str
    roi: str
    tags: dict[str, str]

    def covers(self, result: RegionResult) -> bool:
        """Whether the row is for this result."""
        if self.roi and self.roi != result.roi:
            return False
        if self.key != "file":
            return self.value == result.name
        wanted = PurePosixPath(self.value.replace("\\", "/")).parts
        parts = PurePosixPath(result.file).parts
        return parts[-len(wanted) :] == wanted


def read_tag_table(path: str | Path) -> list[TagRow]:
    """Read a table of tags.

    Parameters
    ----------
    path : path
        Text with a header: a column ``file``, ``job`` or ``name``, then ``condition`` and, where
        there are any, ``replicate``, ``cell`` and ``roi``; separated by comma, semicolon or tab.
        A file may be named by the end of its path.

    Raises
    ------
    InputError
        When it cannot be read.
    FileFormatError
        When it is no such table.
    """
    import csv

    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    except UnicodeDecodeError:
        raise FileFormatError(
            f"{path}: is no text in UTF-8; save the table as csv UTF-8."
        ) from None
    lines = text.splitlines()
    header_line = lines[0] if lines else ""
    separator = max(",;\t", key=header_line.count)
    rows = list(csv.reader(lines, delimiter=separator))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    key = next((name for name in _KEYS if name in header), None)
    if key is None or "condition" not in header:
        raise FileFormatError(
            f"{path}: needs a column file, job or name and a column condition; it has "
            f"{', '.join(header) or 'none'}."
        )
    if len(set(header)) < len(header):
        raise FileFormatError(f"{path}: two columns have the same name; rename one.")
    found = []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise FileFormatError(
                f"{path}: line {line} has {len(row)} fields and the header {len(header)}."
            )
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        if not cells[key]:
            raise FileFormatError(f"{path}: line {line} has an empty {key}; name one.")
        found.append(
            TagRow(
                line=line,
                key=key,
                value=cells[key],
                roi=cells.get("roi", ""),
                tags={name: cells[name] for name in TAG_NAMES if cells.get(name)},
            )
        )
    return found


def pattern_expression(pattern: str) -> re.Pattern[str]:
    """Translate a pattern such as ``{condition}/{replicate}/{cell}`` into a regular expression.

    Each name stands for one or more characters of one part of a path, the earlier name as many as
    possible, and ``*`` for any.

    Raises
    ------
    ParameterError
        When the pattern has no condition, a name twice, or an unknown name.

    Examples
    --------
    >>> tags_of_path("data/drug/day 1/cell 3.csv", pattern_expression("{condition}/{replicate}/*"))
    {'condition': 'drug', 'replicate': 'day 1'}
    """
    pieces, names, end = [], [], 0
    for match in _PLACEHOLDER.finditer(pattern):
        pieces.append(re.escape(pattern[end : match.start()]))
        end = match.end()
        if match[2]:
            pieces.append("[^/]*")
            continue
        name = match[1]
        if name not in TAG_NAMES or name in names:
            raise ParameterError(
                f"The pattern {pattern!r} has {{{name}}} "
                f"{'twice' if name in names else 'in it, which is unknown'}; use "
                f"{', '.join(f'{{{n}}}' for n in TAG_NAMES)}, each once, and * for anything else."
            )
        names.append(name)
        pieces.append(f"(?P<{name}>[^/]+)")
    if "condition" not in names:
        raise ParameterError(f"The pattern {pattern!r} needs {{condition}} in it.")
    pieces.append(re.escape(pattern[end:]))
    return re.compile(f"(?:^|.*/){''.join(pieces)}")


def tags_of_path(path: str, expression: re.Pattern[str]) -> dict[str, str] | None:
    """Return the tags in the end of a path, with or without the ending of its format; None if none.

    Parameters
    ----------
    path : str
        Input file.
    expression : Pattern
        What `pattern_expression` returned.
    """
    posix = PurePosixPath(path.replace("\\", "/"))
    for candidate in (posix.with_name(result_name(posix.name)), posix):
        match = expression.fullmatch(str(candidate))
        if match is not None:
            return {name: value.strip() for name, value in match.groupdict().items()}
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class TaggedResults:
    """Results with their tags, in parallel, and what was found on the way.

    Parameters
    ----------
    results : tuple of RegionResult
        Those that have a condition.
    tags : tuple of dict
        ``condition``, ``replicate`` (empty where none is named) and ``cell`` of each.
    conditions : tuple of str
        In the order of the table of tags, else by name.
    untagged : tuple of RegionResult
        Those that have no condition.
    notes : tuple of str
        What the user should know.
    """

    results: tuple[RegionResult, ...]
    tags: tuple[dict[str, str], ...]
    conditions: tuple[str, ...]
    untagged: tuple[RegionResult, ...]
    notes: tuple[str, ...]


def tag_results(
    results: Sequence[RegionResult],
    *,
    table: str | Path | None = None,
    pattern: str | None = None,
    skip_untagged: bool = False,
) -> TaggedResults:
    """Find out where each result belongs, from all that says so; contradictions are errors.

    A result without a cell counts its file as its cell.

    Parameters
    ----------
    results : sequence of RegionResult
        What is compared.
    table : path, optional
        Table of tags, see `read_tag_table`.
    pattern : str, optional
        Pattern of the input files' paths, see `pattern_expression`.
    skip_untagged : bool
        Leave out results without a condition, which is an error otherwise.

    Raises
    ------
    InputError
        When sources contradict each other, a row is ambiguous, or a result has no condition.
    """
    rows = [] if table is None else read_tag_table(table)
    expression = None if pattern is None else pattern_expression(pattern)
    _refuse_ambiguous(rows, results, table)
    tagged, tags, untagged, notes = [], [], [], []
    used: set[int] = set()
    unmatched = []
    names = _cell_names(results)
    for result in results:
        row = next((row for row in rows if row.covers(result)), None)
        from_path = None if expression is None else tags_of_path(result.file, expression)
        if expression is not None and from_path is None:
            unmatched.append(result.file)
        if row is not None:
            used.add(row.line)
        sources = {
            "the batch": result.batch_tags,
            "its result": result.recorded_tags,
            f"{table}": {} if row is None else row.tags,
            f"the pattern {pattern}": from_path or {},
        }
        known = _agreed(result, sources)
        if "condition" not in known:
            untagged.append(result)
            continue
        tagged.append(result)
        tags.append({"replicate": "", "cell": names[result.file]} | known)
    if untagged and not skip_untagged:
        raise InputError(_no_condition(untagged, pattern, unmatched))
    if untagged:
        notes.append(
            f"{len(untagged)} of {len(results)} results have no condition and are left out: "
            f"{some_of([str(r.folder) for r in untagged])}."
        )
    elif unmatched:
        notes.append(
            f"{len(unmatched)} files do not match the pattern {pattern} and are tagged elsewhere: "
            f"{some_of(sorted(set(unmatched)))}."
        )
    idle = [row for row in rows if row.line not in used]
    if idle:
        notes.append(
            f"{len(idle)} rows of {table} match no result: "
            f"{some_of([f'line {row.line} ({row.value})' for row in idle])}."
        )
    in_table = list(dict.fromkeys(row.tags["condition"] for row in rows if "condition" in row.tags))
    there = {tag["condition"] for tag in tags}
    order = [c for c in in_table if c in there]
    return TaggedResults(
        results=tuple(tagged),
        tags=tuple(tags),
        conditions=(*order, *sorted(there - set(order))),
        untagged=tuple(untagged),
        notes=tuple(notes),
    )


def _agreed(result: RegionResult, sources: dict[str, dict[str, str]]) -> dict[str, str]:
    known: dict[str, str] = {}
    said_by: dict[str, str] = {}
    for source, tags in sources.items():
        for name, value in tags.items():
            if known.setdefault(name, value) != value:
                raise InputError(
                    f"{result.folder}: {said_by[name]} says {name} {known[name]!r} and {source} "
                    f"says {value!r}; correct one of them."
                )
            said_by.setdefault(name, source)
    return known


def _refuse_ambiguous(
    rows: Sequence[TagRow], results: Sequence[RegionResult], table: str | Path | None
) -> None:
    for result in results:
        fitting = [row for row in rows if row.covers(result)]
        if len(fitting) > 1:
            lines = " and ".join(str(row.line) for row in fitting[:2])
            raise InputError(f"{table}: lines {lines} are both for {result.file}; keep one.")
    for row in rows:
        if row.key == "file":
            files = sorted({r.file for r in results if row.covers(r)})
            if len(files) > 1:
                raise InputError(
                    f"{table}: line {row.line} ({row.value}) is for {files[0]} and {files[1]}; "
                    "write more of the path."
                )


def _cell_names(results: Sequence[RegionResult]) -> dict[str, str]:
    """Name the cell of each file: by the file's name, or by its path where that is not enough."""
    files = {result.file for result in results}
    short = [PurePosixPath(file).name for file in files]
    return {
        file: file if short.count(PurePosixPath(file).name) > 1 else PurePosixPath(file).name
        for file in files
    }


def _no_condition(
    untagged: Sequence[RegionResult], pattern: str | None, unmatched: Sequence[str]
) -> str:
    files = sorted({result.file for result in untagged})
    which = f"{len(files)} file{'s' if len(files) > 1 else ''}: {some_of(files)}"
    why = (
        f"the pattern {pattern} does not match"
        if pattern is not None and set(files) <= set(unmatched)
        else "no tags are known of"
    )
    return (
        f"{why[0].upper()}{why[1:]} {which}. Name their condition with --tags or --pattern, or "
        "leave them out with --skip-untagged."
    )
