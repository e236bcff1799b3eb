"""PyTorch's functions of the tables' entries, where PyTorch is installed: no oracle, only compared with."""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.arrays import Array


def installed() -> bool:
    """Return whether PyTorch can be imported; it is not imported."""
    return importlib.util.find_spec("torch") is not None


def version() -> str:
    """Return PyTorch's version."""
    import torch

    return str(torch.__version__)


def activation_and_slope(name: str, z: Array, cotangent: Array) -> tuple[Array, Array] | None:
    """Return PyTorch's f(z) and J_f(z)^T cotangent in float64, all of one shape (n, K); None where it has no f."""
    twin = _activations().get(name)
    return _value_and_slope(twin, z, cotangent) if twin else None


def loss_and_slope(name: str, a: Array, y: Array) -> tuple[Array, Array] | None:
    """Return PyTorch's losses (n, 1) and their gradients with respect to a (n, K); None where it has no such loss."""
    import torch

    terms = _losses().get(name)
    if terms is None:
        return None
    targets = torch.from_numpy(y.copy())
    return _value_and_slope(lambda a: terms(a, targets).sum(dim=1, keepdim=True), a, np.ones((len(a), 1)))


def _value_and_slope(f: Callable[[Any], Any], x: Array, cotangent: Array) -> tuple[Array, Array]:
    import torch

    argument = torch.from_numpy(x.copy()).requires_grad_()
    value = f(argument)
    (slope,) = torch.autograd.grad(value, argument, torch.from_numpy(cotangent.copy()))
    return value.detach().numpy(), slope.numpy()


def _activations() -> dict[str, Callable[[Any], Any]]:
    import torch
    from torch.nn import functional

    return {
        "linear": lambda z: z.clone(),
        "relu": functional.relu,
        "leaky_relu": functional.leaky_relu,
        "relu6": functional.relu6,
        "hard_tanh": functional.hardtanh,
        "hard_sigmoid": functional.hardsigmoid,
        "hard_swish": functional.hardswish,
        "elu": functional.elu,
        "selu": functional.selu,
        "celu": functional.celu,
        "softsign": functional.softsign,
        "gaussian": lambda z: torch.exp(-(z**2)),
        "sin": torch.sin,
        "sigmoid": torch.sigmoid,
        "log_sigmoid": functional.logsigmoid,
        "softplus": functional.softplus,
        "tanh": torch.tanh,
        "silu": functional.silu,
        "mish": functional.mish,
        "gelu": functional.gelu,
        "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh"),
        "softmax": lambda z: functional.softmax(z, dim=-1),
        "log_softmax": lambda z: functional.log_softmax(z, dim=-1),
    }


def _losses() -> dict[str, Callable[[Any, Any], Any]]:
    """Return (a, y) -> terms (n, K), or their sums (n, 1), of the losses that torch.nn.functional has."""
    from torch.nn import functional

    def terms(loss: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        return lambda a, y: loss(a, y, reduction="none")

    return {
        "half_sse": lambda a, y: functional.mse_loss(a, y, reduction="none") / 2,
        "mse": terms(functional.mse_loss),
        "mae": terms(functional.l1_loss),
        "huber": terms(functional.huber_loss),
        "bce": terms(functional.binary_cross_entropy),
        "bce_with_logits": terms(functional.binary_cross_entropy_with_logits),
        "softmax_cross_entropy": lambda z, y: functional.cross_entropy(z, y, reduction="none")[:, None],
        "kl_divergence": lambda p, y: functional.kl_div(p.log(), y, reduction="none"),
    }


def passes_gradcheck(
    loss: Callable[[Sequence[Array]], float], at: Sequence[Array], gradient: Sequence[Array], *, fast: bool
) -> bool:
    """Return whether ``torch.autograd.gradcheck`` accepts a gradient, with its own settings.

    Arguments:
        loss: of some float64 arrays.
        at: the arrays to check at.
        gradient: what is claimed to be dL/d each of them.
        fast: along one random direction of each array, not entry by entry.
    """
    import torch

    class Loss(torch.autograd.Function):  # type: ignore[misc] # untyped where PyTorch is missing
        """The loss, with the gradient that is claimed for it."""

        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:  # noqa: ARG004 - the signature PyTorch wants
            """Return the loss as a number of PyTorch's."""
            return torch.tensor(loss([t.detach().numpy() for t in tensors]), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, cotangent: Any) -> Any:  # noqa: ARG004 - as above
            """Return the claimed gradient times the cotangent."""
            return tuple(cotangent * torch.from_numpy(np.array(g)) for g in gradient)

    tensors = [torch.from_numpy(np.array(array)).requires_grad_() for array in at]
    return bool(torch.autograd.gradcheck(Loss.apply, tensors, raise_exception=False, fast_mode=fast))
