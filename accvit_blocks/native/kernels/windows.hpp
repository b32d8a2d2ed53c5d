// Self-attention within windows of every d-th pixel, for n dilations d at once, read from the map
// where it lies: queries, keys and values are "b h w (n 3 m e)", outputs "n b h w (m e)", position
// biases "n m t t" with t the pixels of a window, m heads of e numbers.
#pragma once

#include "kernel.hpp"

namespace {

struct Shape {
    Size branches, batch, side, heads, width, window;  // width: of a head
    const Size* dilations;
    Size tokens() const { return window * window; }
    Size channels() const { return heads * width; }
    Size windows() const { return side * side / tokens(); }  // of an image
    Size inputs() const { return branches * 3 * channels(); }  // numbers of a pixel
    Size map(Size branch) const { return branch * batch * side * side * channels(); }

    // The number of the pixel that is the p-th of a window's rows and the q-th of its columns.
    Size pixel(Size branch, Size image, Size number, Size p, Size q) const {
        const Size d = dilations[branch], across = side / (window * d);
        const Size j = number % d, i = number / d % d;
        const Size x = number / (d * d) % across, y = number / (d * d) / across;
        return (image * side + (y * window + p) * d + i) * side + (x * window + q) * d + j;
    }
};

// Where the queries, keys or values (which = 0, 1, 2) of a branch and a head begin in a pixel.
Size begin(const Shape& s, Size branch, Size which, Size head) {
    return ((branch * 3 + which) * s.heads + head) * s.width;
}

template <typename T>
T scale_of(const Shape& s) {
    return T(1) / std::sqrt(static_cast<T>(s.width));
}

}  // namespace

#define SHAPE                                                                              \
    Size branches, Size batch, Size side, Size heads, Size width, Size window,             \
        const Size *dilations, int threads
#define SHAPED (Shape{branches, batch, side, heads, width, window, dilations}), threads
