"""Tiles and threads do not show: the same result for all of them, number for number.

Usage: python benchmarks/scale.py [--size 1000000] [--tiles 32768 0] [--threads 1 2 4]
       [--backend native] [--out manual/_static/speed.json]

The same simulated 2-D localizations with sigma, k = 15, are analysed in tiles of at most so many
localizations (0: all in one tile) on so many threads, each time in a process of its own. What is
compared is everything: labels, every level of the hierarchy, weighted degrees, r0, the splits and
the codelength. Exits with 1 when one result differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed import in_a_process, one_run, simulate
from benchmarks.speed_tables import Row, keep, load, scale_table
from stormgraph_py.result import ClusteringResult

ONE_TILE = 2**30


def digest(result: ClusteringResult) -> str:
    """SHA-256 of all that was found."""
    scales = [s.r0_nm for s in (result.length_scale, result.final_length_scale) if s is not None]
    parts = [result.labels, result.candidate_labels, *result.hierarchy.levels, np.array(scales)]
    parts += [np.array([result.hierarchy.codelength])]
    if result.noise is not None:
        parts += [result.noise.degrees, result.noise.threshold]
    found = hashlib.sha256()
    for part in parts:
        found.update(np.ascontiguousarray(part).tobytes())
    found.update(repr(result.splits).encode())
    return found.hexdigest()


def in_tiles(path: str, tile_size: int, n_jobs: int, backend: str | None) -> Row:
    """Analyse localizations in tiles of another size."""
    from stormgraph_py.engine import edges, pipeline, spatial_order

    counts: list[int] = []

    def cut(*args: np.ndarray, **options: np.ndarray) -> spatial_order.SpatialOrder:
        order = spatial_order.spatial_order(*args, tile_size=tile_size, **options)
        counts.append(len(order.starts) - 1)
        return order

    pipeline.spatial_order = cut
    if tile_size == ONE_TILE:
        # neither are tiles cut further for their number of edges
        edges.EDGES_AT_ONCE = ONE_TILE
    digests: list[str] = []
    row = one_run("stormgraph", path, n_jobs, backend, lambda r: digests.append(digest(r)))
    del row["stages"]
    return {**row, "n_tiles": counts[0], "digest": digests[0]}


def main() -> None:
    """Compare, keep the results and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--tiles", type=int, nargs="*", default=(32_768, 0), help="0: one tile")
    parser.add_argument("--threads", type=int, nargs="*", default=(1, 2, 4))
    parser.add_argument("--backend", help="community_backend; the package's default by default")
    parser.add_argument("--out", type=Path, help="JSON file that keeps the results")
    parser.add_argument("--simulate", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.simulate:
        simulate(int(arguments.simulate[0]), arguments.simulate[1])
        return
    if arguments.one:
        path, tile_size, n_jobs, backend = arguments.one
        own = None if backend == "-" else backend
        print(json.dumps(in_tiles(path, int(tile_size) or ONE_TILE, int(n_jobs), own)))
        return
    results, rows = load(arguments.out), []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "localizations.npz")
        in_a_process(__file__, "--simulate", arguments.size, path)
        for tile_size in arguments.tiles:
            for n_jobs in arguments.threads:
                backend = arguments.backend or "-"
                text = in_a_process(__file__, "--one", path, tile_size, n_jobs, backend)
                row = {"asked": arguments.size, "tile_size": tile_size or ONE_TILE}
                rows.append({**row, "n_jobs": n_jobs, **json.loads(text)})
                note = f"tiles of {tile_size:,}, {n_jobs} thread(s): {rows[-1]['digest'][:12]}"
                print(note, file=sys.stderr, flush=True)
    results["scale"] = []
    keep(results, "scale", rows, arguments.out)
    print(f"\n{scale_table({'scale': rows})}")
    if len({row["digest"] for row in rows}) > 1:
        sys.exit("These results differ.")
    print("\nAll the same.")


if __name__ == "__main__":
    main()
