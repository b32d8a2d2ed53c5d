// Windows of few pixels, many at a time: each takes one lane of the vectors, for matrices as small
// as theirs would leave most lanes empty.
#include "windows.hpp"

namespace {

template <typename T>
Vector<T> exponentials(const Vector<T>& x) {
    alignas(64) T lanes[LANES<T>];
    std::memcpy(lanes, &x, sizeof lanes);
#pragma omp simd
    for (Size l = 0; l < LANES<T>; ++l) lanes[l] = exponential(lanes[l]);
    Vector<T> out;
    std::memcpy(&out, lanes, sizeof out);
    return out;
}

// As many windows of one branch as there are lanes; TOKENS pixels each. Lanes that are left over
// repeat the last window.
template <int TOKENS, typename T>
class Group {
  public:
    Group(const Shape& s, Size branch, Size first) {
        const Size last = s.batch * s.windows() - 1;
        used_ = std::min(LANES<T>, last + 1 - first);
        for (Size l = 0; l < LANES<T>; ++l) {
            const Size place = std::min(first + l, last);
            for (Size t = 0; t < TOKENS; ++t)
                pixels_[t][l] = s.pixel(branch, place / s.windows(), place % s.windows(),
                                        t / s.window, t % s.window);
        }
    }

    // out: tokens x width vectors. Lanes from `lanes` on are zero.
    void load(const T* from, Size stride, Size width, Size lanes, Vector<T>* out) const {
        T* to = reinterpret_cast<T*>(out);
        if (lanes < LANES<T>) std::fill(to, to + TOKENS * width * LANES<T>, T(0));
        for (Size t = 0; t < TOKENS; ++t)
            for (Size l = 0; l < lanes; ++l) {
                const T* row = from + pixels_[t][l] * stride;
                for (Size e = 0; e < width; ++e) to[(t * width + e) * LANES<T> + l] = row[e];
            }
    }

    void store(const Vector<T>* from, Size stride, Size width, T* out) const {
        const T* lanes = reinterpret_cast<const T*>(from);
        for (Size t = 0; t < TOKENS; ++t)
            for (Size l = 0; l < used_; ++l) {
                T* row = out + pixels_[t][l] * stride;
                for (Size e = 0; e < width; ++e) row[e] = lanes[(t * width + e) * LANES<T> + l];
            }
    }

    Size used() const { return used_; }

