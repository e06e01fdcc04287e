"""A user who clicks everything, in no order: nothing may raise, hang or grow without end."""

import contextlib
import ctypes
import faulthandler
import gc
import os
import sys
import threading
import time

import psutil
import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog

from stormgraph_gui.models.workspace import Loaded
from stormgraph_py import Localizations
from stormgraph_py.cli.demo import sample_folder
from stormgraph_py.report.analysis import Analysis

from .conftest import delete_now
from .monkey import STUCK_AFTER_S, Monkey

SEEDS = [int(seed) for seed in os.environ.get("STORMGRAPH_MONKEY", "1").split(",")]
"""Others with STORMGRAPH_MONKEY=2,3,4; what was done is in monkey.txt of the folder of the test."""

N_ACTIONS = 1000

N_WARM = 150
"""Actions before memory is counted: by then most was opened once, and libraries are loaded."""

MOST_FAULTS = 5
"""After so many there is no need to go on."""

WAIT = 90_000

IGNORED = ("This plugin does not support", "outside target window")
"""What Qt says of the display in memory, and of drags beyond the window."""


@pytest.fixture
def folder(tmp_path):
    """Small files, some of which are odd: two and three dimensions, two channels, broken ones."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("nanoclusters_2d.csv", "nanoclusters_3d.csv", "two_colours_2d.csv"):
        lines = (sample_folder() / name).read_text().splitlines(keepends=True)
        (data / name).write_text("".join(lines[:1] + lines[1::2]))
    (data / "no_header.txt").write_text("".join(f"{i % 7} {i % 11}\n" for i in range(400)))
    (data / "few.csv").write_text("x [nm],y [nm]\n1,2\n3,4\n5,6\n")
    (data / "broken.csv").write_text("x [nm],y [nm]\n1,2\n3,oh\n")
    (data / "empty.csv").write_text("")
    (data / "a folder").mkdir()
    return tmp_path


@contextlib.contextmanager
def watched(monkey, app):
    """Take down what goes wrong anywhere while the monkey plays, and stacks when it hangs."""

    def qt_says(kind, _context, text):
        harmless = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if not harmless and not any(part in text for part in IGNORED):
            monkey.faults.append(f"Qt after {monkey.done[-3:]}: {text}")

    def failed(failure):
        if failure.reason in ("program", "died"):
            monkey.faults.append(f"worker after {monkey.done[-3:]}: {failure}")

    def watching(worker):
        call = worker.call

        def called(*arguments, **named):
            work = call(*arguments, **named)
            work.failed.connect(failed)
            return work

        return called

    def batch_ended(end):
        if getattr(end, "reason", None) in ("program", "died"):
            monkey.faults.append(f"queue after {monkey.done[-3:]}: {end}")

    is_over = threading.Event()

    def watch():
        told = None
        while not is_over.wait(1.0):
            began = monkey.began
            if began is not None and began != told and time.monotonic() - began > STUCK_AFTER_S:
                told = began
                print(monkey.story(), file=sys.__stderr__)
                faulthandler.dump_traceback(file=sys.__stderr__)

    before = sys.excepthook, threading.excepthook
    sys.excepthook = monkey.raised
    threading.excepthook = lambda args: monkey.raised(
        args.exc_type, args.exc_value, args.exc_traceback
    )
    before_qt = qInstallMessageHandler(qt_says)
    for worker in (app.reader, app.analyst):
        worker.call = watching(worker)
    app.provided["queue"].client.ended.connect(batch_ended)
    guard = threading.Thread(target=watch, name="monkey watch")
    guard.start()
    try:
        yield
    finally:
        is_over.set()
        guard.join()
        monkey.diary.close()
        qInstallMessageHandler(before_qt)
        sys.excepthook, threading.excepthook = before


def tidy_up(app, qtbot):
    """Close and remove everything that can be, as a user would, and let all work end."""
    for _ in range(10):
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        elif isinstance(dialog, QDialog):
            dialog.reject()
        delete_now()
    app.provided["running"].cancel()
    queue = app.provided["queue"]
    if queue.is_active:
        queue.control.cancel_all()
    qtbot.waitUntil(lambda: not queue.is_active, timeout=WAIT)
    queue.control.remove(list(queue.queue.order))
    app.provided["projects"].new()
    qtbot.waitUntil(lambda: not app.activity.tasks, timeout=WAIT)
    qtbot.waitUntil(lambda: not (app.reader.is_busy or app.analyst.is_busy), timeout=WAIT)
    app.provided["shell"].reset_layout()
    app.window.show_page("viewer")
    app.window.resize(1280, 800)
    end = time.monotonic() + 10
    while n_large() and time.monotonic() < end:
        # something is still to be drawn
        qtbot.wait(100)
    delete_now()


def see_everything(app, qtbot, folder):
    """Open, show and do once what loads libraries or makes widgets that stay."""
    for name in ("two_colours_2d.csv", "nanoclusters_3d.csv"):
        app.provided["opening files"].open_paths([str(folder / "data" / name)])
        qtbot.waitUntil(lambda: not app.activity.tasks, timeout=WAIT)
    app.provided["running"].start()
    qtbot.waitUntil(lambda: app.workspace.analysis is not None, timeout=WAIT)
    for name in app.window.panels.state()["sides"]:
        app.window.show_dock(name)
        qtbot.wait(20)
    for page in range(app.window.pages.count()):
        app.window.pages.setCurrentIndex(page)
        qtbot.wait(20)


def n_large():
    """Number of tables, data sets and results in memory."""
    gc.collect()
    large = Localizations | Loaded | Analysis
    return sum(isinstance(one, large) for one in gc.get_objects())


def what_is_there():
    """Memory in use, and numbers of what may leak."""
    gc.collect()
    delete_now()
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        # give back what was freed and kept for later, which is no leak
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    me = psutil.Process()
    return {
        "memory": me.memory_info().rss,
        "data": n_large(),
        "widgets": len(QApplication.allWidgets()),
        "threads": threading.active_count(),
        "processes": len(me.children(recursive=True)),
        "files": me.num_fds() if hasattr(me, "num_fds") else 0,
    }


@pytest.mark.slow
@pytest.mark.timeout(900, method="thread")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_monkey_does_no_harm(app, qtbot, seed, folder, monkeypatch):
    """A thousand actions; then all is closed, and compared with the same early on.

    Early on is after everything was seen once and `N_WARM` actions: libraries are loaded, widgets
    that are made once are there, the workers run. What is there more at the end has leaked.
    """
    # neither browser nor file manager of the machine, nor files in the repository
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _url: True)
    monkeypatch.setattr("stormgraph_gui.features.opening.sample_folder", lambda: folder / "data")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(folder)
    qtbot.waitExposed(app.window)
    for worker in (app.reader, app.analyst):
        worker.call("warm_up")
    app.provided["queue"].queue.set_settings(n_workers=1, reports=False)
    monkey = Monkey(app, seed, folder)
    warm: dict[str, int] = {}
    with watched(monkey, app):
        try:
            see_everything(app, qtbot, folder)
            for number in range(N_ACTIONS):
                monkey.act()
                if len(monkey.faults) >= MOST_FAULTS:
                    break
                if number == N_WARM:
                    tidy_up(app, qtbot)
                    warm = what_is_there()
            assert not monkey.faults, monkey.story()
            tidy_up(app, qtbot)
        except BaseException as error:
            error.add_note(monkey.story())
            raise
        after = what_is_there()
    story = f"{monkey.story()}\nafter {N_WARM} actions: {warm}\nat the end: {after}"
    assert not monkey.faults, story
    assert after["memory"] <= 1.1 * warm["memory"], story
    # rows of filters and the like differ with what was seen last
    assert after["widgets"] <= 1.1 * warm["widgets"], story
    assert after["threads"] <= warm["threads"], story
    assert after["processes"] <= warm["processes"], story
    assert after["files"] <= warm["files"] + 4, story
    assert after["data"] == warm["data"] == 0, story
