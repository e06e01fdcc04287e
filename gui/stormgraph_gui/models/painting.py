"""The picture of the map: pixels for a grid, by density or point by point, as coloured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from stormgraph_gui.models.cloud import Cloud
from stormgraph_gui.models.cluster_colors import UNCLUSTERED
from stormgraph_gui.models.color_maps import Colors
from stormgraph_gui.models.coloring import Coloring, Legend, number_text, point_colors
from stormgraph_gui.models.density import Grid, Pixels
from stormgraph_gui.models.display import DisplayState
from stormgraph_gui.models.marks import draw_circles, draw_discs
from stormgraph_py.arrays import BoolArray, FloatArray, IntArray

MOST_POINTS = 20_000
"""Up to this number localizations are drawn one by one."""
MOST_CIRCLES = 0.15
"""Circles of precision are left out where they would cover a larger share of the picture."""

_SMALLEST_CIRCLE = 6.0
_CIRCLE_OPACITY = 0.5
_STEPS = 2048
_SAMPLE = 50_000
_COARSE, _COARSE_BLUR = 4, 1.5
_SHADES = 63
_FEW = 200_000
_DIMMEST = 0.35

Amount = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Localizations that are drawn together.

    Parameters
    ----------
    cloud : Cloud
        The localizations.
    coloring : Coloring
        Their colours.
    kept : ndarray of bool, shape (n,), or None
        Which of them are drawn, in the order of the plane.
    """

    cloud: Cloud
    coloring: Coloring
    kept: BoolArray | None


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels, and what is to be said of them.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, columns, 4)
        Red, green, blue and opacity, colours multiplied by it.
    grid : Grid
        Where they lie.
    legend : Legend
        What the colours mean.
    n_drawn : int
        Localizations in the picture.
    has_points : bool
        Whether they were drawn one by one.
    """

    pixels: Colors
    grid: Grid
    legend: Legend
    n_drawn: int
    has_points: bool


def paint(sheets: Sequence[Sheet], grid: Grid, state: DisplayState, zoom: float = 1.0) -> Picture:
    """Paint sheets over each other, the last on top.

    Parameters
    ----------
    sheets : sequence of Sheet
        At least one.
    grid : Grid
        Pixels to paint.
    state : DisplayState
        Contrast, size of points and the like.
    zoom : float
        Pixels of the picture per pixel of the screen as the user knows it, for the size of points.
    """
    binned = [sheet.cloud.plane.pixels(grid, sheet.kept) for sheet in sheets]
    counts = [_counts(sheet, pixels) for sheet, pixels in zip(sheets, binned, strict=True)]
    n_drawn = sum(int(one.sum()) for some in counts for one in some)
    has_points = n_drawn <= MOST_POINTS
    if has_points:
        image, legend = _points(sheets, grid, state, zoom)
    else:
        packed = np.zeros((grid.n_rows, grid.n_columns), dtype=np.uint32)
        for sheet, pixels, some in zip(sheets, binned, counts, strict=True):
            legend = _lay(packed, sheet, pixels, some, grid, state)
        image = packed.view(np.uint8).reshape(grid.n_rows, grid.n_columns, 4)
    return Picture(image, grid, legend, n_drawn, has_points)


def _points(
    sheets: Sequence[Sheet],
    grid: Grid,
    state: DisplayState,
    zoom: float,
) -> tuple[Colors, Legend]:
    image = np.zeros((grid.n_rows, grid.n_columns, 4), dtype=np.uint8)
    corner = np.array([grid.left, grid.low])
    for sheet in sheets:
        rows = sheet.cloud.plane.inside(grid.box, sheet.kept)
        centers = (sheet.cloud.plane.positions(rows) - corner) / grid.pixel_nm
        legend = sheet.coloring.legend
        if sheet.coloring.kind == "density":
            colors, legend = _density_colors(sheet, centers, grid, state)
        else:
            colors = point_colors(sheet.coloring, rows)
        if sheet.coloring.groups is not None and sheet.coloring.kind == "groups":
            # what is in no cluster comes first, and so lies below
            below = np.argsort(sheet.coloring.groups[rows] > 0, kind="stable")
            rows, centers, colors = rows[below], centers[below], colors[below]
        precision = sheet.cloud.precision if state.show_precision else None
        if precision is not None:
            radii = np.column_stack([precision[0][rows], precision[1][rows]]) / grid.pixel_nm
            _circles(image, centers, radii.astype(np.float64), colors, zoom)
        draw_discs(image, centers, _diameter(state, len(rows)) * zoom, colors)
    return image, legend


def _circles(
    image: Colors, centers: FloatArray, radii: FloatArray, colors: Colors, zoom: float
) -> None:
    shown = np.isfinite(radii).all(axis=1) & (radii.min(axis=1) > 0)
    if not shown.any() or np.median(radii[shown]) < _SMALLEST_CIRCLE * zoom:
        return
    n_pixels = image.shape[0] * image.shape[1] / zoom
    if 2 * np.pi * radii[shown].mean(axis=1).sum() > MOST_CIRCLES * n_pixels:
        return
    # a circle far larger than the picture shows nothing
    shown &= radii.max(axis=1) < 4 * max(image.shape)
    draw_circles(image, centers[shown], radii[shown], colors[shown], _CIRCLE_OPACITY)


def _diameter(state: DisplayState, n: int) -> float:
    """Discs are smaller where there are many."""
    smaller = math.sqrt(math.sqrt(4000 / max(n, 4000)))
    return max(state.point_size * smaller, 1.2)


def _density_colors(
    sheet: Sheet, centers: FloatArray, grid: Grid, state: DisplayState
) -> tuple[Colors, Legend]:
    """Colours of single localizations by how many there are around each."""
    n_columns, n_rows = (-(-n // _COARSE) for n in (grid.n_columns, grid.n_rows))
    coarse = Grid(grid.left, grid.low, _COARSE * grid.pixel_nm, n_columns, n_rows)
    counts = sheet.cloud.plane.pixels(coarse, sheet.kept).counts()
    image = ndimage.gaussian_filter(counts.astype(np.float32), _COARSE_BLUR)
    column, row = (centers / _COARSE).astype(np.intp).T
    amount = image[row.clip(0, n_rows - 1), column.clip(0, n_columns - 1)]
    low, high = _limits(amount, state)
    share = np.clip((amount - low) / (high - low), 0, 1) ** state.gamma
    colors = sheet.coloring.colors
    # the darkest colours cannot be told from the background
    places = ((0.25 + 0.75 * share) * (len(colors) - 1)).astype(np.intp)
    return colors[places], _density_legend(sheet.coloring, low, high, coarse)


def _lay(
    image: npt.NDArray[np.uint32],
    sheet: Sheet,
    pixels: Pixels,
    counts: Sequence[IntArray],
    grid: Grid,
    state: DisplayState,
) -> Legend:
    """Lay a sheet over an image of packed colours."""
    coloring = sheet.coloring
    if coloring.kind == "density":
        amount = _softened(counts[0])
        low, high = _limits(_met(amount, pixels), state)
        image[:] = _table(coloring.colors, state.gamma)[_steps(amount, low, high)]
        return _density_legend(coloring, low, high, grid)
    if coloring.kind == "channels":
        image[:] = _added(coloring, pixels, counts, state)
    elif coloring.kind == "values":
        image[:] = _valued(coloring, pixels, counts[0], state)
    else:
        assert coloring.groups is not None
        groups = pixels.near.of(coloring.groups)
        front = groups > 0
        for chosen in (~front, front):
            some = Pixels(grid, pixels.flat[chosen], pixels.near)
            shown = some.last(groups[chosen], -1)
            drawn = shown >= 0
            image[drawn] = _packed(coloring.colors)[shown[drawn]]
    return coloring.legend


def _counts(sheet: Sheet, pixels: Pixels) -> list[IntArray]:
    """Localizations in each pixel: of each channel where channels are coloured, else of all."""
    coloring = sheet.coloring
    if coloring.kind != "channels":
        return [pixels.counts()]
    assert coloring.groups is not None
    return pixels.counts_by(pixels.near.of(coloring.groups), len(coloring.colors))


def _added(
    coloring: Coloring, pixels: Pixels, counts: Sequence[IntArray], state: DisplayState
) -> npt.NDArray[np.uint32]:
    """Return the colours of channels, each as bright as there are localizations, added up."""
    assert coloring.groups is not None
    groups, grid = pixels.near.of(coloring.groups), pixels.grid
    # red, green, blue and opacity side by side in one number, with room for their sums
    total = np.zeros((grid.n_rows, grid.n_columns), dtype=np.uint64)
    for group, some in enumerate(counts):
        amount = _softened(some)
        low, high = _limits(_met(amount, pixels, groups, group), state)
        table = np.zeros((_STEPS, 4), dtype=np.uint16)
        table[:, :3] = np.rint(_ramp(state.gamma)[:, None] * coloring.colors[group])
        total += table.view(np.uint64)[:, 0][_steps(amount, low, high)]
    parts = np.empty((grid.n_rows, grid.n_columns, 4), dtype=np.uint8)
    sums = total.view(np.uint16).reshape(parts.shape)
    np.minimum(sums, 255, out=parts, casting="unsafe")
    parts[..., 3] = 255
    return parts.view(np.uint32)[..., 0]


def _valued(
    coloring: Coloring, pixels: Pixels, counts: IntArray, state: DisplayState
) -> npt.NDArray[np.uint32]:
    """Return the colour of the mean value in each pixel, brighter where there are more."""
    assert coloring.values is not None
    values = pixels.near.of(coloring.values)
    known = np.isfinite(values)
    n = counts
    if known.all():
        sums = pixels.sums(values)
    else:
        sums = pixels.sums(np.where(known, values, 0))
        n = pixels.sums(known).astype(np.int64)
    n_colors = len(coloring.colors)
    amount = counts.astype(np.float32)
    _, high = _limits(_met(amount, pixels), state)
    # of the darkest shade are pixels without localizations
    shade = np.ceil(amount * np.float32(_SHADES / high)).clip(0, _SHADES).astype(np.intp)
    color = (sums * ((n_colors - 1) / np.maximum(n, 1))).astype(np.intp)
    color[(n == 0) & (counts > 0)] = n_colors
    light = _DIMMEST + (1 - _DIMMEST) * np.linspace(0, 1, _SHADES + 1) ** state.gamma
    colors = np.concatenate([coloring.colors, [UNCLUSTERED]])
    table = np.full((_SHADES + 1, n_colors + 1, 4), 255, dtype=np.uint8)
    table[..., :3] = light[:, None, None] * colors
    table[0] = 0
    image: npt.NDArray[np.uint32] = table.view(np.uint32).ravel()[shade * (n_colors + 1) + color]
    return image


def _softened(counts: IntArray) -> Amount:
    """Spread counts over the neighbouring pixels, so that single ones do not glare."""
    # a quarter for either direction
    image = np.multiply(counts, 1 / 16, dtype=np.float32, casting="unsafe")
    for number in range(2 if counts.sum() < _FEW else 1):
        if number:
            image *= np.float32(1 / 16)
        along = image + image
        along[:, 1:] += image[:, :-1]
        along[:, :-1] += image[:, 1:]
        image = along + along
        image[1:] += along[:-1]
        image[:-1] += along[1:]
    return image


def _met(
    amount: Amount,
    pixels: Pixels,
    groups: npt.NDArray[np.int32] | None = None,
    group: int = 0,
) -> Amount:
    """Return what some of the localizations meet in their pixels: most of a map is empty."""
    some = slice(None, None, max(1, len(pixels.flat) // _SAMPLE))
    flat = pixels.flat[some]
    if groups is not None:
        flat = flat[groups[some] == group]
    row, column = np.divmod(flat, pixels.grid.n_columns + 2)
    row, column = row - 1, column - 1
    inside = (row >= 0) & (row < amount.shape[0]) & (column >= 0) & (column < amount.shape[1])
    met: Amount = amount[row[inside], column[inside]]
    return met


def _limits(met: Amount, state: DisplayState) -> tuple[float, float]:
    """Amounts between which colours are spread; the low one is 0 unless asked for."""
    if not met.size:
        return 0.0, 1.0
    first, last = state.contrast
    low = float(np.quantile(met, first)) if first > 0 else 0.0
    high = float(np.quantile(met, last))
    return low, max(high, low * (1 + 1e-6), 1e-6)


def _steps(amount: Amount, low: float, high: float) -> npt.NDArray[np.intp]:
    scaled = amount * np.float32((_STEPS - 1) / (high - low))
    if low:
        scaled -= np.float32(low * (_STEPS - 1) / (high - low))
    np.clip(scaled, 0, _STEPS - 1, out=scaled)
    return scaled.astype(np.intp)


def _ramp(gamma: float) -> Amount:
    ramp: Amount = np.power(np.linspace(0, 1, _STEPS, dtype=np.float32), np.float32(gamma))
    return ramp


def _table(colors: Colors, gamma: float) -> npt.NDArray[np.uint32]:
    return _packed(colors)[np.rint(_ramp(gamma) * (len(colors) - 1)).astype(np.intp)]


def _packed(colors: Colors) -> npt.NDArray[np.uint32]:
    """Return opaque colours (n, 3) as one number each, in the order of bytes in memory."""
    four = np.full((len(colors), 4), 255, dtype=np.uint8)
    four[:, :3] = colors
    return four.view(np.uint32)[:, 0]


def _density_legend(coloring: Coloring, low: float, high: float, grid: Grid) -> Legend:
    per_um2 = 1e6 / grid.pixel_nm**2
    return replace(
        coloring.legend,
        low=number_text(low * per_um2),
        high=f"≥ {number_text(float(f'{high * per_um2:.2g}'))} / µm²",
    )
