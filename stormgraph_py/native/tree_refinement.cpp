#include "tree_refinement.hpp"

#include <utility>

#include "aggregation.hpp"

namespace stormgraph {
namespace {

// Modules that hold units and no other module that does.
std::vector<char> lowest_modules(const std::vector<std::int32_t>& parent,
                                 const std::vector<std::int32_t>& home,
                                 const std::vector<char>& is_unit) {
    std::vector<char> holds_units(parent.size(), 0), holds_modules(parent.size(), 0);
    for (const std::int32_t m : home) holds_units[m] = 1;
    for (const std::int32_t own : home)
        for (std::int32_t m = parent[own]; m >= 0 && !holds_modules[m]; m = parent[m])
            holds_modules[m] = 1;
    for (std::size_t m = 0; m < parent.size(); ++m)
        if (holds_modules[m] || is_unit[m]) holds_units[m] = 0;
    return holds_units;
}

}  // namespace

double TreeRefiner::refine(const FlowNetwork& network, ModuleTree& tree, Random& random) {
    double gain = move_at_level(network, tree.leaf, tree.parent, random);
    gain += move_modules(tree, random);
    tidy(tree);
    return gain;
}

double TreeRefiner::refine_lowest(const FlowNetwork& network, ModuleTree& tree, Random& random) {
    const double gain = move_at_level(network, tree.leaf, tree.parent, random);
    tidy(tree);
    return gain;
}

// Single nodes first; then groups of nodes, which are what nodes form that move within their
// modules alone; then all nodes of a module together. Leaves the groups and their modules behind.
double TreeRefiner::move_at_level(const FlowNetwork& network, std::vector<std::int32_t>& home,
                                  std::vector<std::int32_t>& parent, Random& random) {
    double gain = tuner_.tune(network, home, parent, random);
    grouping_.move_from_singles(network, Nodes::localizations, 0.0, random, &home);
    assign_aggregated(groups_, network, grouping_.module_of(), group_of_, monitor_);
    home_of_group_.resize(groups_.size());
    for (std::int32_t a = 0; a < network.size(); ++a) home_of_group_[group_of_[a]] = home[a];
    gain += tuner_.tune(groups_, home_of_group_, parent, random);

    assign_aggregated(wholes_, groups_, home_of_group_, numbered_, monitor_);
    home_of_whole_.resize(wholes_.size());
    for (std::int32_t g = 0; g < groups_.size(); ++g)
        home_of_whole_[numbered_[g]] = home_of_group_[g];
    gain += tuner_.tune(wholes_, home_of_whole_, parent, random);
    for (std::int32_t g = 0; g < groups_.size(); ++g)
        home_of_group_[g] = home_of_whole_[numbered_[g]];
    for (std::int32_t a = 0; a < network.size(); ++a) home[a] = home_of_group_[group_of_[a]];
    return gain;
}

// Modules without submodules become the nodes of a coarser network and move from parent to parent;
// then modules that hold nothing but such nodes, and so on up to the top.
double TreeRefiner::move_modules(ModuleTree& tree, Random& random) {
    double gain = 0.0;
    // of the network at hand: the module of the tree that a node is, and the one that holds it; the
    // first network is that of groups, all of which are in modules without submodules
    const FlowNetwork* fine = &groups_;
    std::vector<std::int32_t> unit(groups_.size(), -1), home(home_of_group_), members;
    std::vector<char> is_unit(tree.parent.size(), 0);
    for (int next = 0;; next = 1 - next) {
        const std::vector<char> lowest = lowest_modules(tree.parent, home, is_unit);
        if (lowest[0]) return gain;
        const auto n_modules = static_cast<std::int32_t>(tree.parent.size());
        const std::int32_t n = fine->size();
        members.resize(n);
        // a node of a module that is not dissolved yet stays by itself, numbered beyond the modules
        for (std::int32_t a = 0; a < n; ++a)
            members[a] = lowest[home[a]] ? home[a] : n_modules + a;
        FlowNetwork& coarse = levels_[next];
        assign_aggregated(coarse, *fine, members, numbered_, monitor_);
        coarse.visits = coarse.exits;
        std::vector<std::int32_t> new_unit(coarse.size()), new_home(coarse.size());
        for (std::int32_t a = 0; a < n; ++a) {
            const std::int32_t m = home[a];
            new_unit[numbered_[a]] = lowest[m] ? m : unit[a];
            new_home[numbered_[a]] = lowest[m] ? tree.parent[m] : m;
        }
        for (std::int32_t m = 0; m < n_modules; ++m) is_unit[m] |= lowest[m];
        unit = std::move(new_unit);
        home = std::move(new_home);
        fine = &coarse;
        gain += move_at_level(coarse, home, tree.parent, random);
        is_unit.resize(tree.parent.size(), 0);
        for (std::size_t u = 0; u < unit.size(); ++u) tree.parent[unit[u]] = home[u];
    }
}

void tidy(ModuleTree& tree) {
    const std::size_t n_modules = tree.parent.size();
    std::vector<char> used(n_modules, 0), holds_nodes(n_modules, 0);
    for (const std::int32_t own : tree.leaf) {
        holds_nodes[own] = 1;
        for (std::int32_t m = own; m >= 0 && !used[m]; m = tree.parent[m]) used[m] = 1;
    }
    std::vector<std::vector<std::int32_t>> submodules(n_modules);
    for (std::size_t m = 1; m < n_modules; ++m)
        if (used[m]) submodules[tree.parent[m]].push_back(static_cast<std::int32_t>(m));
    const auto down_to_division = [&](std::int32_t m) {
        while (!holds_nodes[m] && submodules[m].size() == 1) m = submodules[m][0];
        return m;
    };
    // from the top down, so that parents get the lower numbers
    std::vector<std::int32_t> kept(1, down_to_division(0)), parent(1, -1), number(n_modules, -1);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        number[kept[i]] = static_cast<std::int32_t>(i);
        for (const std::int32_t m : submodules[kept[i]]) {
            kept.push_back(down_to_division(m));
            parent.push_back(static_cast<std::int32_t>(i));
        }
    }
    tree.parent = std::move(parent);
    for (std::int32_t& m : tree.leaf) m = number[m];
}

}  // namespace stormgraph
