// x ln x, the term of which every codelength is a sum.
#pragma once

#include <cstdint>
#include <cstring>

namespace stormgraph {

// x ln x in natural units, relative error below 1e-15; 0 (to 1e-297) for x <= 0.
//
// The logarithm is computed here and not by the C library, whose last bit differs between
// machines: it would decide ties between moves, and with them the clusters. With x = 2^e m,
// 1/sqrt(2) <= m < sqrt(2) and s = (m - 1) / (m + 1), ln m = 2 (s + s^3/3 + s^5/5 + ...).
// No branch: compilers turn loops over it into vector code.
inline double plogp(double x) noexcept {
    constexpr double tiny = 1e-300;
    const double y = x > tiny ? x : tiny;
    std::uint64_t bits;
    std::memcpy(&bits, &y, sizeof bits);
    constexpr std::uint64_t sqrt_half = 0x3FE6A09E667F3BCDULL;
    // the exponent e, offset by 1023 to stay positive
    const std::uint64_t e = (bits - sqrt_half + (1023ULL << 52)) >> 52;
    const std::uint64_t mantissa = bits - ((e - 1023ULL) << 52);
    double m;
    std::memcpy(&m, &mantissa, sizeof m);
    // e as a double, by writing it into the mantissa of 2^52
    const std::uint64_t e_bits = e | 0x4330000000000000ULL;
    double exponent;
    std::memcpy(&exponent, &e_bits, sizeof exponent);
    exponent -= 4503599627370496.0 + 1023.0;
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double series = 2.0 / 19.0;
    series = series * z + 2.0 / 17.0;
    series = series * z + 2.0 / 15.0;
    series = series * z + 2.0 / 13.0;
    series = series * z + 2.0 / 11.0;
    series = series * z + 2.0 / 9.0;
    series = series * z + 2.0 / 7.0;
    series = series * z + 2.0 / 5.0;
    series = series * z + 2.0 / 3.0;
    series = series * z + 2.0;
    constexpr double ln2 = 0.693147180559945309417;
    return y * (exponent * ln2 + s * series);
}

}  // namespace stormgraph
