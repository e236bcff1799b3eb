"""Right gradients laid out wrongly in the vector that an optimiser is given: column by column, and read row by row."""

from collections.abc import Iterator

from reference.arrays import Array

from ..reading.point import Observed, Point, joined, reverse_sweep, without_row
from .explanation import LAID_OUT, Explanation, Found
from .matching import common_scale
from .stage import RIGHT_DW

WRONG = "the entries of dW_l column by column, where those of W_l stand row by row"


def laid_out(point: Point, observed: Observed, loss: str) -> Explanation | None:
    """Return the explanation of gradients of which some are right but for the order of their entries, else None.

    Arguments:
        point: the forward pass.
        observed: the program's gradients.
        loss: the loss that they should belong to.
    """
    sweep = reverse_sweep(point, loss)
    scale: float | None = None
    found: list[Found] = []
    for l in reversed(range(point.depth)):
        own = list(_pairs(point, observed, l, sweep.dW[l], sweep.db[l]))
        if not own or any(got.shape != right.shape for got, right in own):
            return None
        for i, (got, right) in enumerate(own):
            forms = (right, *(_by_columns(right) if not i else ()))
            fits = ((form, common_scale(observed, got, form, scale)) for form in forms)
            form, scale = next(((form, s) for form, s in fits if s is not None), (right, None))
            if scale is None:
                return None
            if form is not right:
                found.append(Found("B22", l + 1, "dW", WRONG, RIGHT_DW, _of_weights(form, point, l), LAID_OUT))
    return Explanation(tuple(found), scale, loss, sweep.delta) if found and scale else None


def _of_weights(form: Array, point: Point, l: int) -> Array:
    """Return of a layer's gradients the part of the weights."""
    merged = point.merged.get(l)
    return form if merged is None else without_row(form, merged[0])


def _pairs(point: Point, observed: Observed, l: int, dW: Array, db: Array) -> Iterator[tuple[Array, Array]]:
    """Yield what was got of a layer with what is right: weights, a merged bias beside them, then a bias of its own."""
    got, of_bias, merged = observed.dW[l], observed.db[l], point.merged.get(l)
    if got is None or got.ndim != 2:
        return
    if merged is None or of_bias is None:
        yield got, dW
        if of_bias is not None:
            yield of_bias, db
        return
    end, constant = merged
    row, right = of_bias[None, :] * constant, db[None, :] * constant
    yield joined(got, row, end), joined(dW, right, end)


def _by_columns(right: Array) -> Iterator[Array]:
    """Yield a gradient with its entries in the other order: stored as (in, out), and stored transposed."""
    if 1 not in right.shape:
        yield right.T.reshape(right.shape)
        yield right.reshape(right.T.shape).T
