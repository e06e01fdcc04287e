"""Evidence about results that takes a while to compute, kept while the app runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stormgraph_gui.signals import QObject, Signal

if TYPE_CHECKING:
    from stormgraph_gui.models.degree_estimate import DegreeEstimate
    from stormgraph_py.arrays import BoolArray, FloatArray
    from stormgraph_py.engine.overcounting import OvercountingEvidence

LARGEST_LABEL_RADIUS_NM = 15.0
"""Largest label radius that is offered: two layers of antibodies."""

SEVERAL = "several-molecules"


class Evidence(QObject):
    """What was computed about findings, by their keys.

    Attributes
    ----------
    changed : Signal
        Key of a finding about which more is known now.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.label_radii: dict[str, FloatArray] = {}
        self.degrees: dict[str, DegreeEstimate] = {}

    def put_label_radii(self, finding: str, radii_nm: FloatArray) -> None:
        """Take in the label radius at which the verdict on each candidate turns."""
        self.label_radii[finding] = radii_nm
        self.changed.emit(finding)

    def put_degrees(self, finding: str, estimate: DegreeEstimate) -> None:
        """Take in what other alphas would keep."""
        self.degrees[finding] = estimate
        self.changed.emit(finding)

    def drop(self, finding: str) -> None:
        """Forget a finding."""
        self.label_radii.pop(finding, None)
        self.degrees.pop(finding, None)


def several_molecules(
    evidence: Sequence[OvercountingEvidence],
    turning_radii_nm: FloatArray,
    label_radius_nm: float,
    own_radius_nm: float,
) -> BoolArray:
    """Tell which candidates hold several molecules at a label radius.

    Parameters
    ----------
    evidence : sequence of OvercountingEvidence
        That of the analysis.
    turning_radii_nm : ndarray of shape (n_candidates,)
        Radius from which on a candidate could be one molecule; NaN where it could at any.
    label_radius_nm : float
        Label radius, nm.
    own_radius_nm : float
        That of the analysis, whose own verdicts hold whatever the last digit of a limit.

    Returns
    -------
    ndarray of bool, shape (n_candidates,)
    """
    if label_radius_nm == own_radius_nm:
        return np.array([one.verdict == SEVERAL for one in evidence], dtype=bool)
    return np.asarray(turning_radii_nm > label_radius_nm, dtype=bool)
