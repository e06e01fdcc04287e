"""Tags from the folders and names of files."""

from __future__ import annotations

import re

from stormgraph_py.errors import ParameterError
from stormgraph_py.report.request import result_name


class TagPattern:
    r"""A pattern such as ``{condition}/{replicate}/{cell}`` that reads tags from a path.

    The last part is the file's name without the ending of its format; the parts before it are the
    folders above it. What stands between braces must not be empty.

    Parameters
    ----------
    text : str
        The pattern.

    Raises
    ------
    ParameterError
        When it names no tag, one twice, or has an open brace.

    Examples
    --------
    >>> TagPattern("{condition}/{cell}_*").tags("control/7_export.csv")
    {'condition': 'control', 'cell': '7'}
    """

    def __init__(self, text: str) -> None:
        self.text = text
        parts = re.split(r"\{([^{}]*)\}", text.replace("\\", "/").strip("/"))
        self.names = parts[1::2]
        for name in self.names:
            if not name.isidentifier():
                raise ParameterError(
                    f"--pattern {text!r}: {name!r} is no name of a tag; "
                    "use letters, digits and _, as in {condition}/{cell}."
                )
            if self.names.count(name) > 1:
                raise ParameterError(f"--pattern {text!r} names {name!r} twice; use two names.")
        if not self.names or any(brace in "".join(parts[::2]) for brace in "{}"):
            raise ParameterError(
                f"--pattern {text!r} names no tags; write it as in {{condition}}/{{cell}}."
            )
        fixed = [re.escape(part).replace(r"\*", "[^/]*") for part in parts[::2]]
        groups = [f"(?P<{name}>[^/]+?)" for name in self.names]
        groups.append("")
        self._pattern = re.compile("".join(a + b for a, b in zip(fixed, groups, strict=True)))
        self._n_parts = text.replace("\\", "/").strip("/").count("/") + 1

    def tags(self, file: str) -> dict[str, str] | None:
        """Return the tags of a file given by its path with slashes; None when it does not fit."""
        *folders, _ = parts = file.split("/")
        if len(parts) < self._n_parts:
            return None
        kept = [*folders, result_name(file)][-self._n_parts :]
        match = self._pattern.fullmatch("/".join(kept))
        return None if match is None else match.groupdict()
