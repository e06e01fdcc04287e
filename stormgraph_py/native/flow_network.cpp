#include "flow_network.hpp"

#include <algorithm>

#include "polling.hpp"

namespace stormgraph {

void FlowNetwork::clear() noexcept {
    starts.clear();
    neighbors.clear();
    flow.clear();
    visits.clear();
    exits.clear();
    units.clear();
}

void assign_flow(FlowNetwork& network, const EdgeList& edges, const Monitor* monitor) {
    const Poll poll(monitor);
    const std::int32_t n = edges.n_nodes;
    network.starts.assign(static_cast<std::size_t>(n) + 1, 0);
    network.visits.assign(n, 0.0);
    network.exits.assign(n, 0.0);
    network.units.assign(n, 1);
    double largest = 0.0;
    for (std::int64_t e = 0; e < edges.n_edges; ++e) largest = std::max(largest, edges.weight[e]);
    // weights are scaled first, so that the smallest numbers do not lose their digits
    double total = 0.0;
    for (std::int64_t e = 0; e < edges.n_edges; ++e) {
        poll.every(e);
        const double weight = edges.weight[e] / largest;
        if (!(weight > 0.0)) continue;
        const std::int32_t a = edges.source[e], b = edges.target[e];
        network.visits[a] += weight;
        total += weight;
        if (a == b) continue;
        network.visits[b] += weight;
        network.exits[a] += weight;
        network.exits[b] += weight;
        total += weight;
        ++network.starts[a + 1];
        ++network.starts[b + 1];
    }
    for (std::int32_t a = 0; a < n; ++a) network.starts[a + 1] += network.starts[a];
    network.neighbors.resize(network.starts[n]);
    network.flow.resize(network.starts[n]);
    std::vector<std::int64_t> next(network.starts.begin(), network.starts.end() - 1);
    for (std::int64_t e = 0; e < edges.n_edges; ++e) {
        poll.every(e);
        const double weight = edges.weight[e] / largest;
        const std::int32_t a = edges.source[e], b = edges.target[e];
        if (!(weight > 0.0) || a == b) continue;
        const double flow = weight / total;
        network.neighbors[next[a]] = b;
        network.flow[next[a]++] = flow;
        network.neighbors[next[b]] = a;
        network.flow[next[b]++] = flow;
    }
    if (total > 0.0)
        for (std::int32_t a = 0; a < n; ++a) {
            network.visits[a] /= total;
            network.exits[a] /= total;
        }
}

void assign_subnetwork(FlowNetwork& part, const FlowNetwork& whole, const std::int32_t* nodes,
                       std::int32_t n_nodes, std::vector<std::int32_t>& place) {
    part.clear();
    for (std::int32_t i = 0; i < n_nodes; ++i) place[nodes[i]] = i;
    part.starts.push_back(0);
    for (std::int32_t i = 0; i < n_nodes; ++i) {
        const std::int32_t a = nodes[i];
        for (std::int64_t link = whole.starts[a]; link < whole.starts[a + 1]; ++link) {
            const std::int32_t j = place[whole.neighbors[link]];
            if (j < 0) continue;
            part.neighbors.push_back(j);
            part.flow.push_back(whole.flow[link]);
        }
        part.starts.push_back(static_cast<std::int64_t>(part.neighbors.size()));
        part.visits.push_back(whole.visits[a]);
        part.exits.push_back(whole.exits[a]);
        part.units.push_back(1);
    }
    for (std::int32_t i = 0; i < n_nodes; ++i) place[nodes[i]] = -1;
}

}  // namespace stormgraph
