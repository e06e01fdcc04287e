"""What the app and a worker process say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Reason: TypeAlias = Literal["input", "cancelled", "memory", "died", "program"]
"""Why work failed: "input" is anything that the user can mend."""


@dataclass(frozen=True)
class Kept:
    """Stands for a value that the worker keeps under a token."""

    token: str


@dataclass(frozen=True)
class Put:
    """To the worker: keep a value under a token."""

    token: str
    value: Any


@dataclass(frozen=True)
class Drop:
    """To the worker: forget the value under a token."""

    token: str


@dataclass(frozen=True)
class Call:
    """To the worker: call a function of `stormgraph_gui.jobs.work`.

    Parameters
    ----------
    run : int
        Grows from call to call; answers carry it.
    function : str
        Name of the function.
    arguments : mapping
        Keyword arguments; a `Kept` stands for a value that the worker keeps.
    keep_as : str or None
        Token under which the worker keeps what the function returns.
    """

    run: int
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    keep_as: str | None = None


@dataclass(frozen=True)
class Progressed:
    """From the worker: how far a stage of a call is; a fraction of None cannot be told."""

    run: int
    stage: str
    fraction: float | None


@dataclass(frozen=True)
class Succeeded:
    """From the worker: what a call returned."""

    run: int
    value: Any


@dataclass(frozen=True)
class Failed:
    """From the worker: why a call returned nothing.

    Parameters
    ----------
    run : int
        The call.
    reason : str
        Kind of fault.
    text : str
        What to tell the user.
    details : str
        Traceback of a fault of the program.
    """

    run: int
    reason: Reason
    text: str
    details: str = ""


Request: TypeAlias = Put | Drop | Call
Answer: TypeAlias = Progressed | Succeeded | Failed
