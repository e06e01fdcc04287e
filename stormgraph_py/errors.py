"""Errors that a user can meet; each message names the value, the bound and the remedy."""

from __future__ import annotations


class StormGraphError(Exception):
    """Base of every error that the package raises on purpose."""


class ParameterError(StormGraphError, ValueError):
    """A parameter lies outside its bounds or contradicts another one."""


class InputError(StormGraphError, ValueError):
    """Localizations cannot be used as they are: too few, not finite, of the wrong shape."""


class FileFormatError(InputError):
    """A file cannot be read as a table of localizations."""


class UntoldError(FileFormatError):
    """A file does not tell something that the caller can.

    Parameters
    ----------
    message : str
        What is missing, and how to tell it.
    option : str
        The argument of `stormgraph_py.read_localizations` that tells it.
    """

    def __init__(self, message: str, option: str = "") -> None:
        super().__init__(message)
        self.option = option


class OutputError(StormGraphError, OSError):
    """A result cannot be written."""


class Cancelled(StormGraphError):  # noqa: N818 - not a fault, and read as such: `except Cancelled`
    """The caller asked to stop; nothing was produced."""
