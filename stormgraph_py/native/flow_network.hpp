// A weighted undirected network as the random walker of the map equation sees it.
#pragma once

#include <cstdint>
#include <vector>

#include "monitor.hpp"

namespace stormgraph {

// Nodes with their visit rates, and the flow along every link, per step of the walk.
//
// On an undirected network the walker visits node a with rate p_a = strength_a / sum of strengths,
// and passes from a to b with flow w_ab / sum of strengths. A self-loop is a step that stays: it
// adds to the visit rate and to no exit.
struct FlowNetwork {
    std::vector<std::int64_t> starts;     // first link of every node, and one past the last
    std::vector<std::int32_t> neighbors;  // other end of every link; both directions are listed
    std::vector<double> flow;             // flow along every link
    std::vector<double> visits;           // p_a
    std::vector<double> exits;            // flow that leaves a node
    std::vector<std::int32_t> units;      // nodes of the network before any aggregation

    std::int32_t size() const noexcept { return static_cast<std::int32_t>(visits.size()); }
    std::int64_t degree(std::int32_t node) const noexcept { return starts[node + 1] - starts[node]; }
    void clear() noexcept;
};

// Edges of one connected component or of any other graph; each is listed once.
struct EdgeList {
    const std::int32_t* source;
    const std::int32_t* target;
    const double* weight;
    std::int64_t n_edges;
    std::int32_t n_nodes;
};

// Fill a network; its memory is used again. Edges without weight do not exist. Throws Stopped.
void assign_flow(FlowNetwork& network, const EdgeList& edges, const Monitor* monitor = nullptr);

// Network on some of the nodes. Visit rates and exits stay those of the whole network.
//
// `place` has an entry of -1 for every node of the whole network, and is left like that.
void assign_subnetwork(FlowNetwork& part, const FlowNetwork& whole, const std::int32_t* nodes,
                       std::int32_t n_nodes, std::vector<std::int32_t>& place);

}  // namespace stormgraph
