// Degrees and edges of one tile of localizations, from its neighbourhood.
#pragma once

#include <cstdint>
#include <vector>

#include "expected_weight.hpp"
#include "monitor.hpp"
#include "strips.hpp"

namespace stormgraph {

// Weights are added up as whole multiples of this, so that no order of summation shows.
constexpr double DEGREE_UNIT = 0x1p-36;

// Localizations first <= i < last, and all others that can be within the radius of one of them.
struct Tile {
    std::int64_t first, last;
    std::vector<std::int64_t> halo;
    double radius;
};

// Weighted degree of every localization of the tile in DEGREE_UNIT, over its pairs within the
// radius. Without `weight` positions are exactly known.
template <int D>
std::vector<std::int64_t> degrees_of_tile(const Localizations<D>& all, const Tile& tile, double r0,
                                          const ExpectedWeight* weight, const Monitor& monitor);

// Edges by source, then target; those at the positions `doubtful` stay only if their ends are close
// often enough, which is for the caller to find out.
struct TileEdges {
    std::vector<std::int32_t> source, target;
    std::vector<double> weight;
    std::vector<std::int64_t> doubtful;
    bool complete = true;
};

// Edges of the tile: pairs within the radius whose weight is above 0, and that are close often
// enough where `critical` is given. The halo consists of localizations behind the tile's own. More
// than `limit` edges are not returned: the list is then empty and incomplete.
template <int D>
TileEdges edges_of_tile(const Localizations<D>& all, const Tile& tile, double r0,
                        const ExpectedWeight* weight, const CriticalDistance* critical,
                        std::size_t limit, const Monitor& monitor);

}  // namespace stormgraph
