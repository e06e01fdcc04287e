"""What a report is made of: pictures, tables and sections under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stormgraph_py.report.style import data_uri

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class FigureView:
    """A picture with its caption; `kind` is how the page holds it."""

    title: str
    caption: str
    figure: Figure
    kind: Literal["svg", "png"]
    wide: bool = False

    @property
    def uri(self) -> str:
        """Address of an image that holds the figure itself."""
        return data_uri(self.figure, self.kind)


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A table; `text` holds the columns that are words and not numbers."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: Sequence[int] = (0,)
    title: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report under one heading."""

    title: str
    paragraphs: Sequence[str] = ()
    figures: Sequence[FigureView] = ()
    tables: Sequence[TableView] = ()
    small: bool = False


def picture(title: str, caption: str, figure: Figure) -> FigureView:
    """Show a map, which is made of pixels."""
    return _view(title, caption, figure, "png")


def chart(title: str, caption: str, figure: Figure) -> FigureView:
    """Show a diagram, which is made of lines."""
    return _view(title, caption, figure, "svg")


def _view(title: str, caption: str, figure: Figure, kind: Literal["svg", "png"]) -> FigureView:
    return FigureView(title=title[0].upper() + title[1:], caption=caption, figure=figure, kind=kind)
