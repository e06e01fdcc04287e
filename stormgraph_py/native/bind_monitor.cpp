#include "bindings.hpp"
#include "monitor.hpp"

namespace stormgraph {

void bind_monitor(nb::module_& module) {
    nb::class_<Monitor>(module, "Monitor",
                        "Progress counter and stop flag of a computation in another thread.")
        .def(nb::init<>())
        .def("stop", &Monitor::stop, "Ask the computation to stop.")
        .def_prop_ro("stopped", &Monitor::stopped, "Whether it was asked to.")
        .def_prop_ro("done", &Monitor::done, "Units of work finished.");
    nb::exception<Stopped>(module, "Stopped", PyExc_RuntimeError);
}

}  // namespace stormgraph
