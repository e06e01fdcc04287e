#include "multi_level.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "aggregation.hpp"
#include "partition.hpp"

namespace stormgraph {
namespace {

constexpr double smallest_gain = 1e-10;  // nats; less is rounding
constexpr int most_refinements = 5;
constexpr double smallest_refinement = 1e-4;  // share of the codelength; less is not worth a round

}  // namespace

ModuleTree MultiLevelSearch::search(const FlowNetwork& network, Depth depth, Random& random) {
    const std::int32_t n = network.size();
    ModuleTree tree;
    tree.parent.assign(1, -1);
    tree.leaf.assign(n, 0);
    nodes_.resize(n);
    std::iota(nodes_.begin(), nodes_.end(), 0);
    found_.assign(n, 0);
    place_.assign(n, -1);
    tasks_.assign(1, Task{0, n, 0, 0.0, false});
    while (!tasks_.empty()) {
        const Task task = tasks_.back();
        tasks_.pop_back();
        divide(task, network, depth, random, tree);
    }
    const double enough = smallest_refinement * undivided_codelength(network, 0.0);
    for (int round = 0; round < most_refinements && tree.parent.size() > 1; ++round) {
        const double gain = depth == Depth::two_level
                                ? refiner_.refine_lowest(network, tree, random)
                                : refiner_.refine(network, tree, random);
        if (gain < enough) break;
    }
    tree.codelength = tree_codelength(network, tree, monitor_);
    return tree;
}

void MultiLevelSearch::divide(const Task& task, const FlowNetwork& whole, Depth depth,
                              Random& random, ModuleTree& tree) {
    const std::int32_t n = task.last - task.first;
    std::int32_t* const nodes = nodes_.data() + task.first;
    const bool is_whole = n == whole.size();
    if (!is_whole) assign_subnetwork(part_, whole, nodes, n, place_);
    if (!find_modules(task, is_whole ? whole : part_, depth, random)) {
        for (std::int32_t i = 0; i < n; ++i) tree.leaf[nodes[i]] = task.module;
        return;
    }
    // put the nodes of each of the topmost modules side by side
    const std::int32_t n_top = modules_.size();
    std::vector<std::int32_t> first(static_cast<std::size_t>(n_top) + 1, 0), ordered(n);
    for (std::int32_t i = 0; i < n; ++i) ++first[top_[i] + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    std::vector<std::int32_t> next(first.begin(), first.end() - 1);
    for (std::int32_t i = 0; i < n; ++i) {
        found_[nodes[i]] = division_.module_of[i];
        ordered[next[top_[i]]++] = nodes[i];
    }
    std::copy(ordered.begin(), ordered.end(), nodes);
    for (std::int32_t m = 0; m < n_top; ++m) {
        const auto module = static_cast<std::int32_t>(tree.parent.size());
        const std::int32_t begin = task.first + first[m], end = task.first + first[m + 1];
        tree.parent.push_back(task.module);
        if (depth == Depth::two_level)
            for (std::int32_t i = begin; i < end; ++i) tree.leaf[nodes_[i]] = module;
        else
            tasks_.push_back({begin, end, module, modules_.exits[m], merged_});
    }
}

// Whether a module is shorter divided: into `division_`, whose topmost modules are `modules_`.
bool MultiLevelSearch::find_modules(const Task& task, const FlowNetwork& network, Depth depth,
                                    Random& random) {
    const std::int32_t n = network.size();
    if (n < 2) return false;
    modules_.clear();
    if (task.has_modules) {
        division_.module_of.resize(n);
        for (std::int32_t i = 0; i < n; ++i)
            division_.module_of[i] = found_[nodes_[task.first + i]];
        assign_aggregated(modules_, network, division_.module_of, renumbered_, monitor_);
    }
    // a module that was merged with no other is searched like the modules of a two-level search
    if (modules_.size() <= 1) {
        two_level_.search(division_, network, Nodes::localizations, task.exit, random);
        assign_aggregated(modules_, network, division_.module_of, renumbered_, monitor_);
    }
    if (modules_.size() <= 1) return false;
    division_.module_of = renumbered_;
    top_ = renumbered_;
    double codelength = two_level_codelength(modules_, Nodes::localizations, task.exit,
                                             plogp_of_visits(network));
    merged_ = false;
    if (depth == Depth::multi_level) codelength -= merge_upwards(task.exit, random);
    return codelength < undivided_codelength(network, task.exit) - smallest_gain;
}

// Merge `modules_` into super-modules while that gains, and `top_` with them; returns the gain.
double MultiLevelSearch::merge_upwards(double parent_exit, Random& random) {
    double gain = 0.0;
    while (modules_.size() > 2) {
        // as nodes, modules are visited whenever they are entered, as often as they are left
        modules_.visits = modules_.exits;
        modules_.units.assign(modules_.size(), 1);
        const double index = index_codelength(modules_, parent_exit);
        two_level_.search(super_division_, modules_, Nodes::modules, parent_exit, random);
        if (super_division_.n_modules <= 1 || super_division_.n_modules >= modules_.size()) break;
        if (super_division_.codelength >= index - smallest_gain) break;
        gain += index - super_division_.codelength;
        assign_aggregated(super_modules_, modules_, super_division_.module_of, renumbered_,
                          monitor_);
        for (std::int32_t& m : top_) m = renumbered_[m];
        std::swap(modules_, super_modules_);
        merged_ = true;
    }
    return gain;
}

ModuleTree best_tree(MultiLevelSearch& search, const FlowNetwork& network, Depth depth,
                     std::uint64_t seed, std::uint64_t component, int n_trials) {
    ModuleTree best;
    for (int trial = 0; trial < n_trials; ++trial) {
        Random random(seed, component, static_cast<std::uint64_t>(trial));
        ModuleTree tree = search.search(network, depth, random);
        if (trial == 0 || tree.codelength < best.codelength - smallest_gain) best = std::move(tree);
    }
    return best;
}

}  // namespace stormgraph
