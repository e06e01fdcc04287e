#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <variant>

#include "bindings.hpp"
#include "boxes.hpp"
#include "neighborhood.hpp"
#include "resampled_distance.hpp"
#include "strips.hpp"

namespace stormgraph {

namespace {

template <typename T>
std::vector<T> copied(const Array1<T>& values) {
    return std::vector<T>(values.data(), values.data() + values.shape(0));
}

void require(bool holds, const char* message) {
    if (!holds) throw std::invalid_argument(message);
}

Tile tile_of(const Array2<double>& coordinates, const Array2<double>* variance, std::int64_t first,
             std::int64_t last, const Array1<std::int64_t>& halo, double radius, double r0) {
    const auto n = static_cast<std::int64_t>(coordinates.shape(0));
    require(coordinates.shape(1) == 2 || coordinates.shape(1) == 3,
            "coordinates need two or three columns");
    require(!variance || (variance->shape(0) == coordinates.shape(0) &&
                          variance->shape(1) == coordinates.shape(1)),
            "variance needs the shape of coordinates");
    require(0 <= first && first < last && last <= n, "the tile lies outside the localizations");
    require(n <= INT32_MAX, "too many localizations for edges of 32 bits");
    require(std::isfinite(radius) && radius >= 0, "radius must be finite and not negative");
    require(std::isfinite(r0) && r0 > 0, "r0 must be finite and positive");
    Tile tile{first, last, copied(halo), radius};
    for (const std::int64_t row : tile.halo) {
        require(0 <= row && row < n && (row < first || row >= last),
                "the halo lies within the tile or outside the localizations");
    }
    return tile;
}

template <int D>
Localizations<D> view(const Array2<double>& coordinates, const Array2<double>* variance) {
    return {coordinates.data(), variance ? variance->data() : nullptr};
}

NumpyArray<std::int64_t> tile_degrees(Array2<double> coordinates,
                                      std::optional<Array2<double>> variance, std::int64_t first,
                                      std::int64_t last, Array1<std::int64_t> halo, double radius,
                                      double r0, const ExpectedWeight* weight,
                                      const Monitor& monitor) {
    const Array2<double>* variances = variance ? &*variance : nullptr;
    require(!weight || variances, "expected weights need variances");
    const Tile tile = tile_of(coordinates, variances, first, last, halo, radius, r0);
    std::vector<std::int64_t> degrees;
    {
        nb::gil_scoped_release released;
        degrees = coordinates.shape(1) == 2
                      ? degrees_of_tile(view<2>(coordinates, variances), tile, r0, weight, monitor)
                      : degrees_of_tile(view<3>(coordinates, variances), tile, r0, weight, monitor);
    }
    return to_numpy(std::move(degrees));
}

nb::object tile_edges(Array2<double> coordinates, std::optional<Array2<double>> variance,
                      std::int64_t first, std::int64_t last, Array1<std::int64_t> halo,
                      double radius, double r0, const ExpectedWeight* weight,
                      const CriticalDistance* critical, std::size_t limit,
                      const Monitor& monitor) {
    const Array2<double>* variances = variance ? &*variance : nullptr;
    require(!(weight || critical) || variances, "expected weights need variances");
    require(limit < UINT32_MAX, "limit is too large");
    const Tile tile = tile_of(coordinates, variances, first, last, halo, radius, r0);
    for (const std::int64_t row : tile.halo) {
        require(row >= last, "the halo of edges lies behind the tile");
    }
    TileEdges edges;
    {
        nb::gil_scoped_release released;
        edges = coordinates.shape(1) == 2
                    ? edges_of_tile(view<2>(coordinates, variances), tile, r0, weight, critical,
                                    limit, monitor)
                    : edges_of_tile(view<3>(coordinates, variances), tile, r0, weight, critical,
                                    limit, monitor);
    }
    if (!edges.complete) return nb::none();
    return nb::make_tuple(to_numpy(std::move(edges.source)), to_numpy(std::move(edges.target)),
                          to_numpy(std::move(edges.weight)), to_numpy(std::move(edges.doubtful)));
}

NumpyArray<double> resampled_distances(Array2<double> coordinates, Array2<double> sigma,
                                       Array1<std::int64_t> queries,
                                       Array1<std::int64_t> candidates,
                                       Array1<std::int64_t> starts, std::size_t k,
                                       Array1<float> deviates, std::uint64_t seed,
                                       std::size_t n_simulations, double confidence) {
    const auto n = static_cast<std::int64_t>(coordinates.shape(0));
    const auto in_range = [&](const Array1<std::int64_t>& rows, std::int64_t end) {
        return std::all_of(rows.data(), rows.data() + rows.shape(0),
                           [&](std::int64_t row) { return 0 <= row && row < end; });
    };
    require(sigma.shape(0) == coordinates.shape(0) && sigma.shape(1) == coordinates.shape(1),
            "sigma needs the shape of coordinates");
    require(in_range(queries, n) && in_range(candidates, n),
            "queries or candidates lie outside the localizations");
    require(starts.shape(0) == queries.shape(0) + 1, "starts needs one entry more than queries");
    require(in_range(starts, static_cast<std::int64_t>(candidates.shape(0)) + 1) &&
                std::is_sorted(starts.data(), starts.data() + starts.shape(0)),
            "starts must rise and lie within the candidates");
    require(k > 0, "k must be positive");
    require(0 < n_simulations && n_simulations <= deviates.shape(0) &&
                deviates.shape(0) < UINT32_MAX,
            "there must be as many deviates as simulations");
    require(0 <= confidence && confidence <= 1, "confidence must lie between 0 and 1");
    const Precise all{coordinates.data(), sigma.data(), static_cast<int>(coordinates.shape(1))};
    const Resampling resampling{deviates.data(), deviates.shape(0), n_simulations, confidence,
                                seed};
    std::vector<double> found(queries.shape(0));
    {
        nb::gil_scoped_release released;
        std::vector<float> scratch;
        for (std::size_t q = 0; q < found.size(); ++q) {
            found[q] = resampled_distance(all, queries.data()[q],
                                          candidates.data() + starts.data()[q],
                                          candidates.data() + starts.data()[q + 1], k, resampling,
                                          scratch);
        }
    }
    return to_numpy(std::move(found));
}

NumpyArray<std::int64_t> stable_order(Array1<std::uint64_t> ranks) {
    require(ranks.shape(0) <= UINT32_MAX, "too many to sort");
    std::vector<std::int64_t> order(ranks.shape(0));
    {
        nb::gil_scoped_release released;
        std::vector<Ranked> all(order.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = {ranks.data()[i], static_cast<std::uint32_t>(i)};
        }
        sort_by_rank(all);
        for (std::size_t i = 0; i < all.size(); ++i) order[i] = all[i].position;
    }
    return to_numpy(std::move(order));
}

// Boxes in two or three dimensions, and the array that they are around.
class AnyBoxes {
public:
    explicit AnyBoxes(Array2<double> coordinates)
        : coordinates_(std::move(coordinates)), boxes_(boxes_around(coordinates_)) {}

