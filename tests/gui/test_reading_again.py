"""A file that was read wrongly is read in another way."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QListWidget

from stormgraph_gui.models.currency import outdated_by
from stormgraph_gui.models.questions import Question, Trial
from stormgraph_gui.views.data_list import DataList
from stormgraph_gui.views.import_preview import ImportPreview
from stormgraph_py import read_localizations
from stormgraph_py.io.head import file_head

pytestmark = pytest.mark.features("viewer", "opening", "filters", "regions")
PATIENCE = 30_000


@pytest.fixture
def path(tmp_path):
    """A table in µm that does not say so, with positions that are corrected for drift beside."""
    rng = np.random.default_rng(0)
    positions = rng.uniform(0, 900, (300, 2))
    rows = np.column_stack([positions, positions + 3, rng.uniform(5, 20, 300)])
    made = tmp_path / "cell.csv"
    header = "x,y,corrected x,corrected y,precision"
    np.savetxt(made, rows, delimiter=",", header=header, comments="", fmt="%.3f")
    return made


def preview(app):
    return app.window.findChild(ImportPreview, "import preview")


def ask(qtbot, app, key):
    menu = app.window.findChild(DataList, "data list").menu(key)
    next(a for a in menu.actions() if "another" in a.text()).trigger()
    menu.deleteLater()
    qtbot.waitUntil(lambda: preview(app) is not None, timeout=PATIENCE)
    return preview(app)


def choose(dialog, name, meaning):
    box = dialog.table.choice(name)
    box.setCurrentIndex(box.findText(meaning))
    box.activated.emit(box.currentIndex())


def positions(app, key):
    return app.workspace.loaded[key].raw.xy


def test_a_data_set_is_read_in_another_way_and_back(qtbot, app, path, put_analysis):
    app.provided["opening"].open_paths([path])
    qtbot.waitUntil(lambda: len(app.workspace.loaded) == 1, timeout=PATIENCE)
    (data_set,) = app.document.project.data_sets
    key = data_set.key
    found = put_analysis(key)
    finding = app.document.project.finding(found)
    as_nm = read_localizations(path).xy

    dialog = ask(qtbot, app, key)
    assert dialog.open_button.isEnabled(), "it is shown as it is read now"
    unit = dialog.findChild(QComboBox, "unit")
    qtbot.keyClicks(unit, "µm")
    choose(dialog, "corrected x", "x")
    choose(dialog, "corrected y", "y")
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    told = {"unit": "um", "columns": {"x_nm": "corrected x", "y_nm": "corrected y"}}
    qtbot.waitUntil(lambda: app.document.project.data_set(key).reading == told, timeout=PATIENCE)
    expected = read_localizations(path, **told).xy
    np.testing.assert_array_equal(positions(app, key), expected)
    assert not np.allclose(expected, as_nm)
    assert outdated_by(app.document.project, finding) == ("the file is read in another way",)
    qtbot.waitUntil(lambda: preview(app) is None, timeout=PATIENCE)

    # asked once more, it shows what was told, and leaves things as they are when it is left
    dialog = ask(qtbot, app, key)
    assert dialog.reading() == told
    assert dialog.table.choice("corrected x").currentText() == "x"
    assert dialog.table.choice("x").currentText() == "not used"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert app.document.project.data_set(key).reading == told
    shown = app.window.findChild(QListWidget, "data sets")
    assert "not at hand" not in shown.item(0).data(Qt.ItemDataRole.AccessibleTextRole)

    app.document.undo()
    qtbot.waitUntil(lambda: np.array_equal(positions(app, key), as_nm), timeout=PATIENCE)
    assert app.document.project.data_set(key).reading == {}
    assert outdated_by(app.document.project, finding) == ()


def test_a_pixel_that_was_told_is_kept_to_its_last_digit(qtbot, path):
    told = {"format": "delimited", "unit": "px", "pixel_size_nm": 106.66667}
    question = Question(
        path=str(path),
        head=file_head(path),
        untold="",
        first=Trial(reading=told),
        told=told,
        is_open=True,
    )
    dialog = ImportPreview(question, None)
    qtbot.addWidget(dialog)
    assert dialog.reading() == told
    dialog.findChild(QDoubleSpinBox, "pixel size").setValue(107.5)
    assert dialog.reading() == {**told, "pixel_size_nm": 107.5}
