// Search for a partition of a network into modules with a short two-level codelength.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"
#include "moves.hpp"
#include "partition.hpp"
#include "random.hpp"

namespace stormgraph {

struct Division {
    std::vector<std::int32_t> module_of;  // of every node, numbered from 0
    std::int32_t n_modules = 0;
    double codelength = 0.0;  // nats, index and module codebooks
};

// Louvain's scheme under the map equation: move nodes between modules, make every module a node,
// and again, until nothing moves.
class TwoLevelSearch {
public:
    explicit TwoLevelSearch(const Monitor* monitor = nullptr)
        : monitor_(monitor), mover_(monitor) {}

    void search(Division& division, const FlowNetwork& network, Nodes nodes, double parent_exit,
                Random& random);

    // Move nodes that begin alone, each within its group where there are groups. Returns whether
    // one moved.
    bool move_from_singles(const FlowNetwork& network, Nodes nodes, double parent_exit,
                           Random& random, const std::vector<std::int32_t>* groups = nullptr);

    // Modules of the last `move_from_singles`, with gaps in the numbers.
    const std::vector<std::int32_t>& module_of() const noexcept { return partition_.module_of; }

private:
    const Monitor* monitor_;
    Mover mover_;
    Partition partition_;
    FlowNetwork levels_[2];  // the coarser network is built from the finer one, in turns
    std::vector<std::int32_t> renumbered_;
};

}  // namespace stormgraph
