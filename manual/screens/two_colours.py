"""Pictures of the page of two colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from stage import Stage


def scenes(stage: Stage) -> Iterator[tuple[str, QWidget]]:
    """Put the page of two colours into the states of its page in the guide."""
    app = stage.app
    stage.open("two_colours_2d.csv")
    app.window.show_page("overlap")
    feature = app.provided["overlap"]
    page = feature.page
    stage.settle()
    yield "two_colours_question", page.panel
    feature.controller.start()
    stage.wait(lambda: feature.model.comparison is not None)
    stage.settle()
    yield "two_colours", app.window
    page.tabs.setCurrentWidget(page.chance)
    stage.settle()
    yield "two_colours_chance", page.tabs
    feature.model.select((0, 0))
    stage.settle()
    yield "two_colours_partners", page.results
