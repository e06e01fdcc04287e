// The extension module stormgraph_py._native: one bind_ function a concept, each in its own file.
#include <nanobind/nanobind.h>

#include "bindings.hpp"

NB_MODULE(_native, module) {
    module.doc() = "Compiled kernel of stormgraph_py; stormgraph_py.engine calls it.";
    // Python's caches of expected weights live as long as the process; that is no leak to tell of.
    nanobind::set_leak_warnings(false);
    stormgraph::bind_divide(module);
    stormgraph::bind_graph(module);
    stormgraph::bind_map_equation(module);
    stormgraph::bind_monitor(module);
    stormgraph::bind_selection(module);
}
