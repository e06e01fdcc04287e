#include "module_tree.hpp"

#include <algorithm>

#include "aggregation.hpp"
#include "partition.hpp"
#include "plogp.hpp"
#include "polling.hpp"

namespace stormgraph {
namespace {

constexpr double ln2 = 0.693147180559945309417;

std::vector<std::int32_t> depths(const ModuleTree& tree) {
    std::vector<std::int32_t> depth(tree.parent.size(), 0);
    for (std::size_t m = 1; m < tree.parent.size(); ++m) depth[m] = depth[tree.parent[m]] + 1;
    return depth;
}

}  // namespace

double tree_codelength(const FlowNetwork& network, const ModuleTree& tree,
                       const Monitor* monitor) {
    Poll poll(monitor);
    const std::size_t n_modules = tree.parent.size();
    const std::vector<std::int32_t> depth = depths(tree);
    std::vector<double> exit(n_modules, 0.0), inside(n_modules, 0.0), paid(n_modules, 0.0);
    for (std::int32_t a = 0; a < network.size(); ++a) {
        poll.after(1 + network.degree(a));
        inside[tree.leaf[a]] += network.visits[a];
        paid[tree.leaf[a]] += plogp(network.visits[a]);
        for (std::int64_t link = network.starts[a]; link < network.starts[a + 1]; ++link) {
            // the step leaves every module of a below the smallest that holds both ends
            std::int32_t from = tree.leaf[a], to = tree.leaf[network.neighbors[link]];
            while (from != to) {
                if (depth[from] >= depth[to]) {
                    const bool level = depth[from] == depth[to];
                    exit[from] += network.flow[link];
                    from = tree.parent[from];
                    if (level) to = tree.parent[to];
                } else {
                    to = tree.parent[to];
                }
            }
        }
    }
    for (std::size_t m = 1; m < n_modules; ++m) {
        inside[tree.parent[m]] += exit[m];
        paid[tree.parent[m]] += plogp(exit[m]);
    }
    double length = 0.0;
    for (std::size_t m = 0; m < n_modules; ++m)
        length += plogp(exit[m] + inside[m]) - plogp(exit[m]) - paid[m];
    return length / ln2;
}

double undivided_bits(const FlowNetwork& network) noexcept {
    return undivided_codelength(network, 0.0) / ln2;
}

std::vector<std::int32_t> tree_levels(const ModuleTree& tree, std::int32_t& depth) {
    const std::size_t n = tree.leaf.size();
    const std::vector<std::int32_t> depth_of = depths(tree);
    depth = 1;
    for (const std::int32_t m : tree.leaf) depth = std::max(depth, depth_of[m]);
    std::vector<std::int32_t> levels(n * depth);
    // what the modules become at one level: themselves, or their ancestor there
    std::vector<std::int32_t> at_level(tree.parent.size()), numbered;
    for (std::int32_t level = 1; level <= depth; ++level) {
        for (std::size_t m = 0; m < at_level.size(); ++m)
            at_level[m] = depth_of[m] <= level ? static_cast<std::int32_t>(m)
                                               : at_level[tree.parent[m]];
        std::vector<std::int32_t> modules(n);
        for (std::size_t a = 0; a < n; ++a) modules[a] = at_level[tree.leaf[a]];
        number_in_order(modules, numbered);
        std::copy(numbered.begin(), numbered.end(), levels.begin() + n * (level - 1));
    }
    return levels;
}

}  // namespace stormgraph
