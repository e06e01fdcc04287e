"""What the mouse does in the canvas: one tool at a time."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt

Button = Qt.MouseButton
Modifiers = Qt.KeyboardModifier


class Tool(Protocol):
    """Is told of mouse and keys in the canvas before the canvas pans, zooms and selects.

    Positions are in nm; ``nm_per_pixel`` tells how much of it a screen pixel covers, for handles.
    A method returns True when it has dealt with the event.
    """

    cursor: Qt.CursorShape

    def press(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Take that a button was pressed."""
        ...

    def move(self, x_nm: float, y_nm: float, buttons: Button, modifiers: Modifiers) -> bool:
        """Take that the mouse moved, with these buttons held."""
        ...

    def release(self, x_nm: float, y_nm: float, button: Button, modifiers: Modifiers) -> bool:
        """Take that a button was released."""
        ...

    def double_click(self, x_nm: float, y_nm: float) -> bool:
        """Take a double click of the left button."""
        ...

    def key(self, key: int, modifiers: Modifiers) -> bool:
        """Take that a key was pressed."""
        ...

    def leave(self) -> None:
        """Take that another tool is used from now on."""
        ...
