#include "selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "polling.hpp"

namespace stormgraph {

namespace {

// A cluster to look at: a part of the array of all points, at one level.
struct Cluster {
    std::int32_t level;
    std::int32_t begin, end;

    std::int32_t size() const noexcept { return end - begin; }
};

// Subclusters of a cluster, numbered from 0 in the order of their labels.
struct Subclusters {
    std::vector<std::int32_t> of_point;  // of every point of the cluster, in its order
    std::vector<std::int32_t> sizes;

    std::int32_t count() const noexcept { return static_cast<std::int32_t>(sizes.size()); }
};

class LevelSelection {
public:
    LevelSelection(const double* coordinates, std::int32_t n, int d, const std::int32_t* levels,
                   std::int32_t depth, bool whole_hangs_together, const KBounds& bounds,
                   const Monitor* monitor)
        : coordinates_(coordinates), n_(n), d_(d), levels_(levels), depth_(depth),
          whole_hangs_together_(whole_hangs_together), bounds_(bounds), monitor_(monitor),
          points_(static_cast<std::size_t>(n)), sorted_(static_cast<std::size_t>(n)),
          of_label_(static_cast<std::size_t>(n), 0) {
        std::iota(points_.begin(), points_.end(), 0);
    }

    Selection run(std::int64_t min_cluster_size, double similarity_threshold) {
        Selection found;
        found.labels.assign(static_cast<std::size_t>(n_), -1);
        const Cluster whole{0, 0, n_};
        if (n_ > 0 && depth_ > 0) divide(whole, 0, subclusters(whole, 0));
        const Poll poll(monitor_);
        while (!waiting_.empty()) {
            poll.now();
            const Cluster cluster = waiting_.back();
            waiting_.pop_back();
            if (cluster.size() < min_cluster_size) continue;
            const std::int32_t finer = next_division(cluster);
            if (finer < depth_) {
                const Subclusters parts = subclusters(cluster, finer);
                const Consensus agreement = compare(cluster, parts, min_cluster_size);
                found.splits.push_back({cluster.level, level(cluster.level)[points_[cluster.begin]],
                                        cluster.size(), parts.count(), agreement,
                                        judge(agreement, similarity_threshold)});
                if (found.splits.back().accepted()) {
                    divide(cluster, finer, parts);
                    continue;
                }
            }
            for (std::int32_t i = cluster.begin; i < cluster.end; ++i)
                found.labels[points_[i]] = found.n_clusters;
            ++found.n_clusters;
        }
        return found;
    }

private:
    const std::int32_t* level(std::int32_t number) const noexcept {
        return levels_ + static_cast<std::int64_t>(number) * n_;
    }

    // First finer level at which a cluster falls apart; depth where none does.
    std::int32_t next_division(const Cluster& cluster) const {
        for (std::int32_t finer = cluster.level + 1; finer < depth_; ++finer) {
            const std::int32_t* const label = level(finer);
            const std::int32_t first = label[points_[cluster.begin]];
            for (std::int32_t i = cluster.begin + 1; i < cluster.end; ++i)
                if (label[points_[i]] != first) return finer;
        }
        return depth_;
    }

    Subclusters subclusters(const Cluster& cluster, std::int32_t finer) {
        const std::int32_t* const label = level(finer);
        std::vector<std::int32_t> labels;
        for (std::int32_t i = cluster.begin; i < cluster.end; ++i)
            if (of_label_[label[points_[i]]]++ == 0) labels.push_back(label[points_[i]]);
        std::sort(labels.begin(), labels.end());
        Subclusters found;
        found.sizes.reserve(labels.size());
        for (const std::int32_t own : labels) {
            const std::int32_t number = found.count();
            found.sizes.push_back(std::exchange(of_label_[own], number));
        }
        found.of_point.reserve(static_cast<std::size_t>(cluster.size()));
        for (std::int32_t i = cluster.begin; i < cluster.end; ++i)
            found.of_point.push_back(of_label_[label[points_[i]]]);
        for (const std::int32_t own : labels) of_label_[own] = 0;
        return found;
    }

    // Put the points of a cluster in the order of its subclusters and look at these from the first
    // on. Points of a subcluster keep their order.
    void divide(const Cluster& cluster, std::int32_t finer, const Subclusters& parts) {
        std::vector<std::int32_t> next;
        std::int32_t begin = cluster.begin;
        for (const std::int32_t size : parts.sizes)
            next.push_back(std::exchange(begin, begin + size));
        for (std::int32_t i = cluster.begin; i < cluster.end; ++i)
            sorted_[next[parts.of_point[i - cluster.begin]]++] = points_[i];
        std::copy(sorted_.begin() + cluster.begin, sorted_.begin() + cluster.end,
                  points_.begin() + cluster.begin);
        for (std::size_t s = parts.sizes.size(); s-- > 0;)
            waiting_.push_back({finer, next[s] - parts.sizes[s], next[s]});
    }

