"""Underlined letters: none stands twice where it could mean two things."""

from collections import defaultdict

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QDockWidget,
    QGroupBox,
    QLabel,
    QMenu,
    QTabBar,
    QTabWidget,
    QWidget,
)

from stormgraph_gui.models.questions import Question, Trial
from stormgraph_gui.views.import_preview import ImportPreview
from stormgraph_gui.views.region_dialogs import PixelSizeDialog
from stormgraph_gui.views.tag_dialog import TagDialog
from stormgraph_py.filters import Density, MergeReappearing
from stormgraph_py.io.head import file_head
from stormgraph_py.roi import Roi


def letter(text):
    """The letter that a text asks for, as Qt reads it."""
    return QKeySequence.mnemonic(text).toString().removeprefix("Alt+")


def twice(texts):
    """Letters that several texts ask for, with these."""
    found = defaultdict(list)
    for text in texts:
        if letter(text):
            found[letter(text)].append(text)
    return [texts for texts in found.values() if len(texts) > 1]


def texts_in(widget):
    """What can be seen in a widget and asks for a letter."""
    for part in (widget, *widget.findChildren(QWidget)):
        if not part.isVisibleTo(widget):
            continue
        has_buddy = isinstance(part, QLabel) and part.buddy() is not None
        if has_buddy or isinstance(part, QAbstractButton):
            yield part.text()
        elif isinstance(part, QGroupBox):
            yield part.title()
        elif isinstance(part, QTabBar):
            yield from map(part.tabText, range(part.count()))


def states(widget):
    """Show each tab of a widget, one after the other."""
    for tabs in widget.findChildren(QTabWidget) or [None]:
        for index in range(1 if tabs is None else tabs.count()):
            if tabs is not None:
                tabs.setCurrentIndex(index)
            QApplication.processEvents()
            yield widget


@pytest.fixture
def full(app, put_data, put_analysis, blobs):
    """The app with data, a region and a result."""
    key = put_data(blobs(n_blobs=4, n_background=100, dimensions=3))
    put_analysis(key)
    app.provided["regions"].controller.add(Roi.rectangle((0, 0), (2000, 2000)))
    return app


def test_letters_of_menus(full):
    menus = full.window.findChildren(QMenu)
    assert twice(action.text() for action in full.window.menuBar().actions()) == []
    assert len(menus) > 12
    for menu in menus:
        assert twice(action.text() for action in menu.actions()) == [], menu.title()


def test_letters_of_menus_that_open_at_a_click(full):
    app = full
    shown = app.window.findChild(QWidget, "data list")
    menu = shown.menu(app.workspace.data_set)
    assert twice(action.text() for action in menu.actions()) == []
    for widget in app.window.findChildren(QWidget):
        assert twice(action.text() for action in widget.actions()) == [], widget.objectName()


def test_letters_of_panels(full):
    """A panel is worked in with the menus above it."""
    app = full
    app.window.resize(QSize(1600, 1000))
    filters = (
        MergeReappearing(max_distance_nm=30.0, max_dark_frames=1),
        Density(min_neighbors=1, radius_nm=500.0),
    )
    app.provided["filters"].set_filters(app.workspace.data_set, filters, "filter")
    bar = [action.text() for action in app.window.menuBar().actions()]
    places = [(dock.objectName(), dock) for dock in app.window.findChildren(QDockWidget)]
    n_letters = 0
    for name, dock in places:
        app.window.show_dock(name.removeprefix("dock "))
        app.window.findChild(QAbstractButton, "more parameters").setChecked(True)
        for _ in states(dock.widget()):
            texts = [*bar, *texts_in(dock.widget())]
            n_letters += sum(bool(letter(text)) for text in texts) - len(bar)
            assert twice(texts) == [], name
    pages = app.window.pages
    for index in range(pages.count()):
        pages.setCurrentIndex(index)
        for _ in states(pages.currentWidget()):
            assert twice([*bar, *texts_in(pages.currentWidget())]) == [], pages.tabText(index)
    assert n_letters > 35


@pytest.mark.parametrize("phase", ["running", "paused", "idle"])
def test_letters_of_the_queue(app, phase):
    panel = app.window.findChild(QWidget, "queue panel")
    app.window.show_dock("queue")
    panel.offer_to_go_on(2)
    app.provided["queue"].queue.set_phase(phase)
    bar = [action.text() for action in app.window.menuBar().actions()]
    assert twice([*bar, *texts_in(panel)]) == []


def opened(window):
    (dialog,) = [one for one in window.findChildren(QDialog) if one.isVisible()]
    return dialog


@pytest.mark.parametrize("what", ["tiles", "copy", "report", "queue", "About", "Keyboard"])
def test_letters_of_questions(full, put_data, blobs, what):
    app = full
    if what in ("About", "Keyboard"):
        (wanted,) = [
            one
            for one in app.window.findChildren(QAction)
            if one.text().replace("&", "").startswith(what)
        ]
        wanted.trigger()
    elif what == "report":
        finding = app.document.project.findings[0]
        app.workspace.look_at(finding.data_set, finding.region, finding.key)
        app.provided["report questions"].ask_one()
    elif what == "queue":
        app.provided["queue"].add()
    elif what == "copy":
        first = app.workspace.data_set
        put_data(blobs(), path="/data/other.csv")
        app.workspace.look_at(first, app.document.project.data_sets[0].regions[0].key)
        app.provided["regions"].questions.ask_copy()
    else:
        app.provided["regions"].questions.ask_tiles()
    dialog = opened(app.window)
    for _ in states(dialog):
        assert twice(texts_in(dialog)) == []
    dialog.close()


def test_letters_of_questions_about_files(qtbot, tmp_path):
    path = tmp_path / "px.csv"
    np.savetxt(path, np.ones((3, 2)), delimiter=",", header="x,y", comments="")
    question = Question(
        path=str(path), head=file_head(path), untold="unit", first=Trial(), n_others=2
    )
    for dialog in (
        ImportPreview(question, None),
        TagDialog("cell", {}, []),
        PixelSizeDialog("a.roi", None),
    ):
        qtbot.addWidget(dialog)
        assert len([text for text in texts_in(dialog) if text]) > 1
        assert twice(texts_in(dialog)) == []
