"""Pictures of the page on understanding a result."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget


def scenes(stage) -> Iterator[tuple[str, QWidget]]:
    """Show the tabs of the panel one after the other."""
    app = stage.app
    data_set = stage.open("nanoclusters_2d.csv")
    finding = stage.analyse(data_set)
    feature = app.provided["results"]
    panel = feature.panel
    feature.show_tab("summary")
    yield "understand_summary", app.window
    feature.show_tab("r0")
    yield "understand_r0", panel
    feature.show_tab("degrees")
    stage.wait(lambda: finding in feature.evidence.degrees)
    panel.degrees.try_alpha(0.2)
    yield "understand_degrees", panel
    feature.show_tab("levels")
    panel.levels.splits.selectRow(0)
    app.workspace.show_level(1)
    tables = app.provided["tables"]
    stage.wait(lambda: not tables.measured.is_measuring)
    yield "understand_levels", app.window
    app.workspace.show_level(None)
    feature.show_tab("overcounting")
    stage.wait(lambda: finding in feature.evidence.label_radii)
    panel.overcounting.try_radius(8.0)
    yield "understand_molecules", panel
