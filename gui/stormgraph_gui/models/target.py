"""What the next analysis would be of: the data set and the region at hand, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stormgraph_gui.models.project import Project
from stormgraph_gui.models.workspace import Workspace
from stormgraph_py.arrays import FloatArray, IntArray
from stormgraph_py.localizations import Localizations
from stormgraph_py.roi import Roi


@dataclass(frozen=True, kw_only=True)
class Target:
    """What would be analysed.

    Parameters
    ----------
    data_set : str
        Name of the file.
    region : str
        Name of the region; empty for the whole field.
    n : int
        Localizations.
    area_nm2 : float or None
        Area of the region; None without one.
    precision_nm : float or None
        Median localization precision in the plane; None when it is not known.
    dimensions : int
        2, or 3 when there is a z that varies.
    """

    data_set: str
    region: str
    n: int
    area_nm2: float | None
    precision_nm: float | None
    dimensions: int


Basis = tuple[Localizations, Roi | None]


def basis_of(project: Project, workspace: Workspace) -> Basis | None:
    """Return the localizations and the region that the next analysis would be of.

    While both are the same objects, so is what `target_of` returns; None before data are loaded.
    """
    loaded = workspace.current
    if workspace.data_set is None or loaded is None:
        return None
    region = workspace.region
    data_set = project.data_set(workspace.data_set)
    return loaded.localizations, None if region is None else data_set.region(region).roi


def target_of(project: Project, workspace: Workspace) -> Target | None:
    """Return what the next analysis would be of; None before data are loaded."""
    basis = basis_of(project, workspace)
    if basis is None or workspace.data_set is None:
        return None
    localizations, roi = basis
    rows = None if roi is None else _inside(localizations.xy, roi)
    sigma = localizations.precision(2)
    known = sigma if sigma is None or rows is None else sigma[rows]
    if known is not None and not (finite := np.isfinite(known)).all():
        known = known[finite]
    return Target(
        data_set=project.data_set(workspace.data_set).name,
        region="" if roi is None else roi.name or "Region without a name",
        n=len(localizations) if rows is None else len(rows),
        area_nm2=None if roi is None else roi.area_nm2,
        precision_nm=None if known is None or not len(known) else float(np.median(known)),
        dimensions=localizations.dimensions,
    )


def _inside(xy: FloatArray, roi: Roi) -> IntArray:
    left, low, right, high = roi.bounds_nm
    x, y = xy.T
    # the few in the bounding box first: most regions are small beside the field
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))
    return near[roi.contains(xy[near])]
