"""Names for widgets, by which style sheets, tests and screenshots find them."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject

Named = TypeVar("Named", bound=QObject)


def named(name: str, widget: Named) -> Named:
    """Give a widget a name, and return it."""
    widget.setObjectName(name)
    return widget
