"""The steps that the parameters of a reading were seen to make, row-major: what stands for its gradients."""

import numpy as np

from reference.arrays import Array

from ..runs.recording import NOT_A_NUMBER
from ..runs.tape import Tape, upstream
from .chain import Layer, of_samples
from .lineage import Update
from .once import is_shown_once
from .parts import Positions
from .point import Observed, without_row


def updated(tape: Tape, layer: Layer, update: Update | None) -> Array:
    """Return a layer's weights after its update."""
    if update is None or update.new == NOT_A_NUMBER:
        return layer.W
    return weight_part(tape, layer, update, tape.array(update.new))


def weight_part(tape: Tape, layer: Layer, update: Update, value: Array) -> Array:
    """Return of what is laid out as the updated parameter the part of the weights, as (n_in, n_out)."""
    return weights_part(_turned(tape, layer, update, value), layer)


def _turned(tape: Tape, layer: Layer, update: Update, value: Array) -> Array:
    """Return a value of the stored weights as (n_in, n_out): they may be transposed between update and product."""
    used = tape.array(layer.W_key)
    value, old = held(tape, update, value, used), held(tape, update, tape.array(update.old), used)
    if value.ndim != 2 or used.ndim != 2:
        return value.reshape(-1, 1)
    transposed = (layer.side == "left") != (old.shape != used.shape or not np.array_equal(old, used))
    return value.T if transposed else value


def held(tape: Tape, update: Update, value: Array, used: Array) -> Array:
    """Return of what is laid out as the updated vector the entries of one parameter, in the shape it is used in."""
    if update.where is None:
        return value
    part: Array = value.ravel()[positions(tape, update, used)]
    return part


def positions(tape: Tape, update: Update, used: Array) -> Positions:
    """Return which entries of the vector a parameter is, in the shape it is used in."""
    assert update.where is not None
    where = update.where
    if where.size != used.size:
        return where
    forms = (where.reshape(used.shape), where.reshape(used.T.shape).T, where.T.reshape(used.shape))
    old = tape.array(update.old).ravel()
    return next((form for form in forms if np.array_equal(old[form], used)), forms[0])


def weights_part(value: Array, layer: Layer) -> Array:
    """Return what belongs to the weights of (n_in, n_out), without a merged bias's row."""
    if layer.merged is None:
        return value
    return without_row(value, layer.merged)


def observed_of(
    tape: Tape, layers: tuple[Layer, ...], weights: tuple[Update | None, ...], biases: tuple[Update | None, ...]
) -> Observed:
    """Return old minus new of every parameter; 0 where one was not updated."""
    dW = tuple(_weight_step(tape, layer, u) for layer, u in zip(layers, weights, strict=True))
    db = tuple(_bias_step(tape, layer, w, b) for layer, w, b in zip(layers, weights, biases, strict=True))
    if are_numbers(tape, layers, biases):
        db = tuple(None for _ in db)  # part of the network, not of what is trained
    values = [tape.recording.values[layer.W_key] for layer in layers]
    single = any(v.dtype == np.float32 for v in values)
    largest = max(float(np.abs(v).max(initial=0)) for v in values)
    eps = float(np.finfo(np.float32 if single else np.float64).eps)
    idle = frozenset(l for l, d in enumerate(db) if d is not None and not d.any() and _adds_nothing(tape, biases[l]))
    return Observed(dW, db, floor=8 * eps * max(largest, 1e-3), tolerance=2e-3 if single else 1e-6, idle=idle)


def are_numbers(tape: Tape, layers: tuple[Layer, ...], biases: tuple[Update | None, ...]) -> bool:
    """Return whether all biases are numbers written into the program that no step changes."""
    keys = [layer.bias.key for layer in layers if layer.bias is not None]
    made = [next(iter(tape.made.get(key, ())), None) for key in keys]
    return (
        bool(keys)
        and all(update is None for update in biases)
        and all(
            at is not None and tape.node(at).kind == "literal" and not tape.shape(tape.events[at].result) for at in made
        )
    )


def _adds_nothing(tape: Tape, update: Update | None) -> bool:
    """Return whether a parameter was not updated, or by zeros: a sum that cancels leaves some rounding or one zero."""
    return update is None or not (tape.array(update.step).any() or _is_summed(tape, update))


def _is_summed(tape: Tape, update: Update) -> bool:
    """Return whether the step is one number that was made of arrays, for a parameter of several."""
    if tape.shape(update.step) or not tape.shape(update.old):
        return False
    made = tape.last_made(update.step, NOT_A_NUMBER, update.at)
    before = set() if made is None else upstream(tape, made)
    return any(tape.shape(k) for at in before for k in tape.events[at].operands if k >= 0)


def _weight_step(tape: Tape, layer: Layer, update: Update | None) -> Array:
    return np.zeros_like(layer.W) if update is None else weight_part(tape, layer, update, _step(tape, update))


def _step(tape: Tape, update: Update) -> Array:
    """Return old minus new, or the gradient itself where it was not applied, as the parameter is laid out."""
    old = tape.array(update.old)
    if update.new != NOT_A_NUMBER:
        return old - tape.array(update.new)
    step = -update.sign * tape.array(update.step)
    if step.shape != old.shape and step.shape == old.shape[::-1]:
        step = step.T
    return step if step.shape == old.shape else np.broadcast_to(step, old.shape)


def _bias_step(tape: Tape, layer: Layer, weight: Update | None, bias: Update | None) -> Array | None:
    """Return the step of a bias of its own, or of one merged with the weights; None where there is no bias."""
    update = bias if layer.merged is None else weight
    if layer.b is None or (update is None and is_shown_once(tape, weight)):
        return None
    return np.zeros_like(layer.b) if update is None else bias_part(tape, layer, update, _step(tape, update))


def bias_part(tape: Tape, layer: Layer, update: Update, value: Array) -> Array | None:
    """Return of what is laid out as the updated parameter the part of the bias, one entry for each unit."""
    if layer.merged is not None:
        row: Array = _turned(tape, layer, update, value)[layer.merged] / layer.constant
        return row
    if layer.bias is None or layer.b is None:
        return None
    step = layer.bias.sign * held(tape, update, value, tape.array(layer.bias.key))
    if step.size == 1:
        return np.full(layer.b.shape, float(step.reshape(())))
    if layer.b.ndim == 1 and step.size == layer.b.size:
        return step.reshape(-1)
    return _by_sample(step, layer)


def _by_sample(step: Array, layer: Layer) -> Array:
    """Return the step of a bias with a row for each sample; one row alone where they are all the same."""
    rows = of_samples(step, layer.z.shape, layer.side)
    if rows is None:
        return np.atleast_2d(step)
    if layer.b is not None and layer.b.ndim == 2:
        return rows
    row: Array = rows[0].copy()
    return row if rows.shape == layer.z.shape and bool((rows == rows[0]).all()) else rows


def is_by_sample(tape: Tape, layer: Layer) -> bool:
    """Return whether a layer's bias is stored with an entry for each of the pre-activation's."""
    return layer.bias is not None and tape.array(layer.bias.key).size == layer.z.size > layer.z.shape[1]


def spread_out(tape: Tape, layer: Layer, step: Array | None) -> Array | None:
    """Return a layer's bias; with its entries for each sample where it is stored so and its step differs by them."""
    if layer.b is None or step is None or step.ndim == 1 or not is_by_sample(tape, layer):
        return layer.b
    return np.array(np.broadcast_to(layer.b, layer.z.shape))
