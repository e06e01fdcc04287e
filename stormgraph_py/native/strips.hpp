// Localizations sorted into strips along x, so that those near one lie in a few contiguous ranges.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace stormgraph {

// Coordinates of all localizations of an analysis and their variances (none: exactly known), each
// a table of D columns, row after row.
template <int D>
struct Localizations {
    const double* position;
    const double* variance;
};

// Where strips lie: those of one frame can be compared. A strip is less than half a radius wide,
// so that two localizations within the radius are at most STRIPS_APART strips apart.
template <int D>
struct StripFrame {
    static constexpr int STRIPS_APART = 2;
    static constexpr double FAR = 0x1p40;
    using Row = std::array<std::int64_t, D - 1>;

    std::array<double, D - 1> origin;
    double width;
    double radius;

    Row row(const double* position) const {
        Row found;
        for (int axis = 1; axis < D; ++axis) {
            const double row = std::floor((position[axis] - origin[axis - 1]) / width);
            found[axis - 1] = static_cast<std::int64_t>(std::clamp(row, -FAR, FAR));
        }
        return found;
    }

    // How far localizations of strips so far apart may differ in x and still be within the radius.
    double reach(const Row& offset) const {
        double squared = radius * radius;
        for (const std::int64_t rows : offset) {
            const double gap = rows == 0 ? 0.0 : (std::abs(static_cast<double>(rows)) - 1.0) * width;
            squared -= gap * gap;
        }
        // a little more, since a row is found with an error of rounding
        return std::sqrt(std::max(squared, 0.0)) + 1e-3 * radius;
    }
};

// A frame for localizations within `radius` of the box of those given.
template <int D>
StripFrame<D> frame_around(const double* position, std::int64_t first, std::int64_t last,
                           double radius) {
    StripFrame<D> frame;
    double extent = 0.0;
    for (int axis = 1; axis < D; ++axis) {
        double low = position[first * D + axis], high = low;
        for (std::int64_t i = first; i < last; ++i) {
            low = std::min(low, position[i * D + axis]);
            high = std::max(high, position[i * D + axis]);
        }
        frame.origin[axis - 1] = low - radius;
        extent = std::max(extent, high - low + 2 * radius);
    }
    frame.radius = radius;
    // so many strips at most that the error of rounding in a row stays far below one
    frame.width = std::max(radius / 2 * (1 + 1e-5), extent * 0x1p-30);
    if (!(frame.width > 0)) frame.width = 1.0;
    return frame;
}

// Something to sort, by its position, and a whole number to sort it by.
struct Ranked {
    std::uint64_t rank;
    std::uint32_t position;
};

