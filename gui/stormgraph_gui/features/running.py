"""Joins the parts of one feature: running an analysis of the region at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from stormgraph_gui.controllers.running import Running
from stormgraph_gui.models.presets import Presets
from stormgraph_gui.views.run_panel import RunPanel

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    presets = Presets(app.settings, app)
    running = Running(
        app.document,
        app.workspace,
        app.activity,
        presets,
        app.analyst,
        app,
        filtering=app.provided.get("filters"),
    )
    panel = RunPanel(app.document, app.workspace, app.activity, presets)
    panel.run_requested.connect(running.start)
    panel.cancel_requested.connect(running.cancel)
    panel.preset_chosen.connect(running.use_preset)
    panel.preset_saved.connect(running.save_preset)
    panel.preset_removed.connect(running.remove_preset)
    panel.fields.params_edited.connect(running.set_params)
    panel.fields.seed_edited.connect(running.set_seed)
    panel.fields.edit_ended.connect(app.document.end_merge)
    panel.findings.show_requested.connect(running.show)
    panel.findings.remove_requested.connect(running.remove)
    panel.findings.put_back_requested.connect(running.put_back)
    running.removed_changed.connect(panel.findings.allow_put_back)
    panel.findings.reuse_requested.connect(running.use_parameters_of)
    app.window.add_dock("run", "Run", panel, Qt.DockWidgetArea.RightDockWidgetArea)
    run = app.window.add_action(
        "Analysis", "&Run", panel.run, tip="Analyse the region at hand with these parameters"
    )
    run.setShortcuts([QKeySequence("Ctrl+R"), QKeySequence("F5")])
    cancel = app.window.add_action(
        "Analysis", "&Cancel", running.cancel, "Ctrl+.", tip="Stop the analysis that runs"
    )

    def enable() -> None:
        cancel.setEnabled(running.is_running)

    running.running_changed.connect(enable)
    enable()
    app.provided["running"] = running
