// Disjoint sets of the numbers 0 ... n-1 (union-find).
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace stormgraph {

// Every set is named by its smallest member: sets need no numbering of their own, and their names
// do not depend on the order in which they were united.
class DisjointSets {
public:
    explicit DisjointSets(std::int32_t n) : above_(static_cast<std::size_t>(n)), n_sets_(n) {
        std::iota(above_.begin(), above_.end(), 0);
    }

    // Smallest member of the set that holds a number. Paths are halved on the way.
    std::int32_t find(std::int32_t member) noexcept {
        while (above_[member] != member) {
            above_[member] = above_[above_[member]];
            member = above_[member];
        }
        return member;
    }

    // Unite two sets; false when they were one already.
    bool unite(std::int32_t a, std::int32_t b) noexcept {
        a = find(a);
        b = find(b);
        if (a == b) return false;
        if (b < a) std::swap(a, b);
        above_[b] = a;
        --n_sets_;
        return true;
    }

    std::int32_t n_sets() const noexcept { return n_sets_; }

    // Number the sets by their smallest member: the number of the set of 0 ... n-1.
    std::vector<std::int32_t> numbers() {
        std::vector<std::int32_t> number(above_.size());
        std::int32_t next = 0;
        for (std::size_t i = 0; i < above_.size(); ++i) {
            const auto member = static_cast<std::int32_t>(i);
            const std::int32_t first = find(member);
            number[i] = first == member ? next++ : number[first];
        }
        return number;
    }

private:
    std::vector<std::int32_t> above_;
    std::int32_t n_sets_;
};

}  // namespace stormgraph
