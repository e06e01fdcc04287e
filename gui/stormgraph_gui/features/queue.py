"""Joins the parts of one feature: queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stormgraph_gui.app import StormGraphApp


def install(app: StormGraphApp) -> None:
    """Put the feature into the app."""
