"""The wrong errors at the output, from which a reverse sweep starts."""

from collections.abc import Iterator

import numpy as np

from reference.arrays import Array

from ..reading.margins import within_margin
from ..reading.point import FUSED, Point, loss_gradient
from ..reading.rates import JUDGED_BY
from .stage import Change, Variant

SLOPES = {"log_cosh": "tanh(a_L - y)", "huber": "a_L - y, cut at -1 and 1"}


def error_variants(point: Point, loss: str) -> Iterator[tuple[Variant | None, Array]]:
    """Yield what may stand for dL/da_L, each with the variant that it is."""
    a, y = point.a[-1], point.Y
    right = "dL/da_L = a_L - y"
    if len(y) > 1 and y.shape[1] == 1:
        crossed = loss_gradient(point._replace(Y=np.full_like(y, y.mean())), loss)
        yield Variant("B37", _given(a), "a_L - y of shape (N, N), every output against every target", right), crossed
    if loss == "half_sse":
        yield None, a - y
        yield Variant("B24", _given(a), "the squared error (a_L - y)^2 as dL/da_L", right), (a - y) ** 2
        yield Variant("B24", _given(a), "|a_L - y| as dL/da_L", right), np.abs(a - y)
        yield Variant("B24", _given(a), "sign(a_L - y) as dL/da_L", right), np.sign(a - y)
        yield from _values(a, (a - y) ** 2, "dL/da_L", right)
        if len(a) > 1:
            total = np.repeat((a - y).sum(axis=0, keepdims=True), len(a), 0)
            yield Variant("B33", _given(a), "the error summed over the batch as dL/da_L", right), total
        yield Variant("B14", _given(a), "a_L + y as dL/da_L", right), a + y
        return
    with np.errstate(all="ignore"):
        yield None, loss_gradient(point, loss)
        if loss == "bce":
            right = "-y/a + (1 - y)/(1 - a)"
            yield Variant("B39", _given(a), "-(y/a + (1 - y)/(1 - a))", right), -(y / a + (1 - y) / (1 - a))
            yield Variant("B39", _given(a), "-y/a alone", right), -y / a
            value = -(y * np.log(a) + (1 - y) * np.log(1 - a))
            yield Variant("B24", _given(a), "the loss's value as dL/da_L", right), value
            yield from _values(a, value, "dL/da_L", right)
        if loss == "cross_entropy":
            right = "-y/p"
            yield Variant("B39", _given(a), "y/p + ... with the wrong sign inside", right), -(y / a + (1 - y) / (1 - a))
            yield Variant("B24", _given(a), "the loss's value as dL/da_L", right), -y * np.log(a)
            yield from _values(a, -y * np.log(a), "dL/da_L", right)
        if loss == "class_hinge":
            margins = within_margin(a, y)
            wrong = "how far each class is within the margin, less their sum at the right one"
            yield Variant("B24", _given(a), wrong, "1 for each class within the margin, less their number"), margins
        if loss in SLOPES:
            each = JUDGED_BY[loss].forward(a.reshape(-1, 1), y.reshape(-1, 1)).reshape(a.shape)
            yield Variant("B24", _given(a), "the loss's value as dL/da_L", SLOPES[loss]), each


def fused_variants(point: Point, loss: str) -> Iterator[tuple[Variant, Array]]:
    """Yield what may stand for delta_L = a_L - y where output and loss are made for each other."""
    if (point.curves[-1].name, loss) not in FUSED:
        return
    error, right = point.a[-1] - point.Y, "delta_L = a_L - y"
    yield Variant("B24", _given(error), "the squared error (a_L - y)^2 as delta_L", right), error**2
    yield Variant("B24", _given(error), "|a_L - y| as delta_L", right), np.abs(error)
    yield Variant("B24", _given(error), "sign(a_L - y) as delta_L", right), np.sign(error)
    yield Variant("B14", _given(error), "a_L + y as delta_L", right), point.a[-1] + point.Y
    with np.errstate(all="ignore"):
        value = -point.Y * np.log(point.a[-1])
        if loss == "bce":
            value = value - (1 - point.Y) * np.log(1 - point.a[-1])
    yield Variant("B24", _given(error), "the loss's value as delta_L", right), value
    if loss == "cross_entropy":
        yield from _of_softmax(point, right)
    yield from _values(error, value, "delta_L", right)


def _of_softmax(point: Point, right: str) -> Iterator[tuple[Variant, Array]]:
    """Yield the deltas of a softmax taken for single outputs, and of one whose sum runs over the batch."""
    y, p, z = point.Y, point.a[-1], point.z[-1]
    wrong = "-(y/p + (1 - y)/(1 - p)) p (1 - p), entry by entry"
    yield Variant("B39", _given(y), wrong, right), -(y * (1 - p) + (1 - y) * p)
    if len(y) > 1:
        shares, total = np.exp(z - z.max()), y.sum(axis=0)
        yield Variant("B38", _given(y), "p times the sum of y over the batch, less y", right), p * total - y
        yield Variant("B38", _given(y), "e^z / its sum over the batch, less y", right), shares / shares.sum(axis=0) - y


def _values(a: Array, each: Array, quantity: str, right: str) -> Iterator[tuple[Variant, Array]]:
    """Yield the value of the loss in every place of the error: that of the batch, and that of each sample."""
    variant = Variant("B24", _given(a), f"the loss's value as {quantity}", right)
    if len(each) > 1:
        yield variant, np.full_like(a, each.mean())
    if each.shape[1] > 1:
        yield variant, np.repeat(each.mean(axis=1, keepdims=True), each.shape[1], 1)


def _given(value: Array) -> Change:
    """Return a step that is never run again: the candidates of the error are computed where they are listed."""
    return lambda s: value
