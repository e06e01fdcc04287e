#include "neighborhood.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

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

// Pairs of one localization with others that are within the radius.
template <int D>
class PairsOfOne {
public:
    explicit PairsOfOne(double radius) : squared_radius_(radius * radius) {}

    // All that lie in the windows or, with `behind`, those behind it in the order of localizations.
    void find(const Strips<D>& own, std::size_t i, const Strips<D>& others,
              const std::vector<Window>& windows, bool behind) {
        own_ = &own;
        others_ = &others;
        i_ = i;
        n_ = 0;
        for (const Window& window : windows) {
            if (window.begin >= window.end) continue;
            const std::size_t most = n_ + window.end - window.begin;
            if (other_.size() < most) {
                other_.resize(2 * most);
                squared_.resize(2 * most);
            }
            if (behind) {
                add(window, own.index[i]);
            } else {
                add(window, -1);
            }
        }
    }

    std::size_t size() const { return n_; }
    std::size_t other(std::size_t pair) const { return other_[pair]; }

    // Keep some of the pairs.
    template <class Keep>
    void filter(Keep&& keep) {
        std::size_t n = 0;
        for (std::size_t pair = 0; pair < n_; ++pair) {
            if (!keep(pair)) continue;
            other_[n] = other_[pair];
            squared_[n] = squared_[pair];
            ++n;
        }
        n_ = n;
    }

    double squared(std::size_t pair) const { return squared_[pair]; }

    // Of the two positions, the one that comes first in the order of all localizations minus the
    // other: the same whichever strips they are met in.
    Axes<D> difference(std::size_t pair) const {
        const std::size_t j = other_[pair];
        const bool forward = own_->index[i_] < others_->index[j];
        Axes<D> found;
        for (int axis = 0; axis < D; ++axis) {
            const double step = own_->position[axis][i_] - others_->position[axis][j];
            found[axis] = forward ? step : -step;
        }
        return found;
    }

    // Sum of the two localizations' variances.
    Axes<D> variance(std::size_t pair) const {
        Axes<D> found;
        for (int axis = 0; axis < D; ++axis) {
            found[axis] = own_->variance[axis][i_] + others_->variance[axis][other_[pair]];
        }
        return found;
    }

    // Weights of all pairs; valid until they are asked for again.
    const double* weights(const ExpectedWeight* expected, double r0) {
        if (weight_.size() < n_) weight_.resize(2 * n_);
        if (!expected) {
            for (std::size_t pair = 0; pair < n_; ++pair) {
                weight_[pair] = plain_weight(squared_[pair], r0);
            }
            return weight_.data();
        }
        std::array<const double*, D> variance;
        for (int axis = 0; axis < D; ++axis) {
            auto& summed = variance_[axis];
            if (summed.size() < n_) summed.resize(2 * n_);
            const double own = own_->variance[axis][i_];
            const double* others = others_->variance[axis].data();
            for (std::size_t pair = 0; pair < n_; ++pair) summed[pair] = own + others[other_[pair]];
            variance[axis] = summed.data();
        }
        const auto difference_of = [this](std::size_t pair) { return difference(pair); };
        expected->of<D>(n_, squared_.data(), variance, difference_of, r0, scratch_, weight_.data());
        return weight_.data();
    }

private:
    void add(const Window& window, std::int64_t before) {
        std::array<double, D> center;
        std::array<const double*, D> column;
        for (int axis = 0; axis < D; ++axis) {
            center[axis] = own_->position[axis][i_];
            column[axis] = others_->position[axis].data();
        }
        const std::int64_t* index = others_->index.data();
        std::uint32_t* other = other_.data();
        double* squared = squared_.data();
        std::size_t n = n_;
        for (std::size_t j = window.begin; j < window.end; ++j) {
            Axes<D> difference;
            for (int axis = 0; axis < D; ++axis) difference[axis] = center[axis] - column[axis][j];
            // written whether it is within or not: no branch to predict
            other[n] = static_cast<std::uint32_t>(j);
            squared[n] = squared_length<D>(difference);
            n += static_cast<std::size_t>((squared[n] <= squared_radius_) & (index[j] > before));
        }
        n_ = n;
    }

    double squared_radius_;
    const Strips<D>* own_ = nullptr;
    const Strips<D>* others_ = nullptr;
    std::size_t i_ = 0, n_ = 0;
    std::vector<std::uint32_t> other_;
    std::vector<double> squared_, weight_;
    std::array<std::vector<double>, D> variance_;
    ExpectedWeight::Scratch scratch_;
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
    PairsOfOne<D> pairs(tile.radius);
    const auto add = [&](const Strips<D>& others) {
        return [&](std::size_t i, const std::vector<Window>& windows) {
            check(monitor);
            pairs.find(own, i, others, windows, false);
            const double* weights = pairs.weights(weight, r0);
            std::int64_t sum = 0;
            for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
                const auto units = static_cast<std::int64_t>(weights[pair] / DEGREE_UNIT + 0.5);
                sum += units;
                if (&others == &own) degree[pairs.other(pair)] += units;
            }
            degree[i] += sum;
        };
    };
    sweep(own, own, strips.frame, true, add(own));
    sweep(own, strips.halo, strips.frame, false, add(strips.halo));

    std::vector<std::int64_t> by_index(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) {
        by_index[static_cast<std::size_t>(own.index[i] - tile.first)] = degree[i];
    }
    return by_index;
}

