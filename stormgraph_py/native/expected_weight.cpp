#include "expected_weight.hpp"

#include <limits>
#include <numeric>
#include <utility>

namespace stormgraph {

namespace {

// See the constants of the same names in stormgraph_py/engine/pruning.py.
constexpr double SHARP = 1e-6;
constexpr double DOUBTFUL = 5e-4, DOUBTFUL_BELOW_HALF = 0.01;
constexpr double CURVATURE = 0.35, CURVATURE_OF_LARGE_SPREADS = 1.0;
constexpr double LARGE_SPREAD = 0.75, LARGEST_SPREAD = 0.93;
constexpr double NEARLY_EVEN = 0.05;
constexpr double EXPANDS_FROM = 0.5;

std::vector<double> slopes(const std::vector<double>& x, const std::vector<double>& y) {
    std::vector<double> found(x.size(), 0.0);
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        found[i] = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
    }
    return found;
}

}  // namespace

template <int D>
double ExpectedWeight::uneven(const Axes<D>& difference, const Axes<D>& variance,
                              double r0) const {
    const double lowest = *std::min_element(variance.begin(), variance.end());
    // the axes by falling variance; the last has no extra error and is not averaged over
    std::array<int, D> axes;
    std::iota(axes.begin(), axes.end(), 0);
    std::stable_sort(axes.begin(), axes.end(),
                     [&](int a, int b) { return variance[a] > variance[b]; });
    const double highest = variance[axes[0]];
    std::size_t wanted = 0;
    while (wanted + 1 < rules_.size() &&
           highest - lowest > rules_[wanted].largest_excess * lowest) {
        ++wanted;
    }
    const std::vector<double>& nodes = rules_[wanted].nodes;
    const std::vector<double>& weights = rules_[wanted].weights;
    const double last = static_cast<double>(steps_.size() - 1);
    const auto own_row = static_cast<std::size_t>(row_of(std::sqrt(lowest) / r0, last));
    double result = 0.0;
    Axes<D> moved = difference;
    const auto average = [&](const auto& self, int depth, double share) -> void {
        if (depth == D - 1) {
            result += share * at(own_row, std::sqrt(squared_length<D>(moved)) / r0);
            return;
        }
        const int axis = axes[depth];
        const double extra = std::sqrt(variance[axis] - lowest);
        for (std::size_t node = 0; node < nodes.size(); ++node) {
            moved[axis] = difference[axis] + nodes[node] * extra;
            self(self, depth + 1, share * weights[node]);
        }
    };
    average(average, 0, 1.0);
    return result;
}

template double ExpectedWeight::uneven<2>(const Axes<2>&, const Axes<2>&, double) const;
template double ExpectedWeight::uneven<3>(const Axes<3>&, const Axes<3>&, double) const;

CriticalDistance::CriticalDistance(double min_probability, std::vector<double> knots,
                                   std::vector<double> distance, std::vector<double> tilt,
                                   double quantile, bool expands)
    : min_probability_(min_probability),
      knots_(std::move(knots)),
      distance_(std::move(distance)),
      distance_slope_(slopes(knots_, distance_)),
      tilt_(std::move(tilt)),
      tilt_slope_(slopes(knots_, tilt_)),
      quantile_(quantile),
      expands_(expands),
      first_knot_(N_SHARES + 1, 0) {
    // the last knot that lies a little below each share, so that no rounding leads past a spread
    std::size_t knot = 0;
    for (std::size_t share = 0; share <= N_SHARES; ++share) {
        const double least = knots_.back() * (static_cast<double>(share) - 0.5) / N_SHARES;
        while (knot + 1 < knots_.size() && knots_[knot + 1] <= least) ++knot;
        first_knot_[share] = knot;
    }
    bound_by_variance();
}

void CriticalDistance::bound_by_variance() {
    surely_.assign(N_BINS + 1, -1.0);
    at_most_.assign(N_BINS + 1, std::numeric_limits<double>::infinity());
    const double largest = knots_.back();
    // below one half the critical distance need not fall with the spread
    if (min_probability_ < EXPANDS_FROM || !(largest > 0)) return;
    bins_per_variance_ = N_BINS / (largest * largest);
    for (std::size_t i = 0; i < N_BINS; ++i) {
        const auto lower = static_cast<double>(i);
        const double sure = even(std::sqrt((lower + 1) / bins_per_variance_)) - DOUBTFUL;
        const double at_most = even(std::sqrt(lower / bins_per_variance_)) + DOUBTFUL;
        if (sure > 0) surely_[i] = sure * sure;
        at_most_[i] = at_most * at_most;
    }
    at_most_[N_BINS] = -1.0;
}

