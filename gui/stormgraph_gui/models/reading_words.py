"""Messages of the readers, which name arguments of Python functions, for people."""

from __future__ import annotations

import re

_MEANINGS = {
    "x_nm": "x",
    "y_nm": "y",
    "z_nm": "z",
    "sigma_x_nm": "the precision in x",
    "sigma_y_nm": "the precision in y",
    "sigma_z_nm": "the precision in z",
}
_COLUMNS = re.compile(r"say columns=\{(.*?)\}")
_COLUMN = re.compile(r"""["'](\w+)["']: ("[^"]*"|'[^']*')""")
_SAID = (
    (r"say unit='px' with pixel_size_nm=\.\.\., or unit='um'", "choose pixels or µm as the unit"),
    (r"say unit='nm'", "choose nm"),
    (r"say unit='(\w+)'", r"choose \1 as the unit"),
    (r"give it in nm with pixel_size_nm=, for example pixel_size_nm=\d+", "enter it, in nm"),
    (r"give the size in nm with pixel_size_nm=, for example pixel_size_nm=\d+", "enter its size"),
    (r"say which it is with unit=, one of [\w, ]+", "choose the unit"),
    (r"name it with columns=\{.*?\}+", "choose it below"),
    (r"say which is which with columns=\{.*?\}", "say which is which"),
    (r"name the column of the precision with columns=\{.*?\}", "choose another one"),
    (r"choose another column with columns=\{.*?\}", "choose another column"),
    (r"name (the missing|their) column with columns=(?:\{.*?\})?", r"choose \1 column"),
    (r"Name the missing column with columns=", "Choose the missing column"),
    (r"give the character between columns with separator=", "save it as a comma-separated table"),
    (r"unit='(\w+)' contradicts it; leave unit= out, or correct the header",
     r"\1 contradicts it; leave the unit to the file"),
)  # fmt: skip
_VERB = re.compile(r"(is|has|holds|does|cannot|needs|begins)\b")
_ASIDE = (
    (re.compile(r"; give one of these: (.+)\.$"),
     "; export the localizations in one of the formats that can be read.",
     "Formats that can be read: {}."),
    (re.compile(r"(?<=damaged) \((.+)\)(?=; )"), "", "{}"),
)  # fmt: skip
"""What few users want to read: where it stands, what is said instead, what the details say."""
_ASSUMED = "assumed: the file states no unit"
_AGAIN = "right click the data set and choose “Read in another way”"
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
    >>> plainly("/a/b.csv: is empty; export the localizations again.", "/a/b.csv")
    'The file is empty; export the localizations again.'
    """
    said = text.removeprefix(f"{path}: ") if path else text
    if said != text:
        said = f"the file {said}" if _VERB.match(said) else said
        said = said[:1].upper() + said[1:]
    for pattern, words, _ in _ASIDE:
        said = pattern.sub(words, said)
    return _by_rules(said)


def aside(text: str) -> str:
    """Return what `plainly` leaves out of a message, for its details.

    Examples
    --------
    >>> aside("/a/b.h5: this HDF5 file is damaged (eof = 96); copy it again.")
    'eof = 96'
    """
    found = ((pattern.search(text), words) for pattern, _, words in _ASIDE)
    return "\n\n".join(words.format(match[1]) for match, words in found if match)


def beside_data(text: str) -> str:
    """Say a message about a data set that is open, and where what it advises can be done.

    Examples
    --------
    >>> beside_data('It has no z; to use one, say columns={"z_nm": "z_TDR"}.')[:49]
    'It has no z; to use one, choose "z_TDR" as z. To '
    """
    said = _by_rules(text)
    if said != text:
        return f"{said} To do so, {_AGAIN}."
    if _ASSUMED in text:
        return f"{said.removesuffix('.')}. If that is wrong, {_AGAIN}."
    return said


def _by_rules(text: str) -> str:
    text = _COLUMNS.sub(_chosen, text)
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text


def _chosen(match: re.Match[str]) -> str:
    """Say which columns are to be chosen for what."""
    columns = {ours: theirs for ours, theirs in _COLUMN.findall(match[1]) if ours in _MEANINGS}
    x, y = columns.get("sigma_x_nm"), columns.get("sigma_y_nm")
    if x is not None and len(columns) == 2 and x == y:
        return f"choose {x} as the precision"
    chosen = [f"{theirs} as {_MEANINGS[ours]}" for ours, theirs in columns.items()]
    return f"choose {' and '.join(chosen) or 'its column'}"
