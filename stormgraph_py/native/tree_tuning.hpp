// Moves under the full hierarchical map equation, which the searches level by level do not see.
#pragma once

#include <cstdint>
#include <vector>

#include "flow_network.hpp"
#include "monitor.hpp"
#include "random.hpp"

namespace stormgraph {

// Moves nodes between the modules of a tree, wherever in it they are, as long as that shortens the
// codelength of the whole tree.
//
// With exit flow Q_m and contents I_m, the exit flows of its submodules and the visit rates of its
// nodes, every module adds plogp(Q_m + I_m) - 2 plogp(Q_m) to the codelength, but for a constant.
// Moving a node changes the modules above its old and its new place, up to the contents of the
// smallest module that holds both; nothing beyond.
class TreeTuner {
public:
    explicit TreeTuner(const Monitor* monitor = nullptr) : monitor_(monitor) {}

    // `leaf` holds the module of every node, `parent` the tree. Modules may become empty and new
    // ones may be added. Returns the gain in nats; throws Stopped.
    double tune(const FlowNetwork& network, std::vector<std::int32_t>& leaf,
                std::vector<std::int32_t>& parent, Random& random);

private:
    struct Module {
        double exit = 0.0;            // Q
        double inside = 0.0;          // I
        double plogp_exit = 0.0;      // plogp(Q)
        double plogp_codebook = 0.0;  // plogp(Q + I)
        std::int32_t n_nodes = 0, n_submodules = 0;

        double length() const noexcept { return plogp_codebook - 2.0 * plogp_exit; }
    };

    // A module above the home of a node, without that node.
    struct Step {
        std::int32_t module;
        double change_below;   // of the codelength of the modules between it and the node
        double inside_change;  // of its contents
    };

    static Module changed(const Module& module, double exit, double inside) noexcept;
    void assign(const FlowNetwork& network, const std::vector<std::int32_t>& leaf,
                const std::vector<std::int32_t>& parent);
    void collect(const FlowNetwork& network, const std::vector<std::int32_t>& leaf,
                 const std::vector<std::int32_t>& parent, std::int32_t node);
    void leave(const std::vector<std::int32_t>& parent, std::int32_t home, double visits,
               double exit);
    double change_of_joining(const std::vector<std::int32_t>& parent, std::int32_t target,
                             double visits, double exit) const;
    double change_of_founding(std::int32_t step, double visits, double exit) const;
    void move(const std::vector<std::int32_t>& parent, std::int32_t home, std::int32_t target,
              double visits, double exit);
    std::int32_t found_module(std::vector<std::int32_t>& parent, std::int32_t above);

    const Monitor* monitor_;
    std::vector<Module> modules_;
    std::vector<double> direct_, flow_;  // of the node at hand: into a module's nodes, all of it
    std::vector<std::int32_t> touched_;  // modules of neighbours
    std::vector<std::int32_t> above_;    // those and all modules above them
    std::vector<char> is_touched_, is_above_;
    std::vector<Step> way_;              // from the home of the node at hand up to the top
    std::vector<std::int32_t> on_way_;   // place of a module in `way_`, -1 elsewhere
    std::vector<std::int32_t> empty_, order_;
    std::vector<char> waiting_;
};

}  // namespace stormgraph
