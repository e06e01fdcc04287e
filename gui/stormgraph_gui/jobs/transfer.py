"""Objects through a pipe, with arrays beside the rest: a million localizations without stops.

Only processes that the app has started itself are at the other end.
"""

from __future__ import annotations

import pickle
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

PIECE = 1 << 20
"""Bytes that are sent at once: small, because nothing else runs in a process while they are moved
from one place of its memory to another."""


def send(connection: Connection, value: Any) -> None:
    """Send an object; what its arrays hold follows by itself.

    Raises
    ------
    OSError
        When nobody is at the other end.
    Exception
        Whatever the object raises when it cannot be pickled; nothing was sent then.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [memoryview(body), *(buffer.raw() for buffer in buffers)]
    connection.send_bytes(pickle.dumps([view.nbytes for view in views]))
    for view in views:
        for begin in range(0, view.nbytes, PIECE):
            connection.send_bytes(view[begin : begin + PIECE])


def receive(connection: Connection) -> Any:
    """Receive what `send` sent.

    Raises
    ------
    EOFError, OSError
        When the other end was closed.
    Exception
        Whatever making the object raises, want of memory among them.
    """
    sizes = pickle.loads(connection.recv_bytes())
    body, *buffers = [_filled(connection, size) for size in sizes]
    return pickle.loads(body, buffers=buffers)


def _filled(connection: Connection, n_bytes: int) -> memoryview:
    # of numpy, which does not write zeros first as a bytearray does
    view = np.empty(n_bytes, dtype=np.uint8).data
    begin = 0
    while begin < n_bytes:
        begin += connection.recv_bytes_into(view[begin:])
    return view
