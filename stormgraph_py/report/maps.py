"""Maps of localizations: density images and clusters over noise, in nm with a scale bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm, to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from scipy import ndimage
from scipy.spatial import cKDTree

from stormgraph_py.arrays import BoolArray, FloatArray, IntArray
from stormgraph_py.report.style import (
    CLUSTER_COLORS,
    DENSITY_MAP,
    NOISE_COLOR,
    add_scale_bar,
    map_axes,
    new_figure,
)

LARGEST_SCATTER = 30_000
"""Above this number of points a map is painted pixel by pixel."""

_LONG_SIDE_PIXELS = 960
_FEWEST_PIXELS = 480
_MAP_INCHES = 6.0
_SMALLEST_ASPECT = 0.12


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of a map, nm."""

    left: float
    right: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Width in nm."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in nm."""
        return self.high - self.low

    def contains(self, points: FloatArray) -> BoolArray:
        """Tell which points (n, 2) lie in the window."""
        x, y = points.T
        inside: BoolArray = (
            (x >= self.left) & (x <= self.right) & (y >= self.low) & (y <= self.high)
        )
        return inside


def whole_window(points: FloatArray) -> Window:
    """Return the window that holds all points (n, 2) with a small margin, nm."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.01 * float((high - low).max()) or 1.0
    return Window(
        float(low[0]) - margin,
        float(high[0]) + margin,
        float(low[1]) - margin,
        float(high[1]) + margin,
    )


def detail_window(points: FloatArray, labels: IntArray, whole: Window) -> Window | None:
    """Return a square window on many clusters, None when the whole map is small enough itself.

    The window measures a fifth of the map, between 1 and 3 µm. Of all windows on a grid the one
    with the largest sum over clusters of sqrt(localizations) is taken: neither an empty region with
    one huge cluster nor a crowd of fragments.
    """
    side = float(np.clip(max(whole.width, whole.height) / 5, 1000, 3000))
    if max(whole.width, whole.height) < 2.5 * side:
        return None
    clustered = labels >= 0
    if not clustered.any():
        return None
    centers, n = cluster_centers(points, labels)
    step = side / 4
    edges = [np.arange(low, high + step, step) for low, high in _limits(whole)]
    column, row = (
        np.searchsorted(edge, center, side="right") - 1
        for edge, center in zip(edges, centers.T, strict=True)
    )
    grid = np.zeros((len(edges[0]), len(edges[1])))
    np.add.at(grid, (column, row), np.sqrt(n))
    score = ndimage.uniform_filter(grid, size=4, mode="constant", origin=-2)
    best = np.unravel_index(int(np.argmax(score)), score.shape)
    left = float(np.clip(edges[0][best[0]], whole.left, max(whole.left, whole.right - side)))
    low = float(np.clip(edges[1][best[1]], whole.low, max(whole.low, whole.high - side)))
    return Window(left, left + min(side, whole.width), low, low + min(side, whole.height))


def cluster_centers(points: FloatArray, labels: IntArray) -> tuple[FloatArray, IntArray]:
    """Return mean position (n_clusters, d) and number of localizations of each cluster."""
    clustered = labels >= 0
    members = labels[clustered]
    n = np.bincount(members)
    sums = [np.bincount(members, axis) for axis in points[clustered].T]
    return np.column_stack(sums) / np.maximum(n, 1)[:, None], n


def cluster_colors(points: FloatArray, labels: IntArray) -> FloatArray:
    """Choose a colour (n_clusters, 3) for each cluster such that neighbours differ.

    Clusters take turns from the largest on; each takes the colour that is farthest away among those
    that its nearest neighbours already have.
    """
    palette = np.array([to_rgb(color) for color in CLUSTER_COLORS])
    centers, n = cluster_centers(points, labels)
    n_clusters = len(n)
    if n_clusters == 0:
        return np.empty((0, 3))
    n_near = min(2 * len(palette), n_clusters)
    _, near = cKDTree(centers).query(centers, k=n_near)
    near = near.reshape(n_clusters, n_near)
    choice = np.full(n_clusters, -1)
    for cluster in range(n_clusters):
        taken = choice[near[cluster, 1:]]
        # rank of the nearest neighbour of each colour; a colour that nobody has is farthest away
        distance = [
            int(np.argmax(taken == color)) if (taken == color).any() else n_near
            for color in range(len(palette))
        ]
        turn = np.roll(np.arange(len(palette)), -cluster)
        choice[cluster] = turn[int(np.argmax(np.array(distance)[turn]))]
    chosen: FloatArray = palette[choice]
    return chosen


def visible_blur(points: FloatArray, window: Window, blur_nm: float) -> float:
    """Return the blur, nm, nearest to a wanted one at which a map is neither specks nor fog.

    It is at least one pixel, more where there are few points, and at most a fortieth of the map.
    """
    pixel_nm = max(window.width, window.height) / _LONG_SIDE_PIXELS
    n = int(window.contains(points).sum())
    smallest = float(np.clip(150 / np.sqrt(max(n, 1)), 1, 4))
    return float(np.clip(blur_nm, smallest * pixel_nm, _LONG_SIDE_PIXELS / 40 * pixel_nm))


def density_map(
    points: FloatArray,
    window: Window,
    *,
    blur_nm: float,
    marked: Window | None = None,
    upwards: bool = False,
) -> Figure:
    """Draw the density of localizations as an image with scale bar and colour bar.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Positions, nm.
    window : Window
        Part to show.
    blur_nm : float
        Standard deviation of the Gaussian that stands for one localization, see `visible_blur`.
    marked : Window, optional
        Part that another figure shows larger; its border is drawn.
    upwards : bool
        Let the vertical axis run upwards (z); by default it runs downwards as in camera images.
    """
    counts, pixel_nm = _histogram(points, window)
    image = ndimage.gaussian_filter(counts, blur_nm / pixel_nm) / pixel_nm**2 * 1e6
    # Scaled to what localizations meet, not pixels: most of a map is empty.
    met = np.repeat(image.ravel(), counts.ravel().astype(np.int64))
    brightest = float(np.percentile(met, 97)) if met.size else 1.0
    figure, axes = _map(window, upwards=upwards)
    axes.set_facecolor("black")
    shown = axes.imshow(
        image.T,
        origin="lower",
        extent=(window.left, window.right, window.low, window.high),
        cmap=DENSITY_MAP,
        norm=PowerNorm(0.6, vmin=0, vmax=brightest),
        interpolation="nearest" if image.size < 1e5 else "antialiased",
    )
    _color_bar(figure, axes, shown, brightest)
    _mark(axes, marked, "white")
    add_scale_bar(axes, "white")
    return figure


def cluster_map(
    points: FloatArray,
    labels: IntArray,
    colors: FloatArray,
    window: Window,
    *,
    outlines: Mapping[int, Sequence[FloatArray]] | None = None,
    marked: Window | None = None,
    upwards: bool = False,
    width: float = _MAP_INCHES,
) -> Figure:
    """Draw clusters in colour over unclustered localizations in grey.

    Parameters
    ----------
    points : ndarray of shape (n, 2)
        Positions, nm.
    labels : ndarray of shape (n,)
        Cluster of each localization, -1 = unclustered.
    colors : ndarray of shape (n_clusters, 3)
        Colour of each cluster.
    window : Window
        Part to show.
    outlines : mapping of int to sequence of ndarray of shape (m, 2), optional
        Lines around each cluster, nm, as of `stormgraph_py.clusters.outlines`.
    marked, upwards
        As in `density_map`.
    width : float
        Longer side of the figure, inches.
    """
    figure, axes = _map(window, upwards=upwards, longest=width)
    inside = window.contains(points)
    points, labels = points[inside], labels[inside]
    if len(points) <= LARGEST_SCATTER:
        noise = labels < 0
        area = float(np.clip(20_000 / max(len(points), 1), 1.0, 9.0)) * (width / _MAP_INCHES)
        for part, color, size in (
            (points[noise], NOISE_COLOR, 0.7 * area),
            (points[~noise], colors[labels[~noise]], area),
        ):
            axes.scatter(part[:, 0], part[:, 1], s=size, c=color, linewidths=0)
    else:
        axes.imshow(
            _label_image(points, labels, colors, window).transpose(1, 0, 2),
            origin="lower",
            extent=(window.left, window.right, window.low, window.high),
            interpolation="nearest",
        )
    if outlines:
        lines = [(ring, cluster) for cluster, rings in outlines.items() for ring in rings]
        axes.add_collection(
            LineCollection(
                [ring for ring, _ in lines],
                colors=colors[[cluster for _, cluster in lines]],
                linewidths=float(np.clip(200 / len(outlines), 0.4, 1.0)),
            ),
            autolim=False,
        )
    _mark(axes, marked, "black")
    add_scale_bar(axes, "black")
    return figure


def _limits(window: Window) -> tuple[tuple[float, float], tuple[float, float]]:
    return (window.left, window.right), (window.low, window.high)


def _map(window: Window, *, upwards: bool, longest: float = _MAP_INCHES) -> tuple[Figure, Axes]:
    scale = longest / max(window.width, window.height)
    smallest = _SMALLEST_ASPECT * longest
    figure = new_figure(max(window.width * scale, smallest), max(window.height * scale, smallest))
    vertical = (window.low, window.high) if upwards else (window.high, window.low)
    return figure, map_axes(figure, (window.left, window.right), vertical)


def _color_bar(figure: Figure, axes: Axes, shown: AxesImage, brightest: float) -> None:
    """Lay a small colour bar into the lower left corner, so that all maps have the same shape."""
    width, height = figure.get_size_inches()
    margin = 0.04 * min(width, height)
    place = axes.inset_axes((margin / width, margin / height, 0.24, 0.1 / height), zorder=10)
    bar = figure.colorbar(shown, cax=place, orientation="horizontal", ticks=[0, brightest])
    bar.ax.set_xticklabels(["0", f"≥ {float(f'{brightest:.2g}'):,.0f} / µm²"])
    bar.ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    bar.ax.tick_params(labelcolor="white", labelsize=9, pad=1)
    for label in bar.ax.get_xticklabels():
        label.set_path_effects([withStroke(linewidth=2.5, foreground="black")])
    bar.outline.set_visible(False)


def _mark(axes: Axes, marked: Window | None, color: str) -> None:
    if marked is not None:
        axes.add_patch(
            Rectangle(
                (marked.left, marked.low),
                marked.width,
                marked.height,
                fill=False,
                edgecolor=color,
                lw=1.2,
                zorder=9,
            )
        )


def _pixels(
    points: FloatArray, window: Window, n_long_side: int
) -> tuple[IntArray, IntArray, tuple[int, int], float]:
    """Column and row of each point inside the window, the image's shape, and the pixel size."""
    pixel_nm = max(window.width, window.height) / n_long_side
    shape = (
        max(1, int(np.ceil(window.width / pixel_nm))),
        max(1, int(np.ceil(window.height / pixel_nm))),
    )
    column = np.minimum(((points[:, 0] - window.left) / pixel_nm).astype(np.int64), shape[0] - 1)
    row = np.minimum(((points[:, 1] - window.low) / pixel_nm).astype(np.int64), shape[1] - 1)
    return column, row, shape, pixel_nm


