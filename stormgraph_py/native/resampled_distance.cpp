#include "resampled_distance.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "random.hpp"

namespace stormgraph {

namespace {

// Up to this neighbour the nearest ones are kept in order; beyond, selection is faster.
constexpr std::size_t MOST_IN_ORDER = 40;

// The candidates by distance, the query left out.
std::vector<std::int64_t> nearest_first(const Precise& all, std::int64_t query,
                                        const std::int64_t* begin, const std::int64_t* end) {
    std::vector<std::pair<double, std::int64_t>> by_distance;
    for (const std::int64_t* candidate = begin; candidate != end; ++candidate) {
        if (*candidate == query) continue;
        double squared = 0.0;
        for (int axis = 0; axis < all.d; ++axis) {
            const double step =
                all.position[*candidate * all.d + axis] - all.position[query * all.d + axis];
            squared += step * step;
        }
        by_distance.emplace_back(squared, *candidate);
    }
    std::sort(by_distance.begin(), by_distance.end());
    std::vector<std::int64_t> found;
    found.reserve(by_distance.size());
    for (const auto& [squared, candidate] : by_distance) found.push_back(candidate);
    return found;
}

// k-th smallest of n values that lie `stride` apart. Values that come later tend to be larger.
float kth_smallest(const float* values, std::size_t n, std::size_t stride, std::size_t k,
                   std::vector<float>& nearest) {
    if (k > MOST_IN_ORDER) {
        nearest.resize(n);
        for (std::size_t i = 0; i < n; ++i) nearest[i] = values[i * stride];
        const auto kth = nearest.begin() + static_cast<std::ptrdiff_t>(k - 1);
        std::nth_element(nearest.begin(), kth, nearest.end());
        return *kth;
    }
    nearest.resize(k);
    const auto insert = [&](float value, std::size_t at) {
        for (; at > 0 && nearest[at - 1] > value; --at) nearest[at] = nearest[at - 1];
        nearest[at] = value;
    };
    for (std::size_t i = 0; i < k; ++i) insert(values[i * stride], i);
    for (std::size_t i = k; i < n; ++i) {
        const float value = values[i * stride];
        if (value < nearest[k - 1]) insert(value, k - 1);
    }
    return nearest[k - 1];
}

// Squared distances of candidates, one after another, each in all realizations.
struct Realizations {
    const float* squared;
    std::size_t n_candidates, n_simulations, k;

    float kth(std::size_t simulation, std::vector<float>& nearest) const {
        return kth_smallest(squared + simulation, n_candidates, n_simulations, k, nearest);
    }

    // How many candidates are at most so far away, by realization.
    std::vector<std::int32_t> within(float limit) const {
        std::vector<std::int32_t> count(n_simulations, 0);
        for (std::size_t c = 0; c < n_candidates; ++c) {
            const float* candidate = squared + c * n_simulations;
            for (std::size_t s = 0; s < n_simulations; ++s) count[s] += candidate[s] <= limit;
        }
        return count;
    }
};

// Quantile over the realizations of the k-th distance, linear between neighbouring ones.
//
// Only its largest values matter, so those of a few realizations give a limit that most others lie
// below: counting candidates within it tells which, and costs less than finding the k-th.
double quantile(const Realizations& realizations, double share) {
    constexpr std::size_t N_FIRST = 12;
    const std::size_t n = realizations.n_simulations;
    const double position = share * static_cast<double>(n - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(position), n - 1);
    const std::size_t wanted = n - below;
    std::vector<float> nearest, largest;
    for (std::size_t s = 0; s < std::min(n, N_FIRST); ++s) {
        largest.push_back(realizations.kth(s, nearest));
    }
    if (n > N_FIRST) {
        std::sort(largest.begin(), largest.end());
        const auto expected = static_cast<std::size_t>(0.9 * share * N_FIRST);
        const float limit = largest[std::min(expected, N_FIRST - 1)];
        const auto count = realizations.within(limit);
        const auto k = static_cast<std::int32_t>(realizations.k);
        const auto n_beyond = static_cast<std::size_t>(
            std::count_if(count.begin(), count.end(), [&](std::int32_t c) { return c < k; }));
        largest.clear();
        for (std::size_t s = 0; s < n; ++s) {
            if (n_beyond < wanted || count[s] < k) largest.push_back(realizations.kth(s, nearest));
        }
    }
    std::sort(largest.begin(), largest.end());
    const auto at = [&](std::size_t rank) {
        const std::size_t missing = n - largest.size();
        return std::sqrt(static_cast<double>(largest[std::min(rank, n - 1) - missing]));
    };
    const double rest = position - static_cast<double>(below);
    return at(below) + rest * (at(below + 1) - at(below));
}

}  // namespace

double resampled_distance(const Precise& all, std::int64_t query, const std::int64_t* begin,
                          const std::int64_t* end, std::size_t k, const Resampling& resampling,
                          std::vector<float>& scratch) {
    const std::vector<std::int64_t> candidates = nearest_first(all, query, begin, end);
    if (candidates.size() < k) throw std::invalid_argument("fewer candidates than k");
    const std::size_t n_simulations = resampling.n_simulations;
    Random random(resampling.seed, static_cast<std::uint64_t>(query), 0);
    const auto n_windows =
        static_cast<std::uint32_t>(resampling.n_deviates - n_simulations + 1);

    scratch.assign(candidates.size() * n_simulations, 0.0f);
    for (int axis = 0; axis < all.d; ++axis) {
        const double center = all.position[query * all.d + axis];
        const auto own_spread = static_cast<float>(all.sigma[query * all.d + axis]);
        const float* own = resampling.deviates + random.below(n_windows);
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const std::int64_t at = candidates[c] * all.d + axis;
            const auto offset = static_cast<float>(all.position[at] - center);
            const auto spread = static_cast<float>(all.sigma[at]);
            const float* other = resampling.deviates + random.below(n_windows);
            float* squared = scratch.data() + c * n_simulations;
            for (std::size_t s = 0; s < n_simulations; ++s) {
                const float moved = offset + spread * other[s] - own_spread * own[s];
                squared[s] += moved * moved;
            }
        }
    }
    return quantile({scratch.data(), candidates.size(), n_simulations, k}, resampling.confidence);
}

}  // namespace stormgraph