    NumpyArray<double> kth_distances(Array1<std::int64_t> queries, std::size_t k) {
        require_in_range(queries);
        require(0 < k && k < coordinates_.shape(0), "there must be more localizations than k");
        std::vector<double> found(queries.shape(0));
        {
            nb::gil_scoped_release released;
            std::visit(
                [&](auto& boxes) {
                    for (std::size_t q = 0; q < found.size(); ++q) {
                        found[q] = std::sqrt(boxes.kth_squared_distance(queries.data()[q], k));
                    }
                },
                boxes_);
        }
        return to_numpy(std::move(found));
    }

    nb::tuple within(Array1<std::int64_t> queries, Array1<double> reach, std::size_t at_most) {
        require_in_range(queries);
        require(queries.shape(0) == reach.shape(0), "every query needs a reach");
        std::vector<std::int64_t> found, starts{0};
        {
            nb::gil_scoped_release released;
            std::visit(
                [&](auto& boxes) {
                    std::vector<Near> near;
                    for (std::size_t q = 0; q < queries.shape(0); ++q) {
                        const double squared = reach.data()[q] * reach.data()[q];
                        boxes.within(queries.data()[q], squared, at_most, near);
                        for (const Near& one : near) found.push_back(one.index);
                        starts.push_back(static_cast<std::int64_t>(found.size()));
                    }
                },
                boxes_);
        }
        return nb::make_tuple(to_numpy(std::move(found)), to_numpy(std::move(starts)));
    }

private:
    using Either = std::variant<Boxes<2>, Boxes<3>>;

    static Either boxes_around(const Array2<double>& coordinates) {
        const auto n = static_cast<std::int64_t>(coordinates.shape(0));
        require(coordinates.shape(1) == 2 || coordinates.shape(1) == 3,
                "coordinates need two or three columns");
        if (coordinates.shape(1) == 2) return Boxes<2>(coordinates.data(), n);
        return Boxes<3>(coordinates.data(), n);
    }

