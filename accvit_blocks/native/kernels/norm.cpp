// Batch normalisation with GELU behind it, for n maps of their own: "n b p c", p pixels.
//
// z = scale * (x - mean) + shift, with scale = weight / deviation; out = z * (1 + erf(z / sqrt 2)) / 2.
#include "kernel.hpp"

namespace {

struct Shape {
    Size maps, batch, pixels, channels;
    Size image(Size map, Size image) const { return (map * batch + image) * pixels * channels; }
};

// Both the normal distribution and its density, from one exponential. Of floats, after Abramowitz
// and Stegun, Handbook of Mathematical Functions, 7.1.26: the error is below 1e-7.
inline void normal(float z, float& below, float& density) {
    const float size = std::fabs(z) * 0.707106781f;
    const float e = exponential(-size * size);
    const float t = 1.0f / (1.0f + 0.3275911f * size);
    const float tail =
        0.5f * e * t *
        (0.254829592f +
         t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
    below = z < 0 ? tail : 1.0f - tail;
    density = 0.398942280f * e;
}
inline void normal(double z, double& below, double& density) {
    below = 0.5 * (1.0 + std::erf(z * 0.70710678118654752440));
    density = 0.39894228040143267794 * std::exp(-0.5 * z * z);
}

// Mean and sum of squared differences of a growing number of pixels (Chan, Golub and LeVeque,
// 1983): the difference of two large sums would not do.
struct Moments {
    explicit Moments(Size channels) : mean(channels, 0.0), squares(channels, 0.0) {}
    double count = 0;
    std::vector<double> mean, squares;

    template <typename T>
    void add(const T* others_mean, const T* others_squares, double others) {
        const double all = count + others;
        for (std::size_t c = 0; c < mean.size(); ++c) {
            const double difference = others_mean[c] - mean[c];
            mean[c] += difference * (others / all);
            squares[c] += others_squares[c] + difference * difference * (count * others / all);
        }
        count = all;
    }
};

template <typename T>
void add_block(Moments& moments, const T* x, Size pixels, Size channels, std::vector<T>& scratch) {
    scratch.assign(2 * channels, T(0));
    T* mean = scratch.data();
    T* squares = mean + channels;
    for (Size pixel = 0; pixel < pixels; ++pixel) {
#pragma omp simd
        for (Size c = 0; c < channels; ++c) mean[c] += x[pixel * channels + c];
    }
    for (Size c = 0; c < channels; ++c) mean[c] /= static_cast<T>(pixels);
    for (Size pixel = 0; pixel < pixels; ++pixel) {
#pragma omp simd
        for (Size c = 0; c < channels; ++c) {
            const T difference = x[pixel * channels + c] - mean[c];
            squares[c] += difference * difference;
        }
    }
    moments.add(mean, squares, static_cast<double>(pixels));
}

// Mean and (biased) variance of every channel of every map.
template <typename T>
void statistics(const T* x, T* mean, T* variance, const Shape& s, int threads) {
    const Size parts = parts_of(s.batch);
    // As many pixels as stay in the cache for the second look at them.
    const Size block = std::max<Size>(1, 32768 / (s.channels * Size(sizeof(T))));
    std::vector<Moments> moments(s.maps * parts, Moments(s.channels));
    in_parallel(s.maps * parts, threads, [&](Size task) {
        std::vector<T> scratch;
        for (Size image = task % parts; image < s.batch; image += parts) {
            const T* begin = x + s.image(task / parts, image);
            for (Size pixel = 0; pixel < s.pixels; pixel += block)
                add_block(moments[task], begin + pixel * s.channels,
                          std::min(block, s.pixels - pixel), s.channels, scratch);
        }
    });
    for (Size map = 0; map < s.maps; ++map) {
        Moments all(s.channels);
        for (Size part = 0; part < parts; ++part) {
            const Moments& one = moments[map * parts + part];
            all.add(one.mean.data(), one.squares.data(), one.count);
        }
        for (Size c = 0; c < s.channels; ++c) {
            mean[map * s.channels + c] = static_cast<T>(all.mean[c]);
            variance[map * s.channels + c] = static_cast<T>(all.squares[c] / all.count);
        }
    }
}

// out, and the mean of each image's pixels: "n b c".
template <typename T>
void norm_gelu(const T* x, const T* mean, const T* scale, const T* shift, T* out, T* pooled,
               const Shape& s, int threads) {
    in_parallel(s.maps * s.batch, threads, [&](Size task) {
        const Size channels = s.channels, first = task / s.batch * channels;
        const T *m = mean + first, *a = scale + first, *b = shift + first;
        const T* from = x + task * s.pixels * channels;
        T* to = out + task * s.pixels * channels;
        T* sums = pooled + task * channels;
        std::fill(sums, sums + channels, T(0));
        for (Size pixel = 0; pixel < s.pixels; ++pixel, from += channels, to += channels) {
#pragma omp simd
            for (Size c = 0; c < channels; ++c) {
                const T z = a[c] * (from[c] - m[c]) + b[c];
                T below, density;
                normal(z, below, density);
                to[c] = z * below;
                sums[c] += to[c];
            }
        }
        for (Size c = 0; c < channels; ++c) sums[c] /= static_cast<T>(s.pixels);
    });
}

// The gradient of z; pooled_grad (or null) is that of the means. Per image also the sums of that
// over its pixels, and of it times x - mean.
template <typename T>
void gelu_gradient(const T* x, const T* mean, const T* scale, const T* shift, const T* grad,
                   const T* pooled_grad, T* out, T* sums, const Shape& s, int threads) {
    in_parallel(s.maps * s.batch, threads, [&](Size task) {
        const Size channels = s.channels, first = task / s.batch * channels;
        const T *m = mean + first, *a = scale + first, *b = shift + first;
        const T* from = x + task * s.pixels * channels;
        const T* upstream = grad + task * s.pixels * channels;
        T* to = out + task * s.pixels * channels;
        std::vector<T> even(channels, T(0));
        if (pooled_grad)
            for (Size c = 0; c < channels; ++c)
                even[c] = pooled_grad[task * channels + c] / static_cast<T>(s.pixels);
        T* sum = sums + 2 * task * channels;
        T* products = sum + channels;
        const T* share = even.data();
        for (Size pixel = 0; pixel < s.pixels; ++pixel) {
#pragma omp simd
            for (Size c = 0; c < channels; ++c) {
                const T centred = from[c] - m[c];
                const T z = a[c] * centred + b[c];
                T below, density;
                normal(z, below, density);
                to[c] = (upstream[c] + share[c]) * (below + z * density);
                sum[c] += to[c];
                products[c] += to[c] * centred;
            }
            from += channels;
            upstream += channels;
            to += channels;
        }
    });
}

// In place, the gradient of z becomes that of x: scale * (grad - even - slope * (x - mean)).
template <typename T>
void norm_gradient(const T* x, const T* mean, const T* scale, const T* even, const T* slope, T* grad,
                   const Shape& s, int threads) {
    in_parallel(s.maps * s.batch, threads, [&](Size task) {
        const Size channels = s.channels, first = task / s.batch * channels;
        const T *m = mean + first, *a = scale + first, *e = even + first, *k = slope + first;
        const T* from = x + task * s.pixels * channels;
        T* to = grad + task * s.pixels * channels;
        for (Size pixel = 0; pixel < s.pixels; ++pixel, from += channels, to += channels) {
#pragma omp simd
            for (Size c = 0; c < channels; ++c)
                to[c] = a[c] * (to[c] - e[c] - k[c] * (from[c] - m[c]));
        }
    });
}

// From the gradient of out to those of x ("n b p c"), weight and shift ("n c").
template <typename T>
void norm_gelu_gradient(const T* x, const T* mean, const T* deviation, const T* scale,
                        const T* shift, const T* grad, const T* pooled_grad, T* x_grad,
                        T* weight_grad, T* shift_grad, const Shape& s, int threads) {
    const Size channels = s.channels;
    std::vector<T> sums(2 * s.maps * s.batch * channels, T(0));
    gelu_gradient(x, mean, scale, shift, grad, pooled_grad, x_grad, sums.data(), s, threads);
    std::vector<T> even(s.maps * channels), slope(s.maps * channels), all(2 * channels);
    const T pixels = static_cast<T>(s.batch * s.pixels);
    for (Size map = 0; map < s.maps; ++map) {
        sum_parts(sums.data() + 2 * map * s.batch * channels, s.batch, 2 * channels, all.data());
        for (Size c = 0, i = map * channels; c < channels; ++c, ++i) {
            shift_grad[i] = all[c];
            weight_grad[i] = all[channels + c] / deviation[i];
            even[i] = all[c] / pixels;
            slope[i] = all[channels + c] / (deviation[i] * deviation[i] * pixels);
        }
    }
    norm_gradient(x, mean, scale, even.data(), slope.data(), x_grad, s, threads);
}

}  // namespace

#define SHAPE Size maps, Size batch, Size pixels, Size channels, int threads
#define SHAPED (Shape{maps, batch, pixels, channels}), threads

EXPORT(statistics, (const T* x, T* mean, T* variance, SHAPE), (x, mean, variance, SHAPED))
EXPORT(norm_gelu,
       (const T* x, const T* mean, const T* scale, const T* shift, T* out, T* pooled, SHAPE),
       (x, mean, scale, shift, out, pooled, SHAPED))
EXPORT(norm_gelu_gradient,
       (const T* x, const T* mean, const T* deviation, const T* scale, const T* shift,
        const T* grad, const T* pooled_grad, T* x_grad, T* weight_grad, T* shift_grad, SHAPE),
       (x, mean, deviation, scale, shift, grad, pooled_grad, x_grad, weight_grad, shift_grad,
        SHAPED))
