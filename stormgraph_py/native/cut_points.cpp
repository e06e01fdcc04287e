#include "cut_points.hpp"

#include <algorithm>
#include <stdexcept>

#include "polling.hpp"

namespace stormgraph {

namespace {

// A depth-first walk from node 0 (Hopcroft and Tarjan, Commun. ACM 16, 1973). In its tree every
// other edge joins a node to one of its ancestors. Places count nodes in the order of discovery.
struct DepthFirstTree {
    std::vector<std::int32_t> order;     // nodes in order of discovery
    std::vector<std::int32_t> parent;    // place of the parent of the node at each place
    std::vector<std::int32_t> earliest;  // first place that an edge of that node itself leads to
};

DepthFirstTree walk(std::int32_t n, const std::int64_t* starts, const std::int32_t* neighbors,
                    const Poll& poll) {
    DepthFirstTree tree;
    tree.order.reserve(static_cast<std::size_t>(n));
    tree.parent.assign(static_cast<std::size_t>(n), -1);
    tree.earliest.resize(static_cast<std::size_t>(n));
    std::vector<std::int32_t> place(static_cast<std::size_t>(n), -1);
    std::vector<std::int64_t> next(starts, starts + n);  // next edge to follow from each node

    const auto discover = [&](std::int32_t node, std::int32_t above) {
        const auto here = static_cast<std::int32_t>(tree.order.size());
        place[node] = here;
        tree.order.push_back(node);
        tree.parent[here] = above;
        tree.earliest[here] = here;
        return here;
    };
    std::int32_t here = discover(0, -1);
    std::int64_t step = 0;
    while (here >= 0) {
        poll.every(step++);
        const std::int32_t node = tree.order[here];
        if (next[node] == starts[node + 1]) {
            here = tree.parent[here];
            continue;
        }
        const std::int32_t neighbor = neighbors[next[node]++];
        if (place[neighbor] < 0)
            here = discover(neighbor, here);
        else
            tree.earliest[here] = std::min(tree.earliest[here], place[neighbor]);
    }
    if (static_cast<std::int32_t>(tree.order.size()) != n)
        throw std::invalid_argument("cut points are those of a connected graph");
    return tree;
}

}  // namespace

std::vector<std::uint8_t> significant_cut_points(std::int32_t n, const std::int64_t* starts,
                                                 const std::int32_t* neighbors,
                                                 std::int64_t min_fragment,
                                                 const Monitor* monitor) {
    if (n < 3 || n < 2 * min_fragment + 1) return {};
    const DepthFirstTree tree = walk(n, starts, neighbors, Poll(monitor));
    // First place that any edge from within a subtree leads to, gathered from the leaves up. A
    // subtree from which none leads past the node it hangs from is cut off when that node goes.
    std::vector<std::int32_t> reach = tree.earliest;
    std::vector<std::int32_t> size(static_cast<std::size_t>(n), 1);
    std::vector<std::int32_t> cut_off(static_cast<std::size_t>(n), 0);    // nodes cut off below
    std::vector<std::int32_t> fragments(static_cast<std::size_t>(n), 0);  // sizeable ones
    for (std::int32_t here = n - 1; here > 0; --here) {
        const std::int32_t above = tree.parent[here];
        size[above] += size[here];
        if (reach[here] >= above) {
            cut_off[above] += size[here];
            fragments[above] += size[here] >= min_fragment;
        } else {
            reach[above] = std::min(reach[above], reach[here]);
        }
    }
    std::vector<std::uint8_t> cut(static_cast<std::size_t>(n), 0);
    bool any = false;
    for (std::int32_t here = 0; here < n; ++here) {
        const std::int32_t rest = n - 1 - cut_off[here];  // what the node's ancestors hold together
        if (fragments[here] + (rest > 0 && rest >= min_fragment) < 2) continue;
        cut[tree.order[here]] = 1;
        any = true;
    }
    if (!any) cut.clear();
    return cut;
}

std::vector<std::int32_t> stable_pieces(std::int32_t n, const std::int64_t* starts,
                                        const std::int32_t* neighbors, std::int64_t min_fragment,
                                        const Monitor* monitor) {
    std::vector<std::int32_t> piece(static_cast<std::size_t>(n), 0);
    const auto cut = significant_cut_points(n, starts, neighbors, min_fragment, monitor);
    if (cut.empty()) return piece;
    constexpr std::int32_t unseen = -2;
    std::fill(piece.begin(), piece.end(), unseen);
    std::int32_t n_pieces = 0;
    std::vector<std::int32_t> waiting;
    const Poll poll(monitor);
    for (std::int32_t first = 0; first < n; ++first) {
        if (cut[first]) {
            piece[first] = -1;
            ++n_pieces;
        }
        if (piece[first] != unseen) continue;
        piece[first] = n_pieces;
        waiting.push_back(first);
        for (std::int64_t step = 0; !waiting.empty(); ++step) {
            poll.every(step);
            const std::int32_t node = waiting.back();
            waiting.pop_back();
            for (std::int64_t e = starts[node]; e < starts[node + 1]; ++e) {
                const std::int32_t neighbor = neighbors[e];
                if (cut[neighbor] || piece[neighbor] != unseen) continue;
                piece[neighbor] = n_pieces;
                waiting.push_back(neighbor);
            }
        }
        ++n_pieces;
    }
    return piece;
}

}  // namespace stormgraph
