// Localizations sorted into strips along x, so that those near one lie in a few contiguous ranges.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
        struct Key {
            Row row;
            double x;
            std::int64_t index;
        };
        std::vector<Key> keys;
        keys.reserve(members.size());
        for (const std::int64_t i : members) {
            const double* position = all.position + i * D;
            keys.push_back({frame.row(position), position[0], i});
        }
        std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
            for (int axis = 0; axis < D - 1; ++axis) {
                if (a.row[axis] != b.row[axis]) return a.row[axis] < b.row[axis];
            }
            return a.x != b.x ? a.x < b.x : a.index < b.index;
        });
        const std::size_t n = keys.size();
        index.reserve(n);
        for (int axis = 0; axis < D; ++axis) {
            position[axis].reserve(n);
            if (all.variance) variance[axis].reserve(n);
        }
        for (const Key& key : keys) {
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

// Call visit(i, begin, end) with ranges of `others` that hold all within the radius of own
// localization i. With `others` the same as `own` every pair comes once, else every pair does.
template <int D, class Visit>
void sweep(const Strips<D>& own, const Strips<D>& others, const StripFrame<D>& frame,
           Visit&& visit) {
    const bool within = &own == &others;
    const typename StripFrame<D>::Row same{};
    for (const auto& offset : nearby_rows<D>()) {
        if (within && offset < same) continue;
        const double reach = frame.reach(offset);
        for (const auto& strip : own.strips) {
            auto row = strip.row;
            for (int axis = 0; axis < D - 1; ++axis) row[axis] += offset[axis];
            const auto* other = others.find(row);
            if (!other) continue;
            const double* x = own.position[0].data();
            const double* other_x = others.position[0].data();
            std::size_t begin = other->begin, end = other->begin;
            for (std::size_t i = strip.begin; i < strip.end; ++i) {
                while (begin < other->end && x[i] - other_x[begin] > reach) ++begin;
                end = std::max(begin, end);
                while (end < other->end && other_x[end] - x[i] <= reach) ++end;
                visit(i, within && offset == same ? i + 1 : begin, end);
            }
        }
    }
}

}  // namespace stormgraph
