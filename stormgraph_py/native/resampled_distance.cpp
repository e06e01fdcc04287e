#include "resampled_distance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "random.hpp"

namespace stormgraph {

namespace {

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

// Squared distances of candidates, one after another, each in all realizations.
class Realizations {
public:
    Realizations(const float* squared, std::size_t n_candidates, std::size_t n_simulations,
                 std::size_t k)
        : squared_(squared), n_candidates_(n_candidates), n_simulations_(n_simulations), k_(k) {}

    std::size_t size() const { return n_simulations_; }

    // The k-th smallest of one realization.
    float kth(std::size_t simulation) { return smallest_beyond(simulation, k_, -1.0f); }

    // The same, if no more than `n_within` of them, less than k, are at most `limit`.
    float kth_beyond(std::size_t simulation, float limit, std::int32_t n_within) {
        return smallest_beyond(simulation, k_ - static_cast<std::size_t>(n_within), limit);
    }

    // How many candidates are at most so far away, by realization.
    const std::vector<std::int32_t>& within(float limit) {
        count_.assign(n_simulations_, 0);
        for (std::size_t c = 0; c < n_candidates_; ++c) {
            const float* candidate = squared_ + c * n_simulations_;
            for (std::size_t s = 0; s < n_simulations_; ++s) count_[s] += candidate[s] <= limit;
        }
        return count_;
    }

    bool is_beyond(std::int32_t n_within) const { return static_cast<std::size_t>(n_within) < k_; }

private:
    // Up to this rank the nearest ones are kept in order; beyond, selection is faster.
    static constexpr std::size_t MOST_IN_ORDER = 40;

    // Smallest of a rank among those above the limit. Candidates that come later tend to be larger.
    float smallest_beyond(std::size_t simulation, std::size_t rank, float limit) {
        nearest_.clear();
        const bool in_order = rank <= MOST_IN_ORDER;
        for (std::size_t c = 0; c < n_candidates_; ++c) {
            const float value = squared_[c * n_simulations_ + simulation];
            if (value <= limit) continue;
            if (in_order && nearest_.size() == rank) {
                if (value >= nearest_.back()) continue;
                nearest_.pop_back();
            }
            nearest_.push_back(value);
            if (!in_order) continue;
            for (std::size_t at = nearest_.size() - 1; at > 0 && nearest_[at - 1] > value; --at) {
                std::swap(nearest_[at - 1], nearest_[at]);
            }
        }
        const auto wanted = nearest_.begin() + static_cast<std::ptrdiff_t>(rank - 1);
        if (!in_order) std::nth_element(nearest_.begin(), wanted, nearest_.end());
        return *wanted;
    }

    const float* squared_;
    std::size_t n_candidates_, n_simulations_, k_;
    std::vector<float> nearest_;
    std::vector<std::int32_t> count_;
};

// Quantile over the realizations of the k-th distance, linear between neighbouring ones.
//
// Only its largest values matter, and those of a few realizations give a limit that most lie below:
// counting candidates within it tells which, and costs less than finding the k-th.
double quantile(Realizations& realizations, double share) {
    constexpr std::size_t N_FIRST = 3;
    const std::size_t n = realizations.size();
    const double position = share * static_cast<double>(n - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(position), n - 1);
    const std::size_t wanted = n - below;
    std::vector<float> limits, largest;
    for (std::size_t s = 0; s < std::min(n, N_FIRST); ++s) limits.push_back(realizations.kth(s));
    std::sort(limits.begin(), limits.end());
    limits.insert(limits.begin(), -1.0f);  // which all lie beyond
    while (largest.size() < wanted) {
        largest.clear();
        const auto& n_within = realizations.within(limits.back());
        for (std::size_t s = 0; s < n; ++s) {
            if (!realizations.is_beyond(n_within[s])) continue;
            largest.push_back(realizations.kth_beyond(s, limits.back(), n_within[s]));
        }
        limits.pop_back();
    }
    std::sort(largest.begin(), largest.end());
    const auto at = [&](std::size_t rank) {
        const std::size_t missing = n - largest.size();
        return std::sqrt(static_cast<double>(largest[std::min(rank, n - 1) - missing]));
    };
    const double rest = position - static_cast<double>(below);
    return at(below) + rest * (at(below + 1) - at(below));
}

// Squared distances of the candidates to the query in every realization.
template <int D>
void resample(const Precise& all, std::int64_t query, const std::vector<std::int64_t>& candidates,
              const Resampling& resampling, std::vector<float>& squared) {
    const std::size_t n_simulations = resampling.n_simulations, n = candidates.size();
    Random random(resampling.seed, static_cast<std::uint64_t>(query), 0);
    const auto n_windows =
        static_cast<std::uint32_t>(resampling.n_deviates - n_simulations + 1);
    std::array<std::vector<float>, D> own;
    std::array<std::vector<const float*>, D> deviates;
    for (int axis = 0; axis < D; ++axis) {
        const auto spread = static_cast<float>(all.sigma[query * D + axis]);
        const float* window = resampling.deviates + random.below(n_windows);
        for (std::size_t s = 0; s < n_simulations; ++s) own[axis].push_back(spread * window[s]);
        for (std::size_t c = 0; c < n; ++c) {
            deviates[axis].push_back(resampling.deviates + random.below(n_windows));
        }
    }
    if (squared.size() < n * n_simulations) squared.resize(n * n_simulations);
    for (std::size_t c = 0; c < n; ++c) {
        std::array<float, D> offset, spread;
        std::array<const float*, D> window, moved_query;
        for (int axis = 0; axis < D; ++axis) {
            const std::int64_t at = candidates[c] * D + axis;
            offset[axis] =
                static_cast<float>(all.position[at] - all.position[query * D + axis]);
            spread[axis] = static_cast<float>(all.sigma[at]);
            window[axis] = deviates[axis][c];
            moved_query[axis] = own[axis].data();
        }
        float* out = squared.data() + c * n_simulations;
        for (std::size_t s = 0; s < n_simulations; ++s) {
            float sum = 0.0f;
            for (int axis = 0; axis < D; ++axis) {
                const float moved =
                    offset[axis] + spread[axis] * window[axis][s] - moved_query[axis][s];
                sum += moved * moved;
            }
            out[s] = sum;
        }
    }
}

}  // namespace

double resampled_distance(const Precise& all, std::int64_t query, const std::int64_t* begin,
                          const std::int64_t* end, std::size_t k, const Resampling& resampling,
                          std::vector<float>& scratch) {
    const std::vector<std::int64_t> candidates = nearest_first(all, query, begin, end);
    if (candidates.size() < k) throw std::invalid_argument("fewer candidates than k");
    if (all.d == 2) {
        resample<2>(all, query, candidates, resampling, scratch);
    } else {
        resample<3>(all, query, candidates, resampling, scratch);
    }
    Realizations realizations(scratch.data(), candidates.size(), resampling.n_simulations, k);
    return quantile(realizations, resampling.confidence);
}

}  // namespace stormgraph
