"""What was found, in plain words, with what the user should look at."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from stormgraph_gui.models.wording import in_the_app
from stormgraph_gui.views.results.remark import Remark
from stormgraph_gui.views.results.tab import Tab, column, text_label
from stormgraph_py.report import words
from stormgraph_py.report.numbers import integer, percent, rounded

if TYPE_CHECKING:
    from stormgraph_py.report.analysis import Analysis


class Summary(Tab):
    """The finding in a few sentences, warnings, and the numbers to read first.

    Attributes
    ----------
    asked_for : Signal
        Name of the tab that explains what the user clicked.
    """

    asked_for = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lead = text_label("lead")
        font = self.lead.font()
        font.setPointSizeF(1.15 * font.pointSizeF())
        self.lead.setFont(font)
        self._warnings = QWidget()
        QVBoxLayout(self._warnings).setContentsMargins(0, 0, 0, 0)
        self._numbers = QWidget()
        self._numbers.setObjectName("headline")
        grid = QGridLayout(self._numbers)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.choices = text_label("choices")
        self.choices.linkActivated.connect(self.asked_for)
        column(self, self.lead, self._warnings, self._numbers, self.choices)

    def warnings(self) -> list[str]:
        """Return the warnings that are shown."""
        return [one.text() for one in self._warnings.findChildren(QLabel, "warning text")]

    def fill(self, analysis: Analysis) -> None:
        """Show what there is."""
        self.lead.setText(words.lead(analysis))
        _clear(self._warnings)
        for warning in analysis.warnings:
            remark = Remark("warning", text_label("warning text"))
            remark.set_text(in_the_app(warning))
            layout = self._warnings.layout()
            assert layout is not None
            layout.addWidget(remark)
        self._warnings.setVisible(bool(analysis.warnings))
        _clear(self._numbers)
        grid = self._numbers.layout()
        assert isinstance(grid, QGridLayout)
        for row, number in enumerate(words.headline(analysis)):
            value, meaning = QLabel(number["value"]), QLabel(number["meaning"])
            font = value.font()
            font.setBold(True)
            value.setFont(font)
            meaning.setWordWrap(True)
            grid.addWidget(value, row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(meaning, row, 1)
        self.choices.setText(_choices(analysis))


def _clear(widget: QWidget) -> None:
    layout = widget.layout()
    while layout is not None and (item := layout.takeAt(0)) is not None:
        if (child := item.widget()) is not None:
            child.hide()
            child.setParent(None)
            child.deleteLater()


def _choices(analysis: Analysis) -> str:
    """Say how it was found, with links to the tabs that explain."""
    result = analysis.result
    params = result.params
    how = "found without k" if params.k is None else f"from neighbour k = {params.k}"
    r0, final = rounded(result.length_scale.r0_nm), result.final_length_scale
    of_graph = "" if final is None else rounded(final.r0_nm)
    second = f", {of_graph} nm for the final graph" if of_graph not in ("", r0) else ""
    lines = [f"r0 is {r0} nm{second}, {how}. <a href='r0'>Why?</a>"]
    if result.noise is None:
        lines.append("All localizations were kept for clustering (alpha = 1).")
    else:
        kept = int(result.noise.retained.sum())
        lines.append(
            f"{integer(kept)} localizations ({percent(kept / result.n_localizations)}) are denser "
            f"than chance at alpha = {params.alpha:g}. <a href='degrees'>Why?</a>"
        )
    n_levels = result.hierarchy.n_levels
    if result.n_clusters and n_levels > 1:
        lines.append(
            f"The clusters were chosen from {n_levels} levels. <a href='levels'>Look at them</a>"
        )
    precision = "Localization precisions were used." if result.used_sigma else (
        "No localization precisions were used."
    )  # fmt: skip
    size = html.escape(f"Clusters have at least {params.min_cluster_size} localizations.")
    lines.append(f"{size} {precision} Seed {result.seed}.")
    return "<br>".join(lines)
