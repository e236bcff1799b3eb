"""The smallest network on which a mistake shows: its formula and the right one, as arrays and as code."""

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.arrays import Array

from ..mistakes.bias_gradients import DB
from ..mistakes.explanation import Explanation, Found
from ..mistakes.sent_down import DOWN
from ..mistakes.stage import Stage, Variant
from ..mistakes.variants import DERIVATIVE
from ..mistakes.weight_gradients import DW
from ..mistakes.wrong_errors import error_variants
from ..reading.curves import CURVES, Curve
from ..reading.dropout import Dropped
from ..reading.point import FUSED, Point, Sweep, forward, reverse_sweep
from .traced import Traced, TracedCurve

# f and f' of z as code; {c} is the constant of a family that has one.
ACTIVATIONS = {
    "linear": ("z", "np.ones_like(z)"),
    "sigmoid": ("1 / (1 + np.exp(-z))", "sigmoid(z) * (1 - sigmoid(z))"),
    "tanh": ("np.tanh(z)", "1 - np.tanh(z) ** 2"),
    "relu": ("np.maximum(z, 0)", "(z > 0) * 1.0"),
    "leaky_relu": ("np.where(z > 0, z, {c} * z)", "np.where(z > 0, 1.0, {c})"),
    "elu": ("np.where(z > 0, z, {c} * (np.exp(z) - 1))", "np.where(z > 0, 1.0, {c} * np.exp(z))"),
    "softplus": ("np.log(1 + np.exp(z))", "1 / (1 + np.exp(-z))"),
    "softmax": ("np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)", "softmax(z) * (1 - softmax(z))"),
}
CONSTANTS = {"leaky_relu": 0.01, "elu": 1.0}
LOSSES: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "half_sse": ("0.5 * np.sum((a - y) ** 2)", lambda a, y: a - y),
    "bce": ("-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a))", lambda a, y: (a - y) / (a * (1 - a))),
    "cross_entropy": ("-np.sum(y * np.log(a))", lambda a, y: -y / a),
    "mae": ("np.sum(np.abs(a - y))", lambda a, y: np.sign(a - y)),
}
SIZES = ((2, 3, 1), (2, 3, 2), (2, 2, 2), (3, 3, 3))
ROWS, SEEDS = (1, 2, 3), (0, 1, 2)
RATE = 0.5
VISIBLE = 0.02  # of the largest entry: how far got and should be must be apart


class Case(NamedTuple):
    """A small network with one quantity as the mistake has it and as it should be, as arrays and as code.

    Attributes:
        point: its forward pass.
        loss: its loss.
        kind: "delta", "da", "dW" or "db"; ``layer`` whose it is, from 1.
        got, should_be: the two.
    """

    point: Point
    loss: str
    kind: str
    layer: int
    got: Traced
    should_be: Traced


def smallest(explanation: Explanation, curves: Sequence[Curve]) -> Case | None:
    """Return the smallest network on which the first mistake shows, None where none of the tried does."""
    if not explanation.found or explanation.loss not in LOSSES:
        return None
    found = explanation.found[0]
    top = found.layer == len(curves)
    chosen = tuple(curves) if len(curves) == 1 else (curves[found.layer - 2 if top else found.layer - 1], curves[-1])
    if any(f.family not in ACTIVATIONS or isinstance(f, Dropped) for f in chosen):
        return None
    for sizes, rows, seed in itertools.product(SIZES, ROWS, SEEDS):
        point = _small(chosen, explanation.loss, sizes[-1 - len(chosen) :], rows, seed)
        case = _case(found, point, explanation.loss, len(chosen) - 1 if top else 0)
        if case is not None and _shows(case):
            return case
    return None


