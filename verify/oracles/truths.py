"""True values in mpmath's arithmetic: every table entry once more, from its definition, at any number of digits.

Each formula takes the mpmath context first, so that nothing here imports mpmath, and is arranged so
that no difference of nearly equal numbers costs more digits than the context has to spare.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Number: TypeAlias = Any  # an mpf of the context, which mpmath does not type
Context: TypeAlias = Any
Formula: TypeAlias = Callable[[Context, Number], Number]
RowFormula: TypeAlias = Callable[[Context, Sequence[Number]], list[Number]]
LossFormula: TypeAlias = Callable[[Context, Sequence[Number], Sequence[Number]], Number]

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
FAR = 100_000


@dataclass(frozen=True)
class Truth:
    """The definition of one element-wise activation on one number.

    Attributes:
        forward: (context, z) -> f(z).
        derivative: (context, z) -> f'(z); at a kink the convention of the table.
    """

    forward: Formula
    derivative: Formula


def clamp(z: Number, low: Number, high: Number) -> Number:
    """Return z limited to [low, high]."""
    return min(max(z, low), high)


def exponential(mp: Context, z: Number) -> Number:
    """Return e^z, far out as 2^n e^(z - n log 2): to a whole number mpmath raises e by multiplying, half a second."""
    if not FAR < abs(z) < mp.inf:
        return mp.exp(z)
    with mp.extraprec(int(mp.mag(z))):
        n = int(mp.nint(z / mp.ln2))
        rest = z - n * mp.ln2
    return mp.ldexp(mp.exp(rest), n)


def sigmoid(mp: Context, z: Number) -> Number:
    """Return 1 / (1 + e^-z)."""
    return 1 / (1 + exponential(mp, -z))


def sigmoid_derivative(mp: Context, z: Number) -> Number:
    """Return s(z) s(-z), s the sigmoid: 1 - s(z) would lose every digit on the right."""
    return sigmoid(mp, z) * sigmoid(mp, -z)


def softplus(mp: Context, z: Number) -> Number:
    """Return log(1 + e^z)."""
    return mp.log1p(mp.exp(z))


def elu(mp: Context, z: Number) -> Number:
    """Return z for z > 0, else e^z - 1."""
    return z if z > 0 else mp.expm1(z)


def elu_derivative(mp: Context, z: Number) -> Number:
    """Return 1 for z > 0, else e^z."""
    return mp.one if z > 0 else mp.exp(z)


def selu(mp: Context, z: Number) -> Number:
    """Return scale (z for z > 0, else alpha (e^z - 1)) with the two float64 constants of the table."""
    return mp.mpf(SELU_SCALE) * (z if z > 0 else mp.mpf(SELU_ALPHA) * mp.expm1(z))


def selu_derivative(mp: Context, z: Number) -> Number:
    """Return scale (1 for z > 0, else alpha e^z); alpha scale at 0."""
    return mp.mpf(SELU_SCALE) * (1 if z > 0 else mp.mpf(SELU_ALPHA) * mp.exp(z))


def silu_derivative(mp: Context, z: Number) -> Number:
    """Return s(z) (1 + z s(-z))."""
    return sigmoid(mp, z) * (1 + z * sigmoid(mp, -z))


def mish(mp: Context, z: Number) -> Number:
    """Return z tanh(log(1 + w)) = z (w^2 + 2w) / (w^2 + 2w + 2) with w = e^z."""
    w = mp.exp(z)
    return z * (w * w + 2 * w) / (w * w + 2 * w + 2)


def mish_derivative(mp: Context, z: Number) -> Number:
    """Return t + z (1 - t^2) s(z), t = tanh(log(1 + w)), 1 - t^2 = (2 (1 + w) / (w^2 + 2w + 2))^2."""
    w = mp.exp(z)
    bottom = w * w + 2 * w + 2
    return (w * w + 2 * w) / bottom + z * (2 * (1 + w) / bottom) ** 2 * sigmoid(mp, z)


def normal(mp: Context, z: Number) -> Number:
    """Return Phi(z), the normal distribution function, with all digits on either side.

    Past 1e5, where e^-(z^2 / 2) has two billion zeros, mpmath's erfc takes long or fails.
    """
    return mp.erfc(-clamp(z, -FAR, FAR) / mp.sqrt(2)) / 2


def gelu_derivative(mp: Context, z: Number) -> Number:
    """Return Phi(z) + z phi(z)."""
    return normal(mp, z) + z * mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def doubled_u(mp: Context, z: Number) -> Number:
    """Return 2u = 2 sqrt(2 / pi) (z + 0.044715 z^3), constants exact: gelu_tanh is z sigmoid(2u)."""
    return 2 * mp.sqrt(2 / mp.pi) * (z + mp.mpf("0.044715") * z**3)


def gelu_tanh_derivative(mp: Context, z: Number) -> Number:
    """Return s(v) + z v' s(v) s(-v), v = 2u."""
    slope = 2 * mp.sqrt(2 / mp.pi) * (1 + 3 * mp.mpf("0.044715") * z * z)
    v = doubled_u(mp, z)
    return sigmoid(mp, v) + z * slope * sigmoid_derivative(mp, v)


def hard_swish_derivative(mp: Context, z: Number) -> Number:
    """Return (2z + 3) / 6 between -3 and 3, 0 up to -3 and 1 from 3 on."""
    return (2 * z + 3) / 6 if -3 < z < 3 else mp.mpf(z >= 3)


