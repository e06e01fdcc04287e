"""StormGraph as a scikit-learn clusterer."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import validate_data

from stormgraph_py.engine.pipeline import RandomState, cluster_points
from stormgraph_py.errors import InputError
from stormgraph_py.params import StormGraphParams


class StormGraph(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Graph-based clustering of localizations that knows about localization precision.

    Every parameter but the last two is one of `stormgraph_py.StormGraphParams`, where all of them
    are explained.

    Parameters
    ----------
    k : int or None
        Neighbour whose distance sets the length scale r0; None finds r0 without it.
    alpha : float
        Largest share of completely random localizations that may be called clustered.
    min_cluster_size : int
        Smallest cluster, at least 3.
    overcounting : bool
        Remove clusters that cannot be told from one molecule counted several times.
    label_radius_nm : float
        Effective radius of molecule and label in that test, nm.
    overcounting_significance : float
        Its significance level.
    use_sigma : bool
        Use the localization precisions when they are given.
    weights : {"exact", "monte-carlo"}
        How expected edge weights are found.
    n_simulations : int
        Realizations of the data, where they are sampled.
    z_profile : {"gaussian", "uniform"}
        3-D: random clouds around a focal plane, or uniform in z.
    max_neighbors : int
        Largest number of neighbours in the graph.
    min_edge_probability : float
        Smallest probability of an edge of the final graph.
    similarity_threshold : float
        Smallest similarity at which a cluster is split.
    n_trials : int
        Searches for communities in each connected component.
    community_backend : {"native", "infomap"}
        Optimiser of the map equation.
    louvain_backend : {"igraph", "python-louvain"}
        Implementation of the Louvain method.
    n_jobs : int
        Threads, and processes for Infomap; -1 takes one a core.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Seed.

    Attributes
    ----------
    labels_ : ndarray of int64, shape (n,)
        Cluster of every localization, numbered from 0 by falling size; -1 = unclustered.
    result_ : ClusteringResult
        The whole result.
    n_features_in_ : int
        2 or 3.

    References
    ----------
    StormGraph's paper: Results, "The StormGraph algorithm", and Methods.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> blobs = rng.choice([300.0, 1500.0], (200, 2)) + rng.normal(0, 30, (200, 2))
    >>> points = np.concatenate([blobs, rng.uniform(0, 2000, (100, 2))])
    >>> model = StormGraph(k=15).fit(points, area=4e6)
    >>> model.labels_.max() + 1
    np.int64(4)
    """

    def __init__(
        self,
        k: int | None = 15,
        alpha: float = 0.05,
        min_cluster_size: int = 5,
        overcounting: bool = False,
        label_radius_nm: float = 0.0,
        *,
        overcounting_significance: float = 0.05,
        use_sigma: bool = True,
        weights: str = "exact",
        n_simulations: int = 100,
        z_profile: str = "gaussian",
        max_neighbors: int = 500,
        min_edge_probability: float = 0.75,
        similarity_threshold: float = 0.8,
        n_trials: int = 2,
        community_backend: str = "native",
        louvain_backend: str = "igraph",
        n_jobs: int = 1,
        random_state: RandomState = 0,
    ) -> None:
        self.k = k
        self.alpha = alpha
        self.min_cluster_size = min_cluster_size
        self.overcounting = overcounting
        self.label_radius_nm = label_radius_nm
        self.overcounting_significance = overcounting_significance
        self.use_sigma = use_sigma
        self.weights = weights
        self.n_simulations = n_simulations
        self.z_profile = z_profile
        self.max_neighbors = max_neighbors
        self.min_edge_probability = min_edge_probability
        self.similarity_threshold = similarity_threshold
        self.n_trials = n_trials
        self.community_backend = community_backend
        self.louvain_backend = louvain_backend
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(
        self,
        X: npt.ArrayLike,
        y: object = None,
        *,
        sigma: npt.ArrayLike | None = None,
        area: float | None = None,
    ) -> Self:
        """Cluster localizations.

        Parameters
        ----------
        X : array_like of shape (n, 2) or (n, 3)
            Positions in nm.
        y : object
            Ignored; here for scikit-learn's interface.
        sigma : array_like of shape (n,), (n, 2) or (n, 3), optional
            Localization precision in nm; (n,) holds for every axis.
        area : float, optional
            Area (nm²) or volume (nm³) of the ROI; the bounding box by default.

        Returns
        -------
        StormGraph
            Itself.

        Raises
        ------
        InputError
            When the shapes do not fit or the localizations cannot be clustered.
        ParameterError
            When a parameter is out of bounds.
        """
        points = np.array(validate_data(self, X, dtype=np.float64, ensure_min_samples=2))
        if points.shape[1] not in (2, 3):
            raise InputError(
                f"X has n_features={points.shape[1]}; localizations have 2 (x, y) or 3 (x, y, z)."
            )
        params = StormGraphParams(**self._parameters())
        precision = None if sigma is None else _precision(sigma, points.shape)
        self.result_ = cluster_points(
            points,
            precision,
            params,
            area=area,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )
        self.labels_ = self.result_.labels
        return self

    def _parameters(self) -> dict[str, Any]:
        parameters = self.get_params(deep=False)
        return {k: v for k, v in parameters.items() if k not in ("n_jobs", "random_state")}


def _precision(sigma: npt.ArrayLike, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    values = np.asarray(sigma, dtype=np.float64)
    if values.ndim == 1:
        values = np.repeat(values[:, None], shape[1], axis=1)
    if values.shape != shape:
        raise InputError(
            f"sigma has the shape {np.shape(sigma)} and X {shape}; give ({shape[0]},) or {shape}."
        )
    return values
