// Expected weights of edges and which edges stay, for one pair of localizations at a time.
//
// stormgraph_py/engine/expectation.py and pruning.py explain the formulas and make the tables; here
// they are evaluated with the same operations in the same order, so that the results agree to the
// last bit.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace stormgraph {

// Ratio of two axes' variances up to which their mean stands for both (ISOTROPY_LIMIT squared).
constexpr double EVEN_VARIANCES = 1.25 * 1.25;

template <int D>
using Axes = std::array<double, D>;

template <int D>
inline double sum_of_axes(const Axes<D>& values) {
    double total = values[0];
    for (int axis = 1; axis < D; ++axis) total += values[axis];
    return total;
}

template <int D>
inline double squared_length(const Axes<D>& vector) {
    Axes<D> squares;
    for (int axis = 0; axis < D; ++axis) squares[axis] = vector[axis] * vector[axis];
    return sum_of_axes<D>(squares);
}

template <int D>
inline bool is_uneven(const Axes<D>& variance) {
    double lowest = variance[0], highest = variance[0];
    for (int axis = 1; axis < D; ++axis) {
        lowest = std::min(lowest, variance[axis]);
        highest = std::max(highest, variance[axis]);
    }
    return highest > EVEN_VARIANCES * lowest;
}

// Weight s = max(0, 1 - r / r0) of an edge between exactly known positions.
inline double plain_weight(double squared, double r0) {
    return std::max(0.0, 1.0 - std::sqrt(squared) / r0);
}

// <s>, the expectation of s over the two position errors, from a table over distance and spread.
class ExpectedWeight {
public:
    // A rule of Gauss-Hermite nodes and weights for ratios of excess to lowest variance up to a
    // bound; the last rule has none.
    struct Rule {
        double largest_excess;
        std::vector<double> nodes, weights;
    };

    // table: one row a spread, n_columns distances each; steps: columns a unit of distance, by row.
    ExpectedWeight(std::vector<float> table, std::vector<double> steps, std::vector<Rule> rules)
        : table_(std::move(table)),
          steps_(std::move(steps)),
          n_columns_(table_.size() / steps_.size()),
          rules_(std::move(rules)) {}

    // Room for what is found on the way to the weights of some pairs.
    struct Scratch {
        std::vector<double> distance, spread;
        std::vector<std::int32_t> row;
    };

    // Weights of n pairs. squared: their squared distances; variance: sum of both localizations'
    // variances, axis by axis; difference(i): of the observed positions of pair i, asked for where
    // the axes' variances are uneven.
    template <int D, class Difference>
    void of(std::size_t n, const double* squared, const std::array<const double*, D>& variance,
            const Difference& difference, double r0, Scratch& scratch, double* weight) const {
        if (scratch.row.size() < n) {
            scratch.distance.resize(2 * n);
            scratch.spread.resize(2 * n);
            scratch.row.resize(2 * n);
        }
        double* distance = scratch.distance.data();
        double* spread = scratch.spread.data();
        std::int32_t* row = scratch.row.data();
        const double last = static_cast<double>(steps_.size() - 1);
        const auto variance_of = [&](std::size_t i) {
            Axes<D> found;
            for (int axis = 0; axis < D; ++axis) found[axis] = variance[axis][i];
            return found;
        };
        // loops that do one thing each, so that the compiler can do it for several pairs at once
        for (std::size_t i = 0; i < n; ++i) {
            distance[i] = std::sqrt(squared[i]) / r0;
            spread[i] = std::sqrt(sum_of_axes<D>(variance_of(i)) / D) / r0;
            row[i] = row_of(spread[i], last);
        }
        for (std::size_t i = 0; i < n; ++i) {
            weight[i] = at(static_cast<std::size_t>(row[i]), distance[i]);
        }
        for (std::size_t i = 0; i < n; ++i) {
            const Axes<D> own = variance_of(i);
            if (is_uneven<D>(own) && distance[i] < 1 + D * TAIL * spread[i]) {
                weight[i] = uneven<D>(difference(i), own, r0);
            }
        }
    }

private:
    static constexpr double TAIL = 4.0;

    // The row of the nearest spread, of which the last one has number `last`.
    static std::int32_t row_of(double spread, double last) {
        const double nearest = spread / (1 + spread) * (last + 1) + 0.5;
        return static_cast<std::int32_t>(nearest < last ? nearest : last);
    }

    double at(std::size_t row, double distance) const {
        const double last = static_cast<double>(n_columns_ - 2);
        const double position = std::min(distance * steps_[row], last);
        const auto column = static_cast<std::int32_t>(position);
        const float* cell = table_.data() + row * n_columns_ + static_cast<std::size_t>(column);
        const float rise = cell[1] - cell[0];
        return cell[0] + (position - column) * rise;
    }

    template <int D>
    double uneven(const Axes<D>& difference, const Axes<D>& variance, double r0) const;

    std::vector<float> table_;
    std::vector<double> steps_;
    std::size_t n_columns_;
    std::vector<Rule> rules_;
};

enum class Verdict : std::uint8_t { drop, keep, doubtful };

// Whether two localizations are closer than r0 often enough, decided by their distance; pairs near
// the critical one are doubtful, and for the caller to integrate.
class CriticalDistance {
public:
    // Over knots of the spread, in units of r0: the critical distance for an even spread, and how
    // it changes with the share of variance along the pair's line. `quantile` is the normal one of
    // the smallest probability, and `expands` says whether these two tell enough of uneven pairs.
    // See `keeps_edge` in stormgraph_py/engine/pruning.py.
    CriticalDistance(double min_probability, std::vector<double> knots,
                     std::vector<double> distance, std::vector<double> tilt, double quantile,
                     bool expands);

    template <int D>
    Verdict of(const Axes<D>& difference, const Axes<D>& variance, double r0) const;

    // The same in less time, but more pairs are doubtful: the critical distances for the lowest and
    // for the highest of the axes' variances bound theirs. All squared and in units of r0 squared.
    Verdict at_first_sight(double squared, double lowest, double highest) const {
        if (squared <= surely_[bin(highest)]) return Verdict::keep;
        return squared <= at_most_[bin(lowest)] ? Verdict::doubtful : Verdict::drop;
    }

private:
    // In units of r0: pairs as close as `sure` stay, those further apart than `at_most` do not.
    struct Bounds {
        double sure, at_most;
    };

    template <int D>
    Bounds bounds(const Axes<D>& difference, double squared, const Axes<D>& variance) const;
    double even(double spread) const;
    void bound_by_variance();
    std::size_t knot_below(double spread) const;

    double min_probability_;
    std::vector<double> knots_, distance_, distance_slope_, tilt_, tilt_slope_;
    double quantile_;
    bool expands_;

    // Where to look for the knot below a spread, by its share of the last knot.
    static constexpr std::size_t N_SHARES = 4096;
    std::vector<std::size_t> first_knot_;

    // Squared distances up to which pairs stay, and up to which they can, for bins of the variance;
    // the last bin is for all that is larger than any that qualifies.
    static constexpr std::size_t N_BINS = 1024;
    double bins_per_variance_ = 0.0;
    std::vector<double> surely_, at_most_;

    std::size_t bin(double variance) const {
        const double found = variance * bins_per_variance_;
        return found < N_BINS ? static_cast<std::size_t>(found) : N_BINS;
    }
};

}  // namespace stormgraph
