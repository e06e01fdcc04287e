"""Tables of a whole batch, put together from the folders of its jobs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stormgraph_py.batch.job import JOB_COLUMNS, Job, Outcome
from stormgraph_py.clusters.dictionary.clusters import CLUSTERS
from stormgraph_py.clusters.dictionary.roi import SUMMARY
from stormgraph_py.io.writers import write_bytes, write_text, write_to
from stormgraph_py.report.tables import free_names

if TYPE_CHECKING:
    import pandas as pd

SUMMARY_FILE = "summary.csv"
CLUSTERS_FILE = "clusters.csv"
FAILURES_FILE = "failures.csv"
WORKBOOK_FILE = "summary.xlsx"

FAILURE_COLUMNS = (*JOB_COLUMNS, "stage", "reason", "remedy", "exit_kind")

Row = dict[str, str]


def tag_columns(tags: Iterable[str]) -> dict[str, str]:
    """Return the column of each tag: its name, or ``tag_<name>`` where another column has that.

    Examples
    --------
    >>> tag_columns(["condition", "n_clusters"])
    {'condition': 'condition', 'n_clusters': 'tag_n_clusters'}
    """
    taken = {*FAILURE_COLUMNS, "name", *(c.name for c in (*SUMMARY, *CLUSTERS))}
    return free_names(tags, taken)


def head_of(job: Job, tags: Mapping[str, str]) -> Row:
    """Return the columns with which every row of a job begins; `tags` is from `tag_columns`."""
    known = job.tags
    return job.columns | {column: known.get(tag, "") for tag, column in tags.items()}


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read the header and the rows of a csv file as text, digit for digit.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def summary_of(folder: Path) -> Row:
    """Return the measured columns of the summary.csv of a job.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    header, rows = read_rows(folder / "summary.csv")
    values = dict(zip(header, rows[0], strict=True))
    return {column.name: values[column.name] for column in SUMMARY if column.name in values}


def write_summary(path: Path, heads: Sequence[Row], summaries: Sequence[Row]) -> None:
    """Write summary.csv, one row a job that is done.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    present = {name for row in summaries for name in row}
    columns = [c.name for c in SUMMARY if c.name in present]
    rows = [head | summary for head, summary in zip(heads, summaries, strict=True)]
    write_text(path, _csv([*_head_columns(heads), *columns], rows))


def write_clusters(path: Path, heads: Sequence[Row], folders: Sequence[Path]) -> None:
    """Write clusters.csv, the clusters of all jobs below one another.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    present: set[str] = set()
    for folder in folders:
        present.update(_header(folder / "clusters.csv"))
    columns = [c.name for c in CLUSTERS if c.name in present]

    def write(file: BinaryIO) -> None:
        # job by job, so that all clusters of a large batch are never in memory together
        file.write(_csv([*_head_columns(heads), *columns], []).encode())
        for head, folder in zip(heads, folders, strict=True):
            header, rows = read_rows(folder / "clusters.csv")
            file.write(_csv_rows(_clusters(head, columns, header, rows)).encode())

    write_to(path, write)


def write_failures(path: Path, failures: Sequence[tuple[Row, Outcome]]) -> None:
    """Write failures.csv, one row a failed job; only a header when there is none.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    write_text(path, _csv(FAILURE_COLUMNS, [failure_row(head, o) for head, o in failures]))


def failure_row(head: Row, outcome: Outcome) -> Row:
    """Return the row of failures.csv of a job."""
    fault = outcome.fault
    assert fault is not None
    return {name: head[name] for name in JOB_COLUMNS} | {
        "stage": fault.stage,
        "reason": fault.reason,
        "remedy": fault.remedy,
        "exit_kind": fault.kind,
    }


def write_workbook(path: Path, folder: Path) -> None:
    """Write summary.xlsx: the summary and the failures, with what their columns mean.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    from stormgraph_py.report.workbook import workbook_bytes

    tables = {f"batch/{name}": typed_table(folder / name) for name in (SUMMARY_FILE, FAILURES_FILE)}
    write_bytes(path, workbook_bytes(tables))


def write_parquet_tables(folder: Path) -> None:
    """Write summary and clusters as Parquet too.

    Raises
    ------
    OutputError
        When a file cannot be written, or pyarrow is not installed.
    """
    from stormgraph_py.report.outputs import write_parquet

    for name in (SUMMARY_FILE, CLUSTERS_FILE):
        write_parquet((folder / name).with_suffix(".parquet"), typed_table(folder / name))


def typed_table(path: Path) -> pd.DataFrame:
    """Read a table of a batch with numbers as numbers, and what names a job as text."""
    import pandas as pd

    measured = {column.name for column in (*SUMMARY, *CLUSTERS)}
    header = _header(path)
    table = pd.read_csv(
        path,
        dtype={name: "str" for name in header if name not in measured},
        # a tag that reads NA is a word, an empty number is none
        keep_default_na=False,
        na_values={name: [""] for name in header if name in measured},
    )
    return table.convert_dtypes()


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _head_columns(heads: Sequence[Row]) -> list[str]:
    return list(heads[0]) if heads else list(JOB_COLUMNS)


def _clusters(
    head: Row, columns: Sequence[str], header: Sequence[str], rows: Iterable[Sequence[str]]
) -> Iterator[list[str]]:
    place = {name: i for i, name in enumerate(header)}
    own = list(head.values())
    for row in rows:
        yield [*own, *(row[place[name]] if name in place else "" for name in columns)]


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    return _csv_rows([list(columns), *([row.get(c, "") for c in columns] for row in rows)])


def _csv_rows(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
