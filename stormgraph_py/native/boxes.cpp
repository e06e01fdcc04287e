#include "boxes.hpp"

#include <algorithm>
#include <limits>

namespace stormgraph {

template <int D>
Boxes<D>::Boxes(const double* position, std::int64_t n)
    : position_(position), n_(static_cast<std::size_t>(n)) {
    std::vector<Box> boxes((n_ + IN_LOWEST - 1) / IN_LOWEST);
    for (std::size_t b = 0; b < boxes.size(); ++b) {
        Box& box = boxes[b];
        box.low.fill(std::numeric_limits<double>::infinity());
        box.high.fill(-std::numeric_limits<double>::infinity());
        const std::size_t end = std::min((b + 1) * IN_LOWEST, n_);
        for (std::size_t i = b * IN_LOWEST; i < end; ++i) {
            for (int axis = 0; axis < D; ++axis) {
                box.low[axis] = std::min(box.low[axis], position[i * D + axis]);
                box.high[axis] = std::max(box.high[axis], position[i * D + axis]);
            }
        }
    }
    levels_.push_back(std::move(boxes));
    while (levels_.back().size() > 1) {
        const std::vector<Box>& below = levels_.back();
        std::vector<Box> above((below.size() + IN_OTHERS - 1) / IN_OTHERS);
        for (std::size_t b = 0; b < below.size(); ++b) {
            Box& box = above[b / IN_OTHERS];
            if (b % IN_OTHERS == 0) box = below[b];
            for (int axis = 0; axis < D; ++axis) {
                box.low[axis] = std::min(box.low[axis], below[b].low[axis]);
                box.high[axis] = std::max(box.high[axis], below[b].high[axis]);
            }
        }
        levels_.push_back(std::move(above));
    }
}

// Rounded as distances of localizations are, so that none is nearer than its box.
template <int D>
double Boxes<D>::squared_distance_to(const Box& box, std::int64_t query) const {
    double sum = 0.0;
    for (int axis = 0; axis < D; ++axis) {
        const double x = position_[query * D + axis];
        const double outside = std::max({box.low[axis] - x, 0.0, x - box.high[axis]});
        sum += outside * outside;
    }
    return sum;
}

template <int D>
template <class Visit>
void Boxes<D>::search(std::int64_t query, const double& squared, Visit&& visit) {
    waiting_.clear();
    if (n_ > 0) waiting_.push_back({levels_.size() - 1, 0});
    while (!waiting_.empty()) {
        const Place place = waiting_.back();
        waiting_.pop_back();
        if (squared_distance_to(levels_[place.level][place.number], query) > squared) continue;
        if (place.level == 0) {
            const std::size_t end = std::min((place.number + 1) * IN_LOWEST, n_);
            for (std::size_t i = place.number * IN_LOWEST; i < end; ++i) {
                visit(static_cast<std::int64_t>(i));
            }
            continue;
        }
        const std::size_t below = place.level - 1;
        const std::size_t end = std::min((place.number + 1) * IN_OTHERS, levels_[below].size());
        for (std::size_t b = place.number * IN_OTHERS; b < end; ++b) waiting_.push_back({below, b});
    }
}

template <int D>
double Boxes<D>::kth_squared_distance(std::int64_t query, std::size_t k) {
    // those next to it in the order are near, which bounds the search
    const auto at = static_cast<std::size_t>(query);
    const std::size_t first = std::min(at > k ? at - k : 0, n_ - k - 1);
    nearest_.clear();
    for (std::size_t i = first; i < std::min(first + 2 * k + 1, n_); ++i) {
        if (i != at) nearest_.push_back(squared_distance(query, static_cast<std::int64_t>(i)));
    }
    const auto kth = nearest_.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(nearest_.begin(), kth, nearest_.end());
    double bound = *kth;
    // a heap of the k nearest, the farthest first
    nearest_.clear();
    search(query, bound, [&](std::int64_t other) {
        const double squared = squared_distance(query, other);
        if (other == query || squared > bound) return;
        if (nearest_.size() == k) {
            if (squared >= nearest_.front()) return;
            std::pop_heap(nearest_.begin(), nearest_.end());
            nearest_.back() = squared;
        } else {
            nearest_.push_back(squared);
        }
        std::push_heap(nearest_.begin(), nearest_.end());
        if (nearest_.size() == k) bound = nearest_.front();
    });
    return bound;
}

template <int D>
void Boxes<D>::within(std::int64_t query, double squared, std::size_t at_most,
                      std::vector<Near>& found) {
    found.clear();
    search(query, squared, [&](std::int64_t other) {
        const double distance = squared_distance(query, other);
        if (distance <= squared) found.push_back({distance, other});
    });
    if (found.size() > at_most) {
        const auto end = found.begin() + static_cast<std::ptrdiff_t>(at_most);
        std::nth_element(found.begin(), end, found.end());
        found.resize(at_most);
    }
}

template class Boxes<2>;
template class Boxes<3>;

}  // namespace stormgraph
