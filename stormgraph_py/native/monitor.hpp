// How a long computation tells of its progress and is asked to stop, from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>

namespace stormgraph {

class Monitor {
public:
    void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }
    bool stopped() const noexcept { return stopped_.load(std::memory_order_relaxed); }
    void add(std::int64_t units) noexcept { done_.fetch_add(units, std::memory_order_relaxed); }
    std::int64_t done() const noexcept { return done_.load(std::memory_order_relaxed); }

private:
    std::atomic<bool> stopped_{false};
    std::atomic<std::int64_t> done_{0};
};

// Thrown where a computation gives up because its monitor was told to stop.
struct Stopped : std::runtime_error {
    Stopped() : std::runtime_error("stopped on request") {}
};

}  // namespace stormgraph
