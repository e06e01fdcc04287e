"""The stages of long work in plain words."""

from __future__ import annotations

_WORDS = {
    "reading": "Reading the file",
    "filtering": "Filtering",
    "cropping": "Cutting out the region",
    "length scale": "Finding the neighbourhood radius r0",
    "node degrees": "Telling clustered localizations from random ones",
    "final length scale": "Finding r0 again without the random ones",
    "final graph": "Linking neighbours",
    "communities": "Searching for clusters",
    "overcounting": "Looking for molecules counted several times",
    "measuring": "Measuring the clusters",
    "comparing": "Comparing",
    "writing": "Writing files",
}


def stage_in_words(stage: str) -> str:
    """Return what is being done at a stage; one that is not known is returned as it is.

    Examples
    --------
    >>> stage_in_words("final graph")
    'Linking neighbours'
    """
    return _WORDS.get(stage, stage)
