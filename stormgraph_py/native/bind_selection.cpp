#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <stdexcept>
#include <string>
#include <tuple>

#include "bindings.hpp"
#include "components.hpp"
#include "consensus.hpp"
#include "cut_points.hpp"
#include "nearest_neighbors.hpp"
#include "selection.hpp"

namespace stormgraph {

namespace {

// Fields in the order of stormgraph_py's Consensus, and of Split.
using ConsensusFields = std::tuple<double, double, std::int32_t, std::int32_t, bool>;
using SplitFields =
    std::tuple<std::int32_t, std::int32_t, std::int32_t, std::int32_t, double, double, std::int32_t,
               std::int32_t, bool, const char*, bool>;

void require(bool condition, const char* what) {
    if (!condition) throw std::invalid_argument(what);
}

// Number of entries of an array, as a number of points.
std::int32_t n_of(std::size_t size) {
    require(size < (std::size_t{1} << 31), "more than 2^31 - 1 points");
    return static_cast<std::int32_t>(size);
}

void require_between(const std::int32_t* values, std::size_t count, std::int64_t low,
                     std::int64_t high, const char* what) {
    for (std::size_t i = 0; i < count; ++i)
        require(values[i] >= low && values[i] < high, what);
}

// Check the neighbours of every node of a graph.
std::int32_t require_adjacency(const Array1<std::int64_t>& starts,
                               const Array1<std::int32_t>& neighbors) {
    require(starts.size() > 0, "starts has one entry more than there are nodes");
    const std::int32_t n = n_of(starts.size() - 1);
    require(starts.data()[0] == 0 &&
                starts.data()[n] == static_cast<std::int64_t>(neighbors.size()),
            "starts runs from 0 to the number of neighbours");
    for (std::int32_t i = 0; i < n; ++i)
        require(starts.data()[i] <= starts.data()[i + 1], "starts never falls");
    require_between(neighbors.data(), neighbors.size(), 0, n, "a neighbour is no node");
    return n;
}

auto components_layout(const Array1<std::int32_t>& source, const Array1<std::int32_t>& target,
                       const Array1<double>& weight, std::int64_t n_nodes, const Monitor* monitor) {
    require(source.size() == target.size() && source.size() == weight.size(),
            "source, target and weight differ in length");
    ComponentLayout layout;
    {
        nb::gil_scoped_release released;
        layout = layout_components(source.data(), target.data(), weight.data(),
                                   static_cast<std::int64_t>(source.size()), n_nodes, monitor);
    }
    return nb::make_tuple(
        to_numpy(std::move(layout.nodes)), to_numpy(std::move(layout.node_starts)),
        to_numpy(std::move(layout.source)), to_numpy(std::move(layout.target)),
        to_numpy(std::move(layout.weight)), to_numpy(std::move(layout.edge_starts)));
}

NumpyArray<std::int32_t> pieces_of(const Array1<std::int64_t>& starts,
                                   const Array1<std::int32_t>& neighbors, std::int64_t min_fragment,
                                   const Monitor* monitor) {
    std::vector<std::int32_t> pieces;
    {
        nb::gil_scoped_release released;
        const std::int32_t n = require_adjacency(starts, neighbors);
        pieces = stable_pieces(n, starts.data(), neighbors.data(), min_fragment, monitor);
    }
    return to_numpy(std::move(pieces));
}

auto neighbor_lists(const Array2<double>& coordinates, std::int32_t k, const Monitor* monitor) {
    const std::int32_t n = n_of(coordinates.shape(0));
    NeighborLists lists;
    {
        nb::gil_scoped_release released;
        lists = nearest_neighbors(coordinates.data(), n, static_cast<int>(coordinates.shape(1)), k,
                                  monitor);
    }
    return nb::make_tuple(to_numpy(std::move(lists.neighbor), coordinates.shape(0)),
                          to_numpy(std::move(lists.squared_distance), coordinates.shape(0)));
}

auto forest_of(const Array2<double>& coordinates, std::int32_t largest_k,
               std::int64_t most_neighbors, const Monitor* monitor) {
    const std::int32_t n = n_of(coordinates.shape(0));
    MergingForest forest;
    {
        nb::gil_scoped_release released;
        forest = merging_forest(coordinates.data(), n, static_cast<int>(coordinates.shape(1)),
                                {largest_k, most_neighbors}, monitor);
    }
    std::vector<std::int32_t> a, b, appears;
    for (const Merger& merger : forest.mergers) {
        a.push_back(merger.a);
        b.push_back(merger.b);
        appears.push_back(merger.appears);
    }
    return nb::make_tuple(to_numpy(std::move(a)), to_numpy(std::move(b)),
                          to_numpy(std::move(appears)), forest.largest_k);
}

bool hangs_together_of(const Array2<double>& coordinates, const Monitor* monitor) {
    const std::int32_t n = n_of(coordinates.shape(0));
    return hangs_together(coordinates.data(), n, static_cast<int>(coordinates.shape(1)), monitor);
}

ConsensusFields consensus_of(const Array2<double>& coordinates,
                             const Array1<std::int32_t>& subclusters, std::int32_t largest_k,
                             std::int64_t most_neighbors, const Monitor* monitor) {
    const std::int32_t n = n_of(coordinates.shape(0));
    require(subclusters.size() == coordinates.shape(0), "every point has a subcluster");
    require_between(subclusters.data(), subclusters.size(), 0, n,
                    "subclusters are numbered from 0, below the number of points");
    const std::vector<std::int32_t> own(subclusters.data(), subclusters.data() + n);
    const Consensus found =
        consensus(coordinates.data(), n, static_cast<int>(coordinates.shape(1)), own, n,
                  {largest_k, most_neighbors}, monitor);
    return {found.similarity, found.similarity_unsplit, found.k_star, found.k_connected,
            found.truncated};
}

SplitFields fields_of(const Split& split) {
    const Consensus& found = split.consensus;
    return {split.level,        split.cluster,
            split.n_points,     split.n_subclusters,
            found.similarity,   found.similarity_unsplit,
            found.k_star,       found.k_connected,
            split.accepted(),   name_of(split.reason),
            found.truncated};
}

auto selected_level(const Array2<double>& coordinates, const Array2<std::int32_t>& levels,
                    std::int64_t min_cluster_size, double similarity_threshold,
                    bool whole_hangs_together, std::int32_t largest_k, std::int64_t most_neighbors,
                    const Monitor* monitor) {
    const std::int32_t n = n_of(coordinates.shape(0));
    require(levels.shape(0) > 0 && levels.shape(1) == coordinates.shape(0),
            "levels has a column for every point");
    Selection selection;
    {
        nb::gil_scoped_release released;
        require_between(levels.data(), levels.size(), 0, n,
                        "clusters are numbered from 0, below the number of points");
        selection = select_level(coordinates.data(), n, static_cast<int>(coordinates.shape(1)),
                                 levels.data(), n_of(levels.shape(0)), min_cluster_size,
                                 similarity_threshold, whole_hangs_together,
                                 {largest_k, most_neighbors}, monitor);
    }
    std::vector<SplitFields> splits;
    splits.reserve(selection.splits.size());
    for (const Split& split : selection.splits) splits.push_back(fields_of(split));
    return nb::make_tuple(to_numpy(std::move(selection.labels)), splits);
}

NumpyArray<std::int32_t> topped_levels(const Array2<std::int32_t>& levels,
                                       const Array1<std::int32_t>& pieces) {
    const std::int32_t n = n_of(pieces.size());
    require(levels.shape(0) > 0 && levels.shape(1) == pieces.size(),
            "levels has a column for every point");
    require_between(levels.data(), levels.size(), 0, n,
                    "modules are numbered from 0, below the number of points");
    require_between(pieces.data(), pieces.size(), -1, n,
                    "pieces are numbered from 0, below the number of points; cut points are -1");
    std::vector<std::int32_t> topped;
    {
        nb::gil_scoped_release released;
        topped = add_stable_top({levels.data(), levels.data() + levels.size()},
                                {pieces.data(), pieces.data() + n});
    }
    const std::size_t depth = n > 0 ? topped.size() / pieces.size() : levels.shape(0);
    return to_numpy(std::move(topped), depth);
}

}  // namespace

void bind_selection(nb::module_& module) {
    using namespace nb::literals;
    const auto monitor = "monitor"_a.none() = nb::none();
    module.def("layout_components", &components_layout, "source"_a, "target"_a, "weight"_a,
               "n_nodes"_a, monitor,
               "The arrays of stormgraph_py.engine.components.Components, in its order.");
    module.def("stable_pieces", &pieces_of, "starts"_a, "neighbors"_a, "min_fragment"_a, monitor,
               "Pieces of a connected graph that no single node holds together.\n\n"
               "The neighbours of node i are neighbors[starts[i]:starts[i + 1]], every edge at "
               "both its ends.");
    module.def("nearest_neighbors", &neighbor_lists, "coordinates"_a, "k"_a, monitor,
               "The k nearest other points of every point and their squared distances, (n, k) "
               "each; equals in the order of their numbers.");
    module.def("merging_forest", &forest_of, "coordinates"_a, "largest_k"_a, "most_neighbors"_a,
               monitor,
               "Ends of the edges by which the components of G_{2,K} merge, the K at which they "
               "appear, and the largest K that was looked at.");
    module.def("hangs_together", &hangs_together_of, "coordinates"_a, monitor,
               nb::call_guard<nb::gil_scoped_release>(), "Whether G_{2,6} is connected.");
    module.def("consensus", &consensus_of, "coordinates"_a, "subclusters"_a, "largest_k"_a,
               "most_neighbors"_a, monitor, nb::call_guard<nb::gil_scoped_release>(),
               "The fields of stormgraph_py.engine.selection.Consensus, in its order.");
    module.def("select_level", &selected_level, "coordinates"_a, "levels"_a, "min_cluster_size"_a,
               "similarity_threshold"_a, "whole_hangs_together"_a, "largest_k"_a,
               "most_neighbors"_a, monitor,
               "Labels, and for every split the fields of stormgraph_py.engine.selection.Split, "
               "in its order.");
    module.def("add_stable_top", &topped_levels, "levels"_a, "pieces"_a,
               "Levels with the merged top modules above them, where some were merged.");
}

}  // namespace stormgraph
