#include "consensus.hpp"

#include <algorithm>
#include <stdexcept>

#include "disjoint_sets.hpp"
#include "nearest_neighbors.hpp"
#include "polling.hpp"

namespace stormgraph {

namespace {

// Rank (from 1 on) of a point in one of the lists, at the squared distance that both ends see; 0
// where the list ends before it.
std::int32_t rank_in(const NeighborLists& lists, std::int32_t row, std::int32_t point,
                     double squared_distance) {
    const std::size_t begin = static_cast<std::size_t>(row) * lists.k;
    const double* distances = &lists.squared_distance[begin];
    const std::int32_t* neighbors = &lists.neighbor[begin];
    // lists are in the order of distance, then number
    std::int32_t low = 0, high = lists.k;
    while (low < high) {
        const std::int32_t middle = low + (high - low) / 2;
        const bool before =
            distances[middle] < squared_distance ||
            (distances[middle] == squared_distance && neighbors[middle] < point);
        (before ? low : high) = before ? middle + 1 : middle;
    }
    return low < lists.k && neighbors[low] == point ? low + 1 : 0;
}

// K at which the edge between a point and the neighbour at a place of its list appears, given the
// rows of both; 0 where it does not within the lists.
std::int32_t appearance(const NeighborLists& lists, std::int32_t point, std::int32_t row,
                        std::int32_t place, std::int32_t neighbor_row) {
    const std::size_t entry = static_cast<std::size_t>(row) * lists.k + place;
    const std::int32_t rank = place + 1;
    if (rank <= symmetric_neighbors) return smallest_k;
    const std::int32_t back = rank_in(lists, neighbor_row, point, lists.squared_distance[entry]);
    if (back == 0) return 0;
    return back <= symmetric_neighbors ? smallest_k : std::max({rank, back, smallest_k});
}

// Points and where their lists are: the list of points[i] is row i.
struct ListedPoints {
    std::vector<std::int32_t> points;
    std::vector<std::int32_t> row;  // of every point of the cluster, -1 where it has no list
    std::int32_t n_telling;         // edges from the first so many points are all that matter

    explicit ListedPoints(std::size_t n) : row(n, -1), n_telling(0) {}

    void add(std::int32_t point) {
        if (row[point] >= 0) return;
        row[point] = static_cast<std::int32_t>(points.size());
        points.push_back(point);
    }
};

void append(NeighborLists& lists, const NeighborLists& more) {
    lists.k = more.k;
    lists.neighbor.insert(lists.neighbor.end(), more.neighbor.begin(), more.neighbor.end());
    lists.squared_distance.insert(lists.squared_distance.end(), more.squared_distance.begin(),
                                  more.squared_distance.end());
}

// Number of the largest of the components, the first of equals.
std::int32_t largest(const std::vector<std::int32_t>& component, std::int32_t n_components) {
    std::vector<std::int32_t> sizes(static_cast<std::size_t>(n_components), 0);
    for (const std::int32_t c : component) ++sizes[c];
    return static_cast<std::int32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
}

// Edges between different components, in the order in which they appear; edges that appear at the
// same K keep the order of their ends.
std::vector<Merger> mergers_in_order(const NeighborLists& lists, const ListedPoints& listed,
                                     const std::vector<std::int32_t>& component, const Poll& poll) {
    std::vector<Merger> found;
    std::vector<std::size_t> begin(static_cast<std::size_t>(std::max(lists.k, smallest_k)) + 2, 0);
    for (std::int32_t row = 0; row < listed.n_telling; ++row) {
        poll.now();
        const std::int32_t i = listed.points[row];
        for (std::int32_t place = 0; place < lists.k; ++place) {
            const std::int32_t j = lists.neighbor[static_cast<std::size_t>(row) * lists.k + place];
            if (component[i] == component[j]) continue;
            const std::int32_t k = appearance(lists, i, row, place, listed.row[j]);
            if (k == 0) continue;
            found.push_back({i, j, k});
            ++begin[static_cast<std::size_t>(k) + 1];
        }
    }
    for (std::size_t k = 1; k < begin.size(); ++k) begin[k] += begin[k - 1];
    std::vector<Merger> sorted(found.size());
    for (const Merger& merger : found) sorted[begin[merger.appears]++] = merger;
    return sorted;
}

// Contingency table of subclusters and components, of which only cells that are not empty are kept,
// component after component. When components merge, so do their cells: each update takes time
// proportional to the number of cells, which falls from n to the number of subclusters.
class ContingencyTable {
public:
    ContingencyTable(const std::vector<std::int32_t>& subclusters, std::int32_t n_subclusters)
        : n_(static_cast<std::int64_t>(subclusters.size())),
          subcluster_size_(static_cast<std::size_t>(n_subclusters), 0),
          meeting_(static_cast<std::size_t>(n_subclusters), 0) {
        component_starts_.resize(subclusters.size() + 1);
        std::iota(component_starts_.begin(), component_starts_.end(), 0);
        cells_.reserve(subclusters.size());
        for (const std::int32_t subcluster : subclusters) {
            cells_.push_back({subcluster, 1});
            ++subcluster_size_[subcluster];
        }
    }

