#include "neighborhood.hpp"

#include <algorithm>
#include <numeric>

namespace stormgraph {

namespace {

// A tile's own localizations and its halo, in strips of one frame.
template <int D>
struct StripsOfTile {
    StripFrame<D> frame;
    Strips<D> own, halo;

    StripsOfTile(const Localizations<D>& all, const Tile& tile)
        : frame(frame_around<D>(all.position, tile.first, tile.last, tile.radius)),
          own(all, range(tile.first, tile.last), frame),
          halo(all, tile.halo, frame) {}

    static std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
        std::vector<std::int64_t> rows(static_cast<std::size_t>(last - first));
        std::iota(rows.begin(), rows.end(), first);
        return rows;
    }
};

// The pairs of one localization with those of a range that are within the radius: their positions
// in the range's strips.
template <int D>
class WithinRadius {
public:
    explicit WithinRadius(double radius) : squared_radius_(radius * radius) {}

    const std::vector<std::uint32_t>& of(const Strips<D>& own, std::size_t i,
                                         const Strips<D>& others, std::size_t begin,
                                         std::size_t end) {
        found_.resize(end - begin);
        std::array<double, D> center;
        std::array<const double*, D> column;
        for (int axis = 0; axis < D; ++axis) {
            center[axis] = own.position[axis][i];
            column[axis] = others.position[axis].data();
        }
        std::uint32_t* out = found_.data();
        for (std::size_t j = begin; j < end; ++j) {
            Axes<D> difference;
            for (int axis = 0; axis < D; ++axis) difference[axis] = center[axis] - column[axis][j];
            // written whether it is within or not: no branch to predict
            *out = static_cast<std::uint32_t>(j);
            out += squared_length<D>(difference) <= squared_radius_;
        }
        found_.resize(static_cast<std::size_t>(out - found_.data()));
        return found_;
    }

private:
    double squared_radius_;
    std::vector<std::uint32_t> found_;
};

// Difference and summed variances of two localizations, the one that comes first in the order of
// all localizations minus the other: the same whichever strips they are met in.
template <int D>
struct Pair {
    Axes<D> difference{}, variance{};

    Pair(const Strips<D>& own, std::size_t i, const Strips<D>& others, std::size_t j) {
        const bool forward = own.index[i] < others.index[j];
        for (int axis = 0; axis < D; ++axis) {
            const double step = own.position[axis][i] - others.position[axis][j];
            difference[axis] = forward ? step : -step;
        }
        if (own.variance[0].empty()) return;
        for (int axis = 0; axis < D; ++axis) {
            variance[axis] = own.variance[axis][i] + others.variance[axis][j];
        }
    }

    double weight(const ExpectedWeight* expected, double r0) const {
        if (!expected) return plain_weight(squared_length<D>(difference), r0);
        return expected->of<D>(difference, variance, r0);
    }
};

void check(const Monitor& monitor) {
    if (monitor.stopped()) throw Stopped();
}

}  // namespace

template <int D>
std::vector<std::int64_t> degrees_of_tile(const Localizations<D>& all, const Tile& tile, double r0,
                                          const ExpectedWeight* weight, const Monitor& monitor) {
    const StripsOfTile<D> strips(all, tile);
    const auto& own = strips.own;
    std::vector<std::int64_t> degree(own.size(), 0);
    WithinRadius<D> within(tile.radius);
    const auto add = [&](const Strips<D>& others) {
        return [&](std::size_t i, std::size_t begin, std::size_t end) {
            check(monitor);
            std::int64_t sum = 0;
            for (const std::uint32_t j : within.of(own, i, others, begin, end)) {
                const double w = Pair<D>(own, i, others, j).weight(weight, r0);
                const auto units = static_cast<std::int64_t>(w / DEGREE_UNIT + 0.5);
                sum += units;
                if (&others == &own) degree[j] += units;
            }
            degree[i] += sum;
        };
    };
    sweep(own, own, strips.frame, add(own));
    sweep(own, strips.halo, strips.frame, add(strips.halo));

    std::vector<std::int64_t> by_index(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
        by_index[static_cast<std::size_t>(own.index[i] - tile.first)] = degree[i];
    }
    return by_index;
}

