"""Objects through a pipe, with arrays beside the rest: a million localizations without copies.

Only processes that the app has started itself are at the other end.
"""

from __future__ import annotations

import pickle
from multiprocessing.connection import Connection
from typing import Any

LARGEST_PIECE = 1 << 26
"""Bytes that are sent at once."""


def send(connection: Connection, value: Any) -> None:
    """Send an object; what its arrays hold follows by itself.

    Raises
    ------
    OSError
        When nobody is at the other end.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    connection.send_bytes(pickle.dumps((len(body), [view.nbytes for view in views])))
    for view in (memoryview(body), *views):
        for begin in range(0, view.nbytes, LARGEST_PIECE):
            connection.send_bytes(view[begin : begin + LARGEST_PIECE])


def receive(connection: Connection) -> Any:
    """Receive what `send` sent.

    Raises
    ------
    EOFError, OSError
        When the other end was closed.
    """
    n_body, sizes = pickle.loads(connection.recv_bytes())
    body, *buffers = (_filled(connection, size) for size in (n_body, *sizes))
    return pickle.loads(body, buffers=buffers)


def _filled(connection: Connection, n_bytes: int) -> bytearray:
    buffer = bytearray(n_bytes)
    view = memoryview(buffer)
    begin = 0
    while begin < n_bytes:
        begin += connection.recv_bytes_into(view[begin:])
    return buffer
