#include "partition.hpp"

#include "plogp.hpp"
#include "polling.hpp"

namespace stormgraph {

double plogp_codebook(double visits, double exit, double plogp_exit, std::int32_t units,
                      Nodes nodes) noexcept {
    // its terms -2 plogp(Q) + plogp_codebook then leave the index codebook's -plogp(Q), and
    // +plogp(Q), which the -plogp(p) of the module as a node takes away
    if (nodes == Nodes::modules && units == 1) return 2.0 * plogp_exit;
    return plogp(exit + visits);
}

void assign_partition(Partition& partition, const FlowNetwork& network, Nodes nodes,
                      double parent_exit, const Monitor* monitor) {
    Poll poll(monitor);
    const std::int32_t n = network.size();
    const std::vector<std::int32_t>& module_of = partition.module_of;
    partition.modules.assign(n, Module{});
    for (std::int32_t a = 0; a < n; ++a) {
        poll.after(1 + network.degree(a));
        Module& module = partition.modules[module_of[a]];
        module.visits += network.visits[a];
        module.exit += network.exits[a];
        module.units += network.units[a];
        for (std::int64_t link = network.starts[a]; link < network.starts[a + 1]; ++link)
            if (module_of[network.neighbors[link]] == module_of[a]) module.exit -= network.flow[link];
    }
    partition.total_exit = parent_exit;
    for (Module& module : partition.modules) {
        if (module.exit < 0.0) module.exit = 0.0;
        module.plogp_exit = plogp(module.exit);
        module.plogp_codebook = plogp_codebook(module.visits, module.exit, module.plogp_exit,
                                               module.units, nodes);
        partition.total_exit += module.exit;
    }
}

double plogp_of_visits(const FlowNetwork& network) noexcept {
    double sum = 0.0;
    for (const double p : network.visits) sum += plogp(p);
    return sum;
}

double two_level_codelength(const FlowNetwork& modules, Nodes nodes, double parent_exit,
                            double plogp_of_leaves) noexcept {
    double total_exit = parent_exit, length = 0.0;
    for (std::int32_t m = 0; m < modules.size(); ++m) {
        const double exit = modules.exits[m], plogp_exit = plogp(exit);
        total_exit += exit;
        length += plogp_codebook(modules.visits[m], exit, plogp_exit, modules.units[m], nodes) -
                  2.0 * plogp_exit;
    }
    return length + plogp(total_exit) - plogp(parent_exit) - plogp_of_leaves;
}

double index_codelength(const FlowNetwork& modules, double parent_exit) noexcept {
    double total_exit = parent_exit, length = 0.0;
    for (const double exit : modules.exits) {
        total_exit += exit;
        length -= plogp(exit);
    }
    return length + plogp(total_exit) - plogp(parent_exit);
}

double undivided_codelength(const FlowNetwork& network, double parent_exit) noexcept {
    double visits = 0.0;
    for (const double p : network.visits) visits += p;
    return plogp(parent_exit + visits) - plogp(parent_exit) - plogp_of_visits(network);
}

}  // namespace stormgraph
