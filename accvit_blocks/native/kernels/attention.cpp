// Windows one by one, as products of small matrices.
#include "windows.hpp"

namespace {

Size padded(Size n, Size lanes) { return (n + lanes - 1) / lanes * lanes; }

// Matrices of one window and one head lie in scratch memory, their rows padded to whole vectors.
template <typename T>
struct Matrix {
    Matrix(Size rows, Size columns)
        : columns(padded(columns, LANES<T>)), data(rows * this->columns, T(0)) {}
    T* row(Size i) { return data.data() + i * columns; }
    const T* row(Size i) const { return data.data() + i * columns; }
    Size columns;
    std::vector<T> data;
};

// M x N vectors of out = left * right. left[i][k] lies at i * rows + k * columns.
template <int M, int N, typename T>
void tile(const T* left, Size rows, Size columns, const T* right, Size stride, Size depth, T* out,
          Size out_stride) {
    using V = Vector<T>;
    V sums[M][N] = {};
    for (Size k = 0; k < depth; ++k) {
        const V* from = reinterpret_cast<const V*>(right + k * stride);
        for (int i = 0; i < M; ++i) {
            const T factor = left[i * rows + k * columns];
            for (int j = 0; j < N; ++j) sums[i][j] += factor * from[j];
        }
    }
    for (int i = 0; i < M; ++i)
        for (int j = 0; j < N; ++j) reinterpret_cast<V*>(out + i * out_stride)[j] = sums[i][j];
}

template <int N, typename T>
void columns_of(const T* left, Size count, Size rows, Size columns, const T* right, Size stride,
                Size depth, T* out, Size out_stride) {
    Size i = 0;
    for (; i + 4 <= count; i += 4)
        tile<4, N>(left + i * rows, rows, columns, right, stride, depth, out + i * out_stride,
                   out_stride);
    for (; i < count; ++i)
        tile<1, N>(left + i * rows, rows, columns, right, stride, depth, out + i * out_stride,
                   out_stride);
}

// out (count x right's columns) = left * right, over depth.
template <typename T>
void multiply(const T* left, Size count, Size rows, Size columns, const Matrix<T>& right, Size depth,
              Matrix<T>& out) {
    const Size vectors = right.columns / LANES<T>;
    Size j = 0;
    for (; j + 4 <= vectors; j += 4)
        columns_of<4>(left, count, rows, columns, right.row(0) + j * LANES<T>, right.columns, depth,
                      out.row(0) + j * LANES<T>, out.columns);
    for (; j < vectors; ++j)
        columns_of<1>(left, count, rows, columns, right.row(0) + j * LANES<T>, right.columns, depth,
                      out.row(0) + j * LANES<T>, out.columns);
}

template <typename T>
void multiply(const Matrix<T>& left, Size count, const Matrix<T>& right, Size depth,
              Matrix<T>& out) {
    multiply(left.row(0), count, left.columns, Size(1), right, depth, out);
}

template <typename T>
void multiply_transposed(const Matrix<T>& left, Size count, const Matrix<T>& right, Size depth,
                         Matrix<T>& out) {
    multiply(left.row(0), count, Size(1), left.columns, right, depth, out);
}

// Where the pixels of one window lie.
class Window {
  public:
    explicit Window(const Shape& s) : pixels_(s.tokens()) {}

    void move_to(const Shape& s, Size branch, Size image, Size number) {
        for (Size t = 0; t < s.tokens(); ++t)
            pixels_[t] = s.pixel(branch, image, number, t / s.window, t % s.window);
    }

    template <typename T>
    void gather(const T* from, Size stride, Size width, Matrix<T>& out) const {
        for (std::size_t t = 0; t < pixels_.size(); ++t)
            copy(from + pixels_[t] * stride, width, out.row(t));
    }

    template <typename T>
    void gather_transposed(const T* from, Size stride, Size width, Matrix<T>& out) const {
        for (std::size_t t = 0; t < pixels_.size(); ++t) {
            const T* row = from + pixels_[t] * stride;
            for (Size e = 0; e < width; ++e) out.row(e)[t] = row[e];
        }
    }

