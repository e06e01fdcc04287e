// How well subclusters agree with the connected components of a graph of nearest neighbours.
//
// G_{M,K} joins every point to its M nearest neighbours, and to those of its K nearest neighbours
// that have it among theirs (Scurll et al., Algorithm to obtain single-level clustering from
// cluster hierarchy). M is 2; K grows from 6 on, and the components merge.
#pragma once

#include <cstdint>
#include <vector>

#include "monitor.hpp"

namespace stormgraph {

constexpr std::int32_t symmetric_neighbors = 2;
constexpr std::int32_t smallest_k = 6;

// Where K ends. Lists of neighbours have at most most_neighbors entries in all, but never end
// before K = 6.
struct KBounds {
    std::int32_t largest_k = 512;
    std::int64_t most_neighbors = 4'000'000;
};

// An edge of G_{2,K}, and the smallest K >= 6 at which it is there.
struct Merger {
    std::int32_t a, b;
    std::int32_t appears;
};

// The components of G_{2,K} are those of the forest's edges that appear at K or before.
struct MergingForest {
    std::vector<Merger> mergers;  // in the order in which they appear; n - 1 when it is a tree
    std::int32_t largest_k = 0;   // largest K that was looked at
};

struct Consensus {
    double similarity = 0;          // symmetric mean F-measure of subclusters and components at K*
    double similarity_unsplit = 0;  // the same of the undivided cluster and those components
    std::int32_t k_star = 0;        // smallest of the K of largest similarity; 0 beyond the last K
    std::int32_t k_connected = 0;   // smallest K at which G_{2,K} is connected; 0 if it never was
    bool truncated = false;         // it was not connected at the largest K that the bounds allow
};

// Similarities that differ by less are equal but for rounding, and the smaller K counts.
constexpr double similarity_tolerance = 1e-12;

// Edges by which the components of G_{2,K} merge as K grows, for n >= 2 points. Equally distant
// neighbours are told apart by their number, so that coincident points always hang together.
MergingForest merging_forest(const double* coordinates, std::int32_t n, int d,
                             const KBounds& bounds = {}, const Monitor* monitor = nullptr);

// Whether G_{2,6} is connected, so that no split of the cluster can be accepted.
bool hangs_together(const double* coordinates, std::int32_t n, int d,
                    const Monitor* monitor = nullptr);

// Compare subclusters, numbered from 0 and below n_subclusters, with the components of G_{2,K} for
// every K until it is connected. n >= 2.
Consensus consensus(const double* coordinates, std::int32_t n, int d,
                    const std::vector<std::int32_t>& subclusters, std::int32_t n_subclusters,
                    const KBounds& bounds = {}, const Monitor* monitor = nullptr);

// The same of points of which it is known that they hang together: the one component at K = 6.
Consensus consensus_with_whole(const std::vector<std::int32_t>& subclusters,
                               std::int32_t n_subclusters);

}  // namespace stormgraph
