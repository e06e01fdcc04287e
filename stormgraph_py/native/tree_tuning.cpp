#include "tree_tuning.hpp"

#include <algorithm>
#include <numeric>

#include "plogp.hpp"
#include "polling.hpp"

namespace stormgraph {
namespace {

constexpr int most_rounds = 20;
constexpr double smallest_gain = 1e-10;  // nats; less is rounding

}  // namespace

TreeTuner::Module TreeTuner::changed(const Module& module, double exit, double inside) noexcept {
    Module result = module;
    result.exit = std::max(0.0, exit);
    result.inside = std::max(0.0, inside);
    result.plogp_exit = plogp(result.exit);
    result.plogp_codebook = plogp(result.exit + result.inside);
    return result;
}

void TreeTuner::assign(const FlowNetwork& network, const std::vector<std::int32_t>& leaf,
                       const std::vector<std::int32_t>& parent) {
    Poll poll(monitor_);
    const std::size_t n_modules = parent.size();
    modules_.assign(n_modules, Module{});
    direct_.assign(n_modules, 0.0);
    flow_.assign(n_modules, 0.0);
    is_touched_.assign(n_modules, 0);
    is_above_.assign(n_modules, 0);
    on_way_.assign(n_modules, -1);
    empty_.clear();
    for (std::size_t m = 1; m < n_modules; ++m) ++modules_[parent[m]].n_submodules;
    for (std::int32_t a = 0; a < network.size(); ++a) {
        poll.after(1 + network.degree(a));
        Module& home = modules_[leaf[a]];
        ++home.n_nodes;
        home.inside += network.visits[a];
        collect(network, leaf, parent, a);
        // all of a node's exit leaves a module but what goes to other nodes of the module
        for (std::int32_t m = leaf[a]; m >= 0; m = parent[m])
            modules_[m].exit += network.exits[a] - (is_above_[m] ? flow_[m] : 0.0);
        for (const std::int32_t m : above_) is_above_[m] = 0;
    }
    modules_[0].exit = std::max(0.0, modules_[0].exit);
    for (std::size_t m = 1; m < n_modules; ++m) {
        modules_[m].exit = std::max(0.0, modules_[m].exit);
        modules_[parent[m]].inside += modules_[m].exit;
    }
    for (Module& module : modules_) module = changed(module, module.exit, module.inside);
}

// Flow of a node into the modules of its neighbours and into all modules above these.
void TreeTuner::collect(const FlowNetwork& network, const std::vector<std::int32_t>& leaf,
                        const std::vector<std::int32_t>& parent, std::int32_t node) {
    touched_.clear();
    above_.clear();
    for (std::int64_t link = network.starts[node]; link < network.starts[node + 1]; ++link) {
        const std::int32_t m = leaf[network.neighbors[link]];
        if (!is_touched_[m]) {
            is_touched_[m] = 1;
            touched_.push_back(m);
            direct_[m] = 0.0;
        }
        direct_[m] += network.flow[link];
    }
    for (const std::int32_t own : touched_) {
        is_touched_[own] = 0;
        for (std::int32_t m = own; m >= 0; m = parent[m]) {
            if (!is_above_[m]) {
                is_above_[m] = 1;
                above_.push_back(m);
                flow_[m] = 0.0;
            }
            flow_[m] += direct_[own];
        }
    }
}

// Follow the way up from the home of a node, and what the modules on it become without the node.
void TreeTuner::leave(const std::vector<std::int32_t>& parent, std::int32_t home, double visits,
                      double exit) {
    for (const Step& step : way_) on_way_[step.module] = -1;
    way_.clear();
    double change = 0.0, inside_change = -visits;
    for (std::int32_t m = home; m >= 0; m = parent[m]) {
        on_way_[m] = static_cast<std::int32_t>(way_.size());
        way_.push_back({m, change, inside_change});
        const Module& module = modules_[m];
        const double flow = is_above_[m] ? flow_[m] : 0.0;
        const Module left = changed(module, module.exit - exit + 2.0 * flow,
                                    module.inside + inside_change);
        change += left.length() - module.length();
        inside_change = left.exit - module.exit;
    }
}

double TreeTuner::change_of_joining(const std::vector<std::int32_t>& parent, std::int32_t target,
                                    double visits, double exit) const {
    double change = 0.0, inside_change = visits;
    std::int32_t m = target;
    for (; on_way_[m] < 0; m = parent[m]) {
        const Module& module = modules_[m];
        const Module joined = changed(module, module.exit + exit - 2.0 * flow_[m],
                                      module.inside + inside_change);
        change += joined.length() - module.length();
        inside_change = joined.exit - module.exit;
    }
    // the smallest module that holds both places
    const Step& common = way_[on_way_[m]];
    const Module& module = modules_[m];
    const double inside = module.inside + common.inside_change + inside_change;
    return change + common.change_below + plogp(module.exit + inside) - module.plogp_codebook;
}

// Change when a node leaves for a new module inside the module at a step of its way.
double TreeTuner::change_of_founding(std::int32_t step, double visits, double exit) const {
    const Module& module = modules_[way_[step].module];
    const double inside = module.inside + way_[step].inside_change + exit;
    return way_[step].change_below + plogp(exit + visits) - 2.0 * plogp(exit) +
           plogp(module.exit + inside) - module.plogp_codebook;
}

void TreeTuner::move(const std::vector<std::int32_t>& parent, std::int32_t home,
                     std::int32_t target, double visits, double exit) {
    std::int32_t common = target;
    while (on_way_[common] < 0) common = parent[common];
    double joining = visits;
    for (std::int32_t m = target; m != common; m = parent[m]) {
        Module& module = modules_[m];
        const double before = module.exit;
        const double flow = is_above_[m] ? flow_[m] : 0.0;
        module = changed(module, module.exit + exit - 2.0 * flow, module.inside + joining);
        joining = module.exit - before;
    }
    double leaving = -visits;
    for (std::int32_t m = home; m != common; m = parent[m]) {
        Module& module = modules_[m];
        const double before = module.exit;
        const double flow = is_above_[m] ? flow_[m] : 0.0;
        module = changed(module, module.exit - exit + 2.0 * flow, module.inside + leaving);
        leaving = module.exit - before;
    }
    modules_[common] =
        changed(modules_[common], modules_[common].exit, modules_[common].inside + leaving + joining);
    --modules_[home].n_nodes;
    ++modules_[target].n_nodes;
    if (modules_[home].n_nodes == 0 && modules_[home].n_submodules == 0 && home != 0)
        empty_.push_back(home);
}

// A module without nodes inside another: one that became empty, or a new one.
std::int32_t TreeTuner::found_module(std::vector<std::int32_t>& parent, std::int32_t above) {
    if (!empty_.empty()) {
        const std::int32_t module = empty_.back();
        empty_.pop_back();
        --modules_[parent[module]].n_submodules;
        ++modules_[above].n_submodules;
        modules_[module] = Module{};
        parent[module] = above;
        return module;
    }
    const auto module = static_cast<std::int32_t>(parent.size());
    parent.push_back(above);
    ++modules_[above].n_submodules;
    modules_.emplace_back();
    direct_.push_back(0.0);
    flow_.push_back(0.0);
    is_touched_.push_back(0);
    is_above_.push_back(0);
    on_way_.push_back(-1);
    return module;
}

double TreeTuner::tune(const FlowNetwork& network, std::vector<std::int32_t>& leaf,
                       std::vector<std::int32_t>& parent, Random& random) {
    Poll poll(monitor_);
    poll.now();
    way_.clear();
    assign(network, leaf, parent);
    const std::int32_t n = network.size();
    order_.resize(n);
    std::iota(order_.begin(), order_.end(), 0);
    random.shuffle(order_);
    waiting_.assign(n, 1);
    double gain = 0.0;
    for (int round = 0; round < most_rounds; ++round) {
        std::int64_t moved = 0;
        for (std::int32_t i = 0; i < n; ++i) {
            const std::int32_t node = order_[i];
            poll.after(waiting_[node] ? 1 + network.degree(node) : 1);
            if (!waiting_[node]) continue;
            waiting_[node] = 0;
            const std::int32_t home = leaf[node];
            const double visits = network.visits[node], exit = network.exits[node];
            collect(network, leaf, parent, node);
            const bool only_home = touched_.empty() || (touched_.size() == 1 && touched_[0] == home);
            double best = -smallest_gain;
            std::int32_t target = home;
            if (!only_home) {
                leave(parent, home, visits, exit);
                for (const std::int32_t m : touched_) {
                    if (m == home) continue;
                    const double change = change_of_joining(parent, m, visits, exit);
                    if (change < best) {
                        best = change;
                        target = m;
                    }
                }
                const bool alone = modules_[home].n_nodes == 1 && modules_[home].n_submodules == 0;
                if (!alone) {
                    // beside its home, or within the top when that is its home
                    const std::int32_t step = way_.size() > 1 ? 1 : 0;
                    const double change = change_of_founding(step, visits, exit);
                    if (change < best) {
                        best = change;
                        target = found_module(parent, way_[step].module);
                    }
                }
                if (target != home) {
                    move(parent, home, target, visits, exit);
                    leaf[node] = target;
                    gain -= best;
                    ++moved;
                    for (std::int64_t link = network.starts[node]; link < network.starts[node + 1];
                         ++link) {
                        const std::int32_t b = network.neighbors[link];
                        if (leaf[b] != target) waiting_[b] = 1;
                    }
                }
            }
            for (const std::int32_t m : above_) is_above_[m] = 0;
        }
        if (moved == 0) break;
    }
    return gain;
}

}  // namespace stormgraph