    void require_in_range(const Array1<std::int64_t>& queries) const {
        const auto n = static_cast<std::int64_t>(coordinates_.shape(0));
        require(std::all_of(queries.data(), queries.data() + queries.shape(0),
                            [&](std::int64_t row) { return 0 <= row && row < n; }),
                "queries lie outside the localizations");
    }

    Array2<double> coordinates_;
    Either boxes_;
};

}  // namespace

void bind_graph(nb::module_& module) {
    nb::class_<ExpectedWeight>(module, "ExpectedWeight", "Expected weights from a table.")
        .def(
            "__init__",
            [](ExpectedWeight* self, Array2<float> table, Array1<double> steps,
               std::vector<std::pair<double, std::vector<std::vector<double>>>> rules) {
                require(steps.shape(0) > 1 && table.shape(0) == steps.shape(0),
                        "the table needs one row a step");
                require(table.shape(1) > 2, "the table needs more columns");
                require(!rules.empty(), "there must be a rule");
                std::vector<ExpectedWeight::Rule> all;
                for (auto& [largest, columns] : rules) {
                    require(columns.size() == 2 && columns[0].size() == columns[1].size(),
                            "a rule needs as many weights as nodes");
                    all.push_back({largest, columns[0], columns[1]});
                }
                new (self) ExpectedWeight(
                    std::vector<float>(table.data(), table.data() + table.size()), copied(steps),
                    std::move(all));
            },
            nb::arg("table"), nb::arg("steps"), nb::arg("rules"),
            "A table of weights (row: spread, column: distance), columns a unit of distance by "
            "row, and Gauss-Hermite rules (largest excess, (nodes, weights)).");
    nb::class_<CriticalDistance>(module, "CriticalDistance",
                                 "Which pairs are closer than r0 often enough.")
        .def(
            "__init__",
            [](CriticalDistance* self, double min_probability, Array1<double> knots, Array1<double> distance,
               Array1<double> tilt, double quantile, bool expands) {
                require(knots.shape(0) > 1 && knots.shape(0) == distance.shape(0) &&
                            knots.shape(0) == tilt.shape(0),
                        "knots, distance and tilt need the same length");
                require(knots(0) == 0, "the first knot must be 0");
                new (self) CriticalDistance(min_probability, copied(knots), copied(distance), copied(tilt), quantile,
                                            expands);
            },
            nb::arg("min_probability"), nb::arg("knots"), nb::arg("distance"), nb::arg("tilt"), nb::arg("quantile"),
            nb::arg("expands"));
    module.def("tile_degrees", &tile_degrees, nb::arg("coordinates"),
               nb::arg("variance").none(), nb::arg("first"), nb::arg("last"), nb::arg("halo"),
               nb::arg("radius"), nb::arg("r0"), nb::arg("weight").none(), nb::arg("monitor"),
               "Weighted degrees of the localizations first <= i < last, in units of 2**-36.");
    module.def("tile_edges", &tile_edges, nb::arg("coordinates"), nb::arg("variance").none(),
               nb::arg("first"), nb::arg("last"), nb::arg("halo"), nb::arg("radius"),
               nb::arg("r0"), nb::arg("weight").none(), nb::arg("critical").none(),
               nb::arg("limit"), nb::arg("monitor"),
               "Edges of a tile (source, target, weight, positions of doubtful ones) in order of "
               "source and target; None where there are more than `limit`.");
    nb::class_<AnyBoxes>(module, "Boxes", "A tree of boxes around localizations, to search in.")
        .def(nb::init<Array2<double>>(), nb::arg("coordinates"),
             "Quick to search in where neighbours follow each other. One thread at a time.")
        .def("kth_distances", &AnyBoxes::kth_distances, nb::arg("queries"), nb::arg("k"),
             "Distance of some localizations to their k-th nearest other one.")
        .def("within", &AnyBoxes::within, nb::arg("queries"), nb::arg("reach"), nb::arg("at_most"),
             "All localizations within reach of some, those included, or the nearest of them: one "
             "list after the other, and where each begins.");
    module.def("stable_order", &stable_order, nb::arg("ranks"),
               "Positions of whole numbers in rising order, equal ones in the order they come in.");
    module.def("resampled_distances", &resampled_distances, nb::arg("coordinates"),
               nb::arg("sigma"), nb::arg("queries"), nb::arg("candidates"), nb::arg("starts"),
               nb::arg("k"), nb::arg("deviates"), nb::arg("seed"), nb::arg("n_simulations"),
               nb::arg("confidence"),
               "Quantile over realizations of the distance of every query to the k-th nearest of "
               "its candidates, which are those from starts[i] to starts[i + 1].");
}

}  // namespace stormgraph
