// Cut points of a connected graph, and the pieces that it falls into without them.
#pragma once

#include <cstdint>
#include <vector>

#include "monitor.hpp"

namespace stormgraph {

// Pieces of a connected graph that no single node holds together.
//
// The neighbours of node i are neighbors[starts[i]] ... neighbors[starts[i + 1] - 1], every edge
// listed at both its ends; multiple edges and loops do no harm. A significant cut point is a node
// whose removal leaves two or more fragments of at least min_fragment nodes.
//
// Returns, for every node, 0 when the component is stable (there is no such node); otherwise the
// connected part to which it belongs once all of them are taken out, or -1 for a cut point itself.
// Parts are numbered by their first node and every cut point uses up a number as well, so that
// there can be gaps. Throws std::invalid_argument where the graph is not connected.
std::vector<std::int32_t> stable_pieces(std::int32_t n, const std::int64_t* starts,
                                        const std::int32_t* neighbors, std::int64_t min_fragment,
                                        const Monitor* monitor = nullptr);

// Whether a node is a significant cut point, one byte each; empty when none is.
std::vector<std::uint8_t> significant_cut_points(std::int32_t n, const std::int64_t* starts,
                                                 const std::int32_t* neighbors,
                                                 std::int64_t min_fragment,
                                                 const Monitor* monitor = nullptr);

}  // namespace stormgraph
