"""Connected components of the graph, and what holds them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stormgraph_py.arrays import BoolArray, FloatArray, Int32Array, IntArray
from stormgraph_py.engine.communities import biconnected_components
from stormgraph_py.engine.edges import Edges


@dataclass(frozen=True, eq=False)
class Components:
    """Connected components of a graph, their nodes and edges side by side.

    Parameters
    ----------
    nodes : ndarray of int64, shape (n,)
        Nodes of the graph, component after component.
    node_starts : ndarray of int64, shape (n_components + 1,)
        Where each component begins in `nodes`.
    source, target : ndarray of int32, shape (m,)
        Ends of the edges, component after component, numbered within the component.
    weight : ndarray of float64, shape (m,)
        Their weights.
    edge_starts : ndarray of int64, shape (n_components + 1,)
        Where each component begins among the edges.
    """

    nodes: IntArray
    node_starts: IntArray
    source: Int32Array
    target: Int32Array
    weight: FloatArray
    edge_starts: IntArray

    def __len__(self) -> int:
        return len(self.node_starts) - 1

    @property
    def sizes(self) -> IntArray:
        """Number of nodes of every component."""
        return np.diff(self.node_starts)

    def members(self, number: int) -> IntArray:
        """Nodes of one component."""
        return self.nodes[self.node_starts[number] : self.node_starts[number + 1]]

    def edges(self, number: int) -> Edges:
        """Edges of one component, its nodes numbered from 0 in the order of `members`."""
        part = slice(self.edge_starts[number], self.edge_starts[number + 1])
        return Edges(
            self.source[part], self.target[part], self.weight[part], int(self.sizes[number])
        )


def component_labels(edges: Edges) -> tuple[int, Int32Array]:
    """Number of connected components, isolated nodes included, and the component of every node."""
    n = edges.n_nodes
    graph = coo_array((np.ones(len(edges), np.int8), (edges.source, edges.target)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    return int(count), np.asarray(label, dtype=np.int32)


def split_components(edges: Edges) -> Components:
    """Take a graph apart into its connected components, numbered by their first node."""
    count, label = component_labels(edges)
    nodes = np.argsort(label, kind="stable")
    node_starts = np.concatenate([[0], np.cumsum(np.bincount(label, minlength=count))])
    local = np.empty(edges.n_nodes, dtype=np.int32)
    local[nodes] = np.arange(edges.n_nodes) - node_starts[label[nodes]]
    of_edge = label[edges.source]
    order = np.argsort(of_edge, kind="stable")
    edge_starts = np.concatenate([[0], np.cumsum(np.bincount(of_edge, minlength=count))])
    return Components(
        nodes,
        node_starts.astype(np.int64),
        local[edges.source[order]],
        local[edges.target[order]],
        edges.weight[order],
        edge_starts.astype(np.int64),
    )


def significant_cut_points(edges: Edges, min_fragment: int) -> BoolArray:
    """Nodes of a connected graph whose removal leaves two or more sizeable fragments.

    Parameters
    ----------
    edges : Edges
        A connected graph.
    min_fragment : int
        Smallest number of nodes of a fragment that counts.

    Returns
    -------
    ndarray of bool, shape (n_nodes,)
        Without any, the component is stable: it stays in one piece, but for crumbs, when any one
        of its nodes is removed (paper, Merging clusters at the top of the hierarchy).
    """
    n = edges.n_nodes
    cut = np.zeros(n, dtype=np.bool_)
    if n < 2 * min_fragment + 1:
        return cut
    blocks = biconnected_components(edges)
    if len(blocks) == 1:
        return cut
    for node, fragments in _fragments_at_cut_points(blocks, n).items():
        cut[node] = sum(size >= min_fragment for size in fragments) >= 2
    return cut


def _fragments_at_cut_points(blocks: list[IntArray], n: int) -> dict[int, list[int]]:
    """Sizes of the fragments that the removal of every cut point leaves.

    Blocks and cut points form a tree. Walked from one block, each cut point sees one fragment for
    every block below it, and one above.
    """
    shared = np.flatnonzero(np.bincount(np.concatenate(blocks), minlength=n) > 1)
    is_shared = np.zeros(n, dtype=np.bool_)
    is_shared[shared] = True
    cuts_of = [block[is_shared[block]].tolist() for block in blocks]
    blocks_at: dict[int, list[int]] = {int(node): [] for node in shared}
    for number, cuts in enumerate(cuts_of):
        for node in cuts:
            blocks_at[node].append(number)
    parent_cut = np.full(len(blocks), -1, dtype=np.int64)
    order, seen = [0], {0}
    for number in order:
        for node in cuts_of[number]:
            for below in blocks_at[node]:
                if below not in seen:
                    seen.add(below)
                    parent_cut[below] = node
                    order.append(below)
    fragments: dict[int, list[int]] = {node: [] for node in blocks_at}
    for number in reversed(order):
        top = int(parent_cut[number])
        # nodes at and below this block, without the cut point it hangs from
        size = len(blocks[number]) - (top >= 0)
        size += sum(sum(fragments[node]) for node in cuts_of[number] if node != top)
        if top >= 0:
            fragments[top].append(size)
    for sizes in fragments.values():
        above = n - 1 - sum(sizes)
        if above > 0:
            sizes.append(above)
    return fragments


def stable_pieces(edges: Edges, min_fragment: int) -> Int32Array:
    """Pieces of a connected graph that no single node holds together.

    Parameters
    ----------
    edges : Edges
        A connected graph.
    min_fragment : int
        Smallest piece that counts, see `significant_cut_points`.

    Returns
    -------
    ndarray of int32, shape (n_nodes,)
        0 everywhere for a stable component. Otherwise the connected part to which a node belongs
        once all significant cut points are taken out; a cut point is -1.
    """
    cut = significant_cut_points(edges, min_fragment)
    if not cut.any():
        return np.zeros(edges.n_nodes, dtype=np.int32)
    keep = ~(cut[edges.source] | cut[edges.target])
    rest = Edges(edges.source[keep], edges.target[keep], edges.weight[keep], edges.n_nodes)
    _, label = component_labels(rest)
    label[cut] = -1
    return label
