#include "moves.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "plogp.hpp"
#include "polling.hpp"

namespace stormgraph {
namespace {

constexpr int most_rounds = 20;
constexpr double smallest_gain = 1e-10;  // nats; less is rounding

}  // namespace

void Mover::Candidates::resize(std::size_t n) {
    if (n <= flow.size()) return;
    for (std::vector<double>* term : {&flow, &visits, &exit, &plogp_exit, &plogp_codebook, &change})
        term->resize(n);
    terms.resize(3 * n);
}

// `change` of the codelength when a node joins each of the first n modules, `leaving` that of
// leaving its own.
void Mover::Candidates::find_changes(std::size_t n, double node_visits, double node_exit,
                                     double leaving, double total_without) {
    double* const new_exit = terms.data();
    double* const new_codebook = new_exit + n;
    double* const new_total = new_codebook + n;
    for (std::size_t c = 0; c < n; ++c) {
        new_exit[c] = exit[c] + node_exit - 2.0 * flow[c];
        new_codebook[c] = new_exit[c] + visits[c] + node_visits;
        new_total[c] = total_without - exit[c] + new_exit[c];
    }
    // in a loop of its own, which compilers turn into vector code
    for (std::size_t i = 0; i < 3 * n; ++i) new_exit[i] = plogp(new_exit[i]);
    for (std::size_t c = 0; c < n; ++c)
        change[c] = leaving - 2.0 * (new_exit[c] - plogp_exit[c]) + new_codebook[c] -
                    plogp_codebook[c] + new_total[c];
}

// Flow of a node into every module that it has a link to.
void Mover::collect(const Partition& partition, const FlowNetwork& network, std::int32_t node,
                    const std::vector<std::int32_t>* links_within) {
    touched_.clear();
    if (++at_hand_ == std::numeric_limits<std::int32_t>::max()) {
        std::fill(inflow_.begin(), inflow_.end(), Inflow{0.0, 0});
        at_hand_ = 1;
    }
    for (std::int64_t link = network.starts[node]; link < network.starts[node + 1]; ++link) {
        const std::int32_t b = network.neighbors[link];
        if (links_within && (*links_within)[b] != (*links_within)[node]) continue;
        const std::int32_t m = partition.module_of[b];
        Inflow& inflow = inflow_[m];
        if (inflow.of != at_hand_) {
            inflow = {0.0, at_hand_};
            touched_.push_back(m);
        }
        inflow.flow += network.flow[link];
    }
}

std::int64_t Mover::move_nodes(Partition& partition, const FlowNetwork& network, Nodes nodes,
                               Random& random, const std::vector<std::int32_t>* links_within) {
    Poll poll(monitor_);
    poll.now();
    const std::int32_t n = network.size();
    std::vector<Module>& modules = partition.modules;
    std::vector<std::int32_t>& module_of = partition.module_of;
    order_.resize(n);
    std::iota(order_.begin(), order_.end(), 0);
    random.shuffle(order_);
    waiting_.assign(n, 1);
    if (inflow_.size() < static_cast<std::size_t>(n)) inflow_.resize(n, Inflow{0.0, 0});
    empty_.clear();
    for (std::int32_t m = 0; m < n; ++m)
        if (modules[m].units == 0) empty_.push_back(m);

    std::int64_t n_moves = 0;
    double plogp_total = plogp(partition.total_exit);
    for (int round = 0; round < most_rounds; ++round) {
        std::int64_t moved = 0;
        for (std::int32_t i = 0; i < n; ++i) {
            const std::int32_t node = order_[i];
            poll.after(waiting_[node] ? 1 + network.degree(node) : 1);
            if (!waiting_[node]) continue;
            waiting_[node] = 0;
            const std::int32_t home = module_of[node];
            collect(partition, network, node, links_within);
            const bool alone = modules[home].units == network.units[node];
            if (touched_.empty()) continue;
            if (touched_.size() == 1 && touched_[0] == home && !alone) continue;
            double flow_home = 0.0;
            std::size_t n_candidates = 0;
            candidates_.resize(touched_.size());
            for (const std::int32_t m : touched_) {
                if (m == home) {
                    flow_home = inflow_[m].flow;
                    continue;
                }
                const Module& module = modules[m];
                candidates_.flow[n_candidates] = inflow_[m].flow;
                candidates_.visits[n_candidates] = module.visits;
                candidates_.exit[n_candidates] = module.exit;
                candidates_.plogp_exit[n_candidates] = module.plogp_exit;
                candidates_.plogp_codebook[n_candidates] = module.plogp_codebook;
                touched_[n_candidates++] = m;
            }

            // the home module without the node
            const double visits = network.visits[node], exit = network.exits[node];
            Module left;
            left.units = modules[home].units - network.units[node];
            if (!alone) {
                left.visits = modules[home].visits - visits;
                left.exit = std::max(0.0, modules[home].exit - exit + 2.0 * flow_home);
                left.plogp_exit = plogp(left.exit);
                left.plogp_codebook = plogp_codebook(left.visits, left.exit, left.plogp_exit,
                                                     left.units, nodes);
            }
            const double total_without = partition.total_exit - modules[home].exit + left.exit;
            const double leaving = left.plogp_codebook - modules[home].plogp_codebook -
                                   2.0 * (left.plogp_exit - modules[home].plogp_exit) - plogp_total;

            candidates_.find_changes(n_candidates, visits, exit, leaving, total_without);
            double best = -smallest_gain;
            std::int32_t target = home;
            for (std::size_t c = 0; c < n_candidates; ++c)
                if (candidates_.change[c] < best) {
                    best = candidates_.change[c];
                    target = touched_[c];
                }
            if (!alone && !empty_.empty()) {
                const double plogp_exit = plogp(exit);
                const double change =
                    leaving - 2.0 * plogp_exit +
                    plogp_codebook(visits, exit, plogp_exit, network.units[node], nodes) +
                    plogp(total_without + exit);
                if (change < best) target = empty_.back();
            }
            if (target == home) continue;

            Module joined = modules[target];
            if (joined.units == 0) {
                empty_.pop_back();
                joined.exit = exit;
                joined.visits = visits;
            } else {
                joined.exit = std::max(0.0, joined.exit + exit - 2.0 * inflow_[target].flow);
                joined.visits += visits;
            }
            joined.units += network.units[node];
            joined.plogp_exit = plogp(joined.exit);
            joined.plogp_codebook = plogp_codebook(joined.visits, joined.exit, joined.plogp_exit,
                                                   joined.units, nodes);
            partition.total_exit = total_without - modules[target].exit + joined.exit;
            plogp_total = plogp(partition.total_exit);
            modules[home] = left;
            modules[target] = joined;
            if (left.units == 0) empty_.push_back(home);
            module_of[node] = target;
            ++moved;
            for (std::int64_t link = network.starts[node]; link < network.starts[node + 1]; ++link) {
                const std::int32_t b = network.neighbors[link];
                if (module_of[b] != target) waiting_[b] = 1;
            }
        }
        n_moves += moved;
        if (moved == 0) break;
    }
    return n_moves;
}

}  // namespace stormgraph
