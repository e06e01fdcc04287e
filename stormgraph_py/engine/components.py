"""Connected components of the graph, and what holds them together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, depth_first_order

from stormgraph_py.arrays import BoolArray, FloatArray, Int32Array, IntArray
from stormgraph_py.engine import kernel
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
    if kernel.native is not None:
        return Components(
            *kernel.native.layout_components(
                edges.source, edges.target, edges.weight, edges.n_nodes
            )
        )
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
    for node, fragments in _fragments_at_cut_points(edges).items():
        cut[node] = sum(size >= min_fragment for size in fragments) >= 2
    return cut


def _fragments_at_cut_points(edges: Edges) -> dict[int, list[int]]:
    """Sizes of the fragments that the removal of every cut point leaves.

    In a depth-first tree every other edge joins a node to one of its ancestors. A subtree from
    which none leads past the node it hangs from is cut off when that node is removed (Hopcroft and
    Tarjan).
    """
    n = edges.n_nodes
    graph = coo_array((np.ones(len(edges), np.int8), (edges.source, edges.target)), shape=(n, n))
    order, parent = depth_first_order(graph.tocsr(), 0, directed=False)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    source, target = place[edges.source], place[edges.target]
    earliest = np.arange(n)
    np.minimum.at(earliest, source, target)
    np.minimum.at(earliest, target, source)
    # from here on nodes are known by their place in the order, where parents come first
    above = np.append(-1, place[parent[order[1:]]]).tolist()
    reach, size = earliest.tolist(), [1] * n
    fragments: dict[int, list[int]] = {}
    for node in range(n - 1, 0, -1):
        top = above[node]
        size[top] += size[node]
        if reach[node] >= top:
            fragments.setdefault(top, []).append(size[node])
        elif reach[node] < reach[top]:
            reach[top] = reach[node]
    for sizes in fragments.values():
        if n - 1 > sum(sizes):
            sizes.append(n - 1 - sum(sizes))
    return {int(order[node]): sizes for node, sizes in fragments.items() if len(sizes) > 1}


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
