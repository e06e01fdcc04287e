// The nearest neighbours of every point of a set, exact.
#pragma once

#include <cstdint>
#include <vector>

#include "monitor.hpp"

namespace stormgraph {

// Neighbours of the point in row i, nearest first, are entries i * k ... (i + 1) * k - 1.
struct NeighborLists {
    std::int32_t k = 0;
    std::vector<std::int32_t> neighbor;
    std::vector<double> squared_distance;
};

// The k nearest other points of each of n points in d = 2 or 3 dimensions, coordinates row by row.
//
// Equally distant points are told apart by their number, the smaller counting as nearer. Squared
// distances are sums of rounded squares in the order of the axes, the same from both ends of a
// pair. Coordinates must be finite and below 1e150 in size, so that squares are finite as well, and
// 0 <= k < n; otherwise std::invalid_argument is thrown.
NeighborLists nearest_neighbors(const double* coordinates, std::int32_t n, int d, std::int32_t k,
                                const Monitor* monitor = nullptr);

// The same for some of the points alone: one row for each of them.
NeighborLists nearest_neighbors_of(const std::vector<std::int32_t>& queries,
                                   const double* coordinates, std::int32_t n, int d, std::int32_t k,
                                   const Monitor* monitor = nullptr);

}  // namespace stormgraph
