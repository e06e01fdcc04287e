// The extension module stormgraph_py._native: one bind_ function a concept, each in its own file.
#include <nanobind/nanobind.h>

#include "bindings.hpp"

NB_MODULE(_native, module) {
    module.doc() = "Compiled kernel of stormgraph_py; stormgraph_py.engine calls it.";
    stormgraph::bind_divide(module);
    stormgraph::bind_graph(module);
    stormgraph::bind_map_equation(module);
    stormgraph::bind_monitor(module);
    stormgraph::bind_selection(module);
}
