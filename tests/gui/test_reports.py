from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit

from stormgraph_gui.models.project import Region
from stormgraph_py import read_localizations, write_localizations
from stormgraph_py.report.outputs import Outputs
from stormgraph_py.roi import Roi

pytestmark = pytest.mark.features("reports")

PATIENCE_MS = 60_000


@pytest.fixture
def found(app, blobs, put_data, put_analysis, tmp_path):
    """An app with results of two regions; the pages that the browser is given."""
    path = tmp_path / "cell.csv"
    write_localizations(blobs(), path)
    key = put_data(read_localizations(path), path=str(path))
    for name, x in (("left", 750), ("right", 2250)):
        project, region = app.document.project.new_key()
        roi = Roi.rectangle((x, 1500), (1500, 3000), name=name)
        app.document.edit(f"draw {name}", project.with_region(key, Region(key=region, roi=roi)))
        put_analysis(key, region)
    pages = []
    app.provided["report questions"].open_page = pages.append
    return pages


@pytest.mark.slow
def test_a_report_of_the_result_that_is_shown(app, qtbot, found, tmp_path):
    app.provided["report questions"].ask_one()
    dialog = app.window.findChild(QDialog, "report dialog")
    assert dialog.findChild(QLineEdit, "report name").text() == "cell__right"
    dialog.findChild(QLineEdit, "report folder").setText(str(tmp_path / "nowhere"))
    save = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save)
    assert not save.isEnabled()
    assert "no folder" in dialog.findChild(QLabel, "report state").text()
    dialog.findChild(QLineEdit, "report folder").setText(str(tmp_path))
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE_MS)
    (page,) = map(Path, found)
    assert page == tmp_path / "cell__right" / "report.html"
    assert page.stat().st_size > 10_000
    labels = pd.read_csv(page.parent / "localizations.csv")["cluster"]
    np.testing.assert_array_equal(labels, app.workspace.analysis.result.labels)
    assert not app.activity.tasks


@pytest.mark.slow
def test_a_report_of_the_project_has_all_results(app, qtbot, found, tmp_path):
    reports = app.provided["reports"]
    reports.write_project(tmp_path / "all", Outputs(report=False, figures=False, excel=False))
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE_MS)
    summary = pd.read_csv(tmp_path / "all" / "summary.csv")
    assert summary["roi"].tolist() == ["left", "right"]
    assert summary["n_clusters"].tolist() == [
        app.workspace.analyses[f.key].result.n_clusters for f in app.document.project.findings
    ]


def test_a_report_that_cannot_be_written_is_told(app, qtbot, found, tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.docx").write_text("mine")
    reports = app.provided["reports"]
    reports.write(
        app.workspace.finding,
        target,
        Outputs(report=False, figures=False, excel=False),
        overwrite=True,
    )
    errors = app.provided["shell"].errors
    qtbot.waitUntil(lambda: errors.box is not None, timeout=PATIENCE_MS)
    assert "thesis.docx" in errors.box.informativeText()
    errors.box.accept()
    assert (target / "thesis.docx").read_text() == "mine"
