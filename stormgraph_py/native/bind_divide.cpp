#include <algorithm>

#include "bindings.hpp"
#include "divide.hpp"

namespace stormgraph {
namespace {

void require(bool condition, const char* what) {
    if (!condition) throw nb::value_error(what);
}

// One field of all splits, as a column.
template <typename T, typename Field>
NumpyArray<T> column(const std::vector<Split>& splits, Field field) {
    std::vector<T> values(splits.size());
    std::transform(splits.begin(), splits.end(), values.begin(), field);
    return to_numpy(std::move(values));
}

nb::tuple columns(const std::vector<Split>& splits) {
    return nb::make_tuple(
        column<std::int32_t>(splits, [](const Split& s) { return s.level; }),
        column<std::int32_t>(splits, [](const Split& s) { return s.cluster; }),
        column<std::int32_t>(splits, [](const Split& s) { return s.n_points; }),
        column<std::int32_t>(splits, [](const Split& s) { return s.n_subclusters; }),
        column<double>(splits, [](const Split& s) { return s.consensus.similarity; }),
        column<double>(splits, [](const Split& s) { return s.consensus.similarity_unsplit; }),
        column<std::int32_t>(splits, [](const Split& s) { return s.consensus.k_star; }),
        column<std::int32_t>(splits, [](const Split& s) { return s.consensus.k_connected; }),
        column<std::uint8_t>(splits, [](const Split& s) { return s.accepted(); }),
        column<std::uint8_t>(splits, [](const Split& s) { return static_cast<std::uint8_t>(s.reason); }),
        column<std::uint8_t>(splits, [](const Split& s) { return s.consensus.truncated; }));
}

nb::tuple divided(const Array1<std::int64_t>& nodes, const Array1<std::int64_t>& node_starts,
                  const Array1<std::int32_t>& source, const Array1<std::int32_t>& target,
                  const Array1<double>& weight, const Array1<std::int64_t>& edge_starts,
                  const Array2<double>& coordinates, const Array1<std::int64_t>& numbers,
                  std::uint64_t seed, int n_trials, std::int64_t min_cluster_size,
                  double similarity_threshold, std::int32_t largest_k, std::int64_t most_neighbors,
                  Monitor* monitor) {
    const auto n_nodes = static_cast<std::int64_t>(nodes.size());
    const auto n_edges = static_cast<std::int64_t>(source.size());
    const auto n_components = static_cast<std::int64_t>(node_starts.size()) - 1;
    require(n_components >= 0 && edge_starts.size() == node_starts.size(),
            "node_starts and edge_starts have one entry more than there are components");
    require(target.size() == source.size() && weight.size() == source.size(),
            "source, target and weight differ in length");
    require(coordinates.shape(1) == 2 || coordinates.shape(1) == 3, "positions have 2 or 3 axes");
    require(min_cluster_size >= 1 && n_trials >= 1, "min_cluster_size and n_trials are above 0");
    const DivideOptions options{min_cluster_size, similarity_threshold, n_trials, seed,
                                {largest_k, most_neighbors}};
    const ComponentsView view{nodes.data(),  node_starts.data(), source.data(),
                              target.data(), weight.data(),      edge_starts.data(),
                              coordinates.data(), static_cast<int>(coordinates.shape(1))};
    DividedComponents all;
    {
        nb::gil_scoped_release released;
        const auto n_coordinates = static_cast<std::int64_t>(coordinates.shape(0));
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const std::int64_t c = numbers.data()[i];
            require(c >= 0 && c < n_components, "a component does not exist");
            const std::int64_t a = view.node_starts[c], b = view.node_starts[c + 1];
            require(0 <= a && a < b && b <= n_nodes && b - a < (std::int64_t{1} << 31),
                    "node_starts leads out of the nodes");
            for (std::int64_t node = a; node < b; ++node)
                require(view.nodes[node] >= 0 && view.nodes[node] < n_coordinates,
                        "a node has no position");
            const std::int64_t first = view.edge_starts[c], last = view.edge_starts[c + 1];
            require(0 <= first && first <= last && last <= n_edges,
                    "edge_starts leads out of the edges");
            const auto n = static_cast<std::int32_t>(b - a);
            for (std::int64_t e = first; e < last; ++e)
                require(view.source[e] >= 0 && view.source[e] < n && view.target[e] >= 0 &&
                            view.target[e] < n,
                        "an edge ends at a node that does not exist");
        }
        all = divide_components(view, numbers.data(), static_cast<std::int64_t>(numbers.size()),
                                options, monitor);
    }
    nb::tuple splits = columns(all.splits);
    return nb::make_tuple(to_numpy(std::move(all.depths)), to_numpy(std::move(all.levels)),
                          to_numpy(std::move(all.labels)), to_numpy(std::move(all.codelengths)),
                          to_numpy(std::move(all.n_splits)), splits);
}

}  // namespace

void bind_divide(nb::module_& module) {
    using namespace nb::literals;
    module.def("divide_components", &divided, "nodes"_a, "node_starts"_a, "source"_a, "target"_a,
               "weight"_a, "edge_starts"_a, "coordinates"_a, "numbers"_a, "seed"_a, "n_trials"_a,
               "min_cluster_size"_a, "similarity_threshold"_a, "largest_k"_a, "most_neighbors"_a,
               "monitor"_a.none() = nb::none(),
               "Clusters of some components: depths, levels row by row, labels, codelengths, "
               "numbers of splits, and the splits' fields as columns.");
}

}  // namespace stormgraph
