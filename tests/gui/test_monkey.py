"""A user who clicks everything, in no order: nothing may raise, hang or grow without end."""

import gc
import os
import random

import psutil
import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QTabBar,
    QWidget,
)

from stormgraph_py.cli.demo import sample_folder

N_ACTIONS = 1000
N_WARM = 300
"""Actions until everything was opened once; memory is counted from there on."""

LEFT_ALONE = ("exit", "quit", "close", "browser", "folder in", "open index", "reset layout")
"""Ends the app, or opens another program."""

KEYS = (
    Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Left, Qt.Key.Key_Up,
    Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_5, Qt.Key.Key_Backspace,
)  # fmt: skip


class Monkey:
    """Does one random thing at a time, as a user could."""

    def __init__(self, app, seed):
        self.app, self.random = app, random.Random(seed)
        self.done = []
        # a button with a menu waits until the menu is closed
        self.closer = QTimer(app)
        self.closer.timeout.connect(self.close_popup)
        self.closer.start(200)

    def close_popup(self):
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    def act(self):
        dialogs = [
            w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()
        ]
        popup = QApplication.activePopupWidget()
        if popup is not None:
            self.note("closes a popup", popup)
            popup.close()
        elif dialogs and self.random.random() < 0.5:
            self.note("closes", dialogs[-1])
            dialogs[-1].reject()
        elif self.random.random() < 0.15 and not dialogs:
            self.trigger()
        else:
            self.touch(dialogs[-1] if dialogs else self.app.window)
        QApplication.processEvents()

    def note(self, what, thing):
        name = thing.objectName() or type(thing).__name__
        self.done.append(f"{what} {name}")

    def trigger(self):
        actions = [
            a
            for a in self.app.window.findChildren(QAction)
            if a.isEnabled() and a.text() and a.menu() is None and not self.forbidden(a.text())
        ]
        action = self.random.choice(actions)
        self.done.append(f"triggers {action.text()}")
        action.trigger()

    def touch(self, window):
        widgets = [w for w in window.findChildren(QWidget) if w.isVisible() and w.isEnabled()]
        widget = self.random.choice(widgets)
        self.note("touches", widget)
        if isinstance(widget, QAbstractButton):
            if not self.forbidden(widget.text() + widget.toolTip()):
                QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        elif isinstance(widget, QComboBox):
            widget.setCurrentIndex(self.random.randrange(max(widget.count(), 1)))
        elif isinstance(widget, QAbstractSlider):
            widget.setValue(self.random.randint(widget.minimum(), widget.maximum()))
        elif isinstance(widget, QLineEdit | QAbstractSpinBox):
            QTest.keyClicks(
                widget, self.random.choice(["5", "0.2", "-1", "abc", "", "1e9", "cell"])
            )
            QTest.keyClick(widget, Qt.Key.Key_Return)
        elif isinstance(widget, QTabBar):
            widget.setCurrentIndex(self.random.randrange(max(widget.count(), 1)))
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            rows = widget.model().rowCount(QModelIndex())
            if rows:
                widget.setCurrentIndex(widget.model().index(self.random.randrange(rows), 0))
        else:
            self.play(widget)

    def play(self, widget):
        """Drag, click, turn the wheel or press a key somewhere on a widget."""
        here, there = self.somewhere(widget), self.somewhere(widget)
        chance = self.random.random()
        if chance < 0.4:
            QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=here)
            for share in (0.3, 0.7, 1.0):
                QTest.mouseMove(widget, here + (there - here) * share)
            QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=there)
        elif chance < 0.6:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=here)
        elif chance < 0.7:
            QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=here)
        elif chance < 0.85:
            wheel = QWheelEvent(
                QPointF(here), QPointF(widget.mapToGlobal(here)), QPoint(),
                QPoint(0, self.random.choice((-120, 120))), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(widget, wheel)
        else:
            QTest.keyClick(widget, self.random.choice(KEYS))

    def somewhere(self, widget):
        return QPoint(
            self.random.randrange(max(widget.width(), 1)),
            self.random.randrange(max(widget.height(), 1)),
        )

    def forbidden(self, text):
        plain = text.replace("&", "").lower()
        return any(word in plain for word in LEFT_ALONE)


def memory():
    gc.collect()
    return psutil.Process().memory_info().rss


@pytest.mark.skipif(
    not os.environ.get("STORMGRAPH_MONKEY"),
    reason="unfinished: it does not come to its end yet; STORMGRAPH_MONKEY=1 runs it",
)
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1])
def test_a_monkey_does_no_harm(app, qtbot, seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # neither the browser nor the file manager of the machine
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _url: True)
    monkeypatch.setenv("HOME", str(tmp_path))
    opening = app.provided["opening"]
    opening.open_paths([str(sample_folder() / "nanoclusters_2d.csv")])
    qtbot.waitUntil(lambda: app.workspace.current is not None, timeout=60_000)
    monkey = Monkey(app, seed)
    begun, n_files = 0, psutil.Process().num_fds()
    try:
        for number in range(N_ACTIONS):
            monkey.act()
            if number == N_WARM:
                begun = memory()
    except Exception as error:
        error.add_note("\n".join(monkey.done[-30:]))
        raise
    # back to where it began: results and data that the monkey made are let go of
    for dialog in app.window.findChildren(QDialog):
        dialog.reject()
    app.provided["projects"].new()
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not app.activity.tasks, timeout=60_000)
    assert memory() <= 1.1 * begun
    assert psutil.Process().num_fds() <= n_files + 12
