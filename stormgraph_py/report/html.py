"""Reports: one HTML file each, which holds everything it shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from stormgraph_py import __version__
from stormgraph_py.report.explanations import (
    choices_section,
    record_section,
)
from stormgraph_py.report.findings import clusters_section, hierarchy_section, pictures_section
from stormgraph_py.report.overcounting import overcounting_section
from stormgraph_py.report.style import styled
from stormgraph_py.report.words import headline, lead

if TYPE_CHECKING:
    from stormgraph_py.report.analysis import Analysis
    from stormgraph_py.report.views import Section

_TEMPLATE = "report.html.j2"


def render_page(
    title: str,
    subtitle: str,
    sections: Sequence[Section],
    *,
    lead: str = "",
    numbers: Sequence[dict[str, str]] = (),
    warnings: Sequence[str] = (),
) -> str:
    """Return a report as one HTML document without outside references.

    Parameters
    ----------
    title, subtitle : str
        What it is about, and what was done.
    sections : sequence of Section
        What it shows, in order.
    lead : str
        What was found, in a sentence or two.
    numbers : sequence of dict
        The numbers to read first, each a ``value`` with its ``meaning``.
    warnings : sequence of str
        What the reader should look at first.
    """
    environment = Environment(
        loader=PackageLoader("stormgraph_py.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with styled():
        return environment.get_template(_TEMPLATE).render(
            title=title,
            subtitle=subtitle,
            version=__version__,
            warnings=warnings,
            lead=lead,
            numbers=numbers,
            sections=sections,
        )


def report_sections(analysis: Analysis, record: dict[str, Any]) -> list[Section]:
    """Return what the report of an analysis shows.

    Parameters
    ----------
    analysis : Analysis
        What was found.
    record : dict
        Its record, as of `stormgraph_py.report.record.run_record`.
    """
    with styled():
        sections = [
            pictures_section(analysis),
            clusters_section(analysis),
            hierarchy_section(analysis),
            choices_section(analysis),
            overcounting_section(analysis),
            record_section(analysis, record),
        ]
    return [section for section in sections if section is not None]


def render_report(
    analysis: Analysis, record: dict[str, Any], sections: Sequence[Section] | None = None
) -> str:
    """Return the report of an analysis as one HTML document without outside references.

    Parameters
    ----------
    analysis : Analysis
        What was found.
    record : dict
        Its record, as of `stormgraph_py.report.record.run_record`.
    sections : sequence of Section, optional
        What `report_sections` returned, where it is needed for other files too.
    """
    return render_page(
        " – ".join(filter(None, (Path(analysis.request.path).name, analysis.request.roi_name))),
        f"StormGraph cluster analysis in {analysis.result.dimensions}-D, "
        f"{record['created_utc'][:10]}",
        report_sections(analysis, record) if sections is None else sections,
        lead=lead(analysis),
        numbers=headline(analysis),
        warnings=analysis.warnings,
    )
