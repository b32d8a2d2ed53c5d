// The gate: out = sum over n of softmax over n(weight[n] * x + bias[n]) * strength[n] * branch[n].
//
// Branches are "n b p c", p pixels; x is "b p c", strengths (a squeeze-and-excitation's, or null
// for ones) "n b c", weight and bias "n c".
#include "kernel.hpp"

namespace {

struct Shape {
    Size batch, pixels, channels;
    Size size() const { return batch * pixels * channels; }
    Size image(Size image) const { return image * pixels * channels; }
};

// The shares of N branches at one element; they become probabilities in place.
template <int N, typename T>
inline void softmax(T (&shares)[N]) {
    T most = shares[0];
    for (int n = 1; n < N; ++n) most = shares[n] > most ? shares[n] : most;
    T sum = 0;
    for (int n = 0; n < N; ++n) sum += shares[n] = exponential(shares[n] - most);
    const T part = T(1) / sum;
    for (int n = 0; n < N; ++n) shares[n] *= part;
}

template <int N, typename T>
void fuse(const T* branches, const T* strengths, const T* x, const T* weight, const T* bias, T* out,
          const Shape& s, int threads) {
    in_parallel(s.batch, threads, [&](Size image) {
        const Size channels = s.channels;
        const std::vector<T> ones(strengths ? 0 : channels, T(1));
        const T *branch[N], *strength[N];
        for (int n = 0; n < N; ++n) {
            branch[n] = branches + n * s.size() + s.image(image);
            strength[n] =
                strengths ? strengths + (n * s.batch + image) * channels : ones.data();
        }
        const T* from = x + s.image(image);
        T* to = out + s.image(image);
        for (Size pixel = 0; pixel < s.pixels; ++pixel) {
#pragma omp simd
            for (Size c = 0; c < channels; ++c) {
                T shares[N];
                for (int n = 0; n < N; ++n)
                    shares[n] = weight[n * channels + c] * from[c] + bias[n * channels + c];
                softmax<N>(shares);
                T sum = 0;
                for (int n = 0; n < N; ++n) sum += shares[n] * strength[n][c] * branch[n][c];
                to[c] = sum;
            }
            from += channels;
            to += channels;
            for (int n = 0; n < N; ++n) branch[n] += channels;
        }
    });
}

template <typename T>
struct Gradients {
    T *branches, *strengths, *x, *weight, *bias;  // strengths null where there are none
};

// Gradients of one image; those of strengths, weight and bias are added up.
template <int N, typename T>
void fuse_image_gradient(const T* grad, const T* branches, const T* strengths, const T* x,
                         const T* weight, const T* bias, const Gradients<T>& to, Size image,
                         const Shape& s) {
    const Size channels = s.channels;
    for (Size pixel = 0; pixel < s.pixels; ++pixel) {
        const Size place = s.image(image) + pixel * channels;
        const T *upstream = grad + place, *branch = branches + place, *from = x + place;
        T *branch_grad = to.branches + place, *x_grad = to.x + place;
        const Size size = s.size(), images = s.batch * channels;
#pragma omp simd
        for (Size c = 0; c < channels; ++c) {
            T shares[N], slopes[N];
            for (int n = 0; n < N; ++n)
                shares[n] = weight[n * channels + c] * from[c] + bias[n * channels + c];
            softmax<N>(shares);
            T mean = 0;
            for (int n = 0; n < N; ++n) {
                const T value = branch[n * size + c], strength = strengths[n * images + c];
                branch_grad[n * size + c] = upstream[c] * shares[n] * strength;
                to.strengths[n * images + c] += upstream[c] * shares[n] * value;
                slopes[n] = upstream[c] * strength * value;
                mean += shares[n] * slopes[n];
            }
            T sum = 0;
            for (int n = 0; n < N; ++n) {
                const T logit = shares[n] * (slopes[n] - mean);
                sum += logit * weight[n * channels + c];
                to.weight[n * channels + c] += logit * from[c];
                to.bias[n * channels + c] += logit;
            }
            x_grad[c] = sum;
        }
    }
}

template <int N, typename T>
void fuse_gradient(const T* grad, const T* branches, const T* strengths, const T* x,
                   const T* weight, const T* bias, const Gradients<T>& to, const Shape& s,
                   int threads) {
    const Size parts = parts_of(s.batch), size = N * s.channels;
    std::vector<T> sums(2 * parts * size, T(0));
    // Without strengths, ones, whose gradients nobody reads.
    const std::vector<T> ones(strengths ? 0 : s.batch * size, T(1));
    std::vector<T> unread(strengths ? 0 : s.batch * size);
    if (to.strengths) std::fill(to.strengths, to.strengths + s.batch * size, T(0));
    in_parallel(parts, threads, [&](Size part) {
        Gradients<T> own = to;
        own.weight = sums.data() + 2 * part * size;
        own.bias = own.weight + size;
        for (Size image = part; image < s.batch; image += parts) {
            const Size first = image * s.channels;
            own.strengths = (strengths ? to.strengths : unread.data()) + first;
            fuse_image_gradient<N>(grad, branches, (strengths ? strengths : ones.data()) + first, x,
                                   weight, bias, own, image, s);
        }
    });
    std::vector<T> all(2 * size);
    sum_parts(sums.data(), parts, 2 * size, all.data());
    std::copy(all.begin(), all.begin() + size, to.weight);
    std::copy(all.begin() + size, all.end(), to.bias);
}

template <typename T>
void gate(Size branches, const T* values, const T* strengths, const T* x, const T* weight,
          const T* bias, T* out, const Shape& s, int threads) {
    switch (branches) {
        case 2: return fuse<2>(values, strengths, x, weight, bias, out, s, threads);
        case 3: return fuse<3>(values, strengths, x, weight, bias, out, s, threads);
        case 4: return fuse<4>(values, strengths, x, weight, bias, out, s, threads);
    }
}

template <typename T>
void gate_gradient(Size branches, const T* grad, const T* values, const T* strengths, const T* x,
                   const T* weight, const T* bias, const Gradients<T>& to, const Shape& s,
                   int threads) {
    switch (branches) {
        case 2: return fuse_gradient<2>(grad, values, strengths, x, weight, bias, to, s, threads);
        case 3: return fuse_gradient<3>(grad, values, strengths, x, weight, bias, to, s, threads);
        case 4: return fuse_gradient<4>(grad, values, strengths, x, weight, bias, to, s, threads);
    }
}

}  // namespace

#define SHAPE Size batch, Size pixels, Size channels, int threads
#define SHAPED (Shape{batch, pixels, channels}), threads

EXPORT(gate,
       (Size branches, const T* values, const T* strengths, const T* x, const T* weight,
        const T* bias, T* out, SHAPE),
       (branches, values, strengths, x, weight, bias, out, SHAPED))
EXPORT(gate_gradient,
       (Size branches, const T* grad, const T* values, const T* strengths, const T* x,
        const T* weight, const T* bias, T* value_grad, T* strength_grad, T* x_grad, T* weight_grad,
        T* bias_grad, SHAPE),
       (branches, grad, values, strengths, x, weight, bias,
        (Gradients<T>{value_grad, strength_grad, x_grad, weight_grad, bias_grad}), SHAPED))
