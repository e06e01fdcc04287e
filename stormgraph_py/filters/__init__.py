"""Steps that leave out or merge localizations before the analysis, each counted."""

from stormgraph_py.filters.comparison import Keep
from stormgraph_py.filters.sequence import Filter, FilterStep, apply_filters, filter_from_dict
from stormgraph_py.filters.steps import Density, Frames, MergeReappearing

__all__ = [
    "Density",
    "Filter",
    "FilterStep",
    "Frames",
    "Keep",
    "MergeReappearing",
    "apply_filters",
    "filter_from_dict",
]
