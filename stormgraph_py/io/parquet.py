"""Parquet tables, through PyArrow, which is an optional dependency."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stormgraph_py.errors import FileFormatError, InputError
from stormgraph_py.io.aliases import parse_name, understand
from stormgraph_py.io.assemble import RawTable, assemble
from stormgraph_py.io.reader import Reader, ReadOptions
from stormgraph_py.io.source import Peek, read_buffer
from stormgraph_py.io.unpacking import refuse_bomb
from stormgraph_py.localizations import Localizations

if TYPE_CHECKING:
    import mmap

    import pandas as pd

NAME = "parquet"

_MAGIC = b"PAR1"
_BYTES_PER_VALUE = 8
_INDEX = "__index_level_"


def _recognizes(peek: Peek) -> bool:
    return peek.head.startswith(_MAGIC)


def _read(path: Path, options: ReadOptions) -> Localizations:
    data, sha256 = read_buffer(path)
    frame = _table(data, path)
    names = list(map(str, frame.columns))
    understood = understand(names, options.columns)
    raw = RawTable(
        path=str(path),
        format=NAME,
        sha256=sha256,
        frame=frame,
        columns=understood.columns,
        units={name: parse_name(name)[1] for name in names},
        where=lambda row: f"row {row + 1}",
        notes=understood.notes,
        warnings=understood.warnings,
    )
    return assemble(raw, options)


def _table(data: bytes | mmap.mmap, path: Path) -> pd.DataFrame:
    pyarrow, parquet = _pyarrow(path)
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        # a column of one value takes no room in the file, whatever its length
        n_values = file.metadata.num_rows * file.metadata.num_columns
        refuse_bomb(path, n_values * _BYTES_PER_VALUE, len(data))
        # what pandas kept of its index is no column
        names = [n for n in file.schema_arrow.names if not n.startswith(_INDEX)]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise FileFormatError(f"{path}: has two columns {twice!r}; rename one of them.")
        table = file.read(columns=names)
        if table.num_rows == 0:
            raise FileFormatError(f"{path}: has no rows; export the localizations again.")
        if table.num_rows != file.metadata.num_rows:
            raise ValueError(f"{table.num_rows} of {file.metadata.num_rows} rows are there")
        table.validate(full=True)
        frame: pd.DataFrame = table.to_pandas(
            ignore_metadata=True, split_blocks=True, self_destruct=True
        )
    except FileFormatError:
        raise
    except (
        pyarrow.ArrowException,
        OSError,
        RuntimeError,
        ValueError,
        LookupError,
        TypeError,
        OverflowError,
        MemoryError,
    ) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileFormatError(
            f"{path}: this Parquet file is truncated or damaged ({reason[:200]}); export it again."
        ) from None
    return frame


def _pyarrow(path: Path) -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError(
            f"{path}: reading Parquet needs PyArrow; install it with "
            "pip install 'stormgraph_py[parquet]', or export the localizations as csv."
        ) from None
    return pyarrow, pyarrow.parquet


READER = Reader(
    name=NAME,
    description="Parquet table",
    suffixes=(".parquet",),
    recognizes=_recognizes,
    read=_read,
)
