"""Columns of the tables of a whole batch."""

from __future__ import annotations

from stormgraph_py.clusters.dictionary.clusters import CLUSTERS
from stormgraph_py.clusters.dictionary.column import CHOICE, Column
from stormgraph_py.clusters.dictionary.roi import SUMMARY

JOB = (
    Column("job", CHOICE, "Name of the job and of its folder in jobs.", "Batch"),
    Column("file", CHOICE, "Input file, as the batch names it.", "Batch"),
    Column("roi", CHOICE, "Name of the region; empty for a whole file.", "Region of interest"),
    Column("parameters", CHOICE, "Name of the parameter set.", "Batch"),
    Column("channel", CHOICE, "Colour channel that was chosen; empty without a choice.", "Batch"),
)
"""Columns with which the tables of a batch begin, before those of tags."""

BATCH_SUMMARY = (*JOB, *SUMMARY)
"""summary.csv of a batch: one row a job; its tags follow the columns of `JOB`."""

BATCH_CLUSTERS = (*JOB, *CLUSTERS)
"""clusters.csv of a batch: one row a cluster; tags as in the summary."""

FAILURES = (
    *JOB,
    Column(
        "stage",
        CHOICE,
        "What the job was doing: reading, selecting, clustering, measuring or writing; working "
        "where its worker died.",
        "Batch",
    ),
    Column("reason", CHOICE, "Why it failed.", "Batch"),
    Column("remedy", CHOICE, "What to do about it.", "Batch"),
    Column(
        "exit_kind",
        CHOICE,
        "Kind of failure: input, parameter, output, disk-full, memory, worker-died or program.",
        "Batch",
    ),
)
"""failures.csv of a batch: one row a job that failed."""
