// What every file of bindings shares: array types, and the functions that bindings.cpp calls.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace stormgraph {

namespace nb = nanobind;

// Arrays as NumPy hands them over: read-only, C-contiguous, on the CPU.
template <typename T>
using Array1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T>
using Array2 = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <typename T>
using NumpyArray = nb::ndarray<nb::numpy, T>;

// Hand a vector over to NumPy without copying it.
template <typename T>
NumpyArray<T> to_numpy(std::vector<T> values) {
    auto* owner = new std::vector<T>(std::move(values));
    nb::capsule free_owner(owner, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    return NumpyArray<T>(owner->data(), {owner->size()}, free_owner);
}

// Hand a vector over to NumPy as a table of n_rows rows (row-major).
template <typename T>
NumpyArray<T> to_numpy(std::vector<T> values, std::size_t n_rows) {
    auto* owner = new std::vector<T>(std::move(values));
    nb::capsule free_owner(owner, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
    const std::size_t n_columns = n_rows ? owner->size() / n_rows : 0;
    return NumpyArray<T>(owner->data(), {n_rows, n_columns}, free_owner);
}

void bind_divide(nb::module_& module);
void bind_graph(nb::module_& module);
void bind_map_equation(nb::module_& module);
void bind_monitor(nb::module_& module);
void bind_selection(nb::module_& module);

}  // namespace stormgraph
