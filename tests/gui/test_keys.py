"""Keys: who has them, that none is given twice, and that the list of them is true."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QDockWidget,
    QLineEdit,
    QListWidget,
    QMenu,
    QTableView,
    QTableWidget,
    QTabWidget,
    QWidget,
)

from stormgraph_gui.models.project import Region
from stormgraph_gui.views.shortcut_list import EVERYWHERE, NOT_TYPED_IN
from stormgraph_py.roi import Roi

TYPED_IN = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView)
TOOLS = {"R": "rectangle", "E": "ellipse", "P": "polygon", "L": "lasso", "V": "select"}


@pytest.fixture
def full(app, qtbot, put_data, put_analysis, blobs):
    """The app with data, two regions and a result, and keys that reach it."""
    qtbot.waitExposed(app.window)
    app.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is app.window)
    key = put_data(blobs(n_blobs=4, n_background=100), path="/data/resting.csv")
    for name in ("apical", "membrane"):
        roi = Roi.rectangle((100, 100), (2000, 2000), name=name)
        project, region = app.document.project.new_key()
        app.document.edit("draw", project.with_region(key, Region(key=region, roi=roi)))
    put_analysis(key)
    return app


def panels(app):
    """Bring each panel and each tab in it to the front, one after the other."""
    for dock in app.window.findChildren(QDockWidget):
        app.window.show_dock(dock.objectName().removeprefix("dock "))
        tabs = dock.findChild(QTabWidget)
        for index in range(tabs.count() if tabs is not None else 1):
            if tabs is not None:
                tabs.setCurrentIndex(index)
            QApplication.processEvents()
            yield dock
    pages = app.window.pages
    for index in range(pages.count()):
        pages.setCurrentIndex(index)
        QApplication.processEvents()
        yield pages.currentWidget()


def focusable(panel):
    """Widgets of a panel that the keyboard can reach now."""
    return [
        widget
        for widget in (panel, *panel.findChildren(QWidget))
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
    ]


def state(app):
    canvas = app.provided["viewer"]
    return canvas.tool, canvas.view_box()


def test_letters_belong_to_the_field_that_is_typed_in(full, qtbot):
    app, seen = full, Counter()
    for panel in panels(app):
        for widget in focusable(panel):
            kind = next((kind for kind in TYPED_IN if isinstance(widget, kind)), None)
            if kind is None or (isinstance(widget, QLineEdit) and widget.isReadOnly()):
                continue
            widget.setFocus()
            if not widget.hasFocus():
                continue
            app.provided["viewer"].set_tool(None)
            app.provided["viewer"].show_box(0, 0, 1000, 1000)
            before = state(app)
            page = app.window.pages.currentIndex()
            for letter in (*TOOLS, "F", "Z"):
                qtbot.keyClick(widget, letter.lower())
            assert state(app) == before, widget.objectName()
            assert app.window.pages.currentIndex() == page
            seen[kind] += 1
    assert all(seen[kind] for kind in TYPED_IN), seen


def test_letters_choose_tools_everywhere_else(full, qtbot):
    app = full
    canvas, regions = app.provided["viewer"], app.provided["regions"]
    app.window.show_dock("display")
    box = app.window.findChild(QCheckBox, "show regions")
    for widget in (box, canvas, app.window.pages.tabBar()):
        for letter, name in TOOLS.items():
            widget.setFocus()
            qtbot.keyClick(widget, letter)
            found = regions.drawing_tools.get(name.replace("lasso", "freehand"), regions.edit_tool)
            assert canvas.tool is found, (widget.objectName(), letter)
    canvas.show_box(0, 0, 10, 10)
    qtbot.keyClick(canvas, "F")
    assert canvas.view_box().width > 2000


def test_typing_finds_an_entry(full, qtbot, put_data, blobs):
    app = full
    app.window.show_dock("display")
    colors = app.window.findChild(QComboBox, "colour by")
    assert colors.currentText() != "Frame"
    colors.setFocus()
    qtbot.keyClick(colors, "f")
    assert colors.currentText() == "Frame"
    app.window.show_dock("regions")
    table = app.window.findChild(QTableView, "region table")
    table.setFocus()
    qtbot.keyClick(table, "m")
    assert app.provided["regions"].controller.current.roi.name == "membrane"
    first, last = app.workspace.data_set, put_data(blobs(), path="/data/wild type.csv")
    app.workspace.look_at(first)
    app.window.show_dock("data")
    shown = app.window.findChild(QListWidget, "data sets")
    shown.setFocus()
    qtbot.keyClick(shown, "w")
    assert app.workspace.data_set == last


def test_the_map_has_the_keys_once_data_are_there(app, qtbot, put_data, blobs):
    qtbot.waitExposed(app.window)
    app.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is app.window)
    put_data(blobs())
    assert app.provided["viewer"].hasFocus()


# --- none is given twice


def holders(action):
    """Widgets through which an action or a shortcut is reached."""
    if isinstance(action, QShortcut):
        return [action.parent()]
    found = []
    for one in action.associatedObjects():
        if isinstance(one, QMenu):
            found += holders(one.menuAction())
        elif isinstance(one, QWidget):
            found.append(one)
    return found


def acts_at(action, context, widget):
    """Whether its keys act while a widget has the focus, as Qt decides it."""
    contexts = Qt.ShortcutContext
    if context == contexts.ApplicationShortcut:
        return True
    if context == contexts.WindowShortcut:
        return any(one.window() is widget.window() for one in holders(action))
    if context == contexts.WidgetShortcut:
        return any(one is widget for one in holders(action))
    return any(one is widget or one.isAncestorOf(widget) for one in holders(action))


def given(window):
    """Every key that is given, with what it is given to."""
    for action in window.findChildren(QAction):
        for keys in action.shortcuts():
            yield keys.toString(), action, action.shortcutContext()
    for shortcut in window.findChildren(QShortcut):
        yield shortcut.key().toString(), shortcut, shortcut.context()


def test_no_key_is_given_twice_where_it_acts(full):
    """Of two that could act Qt lets neither."""
    app = full
    pairs = list(given(app.window))
    assert len(pairs) > 30
    assert {"Del", "Alt+Up", "Alt+Down", "R"} <= {keys for keys, _, _ in pairs}
    widgets = [
        widget
        for widget in app.window.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert {"region table", "queue table", "data sets", "findings", "viewer", "clusters"} <= {
        widget.objectName() for widget in widgets
    }
    for widget in widgets:
        here = [keys for keys, one, context in pairs if acts_at(one, context, widget)]
        twice = [keys for keys, n in Counter(here).items() if n > 1]
        assert not twice, (widget.objectName(), twice)


def test_two_that_share_a_key_would_be_noticed(full):
    app = full
    (first,) = [a for a in app.window.findChildren(QAction) if a.text() == "&Delete"]
    other = QAction("other", app.window)
    other.setShortcut(QKeySequence(Qt.Key.Key_Delete))
    app.window.menu("Edit").addAction(other)
    table = app.window.findChild(QTableView, "region table")
    for action in (first, other):
        assert acts_at(action, action.shortcutContext(), table)


def test_delete_acts_on_what_has_the_focus(full, qtbot):
    app = full
    key, region = app.workspace.data_set, app.document.project.data_sets[0].regions[0].key

    def press(dock, name):
        app.window.show_dock(dock)
        widget = app.window.findChild(QWidget, name)
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Delete)
        project = app.document.project
        n_regions = sum(len(one.regions) for one in project.data_sets)
        return len(project.data_sets), n_regions, len(project.findings)

    assert press("run", "findings") == (1, 2, 0)
    app.workspace.look_at(key, region)
    assert press("regions", "region table") == (1, 1, 0)
    app.workspace.look_at(key, app.document.project.data_sets[0].regions[0].key)
    assert press("regions", "viewer") == (1, 0, 0)
    assert press("data", "data sets") == (0, 0, 0)


# --- the list of them


def test_the_list_of_keys_names_them_all_and_where_they_act(full):
    app = full
    (wanted,) = [a for a in app.window.findChildren(QAction) if a.text() == "&Keyboard shortcuts"]
    wanted.trigger()
    (box,) = [d for d in app.window.findChildren(QDialog) if d.objectName() == "shortcut list"]
    table = box.findChild(QTableWidget, "shortcut table")
    rows = [
        [table.item(row, column).text() for column in range(3)] for row in range(table.rowCount())
    ]
    assert all(all(texts) for texts in rows), rows
    listed = {(keys, place) for _, texts, place in rows for keys in texts.split(", ")}
    native = QKeySequence.SequenceFormat.NativeText
    for text, _, context in given(app.window):
        keys = QKeySequence(text).toString(native)
        places = {place for known, place in listed if known == keys}
        if context == Qt.ShortcutContext.WindowShortcut:
            assert places & {EVERYWHERE, NOT_TYPED_IN}, keys
        else:
            assert places - {EVERYWHERE, NOT_TYPED_IN}, keys
    assert ("F5", EVERYWHERE) in listed
    assert {("R", NOT_TYPED_IN), ("Shift+F", NOT_TYPED_IN)} <= listed
    box.close()
