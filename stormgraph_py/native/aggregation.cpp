#include "aggregation.hpp"

#include <algorithm>

#include "polling.hpp"

namespace stormgraph {

std::int32_t number_in_order(const std::vector<std::int32_t>& classes,
                             std::vector<std::int32_t>& numbered) {
    std::int32_t highest = -1;
    for (const std::int32_t c : classes) highest = std::max(highest, c);
    std::vector<std::int32_t> number(static_cast<std::size_t>(highest) + 1, -1);
    numbered.resize(classes.size());
    std::int32_t count = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        std::int32_t& own = number[classes[i]];
        if (own < 0) own = count++;
        numbered[i] = own;
    }
    return count;
}

void assign_aggregated(FlowNetwork& coarse, const FlowNetwork& fine,
                       const std::vector<std::int32_t>& module_of,
                       std::vector<std::int32_t>& renumbered, const Monitor* monitor) {
    Poll poll(monitor);
    const std::int32_t n = fine.size();
    const std::int32_t k = number_in_order(module_of, renumbered);
    coarse.clear();
    coarse.visits.assign(k, 0.0);
    coarse.exits.assign(k, 0.0);
    coarse.units.assign(k, 0);
    std::vector<std::int32_t> first(static_cast<std::size_t>(k) + 1, 0);
    for (std::int32_t a = 0; a < n; ++a) {
        const std::int32_t m = renumbered[a];
        coarse.visits[m] += fine.visits[a];
        coarse.exits[m] += fine.exits[a];
        coarse.units[m] += fine.units[a];
        ++first[m + 1];
    }
    for (std::int32_t m = 0; m < k; ++m) first[m + 1] += first[m];
    std::vector<std::int32_t> members(n), next(first.begin(), first.end() - 1);
    for (std::int32_t a = 0; a < n; ++a) members[next[renumbered[a]]++] = a;
    // links of one module are summed up in `sum`, whose entries in use stand behind `begin`
    std::vector<double> sum(k, 0.0);
    std::vector<char> listed(k, 0);
    coarse.starts.push_back(0);
    coarse.neighbors.reserve(fine.neighbors.size() / 4);
    for (std::int32_t m = 0; m < k; ++m) {
        const std::size_t begin = coarse.neighbors.size();
        double inside = 0.0;
        for (std::int32_t i = first[m]; i < first[m + 1]; ++i) {
            const std::int32_t a = members[i];
            poll.after(1 + fine.degree(a));
            for (std::int64_t link = fine.starts[a]; link < fine.starts[a + 1]; ++link) {
                const std::int32_t other = renumbered[fine.neighbors[link]];
                if (other == m) {
                    inside += fine.flow[link];
                    continue;
                }
                if (!listed[other]) {
                    listed[other] = 1;
                    coarse.neighbors.push_back(other);
                }
                sum[other] += fine.flow[link];
            }
        }
        coarse.exits[m] = std::max(0.0, coarse.exits[m] - inside);
        for (std::size_t link = begin; link < coarse.neighbors.size(); ++link) {
            const std::int32_t other = coarse.neighbors[link];
            coarse.flow.push_back(sum[other]);
            sum[other] = 0.0;
            listed[other] = 0;
        }
        coarse.starts.push_back(static_cast<std::int64_t>(coarse.neighbors.size()));
    }
}

}  // namespace stormgraph