def _small(curves: tuple[Curve, ...], loss: str, sizes: tuple[int, ...], rows: int, seed: int) -> Point:
    """Return the forward pass of a network with short decimals."""
    rng = np.random.default_rng(seed)

    def short(*shape: int) -> Array:
        return np.asarray(rng.choice([-1, 1], size=shape) * rng.integers(1, 16, size=shape) / 10, np.float64)

    W = tuple(short(m, n) for m, n in itertools.pairwise(sizes))
    b = tuple(short(n) for n in sizes[1:])
    Y = short(rows, sizes[-1])
    if loss == "cross_entropy" and sizes[-1] > 1:
        Y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], size=rows)]
    elif loss in ("bce", "cross_entropy"):
        Y = rng.integers(0, 2, size=(rows, sizes[-1])) * 1.0
    point = forward(short(rows, sizes[0]), W, b, curves, Y)
    new = tuple(w - RATE * dW for w, dW in zip(W, reverse_sweep(point, loss).dW, strict=True))
    return point._replace(new_W=new)


def _shows(case: Case) -> bool:
    """Return whether got and should be are finite and visibly apart."""
    got, should = case.got.value, case.should_be.value
    if got.shape != should.shape or not (np.isfinite(got).all() and np.isfinite(should).all()):
        return False
    largest = max(np.abs(got).max(), np.abs(should).max())
    return bool(largest > 1e-3) and bool(np.abs(got - should).max() > VISIBLE * largest)


def _case(found: Found, point: Point, loss: str, l: int) -> Case | None:
    """Return the mistake at layer l (from 0) of a network, None where it has no code or cannot be made there."""
    try:
        with np.errstate(all="ignore"):
            traced, sweep = traced_point(point), reverse_sweep(point, loss)
            return _mistaken(found, point, traced, sweep, loss, l)
    except Exception:  # a formula that cannot be traced may fail in any way: there is then no snippet
        return None


def traced_point(point: Point) -> Point:
    """Return the point with arrays that remember their names."""

    def named(name: str, values: Sequence[Array | None]) -> tuple[Any, ...]:
        return tuple(Traced(v, f"{name}{i + 1}") for i, v in enumerate(values))

    curves = tuple(TracedCurve(f, f"{function_name(f)}_prime") for f in point.curves)
    new = tuple(Traced(w, f"(W{i + 1} - {RATE} * dW{i + 1})") for i, w in enumerate(point.new_W or ()))
    x, y = (Traced(point.X, "x"), Traced(point.Y, "y"))
    values: Any = (
        x,
        named("W", point.W),
        named("b", point.b),
        named("z", point.z),
        named("a", point.a),
        curves,
        y,
        new,
    )
    return Point(*values)


def _mistaken(found: Found, point: Point, traced: Point, sweep: Sweep, loss: str, l: int) -> Case | None:
    """Return the case of one mistake."""
    n = l + 1
    da, delta = Traced(sweep.da[l], f"da{n}"), Traced(sweep.delta[l], f"delta{n}")
    above = Traced(sweep.delta[n], f"delta{n + 1}") if n < point.depth else None
    stage = Stage(traced, l, _any(da), _any(delta), _any(above))
    curve: Any = traced.curves[l]
    true_delta = right_delta(point, traced, da, loss, l)
    if found.step.startswith("factor of"):
        kind = found.step.rpartition(" ")[2]
        right = {"delta": true_delta, "dW": stage.a_in.T @ stage.delta, "db": stage.delta.sum(axis=0)}[kind]
        return Case(point, loss, kind, n, float(found.wrong.partition(" ")[0]) * _any(right), _any(right))
    if found.step == "error":
        wrong = _wrong_error(found, traced, loss)
        return None if wrong is None else Case(point, loss, "delta", n, curve.backward(stage.z, wrong), true_delta)
    if found.step == "slope":
        twice = (traced.a[l] - traced.Y) * curve.derivative(stage.z)
        got = twice if found.bug == "B7" else _changed(DERIVATIVE, found, stage)
        return None if got is None else Case(point, loss, "delta", n, got, true_delta)
    if found.step == "down":
        second = Stage(traced, 1, _any(Traced(sweep.da[1], "da2")), _any(Traced(sweep.delta[1], "delta2")))
        got = _changed(DOWN, found, second)
        return None if got is None else Case(point, loss, "da", 1, got, _any(second.delta @ second.W.T))
    got = _changed(DW if found.step == "dW" else DB, found, stage)
    right = stage.a_in.T @ stage.delta if found.step == "dW" else stage.delta.sum(axis=0)
    return None if got is None else Case(point, loss, found.step, n, got, _any(right))


