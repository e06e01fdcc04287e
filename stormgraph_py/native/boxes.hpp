// Boxes around localizations that follow each other, and boxes around boxes: a tree to search in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stormgraph {

// A localization within reach.
struct Near {
    double squared_distance;
    std::int64_t index;

    bool operator<(const Near& other) const {
        if (squared_distance != other.squared_distance) {
            return squared_distance < other.squared_distance;
        }
        return index < other.index;
    }
};

// Made in one pass, since neighbours in space are taken to be neighbours in the order of the
// localizations. What is found does not depend on it, but a search in any other order takes longer.
template <int D>
class Boxes {
public:
    // position: n rows, which must outlive this.
    Boxes(const double* position, std::int64_t n);

    // Squared distance of a localization to its k-th nearest other one, 0 < k < n.
    double kth_squared_distance(std::int64_t query, std::size_t k);

    // All localizations whose squared distance to one is at most that, itself included, in any
    // order; the nearest of them where there are more than `at_most`.
    void within(std::int64_t query, double squared, std::size_t at_most, std::vector<Near>& found);

private:
    // Localizations in the lowest boxes, and boxes in the others.
    static constexpr std::size_t IN_LOWEST = 16, IN_OTHERS = 8;

    struct Box {
        std::array<double, D> low, high;
    };
    struct Place {
        std::size_t level, number;
    };

    // Call visit with all localizations of boxes within a squared distance, which may fall.
    template <class Visit>
    void search(std::int64_t query, const double& squared, Visit&& visit);

    double squared_distance(std::int64_t a, std::int64_t b) const {
        double sum = 0.0;
        for (int axis = 0; axis < D; ++axis) {
            const double step = position_[a * D + axis] - position_[b * D + axis];
            sum += step * step;
        }
        return sum;
    }

    double squared_distance_to(const Box& box, std::int64_t query) const;

    const double* position_;
    std::size_t n_;
    std::vector<std::vector<Box>> levels_;
    std::vector<Place> waiting_;
    std::vector<double> nearest_;
};

}  // namespace stormgraph
