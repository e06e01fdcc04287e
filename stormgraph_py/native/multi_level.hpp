// Search for the tree of nested modules with the shortest hierarchical codelength.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"
#include "module_tree.hpp"
#include "monitor.hpp"
#include "random.hpp"
#include "tree_refinement.hpp"
#include "two_level.hpp"

namespace stormgraph {

enum class Depth { two_level, multi_level };

// A two-level search of the whole network comes first. Then
//
// - upwards: the modules are searched for super-modules, those for others, as long as the index
//   codebook becomes shorter;
// - downwards: inside each of the topmost modules the modules found before are searched for
//   super-modules again under its exit flow, and its nodes for modules where there were none, and
//   so on until a module is shorter undivided;
// - everywhere: nodes and modules move within the whole tree.
class MultiLevelSearch {
public:
    explicit MultiLevelSearch(const Monitor* monitor = nullptr)
        : monitor_(monitor), two_level_(monitor), refiner_(monitor) {}

    ModuleTree search(const FlowNetwork& network, Depth depth, Random& random);

private:
    // One module of the tree, and which of `nodes_` are in it.
    struct Task {
        std::int32_t first, last, module;
        double exit;
        bool has_modules;  // `found_` holds modules to start from
    };

    void divide(const Task& task, const FlowNetwork& whole, Depth depth, Random& random,
                ModuleTree& tree);
    bool find_modules(const Task& task, const FlowNetwork& network, Depth depth, Random& random);
    double merge_upwards(double parent_exit, Random& random);

    const Monitor* monitor_;
    TwoLevelSearch two_level_;
    TreeRefiner refiner_;
    std::vector<Task> tasks_;
    std::vector<std::int32_t> nodes_;  // of the whole network, those of a module side by side
    std::vector<std::int32_t> found_;  // module of every node in the last division that held it
    std::vector<std::int32_t> place_, renumbered_;
    // of the module at hand: its nodes, their modules, and the topmost ones of these
    FlowNetwork part_, modules_, super_modules_;
    Division division_, super_division_;
    std::vector<std::int32_t> top_;
    bool merged_ = false;
};

// The shortest of several trees, each found with its own random numbers; the first of equals.
ModuleTree best_tree(MultiLevelSearch& search, const FlowNetwork& network, Depth depth,
                     std::uint64_t seed, std::uint64_t component, int n_trials);

}  // namespace stormgraph
