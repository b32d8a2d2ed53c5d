"""Many parameters as views of one vector, so that an optimiser has one tensor to work on.

A network has hundreds of small parameters, and each operation on each of them costs microseconds
whatever its size.
"""

from collections.abc import Sequence

import torch
from torch import nn

ALIGNMENT = 64  # bytes: where kernels like a tensor to begin


class Flat:
    """Parameters of one type and device, moved into `vector`, and their gradients into its own.

    The parameters stay the objects that they were, with their values and memory formats. `vector`
    is for an optimiser; between the parameters it holds zeros, whose gradients are zeros.
    """

    def __init__(self, parameters: Sequence[nn.Parameter]) -> None:
        """Moves the values. The parameters must not be moved elsewhere as long as it is used."""
        self._parameters = tuple(parameters)
        step = ALIGNMENT // parameters[0].element_size()
        sizes = [-(-parameter.numel() // step) * step for parameter in parameters]
        self.vector = nn.Parameter(parameters[0].new_zeros(sum(sizes)))
        self.vector.grad = torch.zeros_like(self.vector)
        self._gradients: list[torch.Tensor] = []
        start = 0
        for parameter, size in zip(parameters, sizes, strict=True):
            dense = torch.empty_like(parameter, device="meta").stride()
            value = self.vector.data.as_strided(parameter.shape, dense, start)
            parameter.data, parameter.grad = value.copy_(parameter.data), None
            self._gradients.append(self.vector.grad.as_strided(parameter.shape, dense, start))
            start += size

    @torch.no_grad()
    def gather(self) -> None:
        """Move the parameters' gradients into the vector's; a parameter without one has zeros.

        Copied, because what autograd would add into the vector itself is as many small additions,
        each of them a kernel's launch on a GPU.
        """
        there, fresh = [], []
        for gradient, parameter in zip(self._gradients, self._parameters, strict=True):
            if parameter.grad is None:
                gradient.zero_()
            else:
                there.append(gradient)
                fresh.append(parameter.grad)
                parameter.grad = None
        torch._foreach_copy_(there, fresh)

    def release(self) -> None:
        """Give every parameter memory of its own again."""
        for parameter in self._parameters:
            parameter.data = parameter.data.clone()
