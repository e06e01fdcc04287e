"""Make the pictures of README and manual from the 2-D sample: python manual/make_figures.py."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from stormgraph_py import cluster_localizations, cluster_table, read_localizations
from stormgraph_py.clusters import outlines
from stormgraph_py.report import figures, maps
from stormgraph_py.report.style import DATA_COLOR, NOISE_COLOR, figure_bytes, new_figure, styled
from stormgraph_py.roi import Roi
from stormgraph_py.tiles import square_tiles

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "manual" / "_static"
SAMPLE = ROOT / "sample_data" / "nanoclusters_2d.csv"

HEIGHT_PX = 720
GAP_PX = 24
HEADING_PX = 28


def sample_figures() -> dict[str, Figure]:
    """Analyse the sample as `stormgraph demo` does and draw it as its report does."""
    locs = read_localizations(SAMPLE)
    result = cluster_localizations(locs)
    sigma = locs.sigma
    assert sigma is not None
    assert result.noise is not None
    assert result.final_length_scale is not None
    window = maps.whole_window(locs.xy)
    colors = maps.cluster_colors(locs.xy, result.labels)
    lines = outlines(locs.xy, result.labels)
    sizes = cluster_table(locs, result)["area_nm2"].to_numpy(dtype=np.float64)
    return {
        "density": maps.density_map(locs.xy, window, blur_nm=float(np.median(sigma))),
        "clusters": maps.cluster_map(locs.xy, result.labels, colors, window, outlines=lines),
        "length_scale": figures.length_scale_figure(result.length_scale),
        "degrees": figures.degree_figure(result.noise),
        "areas": figures.size_figure(sizes, "area of a cluster (nm²)"),
    }


def tiles_figure() -> Figure:
    """Draw a cell outline over the sample with whole tiles, and with tiles cut to it."""
    xy = read_localizations(SAMPLE).xy
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    radius = 820 + 90 * np.cos(2 * angle + 1) + 60 * np.cos(3 * angle)
    outline = 1000 + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    cell = Roi.polygon(outline)
    figure = new_figure(8.4, 4.3)
    figure.set_layout_engine("constrained")
    parts = [(1.0, 0.0, "only whole tiles"), (0.3, 20.0, "turned; cut, at least 0.3 of a tile")]
    for axes, (coverage, turn, title) in zip(figure.subplots(1, 2), parts, strict=True):
        axes.plot(*xy.T, ".", color=NOISE_COLOR, markersize=1.2, rasterized=True)
        axes.plot(*cell.polygons[0][0].T, color="#222222", linewidth=1.4)
        for tile in square_tiles(cell, side_nm=400.0, angle_deg=turn, min_coverage=coverage):
            for ring, *_ in tile.polygons:
                axes.fill(*ring.T, facecolor=f"{DATA_COLOR}30", edgecolor=DATA_COLOR, linewidth=1)
            center = tile.shape.representative_point()
            axes.text(center.x, center.y, tile.name, ha="center", va="center", fontsize=8)
        axes.set(title=title, xlabel="x (nm)", ylabel="y (nm)", aspect="equal")
    return figure


def scaled(image: Image.Image, height: int) -> Image.Image:
    """Return the image at another height."""
    size = (round(image.width * height / image.height), height)
    return image.resize(size, Image.Resampling.LANCZOS)


def beside(images: list[Image.Image], *, vertical: bool = False) -> Image.Image:
    """Return images put side by side, or one below the other, on white."""
    along = [image.height if vertical else image.width for image in images]
    across = max(image.width if vertical else image.height for image in images)
    total = sum(along) + GAP_PX * (len(images) - 1)
    whole = Image.new("RGB", (across, total) if vertical else (total, across), "white")
    position = 0
    for image, length in zip(images, along, strict=True):
        whole.paste(image, (0, position) if vertical else (position, 0))
        position += length + GAP_PX
    return whole


def headed(image: Image.Image, text: str) -> Image.Image:
    """Return the image under a heading."""
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans:bold"), HEADING_PX)
    heading = Image.new("RGB", (image.width, HEADING_PX * 3 // 2), "white")
    ImageDraw.Draw(heading).text((image.width / 2, 0), text, "#222222", font, anchor="ma")
    return beside([heading, image], vertical=True)


def overview(images: dict[str, Image.Image]) -> Image.Image:
    """Return the way from localizations to clusters in one row."""
    half = (HEIGHT_PX - GAP_PX) // 2
    thresholds = [scaled(images[name], half) for name in ("length_scale", "degrees")]
    return beside(
        [
            headed(scaled(images["density"], HEIGHT_PX), "localizations"),
            headed(beside(thresholds, vertical=True), "thresholds from the data"),
            headed(scaled(images["clusters"], HEIGHT_PX), "clusters"),
        ]
    )


def main() -> None:
    """Write every picture."""
    STATIC.mkdir(exist_ok=True)
    with styled():
        images = {
            name: Image.open(io.BytesIO(figure_bytes(figure, "png"))).convert("RGB")
            for name, figure in (sample_figures() | {"tiles": tiles_figure()}).items()
        }
    for name, image in (images | {"overview": overview(images)}).items():
        palette = image.quantize(256, dither=Image.Dither.NONE)
        palette.save(STATIC / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
