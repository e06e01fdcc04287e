"""Make `labels_2d.csv` and `labels_3d.csv`: clusters of the sample data as of this version.

Run ``python tests/golden/make_golden.py`` after a change that is meant to move clusters, and say in
the commit by how much it does.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from stormgraph_py import StormGraphParams, cluster_localizations, read_localizations
from stormgraph_py.metrics import normalized_mutual_information

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "sample_data"

ANALYSES = {
    "2d": {
        "sigma": StormGraphParams(),
        "no_sigma": StormGraphParams(use_sigma=False),
        "automatic": StormGraphParams(k=None),
    },
    "3d": {"sigma": StormGraphParams(overcounting=True)},
}
"""Parameters by sample and by column of its file."""


def labels_of(sample: str) -> pd.DataFrame:
    """Clusters of one sample, a column an analysis."""
    localizations = read_localizations(SAMPLES / f"nanoclusters_{sample}.csv")
    return pd.DataFrame(
        {
            name: cluster_localizations(localizations, params, random_state=0).labels
            for name, params in ANALYSES[sample].items()
        }
    )


def main() -> None:
    """Write both files and tell how far labels moved."""
    for sample in ANALYSES:
        path = HERE / f"labels_{sample}.csv"
        new = labels_of(sample)
        if path.exists():
            old = pd.read_csv(path)
            for name in old.columns.intersection(new.columns):
                nmi = normalized_mutual_information(old[name], new[name])
                print(f"{path.name} {name}: NMI {nmi:.4f} with the former labels")  # noqa: T201
        new.to_csv(path, index=False)


if __name__ == "__main__":
    main()
