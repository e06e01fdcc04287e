// How loops ask, now and then, whether they should stop.
#pragma once

#include <cstdint>

#include "monitor.hpp"

namespace stormgraph {

// Looks at a monitor, where there is one, every 2^14 steps of a loop whose steps are short.
class Poll {
public:
    explicit Poll(const Monitor* monitor) noexcept : monitor_(monitor) {}

    // Throws Stopped on request.
    void now() const {
        if (monitor_ && monitor_->stopped()) throw Stopped();
    }

    void every(std::int64_t step) const {
        if ((step & 0x3fff) == 0) now();
    }

    // For loops whose steps are of different length: counts what was done since the last look.
    void after(std::int64_t work) {
        done_ += work;
        if (done_ < 0x4000) return;
        done_ = 0;
        now();
    }

private:
    const Monitor* monitor_;
    std::int64_t done_ = 0;
};

}  // namespace stormgraph
