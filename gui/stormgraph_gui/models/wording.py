"""Remedies that name options of the command line, said in the words of the app."""

from __future__ import annotations

import re

_SAYINGS = (
    (r"replace it with --overwrite,? or choose another --out", "replace it or choose another"),
    (r"go on with it with --resume", "go on with it"),
    (r"replace it with\s+--overwrite", "replace it"),
    (r"choose another --out", "choose another folder"),
    (r"Free some space and use --resume", "Free some space and start it again"),
    (r"; then run again with --resume", "; then retry"),
    (r"\bwith --resume\b", "when it is started again"),
    (r"fewer --workers", "fewer workers"),
    (r"choose one with --channel", "choose one in the list of data sets"),
    (r"leave --channel out", "choose all channels"),
    (r"choose two with --channels", "choose two of them"),
    (r"\(--overcounting leaves out such clusters\)", "(the overcounting filter removes them)"),
    (r"2-D with --dimensions 2", "2-D by choosing 2 dimensions"),
    (r"\(--measure\)", "(Measures)"),
    (r"\(--control\)", "(Against)"),
    (r"leave it out with --measure", "leave it out under Measures"),
    (r"Look at --tags or --pattern", "Look at the tags"),
    (r" with --tags or --pattern", " in its tags"),
    (r"--roi-pixel-size-nm", "the pixel size of the regions"),
)
_COMPILED = tuple((re.compile(pattern), said) for pattern, said in _SAYINGS)
_OPTION = re.compile(r"--([a-z][a-z-]+)")


def in_the_app(text: str) -> str:
    """Say a message of the package in the words of the app.

    Examples
    --------
    >>> in_the_app("cell exists; replace it with --overwrite or choose another --out.")
    'cell exists; replace it or choose another.'
    >>> in_the_app("leave it out with --measure.")
    "leave it out with 'measure'."
    """
    for pattern, said in _COMPILED:
        text = pattern.sub(said, text)
    return _OPTION.sub(lambda match: f"'{match[1].replace('-', ' ')}'", text)
