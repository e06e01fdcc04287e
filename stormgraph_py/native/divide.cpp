#include "divide.hpp"

#include <algorithm>
#include <utility>

#include "consensus.hpp"
#include "cut_points.hpp"

namespace stormgraph {
namespace {

template <typename T>
void append(std::vector<T>& all, const std::vector<T>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

ComponentClusters Divider::divide(const ComponentsView& components, std::int64_t number,
                                  const DivideOptions& options) {
    const std::int64_t first = components.node_starts[number];
    const std::int64_t first_edge = components.edge_starts[number];
    const auto n = static_cast<std::int32_t>(components.node_starts[number + 1] - first);
    const int d = components.dimensions;
    assign_flow(network_,
                {components.source + first_edge, components.target + first_edge,
                 components.weight + first_edge,
                 components.edge_starts[number + 1] - first_edge, n},
                monitor_);
    ComponentClusters result;
    if (n < 2 * options.min_cluster_size) {
        result.levels.assign(n, 0);
        result.selection.labels.assign(n, 0);
        result.codelength = undivided_bits(network_);
        return result;
    }
    coordinates_.resize(static_cast<std::size_t>(n) * d);
    for (std::int32_t i = 0; i < n; ++i)
        std::copy_n(components.coordinates + components.nodes[first + i] * d, d,
                    coordinates_.begin() + static_cast<std::size_t>(i) * d);

    const std::vector<std::int32_t> pieces =
        stable_pieces(n, network_.starts.data(), network_.neighbors.data(),
                      options.min_cluster_size, monitor_);
    const bool stable = std::all_of(pieces.begin(), pieces.end(), [](auto p) { return p == 0; });
    const bool together = hangs_together(coordinates_.data(), n, d, monitor_);
    const ModuleTree tree = best_tree(search_, network_, Depth::multi_level, options.seed,
                                      static_cast<std::uint64_t>(number),
                                      stable && together ? 1 : options.n_trials);
    result.codelength = tree.codelength;
    result.levels = add_stable_top(tree_levels(tree, result.depth), pieces);
    result.depth = static_cast<std::int32_t>(result.levels.size() / n);
    result.selection = select_level(coordinates_.data(), n, d, result.levels.data(), result.depth,
                                    options.min_cluster_size, options.similarity_threshold,
                                    together, options.bounds, monitor_);
    return result;
}

DividedComponents divide_components(const ComponentsView& components, const std::int64_t* numbers,
                                    std::int64_t n_numbers, const DivideOptions& options,
                                    Monitor* monitor) {
    DividedComponents all;
    Divider divider(monitor);
    for (std::int64_t i = 0; i < n_numbers; ++i) {
        if (monitor && monitor->stopped()) throw Stopped();
        ComponentClusters own = divider.divide(components, numbers[i], options);
        all.depths.push_back(own.depth);
        if (all.levels.empty())
            all.levels = std::move(own.levels);
        else
            append(all.levels, own.levels);
        append(all.labels, own.selection.labels);
        all.codelengths.push_back(own.codelength);
        append(all.splits, own.selection.splits);
        all.n_splits.push_back(static_cast<std::int32_t>(own.selection.splits.size()));
        if (monitor)
            monitor->add(components.edge_starts[numbers[i] + 1] - components.edge_starts[numbers[i]]);
    }
    return all;
}

}  // namespace stormgraph