    // Merge components, of which there is one a point at first, given the new number of each.
    void merge(const std::vector<std::int32_t>& number, std::int32_t count) {
        const std::size_t n_before = component_starts_.size() - 1;
        std::vector<std::int32_t> begin(static_cast<std::size_t>(count) + 1, 0);
        for (std::size_t c = 0; c < n_before; ++c) ++begin[number[c] + 1];
        for (std::int32_t c = 0; c < count; ++c) begin[c + 1] += begin[c];
        std::vector<std::int32_t> former(n_before);
        std::vector<std::int32_t> next(begin.begin(), begin.end() - 1);
        for (std::size_t c = 0; c < n_before; ++c)
            former[next[number[c]]++] = static_cast<std::int32_t>(c);

        std::vector<Cell> merged;
        std::vector<std::int32_t> starts(1, 0);
        merged.reserve(cells_.size());
        starts.reserve(static_cast<std::size_t>(count) + 1);
        for (std::int32_t c = 0; c < count; ++c) {
            const auto first = static_cast<std::ptrdiff_t>(merged.size());
            for (std::int32_t f = begin[c]; f < begin[c + 1]; ++f)
                for (std::int32_t i = component_starts_[former[f]];
                     i < component_starts_[former[f] + 1]; ++i) {
                    std::int32_t& common = meeting_[cells_[i].subcluster];
                    if (common == 0) merged.push_back({cells_[i].subcluster, 0});
                    common += cells_[i].common;
                }
            for (auto cell = merged.begin() + first; cell != merged.end(); ++cell) {
                cell->common = meeting_[cell->subcluster];
                meeting_[cell->subcluster] = 0;
            }
            starts.push_back(static_cast<std::int32_t>(merged.size()));
        }
        cells_.swap(merged);
        component_starts_.swap(starts);
    }

    // Symmetric mean F-measure: F = 2 |A and B| / (|A| + |B|) of the best partner of every
    // subcluster A, and of every component B, each weighted by its size.
    double similarity() const {
        std::vector<double> best(subcluster_size_.size(), 0.0);
        double of_components = 0, of_subclusters = 0;
        for (std::size_t c = 0; c + 1 < component_starts_.size(); ++c) {
            const std::int64_t size = component_size(c);
            double best_here = 0;
            for (std::int32_t i = component_starts_[c]; i < component_starts_[c + 1]; ++i) {
                const Cell& cell = cells_[i];
                const double f = 2.0 * cell.common /
                                 static_cast<double>(subcluster_size_[cell.subcluster] + size);
                best_here = std::max(best_here, f);
                best[cell.subcluster] = std::max(best[cell.subcluster], f);
            }
            of_components += best_here * static_cast<double>(size);
        }
        for (std::size_t a = 0; a < best.size(); ++a)
            of_subclusters += best[a] * static_cast<double>(subcluster_size_[a]);
        const auto n = static_cast<double>(n_);
        return (of_subclusters / n + of_components / n) / 2;
    }