double CriticalDistance::even(double spread) const {
    const std::size_t knot = knot_below(spread);
    return distance_slope_[knot] * (spread - knots_[knot]) + distance_[knot];
}

std::size_t CriticalDistance::knot_below(double spread) const {
    const double share = spread / knots_.back() * static_cast<double>(N_SHARES);
    std::size_t knot = first_knot_[std::min(static_cast<std::size_t>(share), N_SHARES)];
    while (knot + 1 < knots_.size() && knots_[knot + 1] <= spread) ++knot;
    return knot;
}

template <int D>
CriticalDistance::Bounds CriticalDistance::bounds(const Axes<D>& difference, double squared,
                                                  const Axes<D>& variance) const {
    const double mean = sum_of_axes<D>(variance) / D;
    const double spread = std::sqrt(mean);
    const double largest = knots_.back();
    if (!(spread > SHARP)) return {1.0, 1.0};

    const double reach = 1 + 6 * spread;
    if (min_probability_ < EXPANDS_FROM) {
        const bool near_the_end = spread > 0.95 * largest && spread <= 1.05 * largest;
        if (near_the_end || is_uneven<D>(variance)) return {-1.0, reach};
        const double critical = spread <= largest ? even(spread) : -1.0;
        return {critical - DOUBTFUL_BELOW_HALF, std::min(critical + DOUBTFUL_BELOW_HALF, reach)};
    }
    Axes<D> excess, along;
    for (int axis = 0; axis < D; ++axis) {
        const double relative = variance[axis] / mean - 1;
        excess[axis] = relative * relative;
        along[axis] = difference[axis] * difference[axis] * relative;
    }
    const double unevenness = sum_of_axes<D>(excess) / 2;
    const bool is_large = spread > LARGE_SPREAD * largest;
    const bool bounded =
        is_large && (spread > LARGEST_SPREAD * largest || unevenness > NEARLY_EVEN);
    if (!expands_ || bounded) {
        double lowest = variance[0], highest = variance[0];
        for (int axis = 1; axis < D; ++axis) {
            lowest = std::min(lowest, variance[axis]);
            highest = std::max(highest, variance[axis]);
        }
        lowest = std::sqrt(lowest);
        highest = std::sqrt(highest);
        return {highest > largest ? -1.0 : even(highest) - DOUBTFUL,
                lowest > largest ? -1.0 : std::min(even(lowest) + DOUBTFUL, reach)};
    }
    const double tilted = squared > 0 ? std::max(sum_of_axes<D>(along) / squared, -1.0) : 0.0;
    const std::size_t knot = knot_below(spread);
    const double tilt = tilt_slope_[knot] * (spread - knots_[knot]) + tilt_[knot];
    const double critical =
        even(spread) + spread * (tilt * tilted - quantile_ * (std::sqrt(1 + tilted) - 1));
    const double curvature = is_large ? CURVATURE_OF_LARGE_SPREADS : CURVATURE;
    const double margin = DOUBTFUL + curvature * (1 + quantile_) * spread * unevenness;
    return {critical - margin, std::min(critical + margin, reach)};
}

template <int D>
Verdict CriticalDistance::of(const Axes<D>& difference, const Axes<D>& variance,
                             double r0) const {
    const double squared = squared_length<D>(difference);
    const double distance = std::sqrt(squared) / r0;
    Axes<D> relative_variance;
    for (int axis = 0; axis < D; ++axis) relative_variance[axis] = variance[axis] / (r0 * r0);
    const Bounds found = bounds<D>(difference, squared, relative_variance);
    if (distance <= found.sure) return Verdict::keep;
    return distance <= found.at_most ? Verdict::doubtful : Verdict::drop;
}

template Verdict CriticalDistance::of<2>(const Axes<2>&, const Axes<2>&, double) const;
template Verdict CriticalDistance::of<3>(const Axes<3>&, const Axes<3>&, double) const;

}  // namespace stormgraph
