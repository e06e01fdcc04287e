// Greedy moves of nodes between modules.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"
#include "monitor.hpp"
#include "partition.hpp"
#include "random.hpp"

namespace stormgraph {

// Scratch memory of a search; one a thread, used again for every network.
class Mover {
public:
    explicit Mover(const Monitor* monitor = nullptr) : monitor_(monitor) {}

    // Move nodes one at a time, in random order, each to the neighbouring or empty module that
    // shortens the codelength most, until a round moves none.
    //
    // With `links_within` only links whose ends share a group of it count, so that no node leaves
    // its group. Returns the number of moves; throws Stopped.
    std::int64_t move_nodes(Partition& partition, const FlowNetwork& network, Nodes nodes,
                            Random& random, const std::vector<std::int32_t>* links_within = nullptr);

private:
    // Modules that the node at hand may join, one array a term: loops over them become vector code.
    struct Candidates {
        std::vector<double> flow;  // from the node into the module
        std::vector<double> visits, exit, plogp_exit, plogp_codebook;
        std::vector<double> change;  // of the codelength

        std::vector<double> terms;   // intermediate results

        void resize(std::size_t n);
        void find_changes(std::size_t n, double node_visits, double node_exit, double leaving,
                          double total_without);
    };

    struct Inflow {
        double flow;
        std::int32_t of;  // node at hand that it was last added up for, counted from 1
    };

    void collect(const Partition& partition, const FlowNetwork& network, std::int32_t node,
                 const std::vector<std::int32_t>* links_within);

    const Monitor* monitor_;
    std::vector<std::int32_t> order_, empty_, touched_;
    std::vector<char> waiting_;      // nodes that a change nearby may have given a better module
    std::vector<Inflow> inflow_;     // of the node at hand into every module
    std::int32_t at_hand_ = 0;
    Candidates candidates_;
};

}  // namespace stormgraph
