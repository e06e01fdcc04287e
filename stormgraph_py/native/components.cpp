#include "components.hpp"

#include <limits>
#include <stdexcept>

#include "disjoint_sets.hpp"
#include "polling.hpp"

namespace stormgraph {

namespace {

// Number of the component of every node.
std::vector<std::int32_t> component_numbers(const std::int32_t* source, const std::int32_t* target,
                                            std::int64_t n_edges, std::int32_t n_nodes,
                                            const Poll& poll) {
    DisjointSets sets(n_nodes);
    for (std::int64_t e = 0; e < n_edges; ++e) {
        poll.every(e);
        const std::int32_t a = source[e], b = target[e];
        if (a < 0 || a >= n_nodes || b < 0 || b >= n_nodes)
            throw std::invalid_argument("an edge ends at a node that is not there");
        sets.unite(a, b);
    }
    return sets.numbers();
}

// Turn the number of members of every class, which stands one place later, into where each begins.
void accumulate(std::vector<std::int64_t>& starts) {
    for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
}

}  // namespace

ComponentLayout layout_components(const std::int32_t* source, const std::int32_t* target,
                                  const double* weight, std::int64_t n_edges, std::int64_t n_nodes,
                                  const Monitor* monitor) {
    if (n_nodes < 0 || n_nodes > std::numeric_limits<std::int32_t>::max())
        throw std::invalid_argument("a graph has at most 2^31 - 1 nodes");
    const Poll poll(monitor);
    const auto component =
        component_numbers(source, target, n_edges, static_cast<std::int32_t>(n_nodes), poll);
    std::size_t count = 0;
    for (const std::int32_t c : component)
        if (static_cast<std::size_t>(c) == count) ++count;

    ComponentLayout layout;
    layout.node_starts.assign(count + 1, 0);
    layout.edge_starts.assign(count + 1, 0);
    for (const std::int32_t c : component) ++layout.node_starts[c + 1];
    for (std::int64_t e = 0; e < n_edges; ++e) {
        poll.every(e);
        ++layout.edge_starts[component[source[e]] + 1];
    }
    accumulate(layout.node_starts);
    accumulate(layout.edge_starts);

    // counting sorts: every node and every edge goes to the next free place of its component
    layout.nodes.resize(static_cast<std::size_t>(n_nodes));
    std::vector<std::int32_t> local(static_cast<std::size_t>(n_nodes));
    std::vector<std::int64_t> next(layout.node_starts.begin(), layout.node_starts.end() - 1);
    for (std::int64_t node = 0; node < n_nodes; ++node) {
        const std::int32_t c = component[node];
        local[node] = static_cast<std::int32_t>(next[c] - layout.node_starts[c]);
        layout.nodes[next[c]++] = node;
    }
    layout.source.resize(static_cast<std::size_t>(n_edges));
    layout.target.resize(static_cast<std::size_t>(n_edges));
    layout.weight.resize(static_cast<std::size_t>(n_edges));
    next.assign(layout.edge_starts.begin(), layout.edge_starts.end() - 1);
    for (std::int64_t e = 0; e < n_edges; ++e) {
        poll.every(e);
        const std::int64_t place = next[component[source[e]]]++;
        layout.source[place] = local[source[e]];
        layout.target[place] = local[target[e]];
        layout.weight[place] = weight[e];
    }
    return layout;
}

}  // namespace stormgraph
