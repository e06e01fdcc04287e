"""Look of the report's figures: colours, type, and how a figure becomes part of a page."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullFormatter
from PIL import Image

from stormgraph_py.arrays import FloatArray
from stormgraph_py.numerals import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

CLUSTER_COLORS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7")
"""Colours of Okabe and Ito that readers with any colour vision tell apart on white."""
NOISE_COLOR = "#b0b0b0"
DATA_COLOR = "#0072b2"
RANDOM_COLOR = "#4d4d4d"
ACCENT_COLOR = "#d55e00"
DENSITY_MAP = "inferno"

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": "#333333",
    "axes.labelcolor": "#222222",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.6,
    # names of conditions and channels may hold dollar signs
    "text.parse_math": False,
    "svg.fonttype": "path",
    # Names inside the SVG derive from its content alone, so that a report can be reproduced.
    "svg.hashsalt": "stormgraph",
}
SCREEN_DPI = 160
"""Resolution of pictures in a report."""
PRINT_DPI = 300
"""Resolution of the pictures that are saved by themselves."""
_LARGE_PNG_BYTES = 500_000
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def styled() -> Any:
    """Return a context in which figures get the report's look, leaving global settings alone."""
    return mpl.rc_context(_STYLE)


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure (inches) that no global state of matplotlib knows of."""
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def chart_axes(figure: Figure) -> Axes:
    """Make axes for a diagram, laid out so that its labels and legend fit."""
    figure.set_layout_engine("constrained")
    return figure.add_subplot()


def data_uri(figure: Figure, kind: Literal["svg", "png"]) -> str:
    """Return the figure as the address of an image that holds itself."""
    return f"data:image/{'svg+xml' if kind == 'svg' else 'png'};base64," + base64.b64encode(
        figure_bytes(figure, kind)
    ).decode("ascii")


def figure_bytes(figure: Figure, kind: Literal["svg", "png"], *, dpi: int = SCREEN_DPI) -> bytes:
    """Return the figure as the bytes of an SVG or a PNG; a large PNG for screens gets 256 colours.

    Parameters
    ----------
    figure : Figure
        What to draw.
    kind : {"svg", "png"}
        Lines or pixels.
    dpi : int
        Pixels per inch, of an SVG for what it holds as pixels.
    """
    buffer = io.BytesIO()
    nobody = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with styled():
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=nobody)
    # found once, the layout holds for every other form of the figure
    figure.set_layout_engine("none")
    if kind == "svg" or dpi > SCREEN_DPI or buffer.tell() < _LARGE_PNG_BYTES:
        return buffer.getvalue()
    # Noise compresses badly. With a palette it takes a quarter, and nobody sees the difference.
    small = io.BytesIO()
    with Image.open(buffer) as image:
        image.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        ).save(small, format="PNG", optimize=True)
    return small.getvalue()


def legend_above(axes: Axes, n_columns: int, *, marker_scale: float = 1.0) -> None:
    """Put the legend above the axes, where it hides nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=n_columns,
        markerscale=marker_scale,
        borderaxespad=0.2,
        handlelength=1.6,
        columnspacing=1.4,
    )


def log_ticks(axis: Axis) -> None:
    """Label a logarithmic axis at 1, 2 and 5 times the powers of ten, or fewer where they crowd."""
    low, high = axis.get_view_interval()
    decades = np.log10(high / low)
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 2.5 else (1,)))
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(lambda value, _: _power_text(value))


def _power_text(value: float) -> str:
    if value < 1e6:
        return f"{value:,.6g}"
    power = int(np.floor(np.log10(value) + 1e-9))
    lead = f"{value / 10.0**power:.3g}"
    ten = f"10{str(power).translate(_RAISED)}"
    return ten if lead == "1" else f"{lead}×{ten}"


def nice_length(longest: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above `longest`.

    Examples
    --------
    >>> nice_length(730.0)
    500.0
    """
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)))


def length_text(length_nm: float) -> str:
    """Write a length with the unit that suits it.

    Examples
    --------
    >>> length_text(500), length_text(2000)
    ('500 nm', '2 µm')
    """
    return f"{plain(length_nm / 1000)} µm" if length_nm >= 1000 else f"{plain(length_nm)} nm"


def add_scale_bar(axes: Axes, color: str, *, share: float = 0.25) -> None:
    """Draw a scale bar in the lower right corner of a map whose axes are in nm."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    width, height = right - left, top - bottom
    length = nice_length(share * abs(width))
    margin = 0.04 * min(abs(width), abs(height))
    thick = 0.012 * max(abs(width), abs(height))
    up = np.sign(height)
    x, y = right - margin - length, bottom + up * margin
    halo = [withStroke(linewidth=3, foreground="black" if color == "white" else "white")]
    axes.add_patch(
        Rectangle((x, y), length, up * thick, color=color, lw=0, zorder=10, path_effects=halo)
    )
    label = axes.text(
        x + length / 2,
        y + up * 1.6 * thick,
        length_text(length),
        color=color,
        ha="center",
        va="bottom",
        fontsize=11,
        fontweight="bold",
        zorder=10,
        path_effects=halo,
    )
    axes.apply_aspect()
    if label.get_window_extent().x1 > axes.get_window_extent().x1:
        # in a narrow map the text is wider than the bar and the margin beside it
        label.set_horizontalalignment("right")
        label.set_x(right - margin)


def map_axes(figure: Figure, x_limits: tuple[float, float], y_limits: tuple[float, float]) -> Axes:
    """Make axes without ticks that fill the figure, for a map in nm; limits may run downwards."""
    axes = figure.add_axes((0.004, 0.004, 0.992, 0.992))
    axes.set_xlim(*x_limits)
    axes.set_ylim(*y_limits)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(0.6)
        spine.set_color("#999999")
    return axes


def log_bins(values: FloatArray, n_bins: int) -> FloatArray:
    """Return the edges of bins that are equally wide on a logarithmic axis and hold all values."""
    low, high = float(values.min()), float(values.max())
    if high <= low * (1 + 1e-9):
        low, high = low / 1.5, high * 1.5
    edges: FloatArray = np.geomspace(low, high, n_bins + 1)
    # geomspace rounds: without this the extreme values may fall outside
    edges[0], edges[-1] = min(low, edges[0]), max(high, edges[-1])
    return edges
