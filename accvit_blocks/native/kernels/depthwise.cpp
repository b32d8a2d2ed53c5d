// Depthwise 3 x 3 convolutions of one map at n dilations, and their gradients.
// Maps are "b h w c", outputs "n b (h / stride) (w / stride) c", kernels "n 3 3 c".
#include "kernel.hpp"

namespace {

struct Shape {
    Size branches, batch, height, width, channels, stride;
    const Size* dilations;
    Size rows() const { return (height + stride - 1) / stride; }
    Size columns() const { return (width + stride - 1) / stride; }
    Size input(Size image, Size row, Size column) const {
        return ((image * height + row) * width + column) * channels;
    }
    Size output(Size branch, Size image, Size row, Size column) const {
        return (((branch * batch + image) * rows() + row) * columns() + column) * channels;
    }
    Size kernel(Size branch, Size tap) const { return (branch * 9 + tap) * channels; }
};

bool inside(Size row, Size column, Size rows, Size columns) {
    return row >= 0 && row < rows && column >= 0 && column < columns;
}

// Pairs of rows of c numbers, whose products are added up.
template <typename T>
class Products {
  public:
    explicit Products(Size most) : left_(most), right_(most) {}

    void clear() { count_ = 0; }
    void add(const T* left, const T* right) {
        left_[count_] = left;
        right_[count_++] = right;
    }
    // Their sum, on top of `start` (or null for zeros).
    void sum(const T* start, T* out, Size channels) const {
        Size c = 0;
        for (; c + 4 * LANES<T> <= channels; c += 4 * LANES<T>) several<4>(start, out, c);
        for (; c + LANES<T> <= channels; c += LANES<T>) several<1>(start, out, c);
        for (; c < channels; ++c) {
            T sum = start ? start[c] : 0;
            for (Size i = 0; i < count_; ++i) sum += left_[i][c] * right_[i][c];
            out[c] = sum;
        }
    }

  private:
    template <int N>
    void several(const T* start, T* out, Size c) const {
        using V = Vector<T>;
        V sums[N] = {};
        if (start)
            for (int k = 0; k < N; ++k) sums[k] = vectors(start + c)[k];
        for (Size i = 0; i < count_; ++i) {
            const V* left = vectors(left_[i] + c);
            const V* right = vectors(right_[i] + c);
            for (int k = 0; k < N; ++k) sums[k] += left[k] * right[k];
        }
        for (int k = 0; k < N; ++k) vectors(out + c)[k] = sums[k];
    }