// Stable sort: by radix for the first bits of the ranks, by comparison where those agree.
inline void sort_by_rank(std::vector<Ranked>& all) {
    constexpr int BITS = 8, SORTED_BITS = 4 * BITS;
    constexpr std::size_t N_DIGITS = std::size_t{1} << BITS;
    std::uint64_t highest = 0;
    for (const Ranked& one : all) highest = std::max(highest, one.rank);
    int n_bits = 0;
    while (n_bits < 64 && highest >> n_bits) ++n_bits;
    const int skipped = std::max(n_bits - SORTED_BITS, 0);
    std::vector<Ranked> sorted(all.size());
    std::array<std::size_t, N_DIGITS> next;
    for (int shift = skipped; shift < n_bits; shift += BITS) {
        const auto digit = [&](const Ranked& one) { return (one.rank >> shift) % N_DIGITS; };
        next.fill(0);
        for (const Ranked& one : all) ++next[digit(one)];
        std::size_t begin = 0;
        for (std::size_t& entry : next) begin += std::exchange(entry, begin);
        for (const Ranked& one : all) sorted[next[digit(one)]++] = one;
        all.swap(sorted);
    }
    if (skipped == 0) return;
    for (auto begin = all.begin(), end = begin; begin != all.end(); begin = end) {
        while (end != all.end() && end->rank >> skipped == begin->rank >> skipped) ++end;
        if (end - begin > 1) {
            std::stable_sort(begin, end,
                             [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
        }
    }
}

// Some localizations, strip by strip and along x within a strip; column by column, so that loops
// over a range of them read contiguous memory.
template <int D>
class Strips {
public:
    using Row = typename StripFrame<D>::Row;
    struct Strip {
        Row row;
        std::size_t begin, end;
    };

    Strips(const Localizations<D>& all, const std::vector<std::int64_t>& members,
           const StripFrame<D>& frame) {
        std::vector<Key> keys;
        keys.reserve(members.size());
        for (const std::int64_t i : members) {
            const double* position = all.position + i * D;
            keys.push_back({frame.row(position), position[0], i});
        }
        const std::size_t n = keys.size();
        index.reserve(n);
        for (int axis = 0; axis < D; ++axis) {
            position[axis].reserve(n);
            if (all.variance) variance[axis].reserve(n);
        }
        for (const std::uint32_t at : in_order(keys)) {
            const Key& key = keys[at];
            if (strips.empty() || strips.back().row != key.row) {
                strips.push_back({key.row, index.size(), index.size()});
            }
            ++strips.back().end;
            index.push_back(key.index);
            for (int axis = 0; axis < D; ++axis) {
                position[axis].push_back(all.position[key.index * D + axis]);
                if (all.variance) variance[axis].push_back(all.variance[key.index * D + axis]);
            }
        }
    }

    std::size_t size() const { return index.size(); }

    // The strip of a row, or null where it is empty.
    const Strip* find(const Row& row) const {
        const auto at = std::lower_bound(strips.begin(), strips.end(), row,
                                         [](const Strip& s, const Row& r) { return s.row < r; });
        return at != strips.end() && at->row == row ? &*at : nullptr;
    }

    std::vector<Strip> strips;
    std::vector<std::int64_t> index;
    std::array<std::vector<double>, D> position, variance;

private:
    struct Key {
        Row row;
        double x;
        std::int64_t index;

        bool operator<(const Key& other) const {
            for (int axis = 0; axis < D - 1; ++axis) {
                if (row[axis] != other.row[axis]) return row[axis] < other.row[axis];
            }
            return x != other.x ? x < other.x : index < other.index;
        }
    };

    // Row and x in whole numbers whose order is that of the keys, as far as they differ: all alike
    // where keys are few, or too far apart for 64 bits.
    static std::vector<Ranked> ranked(const std::vector<Key>& keys) {
        constexpr std::size_t FEW = 512;
        constexpr int BITS_OF_X = 20, MOST_BITS = 62;
        std::vector<Ranked> found(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            found[i] = {0, static_cast<std::uint32_t>(i)};
        }
        if (keys.size() < FEW) return found;
        Row lowest = keys[0].row, highest = lowest;
        double left = keys[0].x, right = left;
        for (const Key& key : keys) {
            for (int axis = 0; axis < D - 1; ++axis) {
                lowest[axis] = std::min(lowest[axis], key.row[axis]);
                highest[axis] = std::max(highest[axis], key.row[axis]);
            }
            left = std::min(left, key.x);
            right = std::max(right, key.x);
        }
        std::array<int, D - 1> bits{};
        int all_bits = BITS_OF_X;
        for (int axis = 0; axis < D - 1; ++axis) {
            while ((highest[axis] - lowest[axis]) >> bits[axis]) ++bits[axis];
            all_bits += bits[axis];
        }
        const double scale = ((1 << BITS_OF_X) - 1) / (right - left);
        if (all_bits > MOST_BITS || !std::isfinite(scale)) return found;
        for (Ranked& one : found) {
            const Key& key = keys[one.position];
            for (int axis = 0; axis < D - 1; ++axis) {
                const auto row = static_cast<std::uint64_t>(key.row[axis] - lowest[axis]);
                one.rank = one.rank << bits[axis] | row;
            }
            const auto x = static_cast<std::uint64_t>((key.x - left) * scale);
            one.rank = one.rank << BITS_OF_X | x;
        }
        return found;
    }

    static std::vector<std::uint32_t> in_order(const std::vector<Key>& keys) {
        std::vector<Ranked> by_rank = ranked(keys);
        sort_by_rank(by_rank);
        std::vector<std::uint32_t> order(keys.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = by_rank[i].position;
        for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
            while (end < order.size() && by_rank[end].rank == by_rank[begin].rank) ++end;
            if (end - begin < 2) continue;
            std::sort(order.begin() + static_cast<std::ptrdiff_t>(begin),
                      order.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
        }
        return order;
    }
};

// Offsets between the rows of strips whose localizations can be within the radius, ascending.
template <int D>
std::vector<typename StripFrame<D>::Row> nearby_rows() {
    constexpr int R = StripFrame<D>::STRIPS_APART;
    std::vector<typename StripFrame<D>::Row> offsets;
    if constexpr (D == 2) {
        for (int y = -R; y <= R; ++y) offsets.push_back({y});
    } else {
        for (int y = -R; y <= R; ++y) {
            for (int z = -R; z <= R; ++z) offsets.push_back({y, z});
        }
    }
    return offsets;
}

// The part of a strip whose localizations can be within the radius of one; it only moves forward.
struct Window {
    std::size_t begin, end, last;
    double reach;

    void move_to(double x, const double* other_x) {
        while (begin < last && x - other_x[begin] > reach) ++begin;
        end = std::max(begin, end);
        while (end < last && other_x[end] - x <= reach) ++end;
    }
};

// Call visit(i, windows) with the parts of `others` that hold all within the radius of own
// localization i. With `once`, and `others` the same as `own`, every pair comes once.
template <int D, class Visit>
void sweep(const Strips<D>& own, const Strips<D>& others, const StripFrame<D>& frame, bool once,
           Visit&& visit) {
    const typename StripFrame<D>::Row same{};
    const auto offsets = nearby_rows<D>();
    const double* x = own.position[0].data();
    const double* other_x = others.position[0].data();
    std::vector<Window> windows;
    for (const auto& strip : own.strips) {
        windows.clear();
        for (const auto& offset : offsets) {
            if (once && offset < same) continue;
            auto row = strip.row;
            for (int axis = 0; axis < D - 1; ++axis) row[axis] += offset[axis];
            if (const auto* other = others.find(row)) {
                windows.push_back({other->begin, other->begin, other->end, frame.reach(offset)});
            }
        }
        for (std::size_t i = strip.begin; i < strip.end; ++i) {
            for (Window& window : windows) window.move_to(x[i], other_x);
            // the first one is of the strip itself
            if (once) windows[0].begin = i + 1;
            visit(i, windows);
        }
    }
}

}  // namespace stormgraph
