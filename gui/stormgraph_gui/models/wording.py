"""Remedies that name options of the command line, said in the words of the app."""

from __future__ import annotations

import re

SAYINGS = (
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
    (r"\(--overcounting leaves out such clusters\)", "(“Remove single molecules” removes them)"),
    (r"turn the overcounting filter on to remove them", "“Remove single molecules” removes them"),
    (r"turn the overcounting filter off", "do without “Remove single molecules”"),
    (r"2-D with --dimensions 2", "2-D by choosing 2 dimensions"),
    (r"\(--measure\)", "(Measures)"),
    (r"\(--control\)", "(Against)"),
    (r"leave it out with --measure", "leave it out under Measures"),
    (r"tag some with --tags or --pattern", "tag some in the list"),
    (r"Name their condition with --tags or --pattern", "Name their condition in the list"),
    (r"leave them out with --skip-untagged", "leave them out"),
    (r"Look at --tags or --pattern", "Look at the tags"),
    (r" with --tags or --pattern", " in its tags"),
    (r" with pixel_size_nm=, for example pixel_size_nm=100\b", ""),
    (r" In stormgraph run that is --roi-pixel-size-nm\.", ""),
    (r"let the batch finish with stormgraph batch --resume", "let the queue finish"),
    (r"with --parameters", "under Results"),
    (r"analyse all with --dimensions 2", "analyse all with 2 dimensions"),
    (r"say which column is the channel with --column channel=NAME",
     "name the column of the channel 'channel' in the file"),
    (r"does not fit --pattern", "does not fit the tags from paths:"),
    (r"^--pattern ", "Tags from paths: "),
    (r"give --roi or --roi-dir", "choose a file or a folder of regions"),
    (r"^--roi(-dir)? ", ""),
    (r"leave --dask out", "do without it"),
    (r"^--dask ", ""),
    (r"leave --parquet out", "do without Parquet"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), said) for pattern, said in SAYINGS)
_OPTION = re.compile(r"--([a-z][a-z-]+)")


def in_the_app(text: str) -> str:
    """Say a message of the package in the words of the app.

    Examples
    --------
    >>> in_the_app("cell exists; replace it with --overwrite or choose another --out.")
    'cell exists; replace it or choose another.'
    >>> in_the_app("leave it out with --measure.")
    'leave it out under Measures.'
    """
    for pattern, said in _COMPILED:
        text = pattern.sub(said, text)
    return _OPTION.sub(lambda match: f"'{match[1].replace('-', ' ')}'", text)