def _histogram(points: FloatArray, window: Window) -> tuple[FloatArray, float]:
    """Localizations per pixel (columns, rows), and the pixel size in nm."""
    column, row, shape, pixel_nm = _pixels(
        points[window.contains(points)], window, _LONG_SIDE_PIXELS
    )
    flat = np.bincount(column * shape[1] + row, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64), pixel_nm


def _label_image(
    points: FloatArray, labels: IntArray, colors: FloatArray, window: Window
) -> FloatArray:
    """Colours (columns, rows, 3): in each pixel that of the cluster with most localizations."""
    # Few points on many pixels would be too faint to see.
    n_long_side = int(np.clip(2.5 * np.sqrt(len(points)), _FEWEST_PIXELS, _LONG_SIDE_PIXELS))
    column, row, shape, _ = _pixels(points, window, n_long_side)
    pixel = column * shape[1] + row
    noise = labels < 0
    n_pixels = shape[0] * shape[1]
    image = np.ones((n_pixels, 3))
    n_noise = np.bincount(pixel[noise], minlength=n_pixels)
    # One localization already shows; more of them darken its pixel.
    opacity = 1 - 0.25 ** n_noise[:, None]
    image += opacity * (np.array(to_rgb(NOISE_COLOR)) - image)
    n_labels = len(colors)
    keys, counts = np.unique(pixel[~noise] * n_labels + labels[~noise], return_counts=True)
    winners = keys[np.lexsort((counts, keys // max(n_labels, 1)))]
    # The last of each pixel's run is the cluster with most localizations; later writes win.
    image[winners // max(n_labels, 1)] = colors[winners % max(n_labels, 1)]
    return image.reshape(*shape, 3)
