"""Directive ``data-dictionary``: every column of a table, from the code that describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from stormgraph_py.clusters.dictionary import TABLES

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HEADINGS = ("column", "unit", "meaning", "source")


class DataDictionary(SphinxDirective):
    """Table of the columns of one file, named by the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        group = nodes.tgroup(cols=len(HEADINGS))
        group += [nodes.colspec(colwidth=width) for width in (24, 8, 44, 24)]
        header, body = nodes.thead(), nodes.tbody()
        header += self._row([nodes.Text(heading) for heading in HEADINGS])
        for column in TABLES[self.arguments[0]]:
            name = nodes.literal(text=column.name)
            texts = [nodes.Text(text) for text in (column.unit, column.meaning, column.source)]
            body += self._row([name, *texts])
        group += [header, body]
        table = nodes.table(classes=["data-dictionary"])
        table += group
        return [table]

    def _row(self, cells: list[nodes.Node]) -> nodes.row:
        row = nodes.row()
        for cell in cells:
            row += nodes.entry("", nodes.paragraph("", "", cell))
        return row


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("data-dictionary", DataDictionary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
