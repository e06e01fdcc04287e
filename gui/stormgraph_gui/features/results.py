"""Joins the parts of one feature: what explains a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from stormgraph_gui.controllers.results import Results
from stormgraph_gui.features.result_in_front import ResultInFront
from stormgraph_gui.models.evidence import Evidence
from stormgraph_gui.views.results.panel import ResultPanel

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


class ResultsFeature(QObject):
    """The panel of the result, with what serves it.

    Attributes
    ----------
    panel : ResultPanel
        The panel.
    evidence : Evidence
        What is known about results beside the results themselves.
    controller : Results
        Does what the panel asks for.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app = app
        self.evidence = Evidence(self)
        self.controller = Results(
            app.document, app.workspace, app.activity, self.evidence, app.analyst, self
        )
        self.panel = ResultPanel(app.document, app.workspace, self.evidence)
        panel, controller = self.panel, self.controller
        panel.degrees.needed.connect(controller.explain_degrees)
        panel.degrees.alpha_wanted.connect(controller.use_alpha)
        panel.overcounting.needed.connect(controller.explain_overcounting)
        panel.overcounting.radius_wanted.connect(controller.use_label_radius)
        panel.overcounting.candidate_wanted.connect(controller.show_candidate)
        panel.levels.level_wanted.connect(app.workspace.show_level)
        panel.levels.cluster_wanted.connect(controller.show_cluster)
        panel.levels.split_wanted.connect(controller.show_split)
        controller.box_wanted.connect(self._look_at)
        app.window.add_dock("results", "Result", panel, Qt.DockWidgetArea.RightDockWidgetArea)

    def show_tab(self, name: str) -> None:
        """Open the panel at a tab."""
        self._app.window.show_dock("results")
        self.panel.show_tab(name)

    def _look_at(self, x0: float, y0: float, x1: float, y1: float) -> None:
        viewer = self._app.provided.get("viewer")
        if viewer is not None:
            viewer.show_box(x0, y0, x1, y1)


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    feature = ResultsFeature(app)
    app.provided["results"] = feature
    controller, window = feature.controller, app.window
    if (running := app.provided.get("running")) is not None:
        ResultInFront(app, running)
    window.add_action(
        "View",
        "&Coarser level",
        lambda: controller.change_level(-1),
        "Alt+Left",
        "Show a coarser level of the hierarchy of clusters",
    )
    window.add_action(
        "View",
        "Fi&ner level",
        lambda: controller.change_level(1),
        "Alt+Right",
        "Show a finer level of the hierarchy of clusters",
    )
    window.add_action(
        "View",
        "C&hosen clusters",
        controller.show_chosen,
        "Alt+Home",
        "Show the clusters that the report counts instead of those of a level",
    )
