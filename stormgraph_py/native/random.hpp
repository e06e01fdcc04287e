// Random numbers that are the same on every machine.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace stormgraph {

// xorshift64* (Marsaglia 2003, Vigna 2016), seeded from whole numbers that name its use.
class Random {
public:
    Random(std::uint64_t seed, std::uint64_t component, std::uint64_t trial) noexcept
        : state_(mixed(mixed(mixed(seed) + component) + trial) | 1) {}

    std::uint32_t next() noexcept {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1DULL) >> 32);
    }

    // A number from 0 to n - 1. The bias is below n / 2^32.
    std::uint32_t below(std::uint32_t n) noexcept {
        return static_cast<std::uint32_t>((std::uint64_t{next()} * n) >> 32);
    }

    void shuffle(std::vector<std::int32_t>& values) noexcept {
        for (std::size_t left = values.size(); left > 1; --left)
            std::swap(values[left - 1], values[below(static_cast<std::uint32_t>(left))]);
    }

private:
    // Finalizer of splitmix64: neighbouring numbers come out unrelated.
    static std::uint64_t mixed(std::uint64_t x) noexcept {
        x += 0x9E3779B97F4A7C15ULL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }

    std::uint64_t state_;
};

}  // namespace stormgraph