    Consensus compare(const Cluster& cluster, const Subclusters& parts,
                      std::int64_t min_cluster_size) const {
        std::int64_t in_fragments = 0;
        for (const std::int32_t size : parts.sizes)
            if (size < min_cluster_size) in_fragments += size;
        if (static_cast<double>(in_fragments) > fragment_share * cluster.size()) return refused();
        if (whole_hangs_together_ && cluster.size() == n_)
            return consensus_with_whole(parts.of_point, parts.count());
        std::vector<double> own;
        own.reserve(static_cast<std::size_t>(cluster.size()) * d_);
        for (std::int32_t i = cluster.begin; i < cluster.end; ++i) {
            const double* const point = coordinates_ + static_cast<std::int64_t>(points_[i]) * d_;
            own.insert(own.end(), point, point + d_);
        }
        return consensus(own.data(), cluster.size(), d_, parts.of_point, parts.count(), bounds_,
                         monitor_);
    }

    static Consensus refused() {
        Consensus none;
        none.similarity = none.similarity_unsplit = std::numeric_limits<double>::quiet_NaN();
        return none;
    }

    static Reason judge(const Consensus& found, double similarity_threshold) {
        if (std::isnan(found.similarity)) return Reason::fragments;
        if (found.similarity_unsplit == 1.0 && found.k_connected == smallest_k)
            return Reason::connected;
        if (found.similarity < similarity_threshold) return Reason::too_dissimilar;
        if (found.similarity <= found.similarity_unsplit) return Reason::single_cluster_closer;
        return Reason::accepted;
    }

    const double* coordinates_;
    std::int32_t n_;
    int d_;
    const std::int32_t* levels_;
    std::int32_t depth_;
    bool whole_hangs_together_;
    KBounds bounds_;
    const Monitor* monitor_;
    std::vector<std::int32_t> points_;    // those of a cluster side by side, ascending
    std::vector<std::int32_t> sorted_;    // scratch
    std::vector<std::int32_t> of_label_;  // scratch: something of every label, 0 in between
    std::vector<Cluster> waiting_;        // a stack: chains of divisions can be long
};

}  // namespace

const char* name_of(Reason reason) noexcept {
    switch (reason) {
        case Reason::accepted: return "accepted";
        case Reason::fragments: return "fragments";
        case Reason::too_dissimilar: return "too-dissimilar";
        case Reason::single_cluster_closer: return "single-cluster-closer";
        case Reason::connected: return "connected";
    }
    return "";
}

Selection select_level(const double* coordinates, std::int32_t n, int d, const std::int32_t* levels,
                       std::int32_t depth, std::int64_t min_cluster_size,
                       double similarity_threshold, bool whole_hangs_together,
                       const KBounds& bounds, const Monitor* monitor) {
    return LevelSelection(coordinates, n, d, levels, depth, whole_hangs_together, bounds, monitor)
        .run(min_cluster_size, similarity_threshold);
}

std::vector<std::int32_t> add_stable_top(std::vector<std::int32_t> levels,
                                         const std::vector<std::int32_t>& pieces) {
    const auto n = static_cast<std::int32_t>(pieces.size());
    if (n == 0) return levels;
    const std::int32_t* const top = levels.data();
    const std::int32_t n_modules = *std::max_element(top, top + n) + 1;
    const std::int32_t n_pieces = *std::max_element(pieces.begin(), pieces.end()) + 1;
    // points module by module
    std::vector<std::int32_t> starts(static_cast<std::size_t>(n_modules) + 1, 0);
    for (std::int32_t i = 0; i < n; ++i) ++starts[top[i] + 1];
    for (std::int32_t m = 0; m < n_modules; ++m) starts[m + 1] += starts[m];
    std::vector<std::int32_t> next(starts.begin(), starts.end() - 1);
    std::vector<std::int32_t> points(static_cast<std::size_t>(n));
    for (std::int32_t i = 0; i < n; ++i) points[next[top[i]]++] = i;
    // every module goes to the piece in which most of it lies; one that lies in none is a piece
    std::vector<std::int32_t> piece_of_module(static_cast<std::size_t>(n_modules));
    std::vector<std::int32_t> votes(static_cast<std::size_t>(n_pieces), 0);
    std::vector<std::int32_t> number(static_cast<std::size_t>(n_pieces) + n_modules, -1);
    for (std::int32_t m = 0; m < n_modules; ++m) {
        std::int32_t best = -1;
        for (std::int32_t i = starts[m]; i < starts[m + 1]; ++i)
            if (pieces[points[i]] >= 0) ++votes[pieces[points[i]]];
        for (std::int32_t i = starts[m]; i < starts[m + 1]; ++i) {
            const std::int32_t piece = pieces[points[i]];
            if (piece < 0) continue;
            if (best < 0 || votes[piece] > votes[best] ||
                (votes[piece] == votes[best] && piece < best))
                best = piece;
        }
        for (std::int32_t i = starts[m]; i < starts[m + 1]; ++i)
            if (pieces[points[i]] >= 0) votes[pieces[points[i]]] = 0;
        piece_of_module[m] = best >= 0 ? best : n_pieces + m;
        number[piece_of_module[m]] = 0;
    }
    std::int32_t count = 0;
    for (std::int32_t& own : number)
        if (own == 0) own = count++;
    if (count == n_modules) return levels;
    std::vector<std::int32_t> topped;
    topped.reserve(levels.size() + pieces.size());
    for (std::int32_t i = 0; i < n; ++i) topped.push_back(number[piece_of_module[top[i]]]);
    topped.insert(topped.end(), levels.begin(), levels.end());
    return topped;
}

}  // namespace stormgraph
