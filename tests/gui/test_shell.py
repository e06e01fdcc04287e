from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDockWidget,
    QLabel,
    QPlainTextEdit,
    QTabBar,
    QToolButton,
    QWidget,
)

from stormgraph_gui.app import StormGraphApp
from stormgraph_gui.models.activity import Message
from stormgraph_gui.models.settings import Settings
from stormgraph_gui.views.theme import is_dark, palette_of, plot_colors
from stormgraph_py import write_localizations


def contrast(one, other):
    """Ratio of luminances as WCAG defines it."""

    def luminance(color):
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in QColor(color).getRgbF()[:3]
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("WindowText", "Window"), ("Text", "Base"), ("ButtonText", "Button"),
     ("HighlightedText", "Highlight"), ("PlaceholderText", "Base"), ("Link", "Base"),
     ("ToolTipText", "ToolTipBase"), ("Text", "AlternateBase")],
)  # fmt: skip
def test_text_can_be_read_in_light_and_dark(dark, text, ground):
    palette = palette_of(dark)
    roles = QPalette.ColorRole
    assert is_dark(palette) == dark
    assert contrast(palette.color(roles[text]), palette.color(roles[ground])) >= 4.5 - 0.5 * (
        text == "HighlightedText"
    )


@pytest.mark.parametrize("dark", [False, True])
def test_series_of_plots_stand_out(dark):
    colors = plot_colors(palette_of(dark))
    for color in (*colors.series, colors.mark, colors.foreground):
        assert contrast(color, colors.background) >= 3


def action(app, text):
    (found,) = [a for a in app.window.findChildren(QAction) if a.text().replace("&", "") == text]
    return found


def test_errors_are_shown_one_after_the_other_and_logged(app):
    for title in ("first", "second"):
        app.activity.say(Message(level="error", title=title, text="Do this.", details="a\nb"))
    errors = app.provided["shell"].errors
    assert errors.box.text() == "first"
    errors.box.accept()
    assert errors.box.text() == "second"
    errors.box.accept()
    assert errors.box is None
    log = app.window.findChild(QPlainTextEdit, "log text").toPlainText()
    assert log.index("first") < log.index("second")


def test_the_latest_warning_stays_until_it_is_dismissed(app, qtbot):
    for title in ("two", "one"):
        app.activity.say(Message(level="warning", title=title))
    strip = app.window.findChild(QLabel, "notice text")
    assert (strip.isVisible(), strip.text()) == (True, "one")
    dismiss = app.window.findChild(QToolButton, "notice dismiss")
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert strip.text() == "two"
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert not strip.isVisible()


def test_a_warning_about_the_same_takes_the_place_of_the_one_before(app, qtbot):
    def say(level, title, about=""):
        app.activity.say(Message(level=level, title=title, about=about))

    strip = app.window.findChild(QLabel, "notice text")
    say("warning", "other")
    for title, about in (("first", "cell 1"), ("beside", "cell 2"), ("second", "cell 1")):
        say("warning", title, about)
    assert strip.text() == "second"
    assert [one.title for one in app.activity.messages[-4:]] == [
        "other",
        "first",
        "beside",
        "second",
    ]
    dismiss = app.window.findChild(QToolButton, "notice dismiss")
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert strip.text() == "beside"
    say("info", "nothing to warn of", "cell 2")
    assert strip.text() == "other"
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert not strip.isVisible()


def test_warnings_about_a_project_go_with_it(app, put_data, blobs):
    put_data(blobs())
    app.activity.say(Message(level="warning", title="about this project"))
    strip = app.window.findChild(QLabel, "notice text")
    app.provided["projects"].new()
    assert not strip.isVisible()
    app.activity.say(Message(level="warning", title="about the next"))
    assert strip.text() == "about the next"


def test_the_task_line_follows_the_task_and_stops_it(app, qtbot):
    asked = []
    app.activity.stop_requested.connect(asked.append)
    key = app.activity.begin("analysis", "Analysing cell 1")
    app.activity.update(key, "communities", 0.25)
    assert app.window.findChild(QLabel, "task text").text() == "Analysing cell 1: communities"
    stop = app.window.findChild(QToolButton, "task stop")
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert asked == [key]
    assert not stop.isEnabled()
    app.activity.end(key)
    assert not stop.isVisible()


def test_undo_says_what_it_undoes(app):
    assert not action(app, "Undo").isEnabled()
    app.document.edit("set the seed", replace(app.document.project, seed=3))
    action(app, "Undo set the seed").trigger()
    assert app.document.project.seed == 0
    action(app, "Redo set the seed").trigger()
    assert app.document.project.seed == 3


def test_the_appearance_is_remembered(app, qtbot):
    action(app, "Dark").trigger()
    assert is_dark(QApplication.palette())
    other = StormGraphApp(app.settings.folder)
    assert is_dark(QApplication.palette())
    action(other, "Light").trigger()
    assert not is_dark(QApplication.palette())
    other.close()


@pytest.mark.parametrize("what", ["About StormGraph", "Keyboard shortcuts"])
def test_help_opens_and_closes(app, qtbot, what):
    action(app, what).trigger()
    (box,) = [d for d in app.window.findChildren(QDialog) if d.isVisible()]
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()


def test_no_shortcut_of_the_window_is_given_twice(app):
    everywhere = Qt.ShortcutContext.WindowShortcut
    actions = [
        a
        for a in app.window.findChildren(QAction)
        if not a.shortcut().isEmpty() and a.shortcutContext() == everywhere
    ]
    keys = [a.shortcut().toString() for a in actions]
    assert len(keys) > 15
    assert sorted(keys) == sorted(set(keys))


