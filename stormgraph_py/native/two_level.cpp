#include "two_level.hpp"

#include <numeric>

#include "aggregation.hpp"

namespace stormgraph {

void TwoLevelSearch::search(Division& division, const FlowNetwork& network, Nodes nodes,
                            double parent_exit, Random& random) {
    division.module_of.resize(network.size());
    std::iota(division.module_of.begin(), division.module_of.end(), 0);
    const FlowNetwork* finest = &network;
    int next = 0;
    while (move_from_singles(*finest, nodes, parent_exit, random)) {
        assign_aggregated(levels_[next], *finest, partition_.module_of, renumbered_, monitor_);
        for (std::int32_t& m : division.module_of) m = renumbered_[m];
        finest = &levels_[next];
        next = 1 - next;
    }
    division.n_modules = finest->size();
    division.codelength =
        two_level_codelength(*finest, nodes, parent_exit, plogp_of_visits(network));
}

bool TwoLevelSearch::move_from_singles(const FlowNetwork& network, Nodes nodes, double parent_exit,
                                       Random& random, const std::vector<std::int32_t>* groups) {
    partition_.module_of.resize(network.size());
    std::iota(partition_.module_of.begin(), partition_.module_of.end(), 0);
    assign_partition(partition_, network, nodes, parent_exit, monitor_);
    return mover_.move_nodes(partition_, network, nodes, random, groups) > 0;
}

}  // namespace stormgraph
