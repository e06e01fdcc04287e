"""Codelengths of the compiled kernel's modules beside those of Infomap, graph by graph.

Run ``python benchmarks/codelength.py`` from the root of the repository. Every connected component
of at least ten nodes is divided on its own, by Infomap and by the kernel; codelengths are averaged
by the flow of the components. Time is processor time of one trial for the whole graph.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.data import Case, paper_cases, speed_case
from benchmarks.machine import describe_machine
from stormgraph_py import Localizations, StormGraphParams, read_localizations
from stormgraph_py.arrays import FloatArray
from stormgraph_py.engine import kernel, pipeline
from stormgraph_py.engine.communities import multilevel_infomap
from stormgraph_py.engine.components import split_components
from stormgraph_py.engine.edges import Edges, neighborhood_edges
from stormgraph_py.engine.spatial_order import spatial_order

FORMATS_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "formats"
"""Files of other groups, which do not come with the project."""

SMALLEST_COMPONENT = 10
TRIALS = 5
GIANT_NODES, GIANT_MEAN_DEGREE = 340_000, 9


class _Reached(Exception):  # noqa: N818
    """Carries the final graph out of an analysis."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges


def final_graph(locs: Localizations, area: float | None = None) -> Edges:
    """The graph that an analysis with default parameters would divide into clusters."""

    def stop(edges: Edges, *_: object, **__: object) -> None:
        raise _Reached(edges)

    with mock.patch.object(pipeline, "divide", stop):
        try:
            pipeline.cluster_localizations(locs, StormGraphParams(), area=area)
        except _Reached as reached:
            return reached.edges
    raise AssertionError("the analysis ended without a graph")


def graph_of_case(case: Case) -> Edges:
    return final_graph(Localizations.from_arrays(case.coordinates, case.sigma), case.area)


def ring_of_cliques(n_cliques: int, size: int) -> Edges:
    """Cliques, each joined to the next by one edge, the last to the first."""
    within = np.column_stack(np.triu_indices(size, 1))
    first = np.arange(n_cliques) * size
    edges = (first[:, None, None] + within).reshape(-1, 2)
    ring = np.column_stack([first, np.roll(first, -1) + 1])
    pairs = np.concatenate([edges, ring]).astype(np.int32)
    source, target = np.ascontiguousarray(pairs.T)
    return Edges(source, target, np.ones(len(pairs)), n_cliques * size)


def random_plane(n: int, mean_degree: float, seed: int = 0) -> Edges:
    """Neighbours within a distance in a square; the largest component has nearly all nodes."""
    points = np.random.default_rng(seed).uniform(0, np.sqrt(n), (n, 2))
    order = spatial_order(points)
    return neighborhood_edges(points[order.order], np.sqrt(mean_degree / np.pi), order.starts)


def graphs(*, giant: bool) -> Iterator[tuple[str, Callable[[], Edges]]]:
    """Name of every graph, and what makes it."""
    for n in (5_000, 27_000, 100_000):
        yield f"simulated 2-D, {n:,}", lambda n=n: graph_of_case(speed_case(n))  # type: ignore[misc]
    for dimensions in (2, 3):
        for position, case in enumerate(paper_cases(dimensions, 3)):
            yield f"paper {dimensions}-D, set {position}", lambda c=case: graph_of_case(c)  # type: ignore[misc]
    for name in (
        "fgfr1_dstorm/FGFR1_MCF7_AF647_1.csv",
        "thunderstorm/01_storm.csv.gz",
        "picasso/egfr_mols.hdf5",
    ):
        path = FORMATS_FOLDER / name
        if path.exists():
            yield path.name, lambda path=path: final_graph(read_localizations(path))  # type: ignore[misc]
        else:
            print(f"{path.name} is not here", file=sys.stderr)
    yield "random plane, 20,000", lambda: random_plane(20_000, GIANT_MEAN_DEGREE)
    yield "ring of cliques, 1000 x 8", lambda: ring_of_cliques(1000, 8)
    if giant:
        yield f"random plane, {GIANT_NODES:,}", lambda: random_plane(GIANT_NODES, GIANT_MEAN_DEGREE)


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """Codelengths of all components of a graph by one method, and the time they took."""

    bits: FloatArray
    cpu_s: float


def measured(parts: list[Edges], bits_of: Callable[[Edges, int], float]) -> Measured:
    start = time.process_time()
    bits = [bits_of(part, number) for number, part in enumerate(parts)]
    return Measured(bits=np.array(bits), cpu_s=time.process_time() - start)


def by_infomap(part: Edges, number: int) -> float:
    return multilevel_infomap(part, seed=number + 1, n_trials=TRIALS).codelength


def by_kernel(n_trials: int) -> Callable[[Edges, int], float]:
    def bits(part: Edges, number: int) -> float:
        *_, codelength = kernel.native.find_modules(  # type: ignore[union-attr]
            part.source, part.target, part.weight, part.n_nodes, 1, number, n_trials
        )
        return float(codelength)

    return bits


def row(name: str, edges: Edges) -> tuple[str, float, float]:
    """Line of the table, difference of best against best, and ratio of the times."""
    components = split_components(edges)
    large = np.flatnonzero(components.sizes >= SMALLEST_COMPONENT)
    parts = [components.edges(c) for c in large.tolist()]
    flow = np.array([part.weight.sum() for part in parts])
    theirs = measured(parts, by_infomap)
    ours = {n: measured(parts, by_kernel(n)) for n in (TRIALS, 2, 1)}
    reference = np.average(theirs.bits, weights=flow)
    difference = {
        n: 100 * (np.average(m.bits, weights=flow) / reference - 1) for n, m in ours.items()
    }
    worst = 100 * (ours[TRIALS].bits / theirs.bits - 1).max()
    cpu_s, cpu_s_theirs = ours[TRIALS].cpu_s / TRIALS, theirs.cpu_s / TRIALS
    line = (
        f"| {name} | {edges.n_nodes:,} | {len(edges):,} | {len(parts):,} | {reference:.4f} "
        + "".join(f"| {difference[n]:+.3f} " for n in (TRIALS, 2, 1))
        + f"| {worst:+.3f} | {cpu_s_theirs:.3f} | {cpu_s:.3f} |"
    )
    return line, difference[TRIALS], cpu_s_theirs / cpu_s


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--giant", action="store_true", help="a component of 340,000 nodes as well")
    parser.add_argument("--only", default="", help="graphs whose name contains this")
    arguments = parser.parse_args()
    if kernel.native is None:
        parser.error(kernel.NOT_INSTALLED)
    print(f"\n## Codelengths\n\n{describe_machine()}\n\n"
          f"Infomap: best of {TRIALS} for every component; the kernel: best of {TRIALS}, 2 and 1, "
          "against it.\n")  # fmt: skip
    print(f"| graph | nodes | edges | components | Infomap, bits | best of {TRIALS}, % | of 2, % "
          "| of 1, % | worst component, % | Infomap, CPU s a trial | kernel, CPU s a trial |\n|"
          + "---|" * 11)  # fmt: skip
    differences, ratios = [], []
    for name, make in graphs(giant=arguments.giant):
        if arguments.only not in name:
            continue
        line, difference, ratio = row(name, make())
        print(line, flush=True)
        differences.append(difference)
        ratios.append(ratio)
    print(f"\nOver {len(differences)} graphs the best of {TRIALS} differs from Infomap's by "
          f"{np.mean(differences):+.4f}% in the mean and {max(differences):+.4f}% at most; a trial "
          f"takes 1/{np.median(ratios):.1f} of Infomap's time in the median.")  # fmt: skip


if __name__ == "__main__":
    main()
