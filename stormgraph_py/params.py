"""The parameters of an analysis, checked when they are made."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np

from stormgraph_py.errors import ParameterError

Weights = Literal["exact", "monte-carlo"]
ZProfile = Literal["gaussian", "uniform"]
LouvainBackend = Literal["igraph", "python-louvain"]
CommunityBackend = Literal["native", "infomap"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "weights": ("exact", "monte-carlo"),
    "z_profile": ("gaussian", "uniform"),
    "louvain_backend": ("igraph", "python-louvain"),
    "community_backend": ("native", "infomap"),
}

SMALLEST_CLUSTER = 3
"""A pair of localizations is never called a cluster (paper, Guidelines for parameter selection)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StormGraphParams:
    """Parameters of StormGraph.

    Only the first three are meant to be chosen by a biologist; the paper recommends to keep them
    the same for every sample of a study.

    Parameters
    ----------
    k : int or None
        Neighbour whose distance sets the length scale r0; 10 to 20 suits most data. It should be
        smaller than the number of localizations in a typical cluster and larger than the number of
        times a typical molecule blinks. None finds r0 without it (elbow method).
    alpha : float
        Largest share, 0 < alpha <= 1, of completely random localizations that may be called
        clustered. 1 skips the removal of unclustered localizations.
    min_cluster_size : int
        Smallest number of localizations of a reported cluster, at least 3.
    overcounting : bool
        Remove clusters that cannot be told from one molecule counted several times. Needs sigma.
    label_radius_nm : float
        Effective radius r of molecule and label in the overcounting test, nm.
    overcounting_significance : float
        Significance level of that test, 1 - q in the paper.
    use_sigma : bool
        Use the localization precisions when the data have them.
    weights : {"exact", "monte-carlo"}
        How expected edge weights are found: by integration, or by sampling as in the paper.
    n_simulations : int
        Realizations of the data for Monte Carlo weights and for the k-NN distances.
    z_profile : {"gaussian", "uniform"}
        3-D only: random clouds concentrated around a focal plane (z-dependent degree threshold), or
        uniform in z (one threshold).
    dimensions : {2, 3} or None
        2 ignores z. None takes 3 when the data have a z that varies.
    max_neighbors : int
        Largest number of neighbours a localization keeps in the graph; its heaviest edges stay.
    min_edge_probability : float
        An edge of the final graph exists in at least this share of realizations of the data.
    similarity_threshold : float
        Smallest similarity at which a cluster is split into its subclusters.
    n_trials : int
        Searches per connected component, each with other random numbers; the shortest codelength
        wins. Components that cannot be split at the selected level, for which the searches matter
        to finer levels alone, get one.
    community_backend : {"native", "infomap"}
        Optimiser of the map equation: the compiled kernel, or the Infomap library, which takes
        several times as long and serves where the kernel was not built.
    louvain_backend : {"igraph", "python-louvain"}
        Implementation of the Louvain method, used for data without sigma.

    Raises
    ------
    ParameterError
        When a value is out of bounds; the message states value, bound and remedy.

    Notes
    -----
    Paper: Methods, "Guidelines for StormGraph parameter selection".

    Examples
    --------
    >>> StormGraphParams(k=20).k
    20
    >>> StormGraphParams(alpha=2)
    Traceback (most recent call last):
        ...
    stormgraph_py.errors.ParameterError: alpha=2 is outside 0 < alpha <= 1; use 0.05, ...
    """

    k: int | None = 15
    alpha: float = 0.05
    min_cluster_size: int = 5
    overcounting: bool = False
    label_radius_nm: float = 0.0
    overcounting_significance: float = 0.05
    use_sigma: bool = True
    weights: Weights = "exact"
    n_simulations: int = 100
    z_profile: ZProfile = "gaussian"
    dimensions: int | None = None
    max_neighbors: int = 500
    min_edge_probability: float = 0.75
    similarity_threshold: float = 0.8
    n_trials: int = 2
    community_backend: CommunityBackend = "native"
    louvain_backend: LouvainBackend = "igraph"

    def __post_init__(self) -> None:
        """Check every value, and make numbers of numpy those of Python, which JSON knows."""
        if self.k is not None:
            _check_int("k", self.k, 1, "choose 10 to 20, or None for the automatic method")
        _check_int(
            "min_cluster_size",
            self.min_cluster_size,
            SMALLEST_CLUSTER,
            "a cluster has at least 3 localizations",
        )
        _check_int("n_simulations", self.n_simulations, 2, "the paper uses 100")
        _check_int("max_neighbors", self.max_neighbors, 1, "the paper uses 500")
        _check_int("n_trials", self.n_trials, 1, "2 suits most data")
        _check_real(
            "alpha", self.alpha, 0, 1, "use 0.05, or 1 to skip the threshold", low_open=True
        )
        _check_real(
            "overcounting_significance",
            self.overcounting_significance,
            0,
            1,
            "the paper uses 0.05",
            low_open=True,
            high_open=True,
        )
        _check_real("label_radius_nm", self.label_radius_nm, 0, math.inf, "use 0 or a few nm")
        _check_real("min_edge_probability", self.min_edge_probability, 0, 1, "the paper uses 0.75")
        _check_real("similarity_threshold", self.similarity_threshold, 0, 1, "the paper uses 0.8")
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise ParameterError(
                    f"{name}={value!r} is unknown; use {' or '.join(map(repr, allowed))}."
                )
        if self.dimensions not in (None, 2, 3) or isinstance(self.dimensions, float):
            raise ParameterError(f"dimensions={self.dimensions!r} is unknown; use 2, 3 or None.")
        for name in ("overcounting", "use_sigma"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise ParameterError(
                    f"{name}={getattr(self, name)!r} is no truth value; use True or False."
                )
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.generic):
                object.__setattr__(self, field.name, value.item())

    def as_dict(self) -> dict[str, Any]:
        """Return every parameter by name, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StormGraphParams:
        """Make parameters from names and values, refusing unknown names.

        Raises
        ------
        ParameterError
            For a name that is no parameter, with the closest one that is.
        """
        names = [f.name for f in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                close = difflib.get_close_matches(name, names, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}."
                raise ParameterError(f"{name!r} is no parameter of StormGraph; {hint}")
        return cls(**values)


def _check_int(name: str, value: object, low: int, remedy: str) -> None:
    # bool is an int to Python and never meant as one here; numpy integers have __index__
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ParameterError(f"{name}={value!r} is no whole number; {remedy}.")
    if int(value) < low:
        raise ParameterError(f"{name}={value} is below {low}; {remedy}.")


def _check_real(
    name: str,
    value: object,
    low: float,
    high: float,
    remedy: str,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> None:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ParameterError(f"{name}={value!r} is no number; {remedy}.")
    number = float(value)
    inside_low = number > low if low_open else number >= low
    inside_high = number < high if high_open or math.isinf(high) else number <= high
    if not (inside_low and inside_high):
        left, right = ("<" if low_open else "<="), ("<" if high_open else "<=")
        bounds = f"{low:g} {left} {name}" + ("" if math.isinf(high) else f" {right} {high:g}")
        raise ParameterError(f"{name}={value} is outside {bounds}; {remedy}.")