def _traced(value: Any) -> Traced:
    """Return a value that is known to be traced."""
    assert isinstance(value, Traced)
    return value


def _any(value: Any) -> Any:
    """Return a traced array where an array is declared."""
    return value


def right_delta(point: Point, traced: Point, da: Traced, loss: str, l: int) -> Traced:
    """Return delta of layer l as it should be computed."""
    curve: Any = traced.curves[l]
    a: Any = traced.a[l]
    if l == point.depth - 1 and (curve.name, loss) in FUSED:
        return _traced(a - traced.Y)
    if curve.family == "softmax":
        inner = np.sum(_any(da * a), axis=1, keepdims=True)
        return _traced(a * (da - inner))
    return _traced(curve.backward(traced.z[l], da))


def _changed(table: Sequence[Variant], found: Found, stage: Stage) -> Traced | None:
    """Return what the mistaken step computes, None where it cannot be made here."""
    own = OWN.get(found.wrong)
    if own is not None:
        made = own(stage)
        return None if made is None else _traced(made)
    other = re.fullmatch(r"dL/da_l \* (\w+)'\(z_l\)", found.wrong)
    if other is not None:
        return _other_slope(stage, other[1]) if other[1] in ACTIVATIONS else None
    for variant in table:
        if found.wrong in (variant.wrong, variant.wrong.replace("delta_l = dL/da_l", "delta_L = dL/da_L")):
            got: Any = variant.change(stage)
            return got if isinstance(got, Traced) else _zeros(got)
    return None


def _zeros(got: Any) -> Traced | None:
    """Return an array of zeros with its code, None for anything else."""
    if isinstance(got, np.ndarray) and not got.any():
        return Traced(got, f"np.zeros({got.shape})")
    return None


def _other_slope(stage: Stage, name: str) -> Traced:
    """Return dL/da times the derivative of another activation."""
    z: Any = stage.z
    return _traced(stage.da * Traced(CURVES[name].derivative(z.value), f"{name}_prime({z.text})"))


def _wrong_error(found: Found, traced: Point, loss: str) -> Traced | None:
    """Return dL/da_L as the mistake has it."""
    if found.bug == "B44":
        other = found.wrong.rpartition(" ")[2]
        return _any(LOSSES[other][1](traced.a[-1], traced.Y)) if other in LOSSES else None
    if loss != "half_sse":
        return None
    return next((_any(da) for v, da in error_variants(traced, loss) if v is not None and v.wrong == found.wrong), None)


def _applied(name: str, z: Any) -> Traced:
    """Return an activation of a traced array."""
    return Traced(CURVES[name].forward(z.value), f"{name}({z.text})")


# Mistakes whose own formula cannot be traced: it is NumPy's, or the reference's, that looks at the numbers.
def _through(name: str) -> Callable[[Stage], Any]:
    return lambda s: _applied(name, s.a_in).T @ s.delta


OWN: dict[str, Callable[[Stage], Any]] = {
    "dL/da_l * (1 - sigmoid(z_l)^2)": lambda s: s.da * (1 - _applied("sigmoid", s.z) ** 2),
    "dW_l = f(a_(l-1))^T delta_l": lambda s: _applied(s.point.curves[s.l - 1].name, s.a_in).T @ s.delta,
    **{f"dW_l = {name}(a_(l-1))^T delta_l": _through(name) for name in ("sigmoid", "tanh", "relu")},
    "db_l = sum of all entries of delta_l": lambda s: s.delta.sum() + np.zeros_like(s.point.b[s.l]),
    "db_l = sum of all entries of delta_(l+1)": lambda s: (
        None if s.above is None else s.above.sum() + np.zeros_like(s.point.b[s.l])
    ),
    "db_l = mean of all entries of delta_l": lambda s: s.delta.sum() / s.W.shape[1] + np.zeros_like(s.point.b[s.l]),
}


def function_name(curve: Curve) -> str:
    """Return a name for an activation's function."""
    return re.sub(r"\W+", "_", curve.name).strip("_")
