"""A user who does anything, in no order: see test_monkey.py."""

import time

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenuBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from .monkey_hands import CTRL, LEFT, NO_KEYS, RIGHT, SHIFT, Hands, is_forbidden

STUCK_AFTER_S = 30.0
"""An action that takes so long has hung."""

PATIENCE_S = 3.0
"""The monkey waits so long for an analysis or the queue."""

KEYS = (
    "Escape", "Return", "Delete", "Left", "Right", "Up", "Down", "Tab", "Backtab", "Space",
    "Backspace", "Home", "End", "PageDown", "F1", "F2", "F", "Z", "V", "Plus", "Minus", "Menu",
)  # fmt: skip

KEYS_WITH_CTRL = ("Z", "Y", "A", "C", "V", "D", "T", "B", "R", "Return")

TEXTS = (
    "", "5", "0.2", "-1", "15", "100", "1e9", "1e-9", "e", "abc", "1,5", "1 000", "cell 1", "nan",
    "inf", "ümläut µm²", "0", "%s {x} <b>&", "x" * 300, "10-20", "../a/b", '"', "condition",
)  # fmt: skip

TOUCHED = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit,
    QMenuBar, QTabBar, QTextEdit,
)  # fmt: skip


class Monkey(Hands):
    """Does one random thing at a time, with the events of mouse and keys that a user makes.

    Parameters
    ----------
    app : StormGraphApp
        What it plays with.
    seed : int
        Of all that it does.
    folder : Path
        Files that are opened lie in its subfolder "data"; others are written to it.
    """

    def __init__(self, app, seed, folder):
        super().__init__(app, seed, folder)
        self.began = None
        self.plan = {
            self.click: 22, self.play: 10, self.type: 10, self.press_keys: 12, self.turn_wheel: 5,
            self.choose_entry: 12, self.draw: 9, self.drop_files: 3, self.run: 7, self.undo: 2,
            self.resize: 1, self.queue: 4, self.change_tab: 5,
        }  # fmt: skip

    # ------------------------------------------------------------------ one action

    def act(self):
        """Do something, and let the app live until it has nothing to do at once."""
        self.began = time.monotonic()
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            self.answer_popup(popup, self.random)
        elif isinstance(dialog, QFileDialog):
            self.answer_files(dialog, self.random)
        elif dialog is not None and self.random.random() < 0.3:
            self.leave(dialog, self.random)
        elif dialog is not None:
            self.random.choice((self.click, self.play, self.type, self.press_keys))()
        elif not self.app.document.project.data_sets and self.random.random() < 0.3:
            self.drop_files()
        else:
            (action,) = self.random.choices(list(self.plan), list(self.plan.values()))
            action()
        QApplication.processEvents()
        took, self.began = time.monotonic() - self.began, None
        if took > STUCK_AFTER_S:
            self.faults.append(f"an action took {took:.0f} s")
        QTest.qWait(self.random.choice((0, 0, 5, 20, 60)))

    # ------------------------------------------------------------------ where

    def front(self):
        """The window that takes events: the topmost question, else one of the app's."""
        modal = QApplication.activeModalWidget()
        if modal is not None:
            return modal
        others = [
            w
            for w in QApplication.topLevelWidgets()
            if w.isVisible() and w.width() > 50 and w.windowType() != Qt.WindowType.ToolTip
        ]
        if others and self.random.random() < 0.2:
            return self.random.choice(others)
        return self.app.window

    def widgets(self, kinds):
        window = self.front()
        return [
            w
            for w in window.findChildren(QWidget)
            if isValid(w)
            and isinstance(w, kinds)
            and w.isVisible()
            and w.isEnabled()
            and w.window() is window
            and not w.visibleRegion().isEmpty()
        ]

    def somewhere(self, widget):
        """A point of a widget that is seen."""
        seen = widget.visibleRegion().boundingRect()
        return QPoint(
            self.random.randint(seen.left(), seen.right()),
            self.random.randint(seen.top(), seen.bottom()),
        )

    def may_touch(self, widget, at):
        """Whether nothing ends the app or opens a program there."""
        window = widget.window()
        target = window.childAt(widget.mapTo(window, at)) or widget
        if isinstance(target, QMenuBar):
            return True
        text = getattr(target, "text", str)
        return not is_forbidden(text() if callable(text) else "")

    def some(self, *kinds):
        """A widget of some kinds and a point of it; none when there is none."""
        found = self.widgets(kinds or TOUCHED)
        if not found:
            return None, None
        widget = self.random.choice(found)
        at = self.somewhere(widget)
        return (widget, at) if self.may_touch(widget, at) else (None, None)

    # ------------------------------------------------------------------ what

    def click(self):
        widget, at = self.some(*(TOUCHED if self.random.random() < 0.7 else (QWidget,)))
        if widget is None:
            return
        chance = self.random.random()
        if chance < 0.8:
            keys = self.random.choice((NO_KEYS, NO_KEYS, NO_KEYS, CTRL, SHIFT))
            self.note("clicks", widget)
            self.mouse(QTest.mouseClick, widget, at, LEFT, keys)
        elif chance < 0.9 and widget.window() is self.app.window:
            # both clicks are one event here, so the window must not go with the first
            self.note("double-clicks", widget)
            self.mouse(QTest.mouseDClick, widget, at)
        else:
            self.note("right-clicks", widget)
            self.ask_menu(widget, at)

    def ask_menu(self, widget, at):
        self.mouse(QTest.mouseClick, widget, at, RIGHT)

    def play(self):
        """Drag from one point of a widget to another, or beyond it."""
        widget, here = self.some(QWidget)
        if widget is None:
            return
        there = self.somewhere(widget)
        if self.random.random() < 0.2:
            there += QPoint(self.random.randint(-300, 300), self.random.randint(-300, 300))
        self.note("drags on", widget)
        self.drag(widget, [here, here + (there - here) * 0.3, there])

    def type(self):
        widget, at = self.some(QLineEdit, QAbstractSpinBox, QTextEdit)
        if widget is None:
            return
        text = self.random.choice(TEXTS)
        self.note(f"types {text[:20]!r} into", widget)
        self.mouse(QTest.mouseClick, widget, at)
        self.key(Qt.Key.Key_A, CTRL)
        self.write(text)
        self.key(self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape)))

    def press_keys(self):
        if self.random.random() < 0.3:
            name, keys = self.random.choice(KEYS_WITH_CTRL), CTRL
        else:
            name, keys = self.random.choice(KEYS), self.random.choice((NO_KEYS, NO_KEYS, SHIFT))
        self.note(f"presses {'Ctrl+' if keys == CTRL else ''}{name} at", QApplication.focusWidget())
        self.key(getattr(Qt.Key, f"Key_{name}"), keys)

    def turn_wheel(self):
        widget, at = self.some(QWidget)
        if widget is None:
            return
        self.note("turns the wheel over", widget)
        window = widget.window()
        place = widget.mapTo(window, at)
        target = window.childAt(place) or widget
        for _ in range(self.random.randint(1, 6)):
            turn = QPoint(0, self.random.choice((-120, 120)))
            keys = self.random.choice((NO_KEYS, NO_KEYS, CTRL))
            where = QPointF(target.mapFrom(window, place))
            event = QWheelEvent(
                where, QPointF(window.mapToGlobal(place)), QPoint(), turn,
                Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(target, event)
            if not isValid(target):
                return

    def choose_entry(self):
        """Choose an entry of the menus at the top, as if by mouse."""
        entries = []
        for top in self.app.window.menuBar().actions():
            entries += leaves(top.menu())
        action = self.random.choice(entries)
        self.note(f"chooses {action.text()!r}")
        action.trigger()

    def draw(self):
        """Take a tool and draw with it on the map."""
        canvas = self.app.provided["viewer"].viewport()
        if not canvas.isVisible() or QApplication.activeModalWidget() is not None:
            self.app.window.show_page("viewer")
            self.note("looks at the map")
            return
        tool = self.random.choice("RRREEPLLVVZ ")
        self.note(f"draws with {tool}")
        if self.random.random() < 0.5:
            self.app.provided["viewer"].fit()
        if tool != " ":
            self.app.provided["viewer"].setFocus()
            self.key(getattr(Qt.Key, f"Key_{tool}"))
        if not canvas.isVisible():
            return
        n = self.random.choice((2, 3, 6))
        way = [self.somewhere(canvas) for _ in range(n)]
        if tool == "P":
            for at in way:
                self.mouse(QTest.mouseClick, canvas, at)
            self.key(self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Up)))
        else:
            self.drag(canvas, way, self.random.choice((NO_KEYS, NO_KEYS, SHIFT)))

    def drop_files(self):
        paths = self.random.sample(self.files, self.random.choice((1, 1, 1, 2)))
        self.note(f"drops {' '.join(path.rpartition('/')[2] for path in paths)}")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in paths])
        event = QDropEvent(
            QPointF(300, 300), Qt.DropAction.CopyAction, data, LEFT, NO_KEYS, QEvent.Type.Drop
        )
        QApplication.sendEvent(self.app.window, event)

    def run(self):
        """Run an analysis, cancel the one that runs, or wait for it."""
        running = self.app.provided["running"]
        if running.is_running and self.random.random() < 0.6:
            self.note("waits for the analysis")
            self.wait(lambda: not running.is_running)
        else:
            self.app.window.show_dock("run")
            self.press("cancel run" if running.is_running else "run", self.app.window)

    def press(self, name, where):
        """Press a button of a name, where it is seen."""
        QApplication.processEvents()
        button = where.findChild(QAbstractButton, name) if isValid(where) else None
        if button is not None and not button.visibleRegion().isEmpty():
            self.note("presses", button)
            self.mouse(QTest.mouseClick, button, button.visibleRegion().boundingRect().center())

    def wait(self, condition):
        """Wait for something, but not for ever: the machine may be slow."""
        end = time.monotonic() + PATIENCE_S
        while not condition() and time.monotonic() < end:
            QTest.qWait(20)

    def undo(self):
        key = self.random.choice((Qt.Key.Key_Z, Qt.Key.Key_Z, Qt.Key.Key_Y))
        for _ in range(self.random.choice((1, 1, 2, 5))):
            self.note("undoes" if key == Qt.Key.Key_Z else "does again")
            keys = CTRL if key == Qt.Key.Key_Z else CTRL | SHIFT
            self.key(Qt.Key.Key_Z, keys)

    def resize(self):
        width, height = self.random.randint(300, 2200), self.random.randint(250, 1300)
        self.note(f"makes the window {width} x {height}")
        self.app.window.resize(width, height)

    def queue(self):
        """Add to the queue, press one of its buttons, or wait for it."""
        queue = self.app.provided["queue"]
        chance = self.random.random()
        if not queue.queue.order or chance < 0.2:
            self.note("adds to the queue")
            queue.control.set_out(str(self.folder / f"batch {self.random.randrange(4)}"))
            dialog = queue.add("project")
            ok = dialog.findChild(QAbstractButton, "queue add ok")
            self.wait(lambda: not isValid(ok) or ok.isEnabled())
            self.press("queue add ok", dialog)
        elif queue.is_active and chance < 0.6:
            self.note("waits for the queue")
            self.wait(lambda: not queue.is_active)
        else:
            queue.show()
            name = self.random.choice(("start", "start", "start", "pause", "cancel all", "clear"))
            self.press(f"queue {name}", queue.panel)

    def change_tab(self):
        bars = [bar for bar in self.widgets(QTabBar) if bar.count()]
        if bars:
            bar = self.random.choice(bars)
            index = self.random.randrange(bar.count())
            self.note(f"brings {bar.tabText(index)} to the front")
            seen = bar.tabRect(index) & bar.visibleRegion().boundingRect()
            if not seen.isEmpty():
                self.mouse(QTest.mouseClick, bar, seen.center())


def leaves(menu):
    """Entries of a menu that can be chosen, filled as when it is shown."""
    menu.aboutToShow.emit()
    found = []
    for action in menu.actions():
        if not action.isEnabled() or not action.isVisible() or action.isSeparator():
            continue
        if action.menu() is not None:
            found += leaves(action.menu())
        elif not is_forbidden(action.text()):
            found.append(action)
    return found