  private:
    Size used_;
    Size pixels_[TOKENS][LANES<T>];
};

// left (width) times each of the TOKENS rows of right.
template <int TOKENS, typename T>
void products(const Vector<T>* left, const Vector<T>* right, Size width, Vector<T> (&out)[TOKENS]) {
    for (int j = 0; j < TOKENS; ++j) out[j] = Vector<T>{};
    for (Size e = 0; e < width; ++e)
        for (int j = 0; j < TOKENS; ++j) out[j] += left[e] * right[j * width + e];
}

// The shares of one query among the keys.
template <int TOKENS, typename T>
void shares_of(const Vector<T>* query, const Vector<T>* keys, const T* bias, Size width, T scale,
               Vector<T> (&shares)[TOKENS]) {
    products<TOKENS, T>(query, keys, width, shares);
    for (int j = 0; j < TOKENS; ++j) shares[j] = scale * shares[j] + bias[j];
    Vector<T> most = shares[0], sum = {};
    for (int j = 1; j < TOKENS; ++j) most = shares[j] > most ? shares[j] : most;
    for (int j = 0; j < TOKENS; ++j) sum += shares[j] = exponentials<T>(shares[j] - most);
    for (int j = 0; j < TOKENS; ++j) shares[j] /= sum;
}

template <typename T>
Size groups_of(const Shape& s) {
    return (s.batch * s.windows() + LANES<T> - 1) / LANES<T>;
}

template <int TOKENS, typename T>
void attend(const T* qkv, const T* bias, T* out, const Shape& s, int threads) {
    const Size groups = groups_of<T>(s), width = s.width, matrix = TOKENS * width;
    in_parallel(s.branches * groups, threads, [&](Size task) {
        const Size branch = task / groups, first = task % groups * LANES<T>;
        const Group<TOKENS, T> group(s, branch, first);
        std::vector<T> scratch(4 * matrix * LANES<T>);
        Vector<T>*q = vectors(scratch.data()), *k = q + matrix, *v = k + matrix, *result = v + matrix;
        for (Size head = 0; head < s.heads; ++head) {
            const T* biases = bias + (branch * s.heads + head) * TOKENS * TOKENS;
            group.load(qkv + begin(s, branch, 0, head), s.inputs(), width, LANES<T>, q);
            group.load(qkv + begin(s, branch, 1, head), s.inputs(), width, LANES<T>, k);
            group.load(qkv + begin(s, branch, 2, head), s.inputs(), width, LANES<T>, v);
            for (int i = 0; i < TOKENS; ++i) {
                Vector<T> shares[TOKENS];
                shares_of<TOKENS, T>(q + i * width, k, biases + i * TOKENS, width, scale_of<T>(s),
                                  shares);
                for (Size e = 0; e < width; ++e) {
                    Vector<T> sum = {};
                    for (int j = 0; j < TOKENS; ++j) sum += shares[j] * v[j * width + e];
                    result[i * width + e] = sum;
                }
            }
            group.store(result, s.channels(), width, out + s.map(branch) + head * width);
        }
    });
}

template <typename T>
struct Scratch {
    explicit Scratch(Size matrix) : matrix(matrix), all(7 * matrix * LANES<T>) {}
    Vector<T>* operator[](Size which) { return vectors(all.data()) + which * matrix; }
    Size matrix;
    std::vector<T> all;
};

// Gradients of one group and head; the biases' are added up, lane by lane.
template <int TOKENS, typename T>
void attend_gradient(Scratch<T>& scratch, const T* bias, Size width, T scale, Vector<T>* bias_grad) {
    const Vector<T>*q = scratch[0], *k = scratch[1], *v = scratch[2], *grad = scratch[3];
    Vector<T>*q_grad = scratch[4], *k_grad = scratch[5], *v_grad = scratch[6];
    std::fill(k_grad, k_grad + 2 * scratch.matrix, Vector<T>{});
    for (int i = 0; i < TOKENS; ++i) {
        Vector<T> shares[TOKENS], slopes[TOKENS], mean = {};
        shares_of<TOKENS, T>(q + i * width, k, bias + i * TOKENS, width, scale, shares);
        products<TOKENS, T>(grad + i * width, v, width, slopes);
        for (int j = 0; j < TOKENS; ++j) mean += shares[j] * slopes[j];
        for (int j = 0; j < TOKENS; ++j) {
            slopes[j] = shares[j] * (slopes[j] - mean);
            bias_grad[i * TOKENS + j] += slopes[j];
            slopes[j] *= scale;
        }
        for (Size e = 0; e < width; ++e) {
            Vector<T> sum = {};
            for (int j = 0; j < TOKENS; ++j) {
                const Size place = j * width + e;
                sum += slopes[j] * k[place];
                k_grad[place] += slopes[j] * q[i * width + e];
                v_grad[place] += shares[j] * grad[i * width + e];
            }
            q_grad[i * width + e] = sum;
        }
    }
}

template <int TOKENS, typename T>
void attend_gradients(const T* qkv, const T* bias, const T* grad, T* qkv_grad, T* bias_grad,
                      const Shape& s, int threads) {
    const Size groups = groups_of<T>(s), parts = parts_of(groups), biases = TOKENS * TOKENS;
    const Size size = s.branches * s.heads * biases;
    std::vector<T> sums(parts * size * LANES<T>, T(0));
    in_parallel(parts * s.branches, threads, [&](Size task) {
        const Size branch = task / parts, part = task % parts;
        Scratch<T> scratch(TOKENS * s.width);
        for (Size number = part; number < groups; number += parts) {
            const Group<TOKENS, T> group(s, branch, number * LANES<T>);
            for (Size head = 0; head < s.heads; ++head) {
                const Size own = (branch * s.heads + head) * biases;
                for (Size which = 0; which < 3; ++which)
                    group.load(qkv + begin(s, branch, which, head), s.inputs(), s.width, LANES<T>,
                               scratch[which]);
                // Nothing comes back through lanes that repeat a window.
                group.load(grad + s.map(branch) + head * s.width, s.channels(), s.width,
                           group.used(), scratch[3]);
                attend_gradient<TOKENS, T>(scratch, bias + own, s.width, scale_of<T>(s),
                                        vectors(sums.data()) + part * size + own);
                for (Size which = 0; which < 3; ++which)
                    group.store(scratch[4 + which], s.inputs(), s.width,
                                qkv_grad + begin(s, branch, which, head));
            }
        }
    });
    for (Size i = 0; i < size; ++i) {
        double sum = 0;
        for (Size part = 0; part < parts; ++part)
            for (Size l = 0; l < LANES<T>; ++l) sum += sums[(part * size + i) * LANES<T> + l];
        bias_grad[i] = static_cast<T>(sum);
    }
}

template <typename T>
void small_attention(const T* qkv, const T* bias, T* out, const Shape& s, int threads) {
    if (s.window == 1) attend<1>(qkv, bias, out, s, threads);
    if (s.window == 2) attend<4>(qkv, bias, out, s, threads);
}

template <typename T>
void small_attention_gradient(const T* qkv, const T* bias, const T* grad, T* qkv_grad,
                              T* bias_grad, const Shape& s, int threads) {
    if (s.window == 1) attend_gradients<1>(qkv, bias, grad, qkv_grad, bias_grad, s, threads);
    if (s.window == 2) attend_gradients<4>(qkv, bias, grad, qkv_grad, bias_grad, s, threads);
}

}  // namespace

EXPORT(small_attention, (const T* qkv, const T* bias, T* out, SHAPE), (qkv, bias, out, SHAPED))
EXPORT(small_attention_gradient,
       (const T* qkv, const T* bias, const T* grad, T* qkv_grad, T* bias_grad, SHAPE),
       (qkv, bias, grad, qkv_grad, bias_grad, SHAPED))
