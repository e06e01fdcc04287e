"""Clusters that could be split, and what became of them."""

from __future__ import annotations

from stormgraph_gui.views.results.rows import Column, RecordTable
from stormgraph_py.engine.selection import Split
from stormgraph_py.report.numbers import MISSING, hundredths, integer
from stormgraph_py.report.words import SPLIT_REASONS


def split_table() -> RecordTable:
    """Make an empty table of splits."""
    return RecordTable(_COLUMNS, "splits")


def split_sentence(split: Split, threshold: float) -> str:
    """Say what became of a cluster, and why."""
    verdict, _, reason = SPLIT_REASONS[split.reason].partition(": ")
    text = (
        f"<b>Cluster {split.cluster} at level {split.level + 1}</b> "
        f"({integer(split.n_localizations)} localizations, {integer(split.n_subclusters)} "
        f"subclusters) was {verdict}: {reason}."
    )
    if split.similarity == split.similarity:
        text += (
            f" Similarity {hundredths(split.similarity)} as subclusters and "
            f"{hundredths(split.similarity_unsplit)} as one; to be split it takes at least "
            f"{threshold:g}, and more than as one."
        )
    if split.truncated:
        text += " The search for K ended before the alternative clustering was one cluster."
    return text


_COLUMNS = (
    Column(
        "Verdict",
        "Whether the cluster was divided into its subclusters",
        lambda split: "split" if split.accepted else "kept whole",
    ),
    Column("Level", "Level of the cluster, 1 is the coarsest", lambda split: split.level + 1),
    Column("Cluster", "Number of the cluster at that level", lambda split: split.cluster),
    Column("Size", "Localizations of the cluster", lambda split: split.n_localizations, integer),
    Column(
        "Similarity",
        "How similar the subclusters are to an independent clustering, 0 to 1",
        lambda split: split.similarity,
        hundredths,
    ),
    Column(
        "As one",
        "How similar the undivided cluster is to the independent clustering, 0 to 1",
        lambda split: split.similarity_unsplit,
        hundredths,
    ),
    Column("Parts", "Subclusters that it has", lambda split: split.n_subclusters, integer),
    Column(
        "K*",
        "Number of mutual neighbours at which the independent clustering is most similar",
        lambda split: split.k_star,
        lambda k: str(k) if k else MISSING,
    ),
    Column(
        "Why",
        "Why it was split or kept whole",
        lambda split: SPLIT_REASONS[split.reason].partition(": ")[2],
    ),
)
