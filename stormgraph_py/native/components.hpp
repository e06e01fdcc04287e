// Connected components of a graph, their nodes and edges side by side.
#pragma once

#include <cstdint>
#include <vector>

#include "monitor.hpp"

namespace stormgraph {

struct ComponentLayout {
    std::vector<std::int64_t> nodes;        // component after component, ascending within each
    std::vector<std::int64_t> node_starts;  // where each begins in nodes; one more at the end
    std::vector<std::int32_t> source;       // ends of the edges, component after component,
    std::vector<std::int32_t> target;       //   numbered within the component as in nodes
    std::vector<double> weight;
    std::vector<std::int64_t> edge_starts;  // where each begins among the edges; one more again
};

// Take a graph apart. Components are numbered by their first node, isolated nodes included; the
// edges of each keep their order. Linear in nodes and edges; beside the result it holds two numbers
// a node and one a component. Throws std::invalid_argument where an end of an edge is no node.
ComponentLayout layout_components(const std::int32_t* source, const std::int32_t* target,
                                  const double* weight, std::int64_t n_edges, std::int64_t n_nodes,
                                  const Monitor* monitor = nullptr);

}  // namespace stormgraph
