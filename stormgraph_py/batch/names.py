"""Names of job folders: fit for every file system, and unique."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

SEPARATOR = "__"
"""Between the parts of a name: file, region, parameter set."""

_LONGEST = 120
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10)}


def safe_name(text: str) -> str:
    """Return a name that is a name on every file system.

    Letters and digits of all scripts stay; what is left over becomes ``_``. A long name is cut and
    ends with the hash of all of it.

    Examples
    --------
    >>> safe_name("day 1/cell: 3.v2"), safe_name("..")
    ('day_1_cell_3.v2', 'job')
    """
    kept = re.sub(r"[^\w.+-]+", "_", unicodedata.normalize("NFC", text)).strip("._ -")
    if kept.partition(".")[0].casefold() in _DEVICES:
        kept = f"_{kept}"
    # names are limited in bytes, and a letter can have four
    if len(kept.encode()) > _LONGEST:
        start = kept.encode()[: _LONGEST - 9].decode(errors="ignore")
        kept = f"{start}-{_digest(text)}"
    return kept or "job"


def unique_names(parts: Sequence[Sequence[str]], keys: Sequence[str]) -> list[str]:
    """Name jobs by their parts; those that would share a name get a hash of parts and key.

    A name depends neither on the order of the jobs nor, unless they clash, on the other jobs.

    Parameters
    ----------
    parts : sequence of sequence of str
        What a name is made of; empty parts are left out.
    keys : sequence of str
        What tells jobs of the same parts apart, such as the path of the input file.

    Examples
    --------
    >>> unique_names([("cell1", "roi 2"), ("cell2", "")], ["", ""])
    ['cell1__roi_2', 'cell2']
    >>> a, b = unique_names([("a b",), ("a_b",)], ["", ""])
    >>> a != b, a.startswith("a_b-")
    (True, True)
    """
    names = [safe_name(SEPARATOR.join(part for part in job if part)) for job in parts]
    # folder names that differ in case alone are one folder on some systems
    counts = Counter(name.casefold() for name in names)
    return [
        f"{name}-{_digest(chr(0).join([*job, key]))}" if counts[name.casefold()] > 1 else name
        for name, job, key in zip(names, parts, keys, strict=True)
    ]


def distinct_names(names: Sequence[str], keys: Sequence[str], taken: Iterable[str]) -> list[str]:
    """Return names with the hash of their key added where the name is taken already.

    Examples
    --------
    >>> free, other = distinct_names(["cell2", "Cell1"], ["k=15", "k=20"], taken=["cell1"])
    >>> free, other.startswith("Cell1-")
    ('cell2', True)
    """
    known = {name.casefold() for name in taken}
    return [
        f"{name}-{_digest(chr(0).join([name, key]))}" if name.casefold() in known else name
        for name, key in zip(names, keys, strict=True)
    ]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
