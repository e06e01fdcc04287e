"""Remedies that name arguments of Python functions, said as options of the command line."""

from __future__ import annotations

import re
import shlex

_COLUMNS = re.compile(r"\bcolumns=(\{.*?\})?")
_PAIR = re.compile(r"""['"](\w+)['"]: (?:'([^']*)'|"([^"]*)"|\.\.\.)""")
_ARGUMENT = re.compile(
    r"""\b(pixel_size_nm|unit|format|separator)=(?:'([^']*)'|([\w.]*\w|\.\.\.)?)"""
)


def as_options(text: str) -> str:
    """Say a message of the readers in the words of the command line.

    Examples
    --------
    >>> as_options("say unit='px' with pixel_size_nm=130, or columns={'x_nm': 'my x'}.")
    "say --unit px with --pixel-size-nm 130, or --column 'x_nm=my x'."
    >>> as_options("name it with columns={'z_nm': ...}; leave unit= out.")
    'name it with --column z_nm=NAME; leave --unit out.'
    """
    return _ARGUMENT.sub(_argument, _COLUMNS.sub(_columns, text))


def _columns(match: re.Match[str]) -> str:
    pairs = _PAIR.findall(match[1] or "")
    if not pairs:
        return "--column x_nm=NAME"
    names = [f"{target}={single or double or 'NAME'}" for target, single, double in pairs]
    return " ".join(f"--column {shlex.quote(name)}" for name in names)


def _argument(match: re.Match[str]) -> str:
    option = "--" + match[1].replace("_", "-")
    value = match[2] if match[2] is not None else match[3]
    return f"{option} {shlex.quote(value) if match[2] is not None else value}" if value else option
