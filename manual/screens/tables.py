"""Pictures of the table of clusters and of distributions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

if TYPE_CHECKING:
    from stage import Stage


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Yield a selection, a filtered table, and two results over one another."""
    app = stage.app
    other = stage.analyse(stage.open("two_colours_2d.csv"))
    stage.analyse(stage.open("nanoclusters_2d.csv"))
    tables = app.provided["tables"]
    for name in ("data", "run"):
        # room for the panel at the bottom
        _hide(app.window, name)
    app.window.show_dock("clusters")
    dock = app.window.findChild(QDockWidget, "dock clusters")
    app.window.resizeDocks([dock], [360], Qt.Orientation.Vertical)
    app.workspace.select_clusters([0, 3, 5])
    stage.settle()
    yield "tables", app.window

    panel = tables.table.parentWidget()
    table = tables.table
    table.filter_edit.setText("localizations >= 50 and area < 10000")
    table.apply_filter()
    area = [column.name for column in table.rows.columns].index("area_nm2")
    table.view.horizontalHeader().setSortIndicator(area, Qt.SortOrder.DescendingOrder)
    stage.settle()
    yield "tables_filter", panel

    table.filter_edit.clear()
    app.workspace.select_clusters(())
    plots = tables.distributions
    plots.fill_menu()
    for action in plots.overlay_button.menu().actions():
        if action.data() == other:
            action.trigger()
    stage.settle()
    yield "tables_compare", plots


def _hide(window: QMainWindow, name: str) -> None:
    """Hide a panel with those that are tabs beside it."""
    dock = window.findChild(QDockWidget, f"dock {name}")
    for one in [*window.tabifiedDockWidgets(dock), dock]:
        one.hide()
