// One level out of a hierarchy of clusters, chosen by consensus, and the stable level on top of it.
#pragma once

#include <cstdint>
#include <vector>

#include "consensus.hpp"
#include "monitor.hpp"

namespace stormgraph {

// A split is refused when more of its points than this share fall into too small subclusters.
constexpr double fragment_share = 0.01;

// What became of a cluster that could be divided; names and order as in stormgraph_py's Reason.
enum class Reason : std::uint8_t {
    accepted,
    fragments,              // too many points in subclusters under the minimum size
    too_dissimilar,         // similarity under the threshold
    single_cluster_closer,  // the undivided cluster is at least as similar
    connected,              // G_{2,6} hangs together, so that one cluster is always closer
};

const char* name_of(Reason reason) noexcept;

// One cluster that could be divided into subclusters; fields as in stormgraph_py's Split.
struct Split {
    std::int32_t level;    // of the cluster
    std::int32_t cluster;  // its number at that level
    std::int32_t n_points;
    std::int32_t n_subclusters;  // at the first finer level that divides it
    Consensus consensus;         // similarities NaN, everything else 0 where it was refused before
    Reason reason;

    bool accepted() const noexcept { return reason == Reason::accepted; }
};

struct Selection {
    std::vector<std::int64_t> labels;  // selected cluster from 0 on; -1 under the minimum size
    std::vector<Split> splits;         // every split that was looked at, top down
    std::int64_t n_clusters = 0;
};

// Divide clusters from the top of a hierarchy down as long as consensus supports it.
//
// levels holds depth rows of n nested clusters, coarsest first, numbered from 0 at every level, all
// numbers below n. whole_hangs_together says that hangs_together() is known to hold of all n points
// taken together, which saves finding it out again where the top level is one cluster.
Selection select_level(const double* coordinates, std::int32_t n, int d, const std::int32_t* levels,
                       std::int32_t depth, std::int64_t min_cluster_size,
                       double similarity_threshold, bool whole_hangs_together = false,
                       const KBounds& bounds = {}, const Monitor* monitor = nullptr);

// Merge the top modules of a component where nothing but the graph divides them: all into one when
// it is stable, otherwise those that lie mostly in the same piece (the first of equals).
//
// levels holds depth rows of n nested modules, pieces the stable pieces (cut_points.hpp), of which
// cut points are -1. Returns the levels with one more on top where modules were merged, else as
// they are. Modules made of cut points alone stay by themselves, numbered after the others.
std::vector<std::int32_t> add_stable_top(std::vector<std::int32_t> levels,
                                         const std::vector<std::int32_t>& pieces);

}  // namespace stormgraph