    Size count_ = 0;
    std::vector<const T*> left_, right_;
};

template <typename T>
void depthwise(const T* x, const T* kernels, T* out, const Shape& s, int threads) {
    in_parallel(s.branches * s.batch * s.rows(), threads, [&](Size part) {
        const Size row = part % s.rows();
        const Size image = part / s.rows() % s.batch;
        const Size branch = part / s.rows() / s.batch;
        const Size dilation = s.dilations[branch];
        Products<T> products(9);
        for (Size column = 0; column < s.columns(); ++column) {
            products.clear();
            for (Size tap = 0; tap < 9; ++tap) {
                const Size y = row * s.stride + (tap / 3 - 1) * dilation;
                const Size z = column * s.stride + (tap % 3 - 1) * dilation;
                if (inside(y, z, s.height, s.width))
                    products.add(x + s.input(image, y, z), kernels + s.kernel(branch, tap));
            }
            products.sum(nullptr, out + s.output(branch, image, row, column), s.channels);
        }
    });
}

// Of the map: every input pixel collects from all the outputs that it has gone into. What else its
// strided pixels have gone into has given them `strided_grad` (or null).
template <typename T>
void depthwise_map_gradient(const T* grad, const T* strided_grad, const T* kernels, T* out,
                            const Shape& s, int threads) {
    in_parallel(s.batch * s.height, threads, [&](Size part) {
        const Size row = part % s.height, image = part / s.height;
        Products<T> products(9 * s.branches);
        for (Size column = 0; column < s.width; ++column) {
            products.clear();
            for (Size branch = 0; branch < s.branches; ++branch) {
                for (Size tap = 0; tap < 9; ++tap) {
                    const Size y = row - (tap / 3 - 1) * s.dilations[branch];
                    const Size z = column - (tap % 3 - 1) * s.dilations[branch];
                    if (inside(y, z, s.height, s.width) && y % s.stride == 0 && z % s.stride == 0)
                        products.add(
                            grad + s.output(branch, image, y / s.stride, z / s.stride),
                            kernels + s.kernel(branch, tap));
                }
            }
            const bool strided = row % s.stride == 0 && column % s.stride == 0;
            const Size place = s.output(0, image, row / s.stride, column / s.stride);
            products.sum(strided_grad && strided ? strided_grad + place : nullptr,
                         out + s.input(image, row, column), s.channels);
        }
    });
}

// The outputs, of a row or of a column, whose input at this offset lies inside.
struct Reach {
    Size first, last;
    Reach(Size offset, Size inputs, Size outputs, Size stride)
        : first(offset < 0 ? (stride - 1 - offset) / stride : 0),
          last(std::min(outputs, (std::max<Size>(inputs - offset, 0) + stride - 1) / stride)) {}
};

// Adds to `sum` the products of n pixels, N vectors of channels each.
template <int N, typename V, typename T>
void add_products(T* sum, const T* x, Size step, const T* grad, Size grad_step, Size n) {
    V sums[N];
    for (int k = 0; k < N; ++k) std::memcpy(&sums[k], sum + k * (sizeof(V) / sizeof(T)), sizeof(V));
    for (Size i = 0; i < n; ++i, x += step, grad += grad_step) {
        for (int k = 0; k < N; ++k) {
            V left, right;
            std::memcpy(&left, x + k * (sizeof(V) / sizeof(T)), sizeof(V));
            std::memcpy(&right, grad + k * (sizeof(V) / sizeof(T)), sizeof(V));
            sums[k] += left * right;
        }
    }
    for (int k = 0; k < N; ++k) std::memcpy(sum + k * (sizeof(V) / sizeof(T)), &sums[k], sizeof(V));
}

// One tap's gradient from one row of outputs.
template <typename T>
void add_row(T* sum, const T* x, Size step, const T* grad, Size channels, Size n) {
    Size c = 0;
    for (; c + 4 * LANES<T> <= channels; c += 4 * LANES<T>)
        add_products<4, Vector<T>>(sum + c, x + c, step, grad + c, channels, n);
    for (; c + LANES<T> <= channels; c += LANES<T>)
        add_products<1, Vector<T>>(sum + c, x + c, step, grad + c, channels, n);
    for (; c < channels; ++c) add_products<1, T>(sum + c, x + c, step, grad + c, channels, n);
}

template <typename T>
void depthwise_kernel_gradient(const T* x, const T* grad, T* out, const Shape& s, int threads) {
    const Size parts = parts_of(s.batch), size = s.branches * 9 * s.channels;
    std::vector<T> sums(parts * size, T(0));
    in_parallel(parts * s.branches, threads, [&](Size task) {
        const Size part = task / s.branches, branch = task % s.branches;
        const Size dilation = s.dilations[branch];
        for (Size image = part; image < s.batch; image += parts) {
            for (Size row = 0; row < s.rows(); ++row) {
                for (Size tap = 0; tap < 9; ++tap) {
                    const Size y = row * s.stride + (tap / 3 - 1) * dilation;
                    const Size offset = (tap % 3 - 1) * dilation;
                    const Reach reach(offset, s.width, s.columns(), s.stride);
                    if (y < 0 || y >= s.height || reach.last <= reach.first) continue;
                    add_row(sums.data() + part * size + s.kernel(branch, tap),
                            x + s.input(image, y, reach.first * s.stride + offset),
                            s.stride * s.channels,
                            grad + s.output(branch, image, row, reach.first), s.channels,
                            reach.last - reach.first);
                }
            }
        }
    });
    sum_parts(sums.data(), parts, size, out);
}

}  // namespace

#define SHAPE                                                                                \
    Size branches, Size batch, Size height, Size width, Size channels, Size stride,          \
        const Size *dilations, int threads
#define SHAPED (Shape{branches, batch, height, width, channels, stride, dilations}), threads

EXPORT(depthwise, (const T* x, const T* kernels, T* out, SHAPE), (x, kernels, out, SHAPED))
EXPORT(depthwise_map_gradient,
       (const T* grad, const T* strided_grad, const T* kernels, T* out, SHAPE),
       (grad, strided_grad, kernels, out, SHAPED))
EXPORT(depthwise_kernel_gradient, (const T* x, const T* grad, T* out, SHAPE),
       (x, grad, out, SHAPED))
