"""What came out of a comparison, as text beside its diagram."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QTextBrowser, QWidget

from stormgraph_gui.models.comparison_text import (
    Statement,
    all_tests,
    caution_in_words,
    effects_of,
    interval_name,
    means_of,
    verdicts,
)
from stormgraph_py.report.compare_analysis import ComparedResults


class ComparisonText(QTextBrowser):
    """Tests, effect sizes and cautions of one measure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparison text")
        self.setOpenLinks(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def show_measure(self, compared: ComparedResults, measure: str) -> None:
        """Show what came out for a measure."""
        comparison = compared.comparison
        unit = comparison.unit_of(measure)
        parts = [f"<p><b>{html.escape(line)}</b></p>" for line in verdicts(comparison, measure)]
        if compared.warnings:
            parts.append(_heading("Before you believe it"))
            items = [
                f"<li>{html.escape(caution_in_words(comparison, text))}</li>"
                for text in compared.warnings
            ]
            parts.append(f"<ul style='margin-left:-22px'>{''.join(items)}</ul>")
        parts.append(_heading(f"Means, one value a {unit}"))
        parts.append(_table(means_of(comparison, measure)))
        for pair, statements in effects_of(comparison, measure):
            parts += [_heading(f"How much: {pair}"), _table(statements)]
        parts.append(_heading("Tests"))
        parts.append(_table(all_tests(comparison, measure)))
        if unit != "cluster":
            note = f"In parentheses: {interval_name(comparison)}."
            parts.append(f"<p style='color:{self._faint()}'>{html.escape(note)}</p>")
        self.setHtml("".join(parts))

    def _faint(self) -> str:
        return self.palette().color(QPalette.ColorRole.PlaceholderText).name()


def _heading(text: str) -> str:
    return f"<p style='margin-top:10px;margin-bottom:2px'><b>{html.escape(text)}</b></p>"


def _table(statements: list[Statement]) -> str:
    rows = [
        f"<tr><td style='padding-right:12px'>{html.escape(one.what)}</td>"
        f"<td>{html.escape(one.value)}</td></tr>"
        for one in statements
    ]
    return f"<table cellspacing='0' cellpadding='1'>{''.join(rows)}</table>"
