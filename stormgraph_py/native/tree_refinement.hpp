// Improvement of a whole tree of modules: moves at every level of it.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"
#include "module_tree.hpp"
#include "monitor.hpp"
#include "random.hpp"
#include "tree_tuning.hpp"
#include "two_level.hpp"

namespace stormgraph {

class TreeRefiner {
public:
    explicit TreeRefiner(const Monitor* monitor = nullptr)
        : monitor_(monitor), grouping_(monitor), tuner_(monitor) {}

    // Move nodes, then groups of nodes that belong together, then modules of every level, to
    // wherever in the tree the codelength becomes shortest. Returns the gain in nats.
    double refine(const FlowNetwork& network, ModuleTree& tree, Random& random);

    // The same without moving modules, so that a tree of one level of modules stays one.
    double refine_lowest(const FlowNetwork& network, ModuleTree& tree, Random& random);

private:
    double move_at_level(const FlowNetwork& network, std::vector<std::int32_t>& home,
                         std::vector<std::int32_t>& parent, Random& random);
    double move_modules(ModuleTree& tree, Random& random);

    const Monitor* monitor_;
    TwoLevelSearch grouping_;
    TreeTuner tuner_;
    FlowNetwork groups_, wholes_, levels_[2];
    std::vector<std::int32_t> group_of_, home_of_group_, home_of_whole_, numbered_;
};

// Drop modules without nodes and modules that hold nothing but another one; parents come first.
void tidy(ModuleTree& tree);

}  // namespace stormgraph
