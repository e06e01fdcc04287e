"""Joins the parts of one feature: tables and distributions of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSplitter

from stormgraph_gui.controllers.tables import Tables
from stormgraph_gui.models.measured import Measured
from stormgraph_gui.models.outdated import Outdated
from stormgraph_gui.models.shown import shown_labels
from stormgraph_gui.views.cluster_table import ClusterTable
from stormgraph_gui.views.distributions import Distributions

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp

MARGIN = 1.5
"""Extent of what is shown around a cluster, over the extent of the cluster."""
SMALLEST_WIDTH = 150
"""Of the table and of the diagram, pixels."""
LEAST_NM = 100.0
"""The view is not zoomed in further than to this width for a cluster."""


class TablesFeature(QObject):
    """The table of clusters with what keeps it, for other features.

    Attributes
    ----------
    measured : Measured
        The table of the clusters that are shown.
    """

    def __init__(self, app: StormGraphApp) -> None:
        super().__init__(app)
        self._app = app
        self.measured = Measured(self)
        self.controller = Tables(app.workspace, self.measured, app.activity, app.analyst, self)
        outdated = Outdated(app.document, app.workspace, self)
        self.table = ClusterTable(self.measured, outdated, app.workspace)
        self.table.picked.connect(self.controller.select)
        self.table.save_requested.connect(self.controller.save)
        self.table.activated.connect(self.look_at)
        self.distributions = Distributions(self.measured, app.workspace, app.document)
        self.distributions.picked.connect(self.controller.select)
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        # both are seen at once: what is selected in one is marked in the other
        panel = QSplitter(Qt.Orientation.Horizontal)
        panel.setObjectName("clusters panel")
        for widget, share in ((self.table, 3), (self.distributions, 2)):
            widget.setMinimumWidth(SMALLEST_WIDTH)
            panel.addWidget(widget)
            panel.setStretchFactor(panel.count() - 1, share)
        app.window.add_dock("clusters", "Clusters", panel, bottom)

    def look_at(self, cluster: int) -> None:
        """Zoom the view of the data to a cluster."""
        viewer, analysis = self._app.provided.get("viewer"), self._app.workspace.analysis
        if viewer is None or analysis is None:
            return
        inside = shown_labels(analysis, self._app.workspace.level) == cluster
        xy = analysis.localizations.xy[inside]
        if not len(xy):
            return
        low, high = xy.min(axis=0), xy.max(axis=0)
        middle = (low + high) / 2
        half = np.full(2, max(MARGIN * float((high - low).max()), LEAST_NM) / 2)
        viewer.show_box(*(middle - half).tolist(), *(middle + half).tolist())


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
    app.provided["tables"] = TablesFeature(app)
