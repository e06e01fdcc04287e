#include "nearest_neighbors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "polling.hpp"

namespace stormgraph {

namespace {

// Up to so many points every pair is looked at, which takes less time than a tree.
constexpr std::int32_t few_points = 100;
constexpr std::int32_t leaf_size = 16;
constexpr double largest_coordinate = 1e150;

struct Candidate {
    double squared_distance;
    std::int32_t index;

    bool operator<(const Candidate& other) const noexcept {
        return squared_distance < other.squared_distance ||
               (squared_distance == other.squared_distance && index < other.index);
    }
};

// Collects the k nearest of all candidates that it is offered.
class Nearest {
public:
    explicit Nearest(std::int32_t k)
        : k_(static_cast<std::size_t>(k)), held_(short_list() ? k_ : 2 * k_) {}

    void clear() noexcept {
        n_held_ = 0;
        bound_ = {std::numeric_limits<double>::infinity(),
                  std::numeric_limits<std::int32_t>::max()};
    }

    // No candidate farther than this is among the nearest.
    double reach() const noexcept { return bound_.squared_distance; }

    void offer(Candidate candidate) noexcept {
        if (!(candidate < bound_)) return;
        if (short_list())
            insert(candidate);
        else
            append(candidate);
    }

    // Write down the nearest in order.
    void list(std::int32_t* neighbor, double* squared_distance) noexcept {
        if (!short_list()) {
            if (n_held_ > k_) drop_farthest();
            std::sort(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(n_held_));
        }
        for (std::size_t i = 0; i < k_; ++i) {
            neighbor[i] = held_[i].index;
            squared_distance[i] = held_[i].squared_distance;
        }
    }

private:
    bool short_list() const noexcept { return k_ <= 24; }

    // Short lists are kept in order ...
    void insert(Candidate candidate) noexcept {
        std::size_t place = n_held_ < k_ ? n_held_++ : k_ - 1;
        for (; place > 0 && candidate < held_[place - 1]; --place) held_[place] = held_[place - 1];
        held_[place] = candidate;
        if (n_held_ == k_) bound_ = held_[k_ - 1];
    }

    // ... and long ones out of order, up to twice as long as they need be.
    void append(Candidate candidate) noexcept {
        held_[n_held_++] = candidate;
        if (n_held_ == held_.size()) drop_farthest();
    }

    void drop_farthest() noexcept {
        const auto kth = held_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
        std::nth_element(held_.begin(), kth, held_.begin() + static_cast<std::ptrdiff_t>(n_held_));
        n_held_ = k_;
        bound_ = *kth;
    }

    std::size_t k_;
    std::vector<Candidate> held_;
    std::size_t n_held_ = 0;
    Candidate bound_{};
};

template <int D>
double squared_distance(const double* a, const double* b) noexcept {
    double sum = 0;
    for (int axis = 0; axis < D; ++axis) sum += (a[axis] - b[axis]) * (a[axis] - b[axis]);
    return sum;
}

// Room for the lists of some points.
NeighborLists empty_lists(std::size_t n_rows, std::int32_t k) {
    NeighborLists lists;
    lists.k = k;
    lists.neighbor.resize(n_rows * static_cast<std::size_t>(k));
    lists.squared_distance.resize(n_rows * static_cast<std::size_t>(k));
    return lists;
}

void write_row(NeighborLists& lists, std::size_t row, Nearest& nearest) {
    const std::size_t begin = row * static_cast<std::size_t>(lists.k);
    nearest.list(&lists.neighbor[begin], &lists.squared_distance[begin]);
}

template <int D>
NeighborLists compare_with_all(const std::vector<std::int32_t>& queries, const double* coordinates,
                               std::int32_t n, std::int32_t k) {
    NeighborLists lists = empty_lists(queries.size(), k);
    Nearest nearest(k);
    std::array<double, few_points> distances;
    for (std::size_t row = 0; row < queries.size(); ++row) {
        const std::int32_t query = queries[row];
        for (std::int32_t j = 0; j < n; ++j)
            distances[j] = squared_distance<D>(coordinates + D * query, coordinates + D * j);
        nearest.clear();
        for (std::int32_t j = 0; j < query; ++j) nearest.offer({distances[j], j});
        for (std::int32_t j = query + 1; j < n; ++j) nearest.offer({distances[j], j});
        write_row(lists, row, nearest);
    }
    return lists;
}

// A tree of boxes, each halved across its longest side. Halves hold equally many points wherever
// these lie, so the tree is shallow; coincident points, which no plane divides, end in one leaf.
template <int D>
class BoxTree {
public:
    BoxTree(const double* coordinates, std::int32_t n, const Poll& poll) {
        points_.resize(static_cast<std::size_t>(n));
        for (std::int32_t i = 0; i < n; ++i) {
            std::copy_n(coordinates + D * static_cast<std::ptrdiff_t>(i), D, points_[i].x.begin());
            points_[i].index = i;
        }
        boxes_.reserve(static_cast<std::size_t>(4 * (n / leaf_size) + 1));
        build(0, n, poll);
    }

