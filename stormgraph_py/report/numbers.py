"""Numbers as people write them."""

from __future__ import annotations

import math

MISSING = "–"


def integer(value: float) -> str:
    """Write a whole number with a comma every three digits.

    Examples
    --------
    >>> integer(1234567)
    '1,234,567'
    """
    return f"{int(value):,}"


def whole(value: float) -> str:
    """Write a number rounded to a whole one.

    Examples
    --------
    >>> whole(1509.6)
    '1,510'
    """
    return MISSING if math.isnan(value) else f"{value:,.0f}"


def hundredths(value: float) -> str:
    """Write a number with two decimals.

    Examples
    --------
    >>> hundredths(0.8266)
    '0.83'
    """
    return MISSING if math.isnan(value) else f"{value:,.2f}"


def rounded(value: float | None, digits: int = 3) -> str:
    """Write a number with some significant digits, without an exponent where that stays short.

    Examples
    --------
    >>> rounded(1234.5), rounded(0.01234), rounded(2.5e-9), rounded(float("nan"))
    ('1,230', '0.0123', '2.5e-09', '–')
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    near = float(f"{value:.{digits}g}")
    if abs(near) >= 1e9 or abs(near) < 1e-4:
        return f"{near:.{digits}g}"
    if near == int(near):
        return integer(near)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(near))))
    return f"{near:,.{decimals}f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """Write a share as a percentage.

    Examples
    --------
    >>> percent(0.4567), percent(0.0012), percent(1.0)
    ('46%', '0.1%', '100%')
    """
    if math.isnan(share):
        return MISSING
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1%"
    if 99.95 <= value < 100:
        return ">99.9%"
    decimals = 1 if 0 < value < 9.95 or 99.5 <= value < 100 else 0
    return f"{value:.{decimals}f}%".replace(".0%", "%")


def count(n: int, singular: str, plural: str | None = None) -> str:
    """Write a number of things.

    Examples
    --------
    >>> count(1, "cluster"), count(12000, "cluster")
    ('1 cluster', '12,000 clusters')
    """
    return f"{integer(n)} {singular if n == 1 else plural or singular + 's'}"


def area_text(area_nm2: float) -> str:
    """Write an area with the unit that suits it.

    Examples
    --------
    >>> area_text(3.2e6), area_text(1500)
    ('3.2 µm²', '1,500 nm²')
    """
    return f"{rounded(area_nm2 / 1e6)} µm²" if area_nm2 >= 1e5 else f"{rounded(area_nm2)} nm²"


def volume_text(volume_nm3: float) -> str:
    """Write a volume with the unit that suits it.

    Examples
    --------
    >>> volume_text(3.2e9), volume_text(1.5e6)
    ('3.2 µm³', '0.0015 µm³')
    """
    return f"{rounded(volume_nm3 / 1e9)} µm³" if volume_nm3 >= 1e6 else f"{rounded(volume_nm3)} nm³"


def seconds_text(seconds: float) -> str:
    """Write a duration.

    Examples
    --------
    >>> seconds_text(0.05), seconds_text(8.25), seconds_text(200)
    ('0.05 s', '8.2 s', '3 min 20 s')
    """
    if seconds < 60:
        return f"{rounded(seconds, 2)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
