"""Colour maps for numbers, even to the eye and fit for colour-blind readers."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Colors: TypeAlias = npt.NDArray[np.uint8]
"""Colours (n, 3) or (n, 4), each part 0 to 255."""

_ANCHORS = {
    "inferno": (
        "000004 040312 0b0724 150b37 210c4a 2f0a5b 3d0965 4a0c6b 57106e 64156e 71196e 7d1e6d "
        "8a226a 972766 a32c61 b0315b bc3754 c63d4d d04545 da4e3c e35933 eb6429 f1711f f67e14 "
        "f98c0a fb9b06 fcaa0f fbba1f f9c932 f5d949 f2e865 f3f586 fcffa4"
    ),
    "cividis": (
        "00224e 00285b 002e6a 053371 1a386f 273e6e 32436d 3b496c 434e6c 4b546c 535a6d 5a5f6e "
        "61656f 686a71 6f7073 767676 7d7c78 838179 8b8778 928d78 9a9376 a29975 aaa073 b3a670 "
        "bbad6d c3b369 ccba64 d4c15f ddc858 e6d051 efd748 f8df3c fee838"
    ),
    "viridis": (
        "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e "
        "2c728e 297a8e 26828e 23898e 21918c 1f978b 1f9f88 21a685 27ad81 31b57b 3dbc74 4cc26c "
        "5cc863 6ece58 81d34d 95d840 aadc32 c0df25 d5e21a eae51a fde725"
    ),
    "magma": (
        "000004 030312 0a0822 130d34 1d1147 29115a 36106b 440f76 51127c 5d177f 6a1c81 762181 "
        "832681 902a81 9c2e7f aa337d b73779 c23b75 cf4070 db476a e55064 ee5b5e f4695c f9785d "
        "fb8761 fd9668 fea571 feb47b fec287 fed194 fde0a1 fceeb0 fcfdbf"
    ),
    "grey": "000000 ffffff",
}
"""Colours at equal steps, from low to high."""

COLOR_MAPS = tuple(_ANCHORS)
"""Names of the colour maps, in the order of the menu."""

N_COLORS = 256
"""Colours of a map."""


@cache
def color_map(name: str) -> Colors:
    """Return the colours (256, 3) of a map, low to high.

    Raises
    ------
    KeyError
        When there is no such map.
    """
    anchors = np.array([list(bytes.fromhex(color)) for color in _ANCHORS[name].split()])
    at = np.linspace(0, len(anchors) - 1, N_COLORS)
    parts = [np.interp(at, np.arange(len(anchors)), part) for part in anchors.T]
    colors = np.column_stack(parts).round().astype(np.uint8)
    colors.setflags(write=False)
    return colors