TRUTHS: dict[str, Truth] = {
    "linear": Truth(lambda mp, z: z, lambda mp, z: mp.one),
    "relu": Truth(lambda mp, z: max(z, mp.zero), lambda mp, z: mp.mpf(z > 0)),
    "leaky_relu": Truth(
        lambda mp, z: z if z >= 0 else mp.mpf(0.01) * z, lambda mp, z: mp.one if z >= 0 else mp.mpf(0.01)
    ),
    "relu6": Truth(lambda mp, z: clamp(z, mp.zero, mp.mpf(6)), lambda mp, z: mp.mpf(0 < z < 6)),
    "hard_tanh": Truth(lambda mp, z: clamp(z, -mp.one, mp.one), lambda mp, z: mp.mpf(-1 <= z <= 1)),
    "hard_sigmoid": Truth(lambda mp, z: clamp(z + 3, mp.zero, mp.mpf(6)) / 6, lambda mp, z: mp.mpf(-3 < z < 3) / 6),
    "hard_swish": Truth(lambda mp, z: z * clamp(z + 3, mp.zero, mp.mpf(6)) / 6, hard_swish_derivative),
    "elu": Truth(elu, elu_derivative),
    "selu": Truth(selu, selu_derivative),
    "celu": Truth(elu, elu_derivative),
    "softsign": Truth(lambda mp, z: z / (1 + abs(z)), lambda mp, z: 1 / (1 + abs(z)) ** 2),
    "gaussian": Truth(lambda mp, z: mp.exp(-z * z), lambda mp, z: -2 * z * mp.exp(-z * z)),
    "sin": Truth(lambda mp, z: mp.sin(z), lambda mp, z: mp.cos(z)),
    "sigmoid": Truth(sigmoid, sigmoid_derivative),
    "log_sigmoid": Truth(lambda mp, z: -softplus(mp, -z), lambda mp, z: sigmoid(mp, -z)),
    "softplus": Truth(softplus, sigmoid),
    "tanh": Truth(lambda mp, z: mp.tanh(z), lambda mp, z: mp.cosh(z) ** -2),
    "silu": Truth(lambda mp, z: z * sigmoid(mp, z), silu_derivative),
    "mish": Truth(mish, mish_derivative),
    "gelu": Truth(lambda mp, z: z * normal(mp, z), gelu_derivative),
    "gelu_tanh": Truth(lambda mp, z: z * sigmoid(mp, doubled_u(mp, z)), gelu_tanh_derivative),
}


def log_softmax(mp: Context, z: Sequence[Number]) -> list[Number]:
    """Return -log(1 + sum over j != i of e^(z_j - z_i)) for each i: the small logarithms keep their digits."""
    rest = [sum((mp.exp(z[j] - z[i]) for j in range(len(z)) if j != i), mp.zero) for i in range(len(z))]
    return [-mp.log1p(r) for r in rest]


def softmax(mp: Context, z: Sequence[Number]) -> list[Number]:
    """Return e^z_i / sum_j e^z_j."""
    return [mp.exp(t) for t in log_softmax(mp, z)]


ROW_TRUTHS: dict[str, RowFormula] = {"softmax": softmax, "log_softmax": log_softmax}


def per_entry(term: Callable[[Context, Number, Number], Number]) -> LossFormula:
    """Return the loss that sums ``term(context, a_k, y_k)`` over the entries of one sample."""
    return lambda mp, a, y: sum((term(mp, p, q) for p, q in zip(a, y, strict=True)), mp.zero)


def times_log(mp: Context, y: Number, p: Number) -> Number:
    """Return y log p, with 0 log 0 = 0."""
    return y * mp.log(p) if y else mp.zero


def huber(mp: Context, a: Number, y: Number) -> Number:
    """Return r^2 / 2 where |r| < 1, else |r| - 1/2, r = a - y."""
    r = abs(a - y)
    return r * r / 2 if r < 1 else r - mp.mpf(0.5)


def softmax_cross_entropy(mp: Context, z: Sequence[Number], y: Sequence[Number]) -> Number:
    """Return -sum_k y_k log softmax(z)_k."""
    return -sum((q * t for q, t in zip(y, log_softmax(mp, z), strict=True)), mp.zero)


# One sample's loss, for prediction a and target y; its derivative follows from this by differencing
# at many digits, so no second formula can repeat a mistake of the first.
LOSS_TRUTHS: dict[str, LossFormula] = {
    "half_sse": per_entry(lambda mp, a, y: (a - y) ** 2 / 2),
    "mse": per_entry(lambda mp, a, y: (a - y) ** 2),
    "mae": per_entry(lambda mp, a, y: abs(a - y)),
    "huber": per_entry(huber),
    "log_cosh": per_entry(lambda mp, a, y: mp.log(mp.cosh(a - y))),
    "bce": per_entry(lambda mp, p, y: -times_log(mp, y, p) - times_log(mp, 1 - y, 1 - p)),
    "bce_with_logits": per_entry(lambda mp, z, y: (1 - y) * softplus(mp, z) + y * softplus(mp, -z)),
    "cross_entropy": per_entry(lambda mp, p, y: -times_log(mp, y, p)),
    "softmax_cross_entropy": softmax_cross_entropy,
    "kl_divergence": per_entry(lambda mp, p, y: times_log(mp, y, y / p) if y else mp.zero),
    "hinge": per_entry(lambda mp, a, y: max(mp.zero, 1 - y * a)),
    "sum_squares": per_entry(lambda mp, a, y: a**2),
}
