// Distances to the k-th nearest neighbour over resampled realizations of the position errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stormgraph {

// What resampling draws from and how often it does.
struct Resampling {
    const float* deviates;  // normal deviates, drawn from at places found anew every time
    std::size_t n_deviates;
    std::size_t n_simulations;  // at most n_deviates
    double confidence;          // quantile over the realizations that is returned
    std::uint64_t seed;
};

// Positions and precisions of all localizations: n rows of d columns each.
struct Precise {
    const double* position;
    const double* sigma;
    int d;
};

// Quantile of the k-th neighbour distance of localization `query`, whose candidates are those from
// `begin` to `end`, at least k without itself. It depends on the seed and the query, not on what
// was drawn before.
double resampled_distance(const Precise& all, std::int64_t query, const std::int64_t* begin,
                          const std::int64_t* end, std::size_t k, const Resampling& resampling,
                          std::vector<float>& scratch);

}  // namespace stormgraph
