"""Numbers for colour channels that a file names in words."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from stormgraph_py.arrays import IntArray

if TYPE_CHECKING:
    import pandas as pd

MOST_CHANNELS = 64
"""A column with more different texts than that does not name channels."""

_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def number_channels(column: pd.Series[Any]) -> tuple[IntArray, dict[int, str]] | None:
    """Give every name of a column of channel names a number.

    A name that is a whole number, as a wavelength is, keeps it. The others are numbered in the
    order of the alphabet with what is left of 0, 1, 2, ..., so that the order of the rows does not
    matter. Blanks around a name do not count, and a missing name is -1.

    Parameters
    ----------
    column : pandas.Series
        A name for each localization.

    Returns
    -------
    numbers : ndarray of int, shape (n,)
    names : dict of int to str
        Number -> name, by rising number.
    None
        When there are more than `MOST_CHANNELS` names.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers, names = number_channels(pd.Series(["647", "Z Rejected", "561", "647"]))
    >>> numbers.tolist(), names
    ([647, 0, 561, 647], {0: 'Z Rejected', 561: '561', 647: '647'})
    """
    codes, found = column.factorize()
    written = [str(name).strip() for name in found]
    distinct = sorted(set(written) - {""})
    if len(distinct) > MOST_CHANNELS:
        return None
    number = {name: int(name) for name in distinct if _WHOLE_NUMBER.fullmatch(name)}
    taken = set(number.values())
    free = (i for i in itertools.count() if i not in taken)
    number |= {name: next(free) for name in distinct if name not in number}
    # the last entry is where the code -1 of a missing name points
    table = np.array([*(number.get(name, -1) for name in written), -1], dtype=np.int64)
    return table[codes], {n: name for name, n in sorted(number.items(), key=lambda item: item[1])}
