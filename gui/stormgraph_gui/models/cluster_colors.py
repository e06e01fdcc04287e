"""Colours of clusters: the same for a number wherever it is shown."""

from __future__ import annotations

import numpy as np

from stormgraph_gui.models.color_maps import Colors
from stormgraph_py.arrays import IntArray

UNCLUSTERED = (128, 128, 128)
"""Grey of what is in no cluster."""

_PALETTE = np.array(
    [
        (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (213, 94, 0), (0, 114, 178),
        (240, 228, 66), (158, 218, 229), (255, 187, 120), (125, 211, 178), (227, 190, 214),
        (140, 150, 230),
    ],
    dtype=np.uint8,
)  # fmt: skip
"""Colours of Okabe and Ito, which readers with any colour vision tell apart, and paler ones."""


def cluster_colors(labels: IntArray) -> Colors:
    """Return the colour (n, 4) of each label; -1 is grey.

    Cluster numbers that follow one another have colours that differ most; there are twelve.
    """
    colors = np.full((len(labels), 4), 255, dtype=np.uint8)
    colors[:, :3] = _PALETTE[labels % len(_PALETTE)]
    colors[labels < 0, :3] = UNCLUSTERED
    return colors