    // The same of the undivided cluster and the components.
    double similarity_unsplit() const {
        const auto n = static_cast<double>(n_);
        double of_whole = 0, of_components = 0;
        for (std::size_t c = 0; c + 1 < component_starts_.size(); ++c) {
            const std::int64_t size = component_size(c);
            const double f = 2.0 * static_cast<double>(size) / static_cast<double>(n_ + size);
            of_whole = std::max(of_whole, f);
            of_components += f * static_cast<double>(size);
        }
        return (of_whole + of_components / n) / 2;
    }

private:
    struct Cell {
        std::int32_t subcluster;
        std::int32_t common;
    };

    std::int64_t component_size(std::size_t c) const {
        std::int64_t size = 0;
        for (std::int32_t i = component_starts_[c]; i < component_starts_[c + 1]; ++i)
            size += cells_[i].common;
        return size;
    }

    std::int64_t n_;
    std::vector<std::int64_t> subcluster_size_;
    std::vector<std::int32_t> meeting_;  // scratch: points that a subcluster shares, 0 in between
    std::vector<Cell> cells_;
    std::vector<std::int32_t> component_starts_;  // where the cells of each component begin
};

// Components that merge, numbered by their first points.
class MergingComponents {
public:
    explicit MergingComponents(std::int32_t n)
        : sets_(n), first_(static_cast<std::size_t>(n)), number_(static_cast<std::size_t>(n)) {
        std::iota(first_.begin(), first_.end(), 0);
    }

    void unite(std::int32_t a, std::int32_t b) { sets_.unite(a, b); }

    // Number anew: the number that every component has from now on.
    std::vector<std::int32_t> renumber() {
        std::vector<std::int32_t> renumbered, first;
        renumbered.reserve(first_.size());
        for (const std::int32_t point : first_) {
            const std::int32_t root = sets_.find(point);
            if (root == point) {
                number_[root] = static_cast<std::int32_t>(first.size());
                first.push_back(root);
            }
            renumbered.push_back(number_[root]);
        }
        first_.swap(first);
        return renumbered;
    }

