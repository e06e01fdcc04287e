"""Mouse and keys of the monkey, and its answers to what asks something: see monkey.py."""

import random
import time
import traceback

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QMenu
from shiboken6 import isValid

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier

NESTED_AFTER_MS = 100
"""A menu or a question inside an event that takes so long waits for the user."""

DRAGGED_AFTER_S = 0.5
"""An event that takes so long without either is a drag that waits for the mouse."""

CLICKS = {QTest.mouseClick: (QTest.mousePress, QTest.mouseRelease)}

ENDS_THE_APP = ("exit", "quit")


class Hands:
    """Send events to windows, as those of a user; what waits for the user then is answered.

    Menus, questions and drags that wait inside an event are gone on with by a clock, however
    nested they are.

    Parameters
    ----------
    app : StormGraphApp
        What is touched.
    seed : int
        Of all that is random.
    folder : Path
        Files that are opened lie in its subfolder "data"; others are written to it.
    """

    def __init__(self, app, seed, folder):
        self.app, self.seed, self.folder = app, seed, folder
        self.random = random.Random(seed)
        self.random_nested = random.Random(-seed - 1)
        self.done = []
        self.faults = []
        self.diary = (folder / "monkey.txt").open("w", buffering=1, encoding="utf-8")
        self.sent = self.clock = None
        self.files = sorted(str(path) for path in (folder / "data").iterdir())

    def note(self, what, thing=None):
        name = "" if thing is None else thing.objectName() or type(thing).__name__
        self.done.append(f"{what} {name}".strip())
        # also where a crash leaves no time to tell
        self.diary.write(f"{self.done[-1]}\n")

    def send(self, what, handle, *arguments):
        """Send an event to a window, which finds the widget itself; it may be gone."""
        if handle not in QGuiApplication.allWindows():
            return
        before, self.sent = self.sent, time.monotonic()
        self.start_clock()
        try:
            what(handle, *arguments)
        finally:
            self.sent = before
            self.clock.stop()
            if before is not None:
                self.start_clock()

    def start_clock(self):
        """Let `go_on` be called: by a new clock, as one does not ring while it is heard."""
        if self.clock is not None:
            self.clock.deleteLater()
        self.clock = QTimer(self.app, singleShot=True, interval=NESTED_AFTER_MS)
        self.clock.timeout.connect(self.go_on)
        self.clock.start()

    def mouse(self, what, widget, at, button=LEFT, keys=NO_KEYS):
        if not isValid(widget):
            return
        window = widget.window()
        handle, at = window.windowHandle(), widget.mapTo(window, at)
        # one by one: the window may be gone after the first
        for event in CLICKS.get(what, (what,)):
            self.send(event, handle, button, keys, at)

    def key(self, key, modifiers=NO_KEYS, widget=None):
        window = (widget or QApplication.activeModalWidget() or self.app.window).window()
        window.activateWindow()
        handle = window.windowHandle()
        self.send(QTest.keyPress, handle, key, modifiers)
        self.send(QTest.keyRelease, handle, key, modifiers)

    def write(self, text):
        for character in text:
            self.key(character)

    def drag(self, widget, way, keys=NO_KEYS):
        window = widget.window()
        handle, points = window.windowHandle(), [widget.mapTo(window, at) for at in way]
        self.send(QTest.mousePress, handle, LEFT, keys, points[0])
        for at in points[1:]:
            self.send(QTest.mouseMove, handle, at)
        self.send(QTest.mouseRelease, handle, LEFT, keys, points[-1])

    def go_on(self):
        """Go on with what waits for the user inside an event."""
        if self.sent is None:
            return
        # again, also while this is not at its end
        self.start_clock()
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            self.answer_popup(popup, self.random_nested)
        elif isinstance(dialog, QFileDialog):
            self.answer_files(dialog, self.random_nested)
        elif dialog is not None:
            self.leave(dialog, self.random_nested)
        elif time.monotonic() - self.sent > DRAGGED_AFTER_S:
            # a drag from a list, which ends with the button
            self.note("lets go")
            window = self.app.window
            at = QPoint(self.random_nested.randrange(window.width()), window.height() // 2)
            self.send(QTest.mouseRelease, window.windowHandle(), LEFT, NO_KEYS, at)

    def answer_popup(self, popup, random):
        """Choose something of a menu or a list, or close it."""
        if isinstance(popup, QMenu):
            actions = [
                a for a in popup.actions()
                if a.isEnabled() and a.isVisible() and not a.isSeparator()
                and not is_forbidden(a.text())
            ]  # fmt: skip
            if actions and random.random() < 0.7:
                action = random.choice(actions)
                self.note(f"in the menu clicks {action.text()!r}")
                at = popup.actionGeometry(action).center()
                self.mouse(QTest.mouseClick, popup, at)
            else:
                self.note("closes the menu")
                self.key(Qt.Key.Key_Escape, widget=popup)
        elif random.random() < 0.6:
            self.note("clicks in the list", popup)
            seen = QRect(QPoint(), popup.size())
            at = QPoint(random.randint(0, seen.width()), random.randint(0, seen.height()))
            self.mouse(QTest.mouseClick, popup, at)
        else:
            self.note("closes", popup)
            popup.close()

    def answer_files(self, dialog, random):
        """Type the name of a file, or think better of it."""
        is_saving = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        if random.random() < 0.4:
            self.note("closes", dialog)
            self.key(Qt.Key.Key_Escape, widget=dialog)
            if isValid(dialog) and dialog.isVisible():
                dialog.reject()
            return
        if is_saving or dialog.fileMode() == QFileDialog.FileMode.Directory:
            names = ("a.geojson", "b.stormgraph", "c.png", "d", "e.svg", "", "none/x", ".")
            path = str(self.folder / random.choice(names))
        else:
            saved = [str(p) for p in self.folder.iterdir() if p.is_file()]
            path = random.choice([*self.files, *saved, str(self.folder / "no file")])
        self.note(f"answers {path.rpartition('/')[2]!r}", dialog)
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        field.setText(path)
        field.setFocus()
        self.key(Qt.Key.Key_Return, widget=dialog)
        if isValid(dialog) and dialog.isVisible() and random.random() < 0.7:
            dialog.reject()

    def leave(self, dialog, random):
        """Press one of the buttons of a dialog, or Esc."""
        buttons = [
            b for b in dialog.findChildren(QAbstractButton)
            if b.isVisible() and b.isEnabled() and b.text() and not b.visibleRegion().isEmpty()
            and not is_forbidden(b.text())
        ]  # fmt: skip
        if buttons and random.random() < 0.6:
            button = random.choice(buttons)
            self.note(f"presses {button.text()!r} of", dialog)
            self.mouse(QTest.mouseClick, button, button.rect().center())
        else:
            self.note("leaves", dialog)
            self.key(Qt.Key.Key_Escape, widget=dialog)
            if random.random() < 0.3 and isValid(dialog) and dialog.isVisible():
                dialog.close()

    def story(self, n_last=40):
        """What to tell of a failed run."""
        return "\n".join(
            [f"seed {self.seed}, after {len(self.done)} steps, the last of which:",
             *self.done[-n_last:], *self.faults]
        )  # fmt: skip

    def raised(self, kind, error, trace):
        text = "".join(traceback.format_exception(kind, error, trace))
        self.faults.append(f"after {self.done[-3:]}:\n{text}")


def is_forbidden(text):
    plain = text.replace("&", "").lower()
    return any(word in plain for word in ENDS_THE_APP)
