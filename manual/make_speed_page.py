"""Draw the picture and write the tables of manual/speed.md: python manual/make_speed_page.py.

They come from manual/_static/speed.json, which benchmarks/speed.py and benchmarks/scale.py fill.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from statistics import median

from matplotlib.figure import Figure
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed_tables import Results, filled, load, of_method
from stormgraph_py.report.style import (
    ACCENT_COLOR,
    CLUSTER_COLORS,
    DATA_COLOR,
    RANDOM_COLOR,
    chart_axes,
    figure_bytes,
    legend_above,
    log_ticks,
    new_figure,
    styled,
)

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "manual" / "_static" / "speed.json"
PICTURE = ROOT / "manual" / "_static" / "speed.png"
PAGE = ROOT / "manual" / "speed.md"

LINES = (
    ("stormgraph", "StormGraph", DATA_COLOR, "o"),
    ("dbscan", "DBSCAN", ACCENT_COLOR, "s"),
    ("hdbscan", "HDBSCAN", CLUSTER_COLORS[2], "^"),
)
PAPER_S = {5_349: 40.0, 26_941: 180.0}
"""Bounds that the paper states for its own program, s by number of localizations."""


def speed_figure(results: Results) -> Figure:
    """Draw processor time over the number of localizations, both logarithmic."""
    figure = new_figure(6.4, 4.2)
    axes = chart_axes(figure)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for method, name, color, marker in LINES:
        rows = list(of_method(results, method).values())
        n, seconds = [r["n"] for r in rows], [median(r["cpu_s"]) for r in rows]
        if not rows:
            continue
        axes.plot(n, seconds, color=color, marker=marker, markersize=5, label=name)
        if method == "stormgraph":
            for size, value in zip(n, seconds, strict=True):
                text = f"{value:.2g} s" if value < 10 else f"{value:.0f} s"
                axes.annotate(
                    text, (size, value), (0, 7), textcoords="offset points", ha="center",
                    color=color, fontsize=8.5,
                )  # fmt: skip
    axes.plot(
        list(PAPER_S), list(PAPER_S.values()), color=RANDOM_COLOR, marker="v", linestyle="none",
        label="the paper's program, at most",
    )  # fmt: skip
    n, seconds = max(PAPER_S.items())
    axes.annotate(
        "up to 3 minutes for 26,941,\nMATLAB on a desktop computer", (n, seconds), (9, 0),
        textcoords="offset points", va="center", fontsize=8.5, color=RANDOM_COLOR,
    )  # fmt: skip
    axes.set_xlabel("localizations")
    axes.set_ylabel("processor time (s)")
    axes.grid(which="major", color="#e4e4e4", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlim(3e3, 1.6e7)
    log_ticks(axes.xaxis)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    log_ticks(axes.yaxis)
    legend_above(axes, 4)
    return figure


def main() -> None:
    """Write the picture and the page."""
    results = load(RESULTS)
    with styled():
        png = figure_bytes(speed_figure(results), "png")
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main()