namespace {

// Ends of the edges of some localizations, those of one after the other's.
class Targets {
public:
    Targets(std::int64_t first, std::int64_t last)
        : first_(first), ranges_(static_cast<std::size_t>(last - first)) {}

    std::size_t size() const { return targets_.size(); }

    void add(std::int64_t target, double weight, bool doubtful) {
        targets_.emplace_back(static_cast<std::int32_t>(target), doubtful, weight);
    }

    // Those added since the last time are the targets of one localization.
    void finish(std::int64_t source) {
        std::sort(targets_.begin() + static_cast<std::ptrdiff_t>(finished_), targets_.end(),
                  [](const Target& a, const Target& b) { return a.target < b.target; });
        ranges_[static_cast<std::size_t>(source - first_)] = {finished_, targets_.size()};
        finished_ = targets_.size();
    }

    // Write down those of one localization.
    void list(std::int64_t source, TileEdges& list) const {
        const auto& [begin, end] = ranges_[static_cast<std::size_t>(source - first_)];
        for (std::size_t i = begin; i < end; ++i) {
            const Target& one = targets_[i];
            if (one.doubtful) {
                list.doubtful.push_back(static_cast<std::int64_t>(list.source.size()));
            }
            list.source.push_back(static_cast<std::int32_t>(source));
            list.target.push_back(one.target);
            list.weight.push_back(one.weight);
        }
    }

private:
    struct Target {
        // made in place: a copy would read what was written only just now
        Target(std::int32_t to, bool is_doubtful, double its_weight)
            : target(to), doubtful(is_doubtful), weight(its_weight) {}

        std::int32_t target;
        bool doubtful;
        double weight;
    };

    std::int64_t first_;
    std::size_t finished_ = 0;
    std::vector<Target> targets_;
    std::vector<std::pair<std::size_t, std::size_t>> ranges_;
};

// Whether a pair's ends are close often enough.
template <int D>
Verdict verdict(const PairsOfOne<D>& pairs, std::size_t pair, const CriticalDistance& critical,
                double r0) {
    const Axes<D> variance = pairs.variance(pair);
    double lowest = variance[0], highest = variance[0];
    for (int axis = 1; axis < D; ++axis) {
        lowest = std::min(lowest, variance[axis]);
        highest = std::max(highest, variance[axis]);
    }
    const double scale = 1 / (r0 * r0);
    const Verdict first =
        critical.at_first_sight(pairs.squared(pair) * scale, lowest * scale, highest * scale);
    if (first != Verdict::doubtful) return first;
    return critical.of<D>(pairs.difference(pair), variance, r0);
}

}  // namespace

template <int D>
TileEdges edges_of_tile(const Localizations<D>& all, const Tile& tile, double r0,
                        const ExpectedWeight* weight, const CriticalDistance* critical,
                        std::size_t limit, const Monitor& monitor) {
    const StripsOfTile<D> strips(all, tile);
    const auto& own = strips.own;
    // every target in the halo comes behind those in the tile
    Targets in_tile(tile.first, tile.last), in_halo(tile.first, tile.last);
    PairsOfOne<D> pairs(tile.radius);
    std::vector<bool> doubtful;
    const auto collect = [&](const Strips<D>& others, Targets& targets) {
        return [&](std::size_t i, const std::vector<Window>& windows) {
            check(monitor);
            if (in_tile.size() + in_halo.size() > limit) return;
            pairs.find(own, i, others, windows, true);
            doubtful.clear();
            if (critical) {
                pairs.filter([&](std::size_t pair) {
                    const Verdict found = verdict<D>(pairs, pair, *critical, r0);
                    if (found == Verdict::drop) return false;
                    doubtful.push_back(found == Verdict::doubtful);
                    return true;
                });
            }
            const double* weights = pairs.weights(weight, r0);
            for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
                if (!(weights[pair] > 0)) continue;
                targets.add(others.index[pairs.other(pair)], weights[pair],
                            critical && doubtful[pair]);
            }
            targets.finish(own.index[i]);
        };
    };
    sweep(own, own, strips.frame, false, collect(own, in_tile));
    sweep(own, strips.halo, strips.frame, false, collect(strips.halo, in_halo));
    TileEdges list;
    const std::size_t n_edges = in_tile.size() + in_halo.size();
    if (n_edges > limit) {
        list.complete = false;
        return list;
    }
    list.source.reserve(n_edges);
    list.target.reserve(n_edges);
    list.weight.reserve(n_edges);
    for (std::int64_t source = tile.first; source < tile.last; ++source) {
        in_tile.list(source, list);
        in_halo.list(source, list);
    }
    return list;
}

template std::vector<std::int64_t> degrees_of_tile<2>(const Localizations<2>&, const Tile&, double,
                                                      const ExpectedWeight*, const Monitor&);
template std::vector<std::int64_t> degrees_of_tile<3>(const Localizations<3>&, const Tile&, double,
                                                      const ExpectedWeight*, const Monitor&);
template TileEdges edges_of_tile<2>(const Localizations<2>&, const Tile&, double,
                                    const ExpectedWeight*, const CriticalDistance*, std::size_t,
                                    const Monitor&);
template TileEdges edges_of_tile<3>(const Localizations<3>&, const Tile&, double,
                                    const ExpectedWeight*, const CriticalDistance*, std::size_t,
                                    const Monitor&);

}  // namespace stormgraph