    template <typename T>
    void scatter(const Matrix<T>& from, Size stride, Size width, T* out) const {
        for (std::size_t t = 0; t < pixels_.size(); ++t)
            copy(from.row(t), width, out + pixels_[t] * stride);
    }

  private:
    // By eights, as wide as most heads are a multiple of: a call to memcpy would take longer.
    template <typename T>
    static void copy(const T* from, Size n, T* to) {
        Size e = 0;
        for (; e + 8 <= n; e += 8) std::memcpy(to + e, from + e, 8 * sizeof(T));
        for (; e < n; ++e) to[e] = from[e];
    }

    std::vector<Size> pixels_;
};

// A row is worked on in whole vectors: what fills it up has a bias of minus infinity, so that its
// share is zero.
template <typename T>
T sum_of(const Vector<T>& lanes) {
    T sum = 0;
    for (Size l = 0; l < LANES<T>; ++l) sum += lanes[l];
    return sum;
}

template <typename T>
T highest_of(const Vector<T>& lanes) {
    T highest = lanes[0];
    for (Size l = 1; l < LANES<T>; ++l) highest = lanes[l] > highest ? lanes[l] : highest;
    return highest;
}

// Softmax of every row of scale * logits + bias, in place.
template <typename T>
void softmax(Matrix<T>& logits, T scale, const T* bias, Size tokens) {
    const Size columns = logits.columns, count = columns / LANES<T>;
    for (Size i = 0; i < tokens; ++i) {
        T* row = logits.row(i);
        Vector<T>* lanes = vectors(row);
        const Vector<T>* added = vectors(bias + i * columns);
        Vector<T> most = lanes[0] = scale * lanes[0] + added[0];
        for (Size j = 1; j < count; ++j) {
            lanes[j] = scale * lanes[j] + added[j];
            most = lanes[j] > most ? lanes[j] : most;
        }
        const T highest = highest_of<T>(most);
#pragma omp simd
        for (Size j = 0; j < count * LANES<T>; ++j) row[j] = exponential(row[j] - highest);
        Vector<T> sums = {};
        for (Size j = 0; j < count; ++j) sums += lanes[j];
        const T part = T(1) / sum_of<T>(sums);
        for (Size j = 0; j < count; ++j) lanes[j] *= part;
    }
}

// Biases, their rows padded to whole vectors: "n m t columns".
template <typename T>
std::vector<T> padded_bias(const T* bias, Size rows, Size tokens) {
    const Size columns = padded(tokens, LANES<T>);
    std::vector<T> out(rows * columns, -std::numeric_limits<T>::infinity());
    for (Size i = 0; i < rows; ++i)
        std::copy(bias + i * tokens, bias + (i + 1) * tokens, out.begin() + i * columns);
    return out;
}

template <typename T>
void attention(const T* qkv, const T* bias, T* out, const Shape& s, int threads) {
    const Size t = s.tokens(), stride = s.inputs();
    const std::vector<T> biases = padded_bias(bias, s.branches * s.heads * t, t);
    in_parallel(s.branches * s.batch, threads, [&](Size task) {
        const Size image = task % s.batch, branch = task / s.batch;
        Matrix<T> q(t, s.width), keys(s.width, t), v(t, s.width), shares(t, t), result(t, s.width);
        Window window(s);
        T* to = out + s.map(branch);
        for (Size number = 0; number < s.windows(); ++number) {
            window.move_to(s, branch, image, number);
            for (Size head = 0; head < s.heads; ++head) {
                window.gather(qkv + begin(s, branch, 0, head), stride, s.width, q);
                window.gather_transposed(qkv + begin(s, branch, 1, head), stride, s.width, keys);
                window.gather(qkv + begin(s, branch, 2, head), stride, s.width, v);
                multiply(q, t, keys, s.width, shares);
                softmax(shares, scale_of<T>(s),
                        biases.data() + (branch * s.heads + head) * t * shares.columns, t);
                multiply(shares, t, v, t, result);
                window.scatter(result, s.channels(), s.width, to + head * s.width);
            }
        }
    });
}

// From the gradient of the shares to that of scale * queries * keys, in place, but for the scale;
// adds it to the bias's.
template <typename T>
void softmax_gradient(const Matrix<T>& shares, Matrix<T>& grad, T scale, T* bias_grad, Size tokens) {
    const Size columns = shares.columns, count = columns / LANES<T>;
    for (Size i = 0; i < tokens; ++i) {
        const Vector<T>* share = vectors(shares.row(i));
        Vector<T>* row = vectors(grad.row(i));
        Vector<T>* added = vectors(bias_grad + i * columns);
        Vector<T> sums = {};
        for (Size j = 0; j < count; ++j) sums += share[j] * row[j];
        const T sum = sum_of<T>(sums);
        for (Size j = 0; j < count; ++j) {
            const Vector<T> logit = share[j] * (row[j] - sum);
            added[j] += logit;
            row[j] = scale * logit;
        }
    }
}

template <typename T>
struct Scratch {
    Scratch(Size t, Size e)
        : q(t, e), k(t, e), v(e, t), keys(e, t), grad(t, e), shares(t, t), slopes(t, t), result(t, e) {}
    Matrix<T> q, k, v, keys, grad, shares, slopes, result;  // v, keys: transposed
};

template <typename T>
void window_gradient(const T* qkv, const T* bias, const T* grad, T* qkv_grad, T* bias_grad,
                     const Window& window, Size branch, Size head, const Shape& s, Scratch<T>& m) {
    const Size t = s.tokens(), e = s.width, stride = s.inputs();
    const Size q = begin(s, branch, 0, head), k = begin(s, branch, 1, head);
    const Size v = begin(s, branch, 2, head);
    window.gather(qkv + q, stride, e, m.q);
    window.gather(qkv + k, stride, e, m.k);
    window.gather_transposed(qkv + k, stride, e, m.keys);
    window.gather_transposed(qkv + v, stride, e, m.v);
    window.gather(grad + head * e, s.channels(), e, m.grad);
    multiply(m.q, t, m.keys, e, m.shares);
    softmax(m.shares, scale_of<T>(s), bias, t);
    multiply_transposed(m.shares, t, m.grad, t, m.result);
    window.scatter(m.result, stride, e, qkv_grad + v);
    multiply(m.grad, t, m.v, e, m.slopes);
    softmax_gradient(m.shares, m.slopes, scale_of<T>(s), bias_grad, t);
    multiply(m.slopes, t, m.k, t, m.result);
    window.scatter(m.result, stride, e, qkv_grad + q);
    multiply_transposed(m.slopes, t, m.q, t, m.result);
    window.scatter(m.result, stride, e, qkv_grad + k);
}

template <typename T>
void attention_gradient(const T* qkv, const T* bias, const T* grad, T* qkv_grad, T* bias_grad,
                        const Shape& s, int threads) {
    const Size t = s.tokens(), parts = parts_of(s.batch), rows = s.branches * s.heads * t;
    const Size columns = padded(t, LANES<T>), size = rows * columns;
    const std::vector<T> biases = padded_bias(bias, rows, t);
    std::vector<T> sums(parts * size, T(0)), all(size);
    in_parallel(parts * s.branches, threads, [&](Size task) {
        const Size branch = task % s.branches, part = task / s.branches;
        const T* from = grad + s.map(branch);
        Scratch<T> scratch(t, s.width);
        Window window(s);
        for (Size image = part; image < s.batch; image += parts) {
            for (Size number = 0; number < s.windows(); ++number) {
                window.move_to(s, branch, image, number);
                for (Size head = 0; head < s.heads; ++head) {
                    const Size own = (branch * s.heads + head) * t * columns;
                    window_gradient(qkv, biases.data() + own, from, qkv_grad,
                                    sums.data() + part * size + own, window, branch, head, s,
                                    scratch);
                }
            }
        }
    });
    sum_parts(sums.data(), parts, size, all.data());
    for (Size i = 0; i < rows; ++i)
        std::copy_n(all.begin() + i * columns, t, bias_grad + i * t);
}

}  // namespace

EXPORT(attention, (const T* qkv, const T* bias, T* out, SHAPE), (qkv, bias, out, SHAPED))
EXPORT(attention_gradient,
       (const T* qkv, const T* bias, const T* grad, T* qkv_grad, T* bias_grad, SHAPE),
       (qkv, bias, grad, qkv_grad, bias_grad, SHAPED))
