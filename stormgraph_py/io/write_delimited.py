"""Write the table as csv under the package's own names of columns."""

from __future__ import annotations

from pathlib import Path

from stormgraph_py.errors import InputError
from stormgraph_py.io.writer import Writer, Written, is_numeric
from stormgraph_py.io.writers import write_table
from stormgraph_py.localizations import Localizations

NAME = "csv"

_LINE_ENDS = r"[\r\n]"


def _write(locs: Localizations, path: Path, pixel_size_nm: float | None) -> Written:
    table = locs.table
    for name in table.columns:
        values = table[name]
        broken = not is_numeric(values) and values.astype(str).str.contains(_LINE_ENDS).any()
        if broken or "\n" in name or "\r" in name:
            raise InputError(
                f"{path}: column {name!r} holds line ends, which would break the rows of a csv; "
                "write Parquet, or remove the column."
            )
    write_table(path, table)
    return Written(paths=(path,), format=NAME, n_localizations=len(table))


WRITER = Writer(
    name=NAME,
    description="csv with the columns x_nm, y_nm, ...",
    suffixes=(".csv", ".csv.gz"),
    write=_write,
)