    NeighborLists lists(const std::vector<std::int32_t>& queries, std::int32_t k,
                        const Poll& poll) const {
        // queries that are neighbours walk the same boxes, so they take their turns in tree order
        std::vector<std::int32_t> row(points_.size(), -1);
        for (std::size_t i = 0; i < queries.size(); ++i)
            row[queries[i]] = static_cast<std::int32_t>(i);
        NeighborLists lists = empty_lists(queries.size(), k);
        Nearest nearest(k);
        std::vector<Waiting> stack;
        std::int64_t n_offered = 0;
        for (const Point& query : points_) {
            if (row[query.index] < 0) continue;
            if (n_offered > 100'000) {
                poll.now();
                n_offered = 0;
            }
            nearest.clear();
            n_offered += search(query, k, nearest, stack);
            write_row(lists, static_cast<std::size_t>(row[query.index]), nearest);
        }
        return lists;
    }

private:
    struct Point {
        std::array<double, D> x;
        std::int32_t index;
    };
    struct Box {
        std::array<double, D> low, high;
        std::int32_t begin, end;  // its points
        std::int32_t right;       // its second half, the first being the next box; 0 in a leaf
    };
    struct Waiting {
        std::int32_t box;
        double squared_distance;
    };

    // Depth is the logarithm of n, so that recursion is safe.
    std::int32_t build(std::int32_t begin, std::int32_t end, const Poll& poll) {
        poll.now();
        const auto number = static_cast<std::int32_t>(boxes_.size());
        boxes_.push_back(bounding_box(begin, end));
        const Box& box = boxes_[number];
        int longest = 0;
        for (int axis = 1; axis < D; ++axis)
            if (box.high[axis] - box.low[axis] > box.high[longest] - box.low[longest])
                longest = axis;
        const auto first = points_.begin() + begin;
        if (box.low == box.high) {
            std::sort(first, points_.begin() + end,
                      [](const Point& a, const Point& b) { return a.index < b.index; });
            return number;
        }
        if (end - begin <= leaf_size) return number;
        const std::int32_t middle = begin + (end - begin) / 2;
        std::nth_element(first, points_.begin() + middle, points_.begin() + end,
                         [longest](const Point& a, const Point& b) {
                             return a.x[longest] < b.x[longest] ||
                                    (a.x[longest] == b.x[longest] && a.index < b.index);
                         });
        build(begin, middle, poll);
        const std::int32_t right = build(middle, end, poll);
        boxes_[number].right = right;
        return number;
    }

    Box bounding_box(std::int32_t begin, std::int32_t end) const {
        Box box{points_[begin].x, points_[begin].x, begin, end, 0};
        for (std::int32_t i = begin + 1; i < end; ++i)
            for (int axis = 0; axis < D; ++axis) {
                box.low[axis] = std::min(box.low[axis], points_[i].x[axis]);
                box.high[axis] = std::max(box.high[axis], points_[i].x[axis]);
            }
        return box;
    }

    // Rounded as distances of points are, so that no point within is nearer than its box.
    static double squared_distance_to(const Box& box, const Point& point) noexcept {
        double sum = 0;
        for (int axis = 0; axis < D; ++axis) {
            const double outside =
                std::max({box.low[axis] - point.x[axis], 0.0, point.x[axis] - box.high[axis]});
            sum += outside * outside;
        }
        return sum;
    }

    std::int64_t search(const Point& query, std::int32_t k, Nearest& nearest,
                        std::vector<Waiting>& stack) const {
        std::int64_t n_offered = 0;
        stack.assign(1, {0, 0.0});
        while (!stack.empty()) {
            const Waiting next = stack.back();
            stack.pop_back();
            // an equally distant point with a smaller number would still be nearer
            if (next.squared_distance > nearest.reach()) continue;
            const Box& box = boxes_[next.box];
            if (box.right) {
                const Waiting left{next.box + 1, squared_distance_to(boxes_[next.box + 1], query)};
                const Waiting right{box.right, squared_distance_to(boxes_[box.right], query)};
                const bool left_first = left.squared_distance <= right.squared_distance;
                stack.push_back(left_first ? right : left);
                stack.push_back(left_first ? left : right);
                continue;
            }
            // of coincident points, which can be many, the first k and the query itself suffice
            const bool coincide = box.low == box.high;
            const std::int32_t end = coincide ? std::min(box.end, box.begin + k + 1) : box.end;
            for (std::int32_t i = box.begin; i < end; ++i)
                if (points_[i].index != query.index)
                    nearest.offer({squared_distance<D>(query.x.data(), points_[i].x.data()),
                                   points_[i].index});
            n_offered += end - box.begin;
        }
        return n_offered;
    }

    std::vector<Point> points_;
    std::vector<Box> boxes_;
};

template <int D>
NeighborLists find_lists(const std::vector<std::int32_t>& queries, const double* coordinates,
                         std::int32_t n, std::int32_t k, const Poll& poll) {
    if (n <= few_points) return compare_with_all<D>(queries, coordinates, n, k);
    return BoxTree<D>(coordinates, n, poll).lists(queries, k, poll);
}

}  // namespace

NeighborLists nearest_neighbors(const double* coordinates, std::int32_t n, int d, std::int32_t k,
                                const Monitor* monitor) {
    std::vector<std::int32_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    return nearest_neighbors_of(all, coordinates, n, d, k, monitor);
}

NeighborLists nearest_neighbors_of(const std::vector<std::int32_t>& queries,
                                   const double* coordinates, std::int32_t n, int d, std::int32_t k,
                                   const Monitor* monitor) {
    if (d != 2 && d != 3) throw std::invalid_argument("points lie in 2 or 3 dimensions");
    if (k < 0 || k >= std::max(n, 1))
        throw std::invalid_argument("neighbours are fewer than points");
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(n) * d; ++i)
        if (!(std::abs(coordinates[i]) <= largest_coordinate))
            throw std::invalid_argument("a coordinate is not finite, or beyond 1e150");
    if (k == 0) return {};
    const Poll poll(monitor);
    poll.now();
    return d == 2 ? find_lists<2>(queries, coordinates, n, k, poll)
                  : find_lists<3>(queries, coordinates, n, k, poll);
}

}  // namespace stormgraph
