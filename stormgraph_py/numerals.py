"""Numbers in messages, as people write them."""

from __future__ import annotations

import math

_COUNTABLE = 1e15


def plain(value: float, digits: int = 6) -> str:
    """Write a number with so many significant digits; with an exponent only beyond counting.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        Significant digits; trailing zeros behind the decimal point are left out.

    Examples
    --------
    >>> plain(26_563.2, 3), plain(26_563.2, 4), plain(108.0), plain(0.00002, 3), plain(1e7)
    ('26,600', '26,560', '108', '0.00002', '10,000,000')
    """
    if value == 0 or not abs(value) < _COUNTABLE:
        return f"{value:.{digits}g}"
    near = float(f"{value:.{digits}g}")
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(near))))
    text = f"{near:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text
