// Clusters of connected components, each found alone: map equation, stable level, selected level.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"
#include "monitor.hpp"
#include "multi_level.hpp"
#include "selection.hpp"

namespace stormgraph {

// Connected components of a graph side by side, as in ComponentLayout, and positions of its nodes.
struct ComponentsView {
    const std::int64_t* nodes;
    const std::int64_t* node_starts;
    const std::int32_t* source;
    const std::int32_t* target;
    const double* weight;
    const std::int64_t* edge_starts;
    const double* coordinates;  // of all nodes of the graph, row-major
    int dimensions;
};

struct DivideOptions {
    std::int64_t min_cluster_size = 5;
    double similarity_threshold = 0.8;
    int n_trials = 2;
    std::uint64_t seed = 0;
    KBounds bounds;
};

struct ComponentClusters {
    std::vector<std::int32_t> levels;  // depth rows of n nested clusters, coarsest first
    std::int32_t depth = 1;
    Selection selection;
    double codelength = 0.0;  // bits per step within the component
};

// Divides one component after the other; one divider a thread.
//
// Two shortcuts save time. A component too small to hold two clusters is one. In a stable component
// whose G_{2,6} hangs together no split can be accepted, so that one tree instead of the best of
// several serves for its finer levels.
class Divider {
public:
    explicit Divider(const Monitor* monitor = nullptr) : monitor_(monitor), search_(monitor) {}

    ComponentClusters divide(const ComponentsView& components, std::int64_t number,
                             const DivideOptions& options);

private:
    const Monitor* monitor_;
    MultiLevelSearch search_;
    FlowNetwork network_;
    std::vector<double> coordinates_;
};

// Clusters of several components, one after the other in flat arrays.
struct DividedComponents {
    std::vector<std::int32_t> depths;      // of every component
    std::vector<std::int32_t> levels;      // rows of the first component's levels, then the next's
    std::vector<std::int64_t> labels;      // selected cluster of every node, -1 for none
    std::vector<double> codelengths;       // of every component
    std::vector<Split> splits;             // of all components
    std::vector<std::int32_t> n_splits;    // of every component
};

// The monitor counts edges. Throws Stopped.
DividedComponents divide_components(const ComponentsView& components, const std::int64_t* numbers,
                                    std::int64_t n_numbers, const DivideOptions& options,
                                    Monitor* monitor);

}  // namespace stormgraph