namespace {

struct Edge {
    std::int32_t source, target;
    double weight;
    bool doubtful;
};

// In the canonical order: counted by source, then sorted by target among those of one source.
EdgeList in_order(const std::vector<Edge>& edges, std::int64_t first, std::int64_t last) {
    const auto n_sources = static_cast<std::size_t>(last - first);
    const auto position = [&](const Edge& edge) {
        return static_cast<std::size_t>(edge.source - first);
    };
    std::vector<std::size_t> end(n_sources + 1, 0);
    for (const Edge& edge : edges) ++end[position(edge) + 1];
    std::partial_sum(end.begin(), end.end(), end.begin());
    std::vector<Edge> sorted(edges.size());
    for (const Edge& edge : edges) sorted[end[position(edge)]++] = edge;
    std::ptrdiff_t begin = 0;
    for (std::size_t s = 0; s < n_sources; ++s) {
        const auto behind = static_cast<std::ptrdiff_t>(end[s]);
        std::sort(sorted.begin() + begin, sorted.begin() + behind,
                  [](const Edge& a, const Edge& b) { return a.target < b.target; });
        begin = behind;
    }
    EdgeList list;
    list.source.reserve(edges.size());
    list.target.reserve(edges.size());
    list.weight.reserve(edges.size());
    for (const Edge& edge : sorted) {
        if (edge.doubtful) list.doubtful.push_back(static_cast<std::int64_t>(list.source.size()));
        list.source.push_back(edge.source);
        list.target.push_back(edge.target);
        list.weight.push_back(edge.weight);
    }
    return list;
}

}  // namespace

template <int D>
EdgeList edges_of_tile(const Localizations<D>& all, const Tile& tile, double r0,
                       const ExpectedWeight* weight, const CriticalDistance* critical,
                       std::size_t limit, const Monitor& monitor) {
    const StripsOfTile<D> strips(all, tile);
    const auto& own = strips.own;
    std::vector<Edge> edges;
    WithinRadius<D> within(tile.radius);
    const auto collect = [&](const Strips<D>& others) {
        return [&](std::size_t i, std::size_t begin, std::size_t end) {
            check(monitor);
            if (edges.size() > limit) return;
            for (const std::uint32_t j : within.of(own, i, others, begin, end)) {
                const Pair<D> pair(own, i, others, j);
                Verdict verdict = Verdict::keep;
                if (critical) verdict = critical->of<D>(pair.difference, pair.variance, r0);
                if (verdict == Verdict::drop) continue;
                const double w = pair.weight(weight, r0);
                if (!(w > 0)) continue;
                const auto a = static_cast<std::int32_t>(own.index[i]);
                const auto b = static_cast<std::int32_t>(others.index[j]);
                edges.push_back({std::min(a, b), std::max(a, b), w, verdict == Verdict::doubtful});
            }
        };
    };
    sweep(own, own, strips.frame, collect(own));
    sweep(own, strips.halo, strips.frame, collect(strips.halo));
    if (edges.size() > limit) {
        EdgeList none;
        none.complete = false;
        return none;
    }
    return in_order(edges, tile.first, tile.last);
}

template std::vector<std::int64_t> degrees_of_tile<2>(const Localizations<2>&, const Tile&, double,
                                                      const ExpectedWeight*, const Monitor&);
template std::vector<std::int64_t> degrees_of_tile<3>(const Localizations<3>&, const Tile&, double,
                                                      const ExpectedWeight*, const Monitor&);
template EdgeList edges_of_tile<2>(const Localizations<2>&, const Tile&, double,
                                   const ExpectedWeight*, const CriticalDistance*, std::size_t,
                                   const Monitor&);
template EdgeList edges_of_tile<3>(const Localizations<3>&, const Tile&, double,
                                   const ExpectedWeight*, const CriticalDistance*, std::size_t,
                                   const Monitor&);

}  // namespace stormgraph
