"""Array types shared by the package."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
"""Array of float64."""
IntArray: TypeAlias = NDArray[np.int64]
"""Array of int64, used for labels (-1 = unclustered) and indices."""
Int32Array: TypeAlias = NDArray[np.int32]
"""Array of int32, used for the ends of edges."""
BoolArray: TypeAlias = NDArray[np.bool_]
"""Array of bool."""
AnyArray: TypeAlias = NDArray[Any]
"""Array of any type."""