def bars(app):
    """Tabs of the panels' groups."""
    found = [b for b in app.window.findChildren(QTabBar) if b.parent() is app.window]
    return sorted([b.tabText(i) for i in range(b.count())] for b in found if b.isVisible())


def test_each_panel_has_one_tab_also_after_the_layout_was_reset(app, qtbot):
    qtbot.waitUntil(lambda: bool(bars(app)))
    before = bars(app)
    tabs = [tab for bar in before for tab in bar]
    assert len(tabs) == len(set(tabs))
    app.window.show_dock("log")
    action(app, "Reset layout").trigger()
    app.window.resize(1500, 900)
    QApplication.processEvents()
    assert bars(app) == before


def test_the_layout_is_remembered(app, qtbot):
    window = app.window
    log = window.findChild(QDockWidget, "dock log")
    clusters = window.findChild(QDockWidget, "dock clusters")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, clusters)
    window.findChild(QDockWidget, "dock run").hide()
    window.show_dock("log")
    window.resizeDocks([log], [300], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: log.height() >= 250)
    height = log.height()
    app.provided["shell"].shut_down()
    other = StormGraphApp(app.settings.folder)
    other.window.show()
    again = other.window.findChild(QDockWidget, "dock log")
    qtbot.waitUntil(lambda: abs(again.height() - height) <= 2)
    moved = other.window.findChild(QDockWidget, "dock clusters")
    assert other.window.dockWidgetArea(moved) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert other.window.findChild(QDockWidget, "dock run").isHidden()
    assert not again.visibleRegion().isEmpty()
    other.close()


@pytest.mark.parametrize("junk", [3, {"panels": 3, "geometry": 5}, {"panels": {"sides": {"log": 1},
    "sizes": {"left": "wide"}, "fronts": [3], "hidden": {}}, "geometry": "?"}])  # fmt: skip
def test_a_damaged_layout_is_no_reason_to_stop(qtbot, tmp_path, junk):
    Settings(tmp_path / "settings").set("layout", junk)
    made = StormGraphApp(tmp_path / "settings")
    made.window.show()
    assert made.window.findChild(QDockWidget, "dock log")
    made.close()


def test_a_window_with_nothing_to_lose_closes_at_once(app):
    app.window.close()
    assert not app.window.isVisible()


def test_stop_in_the_status_line_stops_an_analysis(app, qtbot, blobs, put_data):
    put_data(blobs())
    running = app.provided["running"]
    assert running.start()
    stop = app.window.findChild(QToolButton, "task stop")
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not running.is_running, timeout=30_000)
    assert app.workspace.finding is None
    assert app.activity.tasks == ()


def test_stop_in_the_status_line_stops_reading(app, qtbot, blobs, tmp_path):
    path = tmp_path / "cell.csv"
    write_localizations(blobs(), path)
    app.provided["opening"].open_paths([str(path)])
    (task,) = app.activity.tasks
    app.activity.request_stop(task.key)
    qtbot.waitUntil(lambda: not app.activity.tasks, timeout=30_000)
    assert app.document.project.data_sets == ()


def at_bottom(app):
    """Names of the panels at the bottom that are open, the one to the front first."""
    docks = [app.window.findChild(QDockWidget, f"dock {name}") for name in ("clusters", "queue")]
    opened = [dock for dock in docks if not dock.isHidden()]
    opened.sort(key=lambda dock: dock.visibleRegion().isEmpty())
    return [dock.objectName().removeprefix("dock ") for dock in opened]


def test_panels_at_the_bottom_make_room_for_a_tall_view(app, qtbot):
    app.window.resize(1280, 800)
    app.window.show_dock("queue")
    qtbot.waitUntil(lambda: at_bottom(app) == ["queue", "clusters"])
    before = app.window.panels.state()
    app.window.show_page("overlap")
    assert at_bottom(app) == []
    assert app.window.panels.state() == before
    app.window.show_page("conditions")
    assert at_bottom(app) == []
    app.window.show_page("viewer")
    qtbot.waitUntil(lambda: at_bottom(app) == ["queue", "clusters"])
    assert app.window.panels.state() == before


def test_a_panel_that_is_asked_for_is_shown_below_a_tall_view(app, qtbot):
    app.window.resize(1280, 800)
    app.window.show_page("overlap")
    app.window.show_dock("queue")
    qtbot.waitUntil(lambda: at_bottom(app) == ["queue"])
    app.window.show_page("viewer")
    qtbot.waitUntil(lambda: sorted(at_bottom(app)) == ["clusters", "queue"])


def test_a_large_window_has_room_for_both(app, qtbot):
    app.window.resize(1600, 1200)
    app.window.show_page("overlap")
    assert at_bottom(app) == ["clusters", "queue"]


def test_the_start_screen_leaves_window_and_panels_their_size(qtbot, app, put_data, blobs):
    app.window.resize(1280, 800)
    app.window.show()
    qtbot.waitExposed(app.window)
    panel = app.window.findChild(QDockWidget, "dock clusters")
    put_data(blobs())
    qtbot.waitUntil(lambda: panel.height() > 150, timeout=30_000)
    before = app.window.size(), panel.height()
    app.document.reset()
    start = app.window.findChild(QWidget, "start screen")
    qtbot.waitUntil(start.isVisible, timeout=30_000)
    QApplication.processEvents()
    assert (app.window.size(), panel.height()) == before
