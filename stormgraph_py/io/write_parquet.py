"""Write the table as Parquet under the package's own names of columns."""

from __future__ import annotations

from pathlib import Path

from stormgraph_py.errors import OutputError
from stormgraph_py.io.writer import Writer, Written
from stormgraph_py.io.writers import write_to
from stormgraph_py.localizations import Localizations

NAME = "parquet"


def _write(locs: Localizations, path: Path, pixel_size_nm: float | None) -> Written:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise OutputError(
            f"{path}: Parquet needs pyarrow; install it with pip install 'stormgraph_py[parquet]', "
            "or write csv."
        ) from None
    table = locs.table
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    write_to(path, lambda file: pq.write_table(arrow, file))
    return Written(paths=(path,), format=NAME, n_localizations=len(table))


WRITER = Writer(
    name=NAME,
    description="Parquet with the columns x_nm, y_nm, ...",
    suffixes=(".parquet",),
    write=_write,
)
