"""`report.html`: one file that holds everything it shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from stormgraph_py.report.explanations import (
    choices_section,
    overcounting_section,
    record_section,
)
from stormgraph_py.report.findings import clusters_section, hierarchy_section, pictures_section
from stormgraph_py.report.style import styled
from stormgraph_py.report.words import headline, lead

if TYPE_CHECKING:
    from stormgraph_py.report.analysis import Analysis

_TEMPLATE = "report.html.j2"


def render_report(analysis: Analysis, record: dict[str, Any]) -> str:
    """Return the report of an analysis as one HTML document without outside references.

    Parameters
    ----------
    analysis : Analysis
        What was found.
    record : dict
        Its record, as of `stormgraph_py.report.record.run_record`.
    """
    environment = Environment(
        loader=PackageLoader("stormgraph_py.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with styled():
        sections = [
            pictures_section(analysis),
            clusters_section(analysis),
            hierarchy_section(analysis),
            choices_section(analysis),
            overcounting_section(analysis),
            record_section(analysis, record),
        ]
    name = Path(analysis.request.path).name
    return environment.get_template(_TEMPLATE).render(
        title=name,
        subtitle=f"StormGraph cluster analysis in {analysis.result.dimensions}-D, "
        f"{record['created_utc'][:10]}",
        version=record["versions"]["stormgraph_py"],
        warnings=analysis.warnings,
        lead=lead(analysis),
        numbers=headline(analysis),
        sections=[section for section in sections if section is not None],
    )
