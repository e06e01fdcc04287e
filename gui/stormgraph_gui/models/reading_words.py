"""Messages of the readers, which name arguments of Python functions, for people."""

from __future__ import annotations

import re

_SAID = (
    (r"say unit='px' with pixel_size_nm=\.\.\., or unit='um'", "choose pixels or µm as the unit"),
    (r"say unit='nm'", "choose nm"),
    (r"say unit='(\w+)'", r"choose \1 as the unit"),
    (r"give it in nm with pixel_size_nm=, for example pixel_size_nm=\d+", "enter it, in nm"),
    (r"give the size in nm with pixel_size_nm=, for example pixel_size_nm=\d+", "enter its size"),
    (r"say which it is with unit=, one of [\w, ]+", "choose the unit"),
    (r"name it with columns=\{.*?\}+", "choose it below"),
    (r"say which is which with columns=\{.*?\}", "say which is which"),
    (r"say columns=\{.*?\}", "choose it as the precision"),
    (r"name the column of the precision with columns=\{.*?\}", "choose another one"),
    (r"choose another column with columns=\{.*?\}", "choose another column"),
    (r"name (the missing|their) column with columns=(?:\{.*?\})?", r"choose \1 column"),
    (r"give the character between columns with separator=", "save it as a comma-separated table"),
    (r"; leave unit= out, or correct the header", "; leave the unit to the file"),
)  # fmt: skip
_RULES = tuple((re.compile(pattern), words) for pattern, words in _SAID)


def plainly(text: str, path: str = "") -> str:
    """Say a message in the words of the app.

    Parameters
    ----------
    text : str
        Message of a reader.
    path : str
        The file, which stands in front of messages and in the titles of the app's own.

    Examples
    --------
    >>> plainly("/a/b.csv: x is in px; say unit='nm'.", "/a/b.csv")
    'X is in px; choose nm.'
    """
    text = text.removeprefix(f"{path}: ") if path else text
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text[:1].upper() + text[1:]
