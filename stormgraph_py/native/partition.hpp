// A partition of a network into modules, and the map equation that measures it.
//
// With modules m of visit rate P_m and exit flow Q_m, inside a parent of exit flow q, a step of the
// walk takes on average
//
//   index codebook   plogp(q + sum Q_m) - plogp(q) - sum plogp(Q_m)
//   module codebooks sum [plogp(Q_m + P_m) - plogp(Q_m)] - sum plogp(p_a)
//
// nats, plogp(x) = x ln x (Rosvall, Axelsson and Bergstrom 2009; hierarchical form: Rosvall and
// Bergstrom 2011). q is 0 for the whole network.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"

namespace stormgraph {

// What the nodes of a network are.
//
// A search over modules asks which of them should share a super-module. A super-module of a single
// module would repeat it, so such a module has no second codebook: its visits are not paid for.
enum class Nodes { localizations, modules };

// Terms of one module in the map equation. It has no node when `units` is 0.
struct Module {
    double visits = 0.0;          // P
    double exit = 0.0;            // Q
    double plogp_exit = 0.0;      // plogp(Q)
    double plogp_codebook = 0.0;  // plogp(Q + P)
    std::int32_t units = 0;
};

// plogp(Q + P), or what cancels the codebook of a module that stands alone in its super-module.
double plogp_codebook(double visits, double exit, double plogp_exit, std::int32_t units,
                      Nodes nodes) noexcept;

struct Partition {
    std::vector<std::int32_t> module_of;  // of every node
    std::vector<Module> modules;          // as many as nodes, so that each could stand alone
    double total_exit = 0.0;              // q + sum Q
};

// Add up the flows of the modules that `partition.module_of` puts the nodes into. Throws Stopped.
void assign_partition(Partition& partition, const FlowNetwork& network, Nodes nodes,
                      double parent_exit, const Monitor* monitor = nullptr);

// Sum of plogp(p_a), the part of the map equation that no partition changes.
double plogp_of_visits(const FlowNetwork& network) noexcept;

// Codelength in nats of the modules that the nodes of an aggregated network are.
//
// `plogp_of_leaves` is `plogp_of_visits` of the network that was aggregated.
double two_level_codelength(const FlowNetwork& modules, Nodes nodes, double parent_exit,
                            double plogp_of_leaves) noexcept;

// Codelength in nats of the index codebook alone.
double index_codelength(const FlowNetwork& modules, double parent_exit) noexcept;

// Codelength in nats of a network as one module without any division.
double undivided_codelength(const FlowNetwork& network, double parent_exit) noexcept;

}  // namespace stormgraph
