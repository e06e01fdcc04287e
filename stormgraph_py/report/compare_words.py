"""Measures, tests and corrections in words."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary import describe
from stormgraph_py.errors import ParameterError

_WORDS = {
    "area_nm2": "area of a cluster",
    "volume_nm3": "volume of a cluster",
    "n_localizations": "localizations of a cluster",
    "density_per_um2": "localizations per area of a cluster",
    "density_per_um3": "localizations per volume of a cluster",
    "clusters_per_um2": "clusters per area",
    "clusters_per_um3": "clusters per volume",
    "percent_clustered": "localizations in clusters",
    "equivalent_radius_nm": "equivalent radius of a cluster",
    "radius_of_gyration_nm": "radius of gyration of a cluster",
}
CORRECTION_NAMES = {"holm": "Holm", "bonferroni": "Bonferroni", "fdr": "Benjamini-Hochberg"}


def measure_label(measure: str, of_clusters: bool) -> tuple[str, str]:
    """Return a measure in words, and its unit of measurement (empty for pure numbers).

    Examples
    --------
    >>> measure_label("area_nm2", True), measure_label("solidity", True)
    (('area of a cluster', 'nm²'), ('solidity', ''))
    """
    try:
        unit = describe("clusters.csv" if of_clusters else "summary.csv", measure).unit
    except ParameterError:
        unit = ""
    if unit in ("1", "count", "text", "label", "True/False"):
        unit = ""
    words = _WORDS.get(measure)
    if words is None:
        endings = ("_per_um2", "_per_um3", "_nm2", "_nm3", "_um2", "_um3", "_nm", "_deg")
        ending = next((e for e in endings if measure.endswith(e)), "")
        words = measure.removesuffix(ending).removeprefix("n_").replace("_", " ")
    return words, unit
