// What all kernels share. Maps lie channels last, "b h w c"; n of them follow one another.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

using Size = std::int64_t;

// Gives a template over the number type a name for each type that C can call.
#define EXPORT(name, parameters, arguments)                                   \
    namespace as_float { using T = float; extern "C" void name##_float parameters { name<T> arguments; } } \
    namespace as_double { using T = double; extern "C" void name##_double parameters { name<T> arguments; } }

// Work is cut by its shape alone and the parts are added in order, so that sums are the same to the
// bit whatever the number of threads.
template <typename Work>
void in_parallel(Size parts, int threads, const Work& work) {
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (threads > 1 && parts > 1)
    for (Size part = 0; part < parts; ++part) work(part);
}

// Into how many parts the images of a batch are cut where each part has sums of its own.
inline Size parts_of(Size batch) { return std::min<Size>(batch, 16); }

// out[i] = the sum over parts of part[i], for i below n.
template <typename T>
void sum_parts(const T* parts, Size count, Size n, T* out) {
    std::vector<double> sums(n, 0.0);
    for (Size part = 0; part < count; ++part)
        for (Size i = 0; i < n; ++i) sums[i] += parts[part * n + i];
    for (Size i = 0; i < n; ++i) out[i] = static_cast<T>(sums[i]);
}

// 64 bytes of numbers; where registers are narrower the compiler takes several.
template <typename T>
struct Lanes;
template <>
struct Lanes<float> {
    typedef float type __attribute__((vector_size(64), aligned(4), may_alias));
};
template <>
struct Lanes<double> {
    typedef double type __attribute__((vector_size(64), aligned(8), may_alias));
};
template <typename T>
using Vector = typename Lanes<T>::type;
template <typename T>
constexpr Size LANES = 64 / sizeof(T);

template <typename T>
Vector<T>* vectors(T* numbers) {
    return reinterpret_cast<Vector<T>*>(numbers);
}
template <typename T>
const Vector<T>* vectors(const T* numbers) {
    return reinterpret_cast<const Vector<T>*>(numbers);
}

// e^x to the last bits of a float, in operations that a compiler makes vectors of, for x <= 80:
// 2^whole times a polynomial of what is left.
inline float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    const float whole = std::nearbyint(x * 1.44269504f);
    const float rest = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    float sum = 1.0f / 5040;
    sum = sum * rest + 1.0f / 720;
    sum = sum * rest + 1.0f / 120;
    sum = sum * rest + 1.0f / 24;
    sum = sum * rest + 1.0f / 6;
    sum = sum * rest + 0.5f;
    sum = sum * rest + 1.0f;
    sum = sum * rest + 1.0f;
    const std::int32_t bits = (static_cast<std::int32_t>(whole) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return sum * power;
}
inline double exponential(double x) { return std::exp(x); }
