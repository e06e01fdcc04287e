// Nested modules, and the hierarchical map equation.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"

namespace stormgraph {

struct ModuleTree {
    std::vector<std::int32_t> parent;  // of every module; module 0 is the whole network, parent -1
    std::vector<std::int32_t> leaf;    // finest module of every node
    double codelength = 0.0;           // bits per step
};

// Codelength of any tree, in bits: over all modules m of exit flow Q_m, and what they hold, namely
// submodules of exit flow Q_c and nodes of visit rate p_a,
//
//   sum [plogp(Q_m + sum Q_c + sum p_a) - plogp(Q_m) - sum plogp(Q_c) - sum plogp(p_a)].
//
// Parents must come before their modules. Throws Stopped.
double tree_codelength(const FlowNetwork& network, const ModuleTree& tree,
                       const Monitor* monitor = nullptr);

// Codelength of the tree that is not divided at all, in bits: the entropy of the visits.
double undivided_bits(const FlowNetwork& network) noexcept;

// Levels of a tree, coarsest first: depth x n numbers, every level numbered from 0 in the order of
// the modules' first nodes. A module that is not divided further repeats.
std::vector<std::int32_t> tree_levels(const ModuleTree& tree, std::int32_t& depth);

}  // namespace stormgraph