    std::int32_t count() const { return static_cast<std::int32_t>(first_.size()); }

private:
    DisjointSets sets_;
    std::vector<std::int32_t> first_;   // first point of every component
    std::vector<std::int32_t> number_;  // of the component of which a point is the first
};

void keep_better(Consensus& best, const ContingencyTable& table, std::int32_t k) {
    const double similarity = table.similarity();
    if (!(similarity > best.similarity + similarity_tolerance)) return;
    best.similarity = similarity;
    best.similarity_unsplit = table.similarity_unsplit();
    best.k_star = k;
}

}  // namespace

MergingForest merging_forest(const double* coordinates, std::int32_t n, int d,
                             const KBounds& bounds, const Monitor* monitor) {
    if (n < 2) throw std::invalid_argument("components of fewer than two points do not merge");
    const Poll poll(monitor);
    const std::int64_t allowed = std::max<std::int64_t>(smallest_k, bounds.most_neighbors / n);
    const auto largest_k = static_cast<std::int32_t>(
        std::min<std::int64_t>({n - 1, std::max(bounds.largest_k, 1), allowed}));
    MergingForest forest;
    DisjointSets components(n);
    const std::int32_t first_k = std::min(smallest_k, n - 1);
    for (std::int32_t k = first_k;; k = std::min(4 * k, largest_k)) {
        const std::vector<std::int32_t> component = components.numbers();
        // Later edges are mutual, so that those of the largest component, which holds most points,
        // are seen from their other ends: these points are asked first, and then the neighbours
        // that they name.
        const std::int32_t asked_by_others =
            k > first_k ? largest(component, components.n_sets()) : -1;
        ListedPoints listed(static_cast<std::size_t>(n));
        for (std::int32_t i = 0; i < n; ++i)
            if (component[i] != asked_by_others) listed.add(i);
        listed.n_telling = static_cast<std::int32_t>(listed.points.size());
        NeighborLists lists = nearest_neighbors_of(listed.points, coordinates, n, d, k, monitor);
        for (const std::int32_t neighbor : lists.neighbor) listed.add(neighbor);
        const std::vector<std::int32_t> named(listed.points.begin() + listed.n_telling,
                                              listed.points.end());
        if (!named.empty())
            append(lists, nearest_neighbors_of(named, coordinates, n, d, k, monitor));
        // whatever appeared before has merged its components already
        for (const Merger& merger : mergers_in_order(lists, listed, component, poll))
            if (components.unite(merger.a, merger.b)) forest.mergers.push_back(merger);
        if (components.n_sets() > 1 && k < largest_k) continue;
        forest.largest_k = k;
        return forest;
    }
}

bool hangs_together(const double* coordinates, std::int32_t n, int d, const Monitor* monitor) {
    if (n <= smallest_k + 1) return true;
    const auto lists = nearest_neighbors(coordinates, n, d, smallest_k, monitor);
    const auto neighbor = [&](std::int32_t point, std::int32_t place) {
        return lists.neighbor[static_cast<std::size_t>(point) * smallest_k + place];
    };
    DisjointSets components(n);
    for (std::int32_t i = 0; i < n; ++i)
        for (std::int32_t place = 0; place < symmetric_neighbors; ++place)
            components.unite(i, neighbor(i, place));
    const Poll poll(monitor);
    for (std::int32_t i = 0; i < n && components.n_sets() > 1; ++i) {
        poll.every(i);
        for (std::int32_t place = symmetric_neighbors; place < smallest_k; ++place)
            if (appearance(lists, i, i, place, neighbor(i, place)) > 0)
                components.unite(i, neighbor(i, place));
    }
    return components.n_sets() == 1;
}

Consensus consensus(const double* coordinates, std::int32_t n, int d,
                    const std::vector<std::int32_t>& subclusters, std::int32_t n_subclusters,
                    const KBounds& bounds, const Monitor* monitor) {
    const MergingForest forest = merging_forest(coordinates, n, d, bounds, monitor);
    const Poll poll(monitor);
    MergingComponents components(n);
    ContingencyTable table(subclusters, n_subclusters);
    Consensus best;
    best.similarity = -1;
    const bool connected = static_cast<std::int32_t>(forest.mergers.size()) == n - 1;
    auto merger = forest.mergers.begin();
    for (std::int32_t k = smallest_k;; k = merger->appears) {
        poll.now();
        for (; merger != forest.mergers.end() && merger->appears <= k; ++merger)
            components.unite(merger->a, merger->b);
        const auto renumbered = components.renumber();
        table.merge(renumbered, components.count());
        keep_better(best, table, k);
        if (merger == forest.mergers.end()) {
            if (connected) best.k_connected = k;
            break;
        }
    }
    if (!connected) {
        // at some larger K everything hangs together, which is one more candidate
        table.merge(std::vector<std::int32_t>(components.count(), 0), 1);
        keep_better(best, table, 0);
        best.truncated = forest.largest_k < n - 1;
    }
    return best;
}

Consensus consensus_with_whole(const std::vector<std::int32_t>& subclusters,
                               std::int32_t n_subclusters) {
    ContingencyTable table(subclusters, n_subclusters);
    table.merge(std::vector<std::int32_t>(subclusters.size(), 0), 1);
    return {table.similarity(), table.similarity_unsplit(), smallest_k, smallest_k, false};
}

}  // namespace stormgraph
