#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "bindings.hpp"
#include "flow_network.hpp"
#include "module_tree.hpp"
#include "monitor.hpp"
#include "multi_level.hpp"
#include "plogp.hpp"

namespace stormgraph {
namespace {

EdgeList checked_edges(const Array1<std::int32_t>& source, const Array1<std::int32_t>& target,
                       const Array1<double>& weight, std::int32_t n_nodes) {
    const std::size_t m = source.shape(0);
    if (target.shape(0) != m || weight.shape(0) != m)
        throw nb::value_error("source, target and weight differ in length");
    if (n_nodes < 0) throw nb::value_error("n_nodes is below 0");
    const auto outside = [n_nodes](std::int32_t a) { return a < 0 || a >= n_nodes; };
    if (std::any_of(source.data(), source.data() + m, outside) ||
        std::any_of(target.data(), target.data() + m, outside))
        throw nb::value_error("an edge ends at a node that does not exist");
    const auto impossible = [](double w) { return !(w >= 0.0) || !std::isfinite(w); };
    if (std::any_of(weight.data(), weight.data() + m, impossible))
        throw nb::value_error("weights are finite and not negative");
    return {source.data(), target.data(), weight.data(), static_cast<std::int64_t>(m), n_nodes};
}

using Found = std::tuple<NumpyArray<std::int32_t>, NumpyArray<std::int32_t>,
                         NumpyArray<std::int32_t>, double>;

Found find_modules(const Array1<std::int32_t>& source, const Array1<std::int32_t>& target,
                   const Array1<double>& weight, std::int32_t n_nodes, std::uint64_t seed,
                   std::uint64_t component, int n_trials, bool two_level, const Monitor* monitor) {
    const EdgeList edges = checked_edges(source, target, weight, n_nodes);
    if (n_nodes < 1) throw nb::value_error("a network needs a node");
    if (n_trials < 1) throw nb::value_error("n_trials is below 1");
    ModuleTree tree;
    std::vector<std::int32_t> levels;
    std::int32_t depth = 0;
    {
        nb::gil_scoped_release released;
        FlowNetwork network;
        assign_flow(network, edges, monitor);
        MultiLevelSearch search(monitor);
        const Depth kind = two_level ? Depth::two_level : Depth::multi_level;
        tree = best_tree(search, network, kind, seed, component, n_trials);
        levels = tree_levels(tree, depth);
    }
    return {to_numpy(std::move(levels), depth), to_numpy(std::move(tree.parent)),
            to_numpy(std::move(tree.leaf)), tree.codelength};
}

double codelength(const Array1<std::int32_t>& source, const Array1<std::int32_t>& target,
                  const Array1<double>& weight, const Array1<std::int32_t>& parent,
                  const Array1<std::int32_t>& leaf) {
    const auto n_nodes = static_cast<std::int32_t>(leaf.shape(0));
    const EdgeList edges = checked_edges(source, target, weight, n_nodes);
    const auto n_modules = static_cast<std::int32_t>(parent.shape(0));
    ModuleTree tree;
    tree.parent.assign(parent.data(), parent.data() + n_modules);
    tree.leaf.assign(leaf.data(), leaf.data() + n_nodes);
    for (std::int32_t m = 0; m < n_modules; ++m)
        if (m == 0 ? tree.parent[m] != -1 : tree.parent[m] < 0 || tree.parent[m] >= m)
            throw nb::value_error("module 0 has the parent -1, others one with a lower number");
    for (const std::int32_t m : tree.leaf)
        if (m < 0 || m >= n_modules) throw nb::value_error("a leaf lies in no module");
    nb::gil_scoped_release released;
    FlowNetwork network;
    assign_flow(network, edges);
    return tree_codelength(network, tree);
}

NumpyArray<double> plogp_of(const Array1<double>& x) {
    std::vector<double> result(x.shape(0));
    std::transform(x.data(), x.data() + x.shape(0), result.begin(), plogp);
    return to_numpy(std::move(result));
}

}  // namespace

void bind_map_equation(nb::module_& module) {
    using namespace nb::literals;
    module.def("find_modules", &find_modules, "source"_a, "target"_a, "weight"_a, "n_nodes"_a,
               "seed"_a, "component"_a = 0, "n_trials"_a = 1, "two_level"_a = false,
               "monitor"_a.none() = nb::none(),
               "Levels (depth, n), parents of the modules, finest modules of the nodes and bits per "
               "step of the best of several trees.");
    module.def("tree_codelength", &codelength, "source"_a, "target"_a, "weight"_a, "parent"_a,
               "leaf"_a, "Bits per step of the hierarchical map equation for any tree.");
    module.def("plogp", &plogp_of, "x"_a, "x ln x, 0 for x <= 0.");
}

}  // namespace stormgraph
