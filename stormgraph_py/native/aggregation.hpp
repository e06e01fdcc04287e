// A coarser network, whose nodes are the modules of a finer one.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"

namespace stormgraph {

// Fill a network with the modules of another: their visit rates, their exit flows, and the flow
// between every two of them.
//
// `module_of` may hold any numbers from 0 on; `renumbered` gets the modules as they are numbered in
// the result, in the order of their first nodes. Throws Stopped.
void assign_aggregated(FlowNetwork& coarse, const FlowNetwork& fine,
                       const std::vector<std::int32_t>& module_of,
                       std::vector<std::int32_t>& renumbered, const Monitor* monitor = nullptr);

// Number classes from 0 in the order of their first members; returns how many there are.
std::int32_t number_in_order(const std::vector<std::int32_t>& classes,
                             std::vector<std::int32_t>& numbered);

}  // namespace stormgraph
