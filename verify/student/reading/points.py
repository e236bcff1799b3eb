"""Where a run's inputs, targets and parameters come from, and well-spread values to inject there."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..runs.recording import Injection, Place
from ..runs.tape import Tape, upstream
from .align import Pass, Reading
from .chain import Layer
from .lineage import Update, lineage
from .parts import VIEWS as REARRANGED
from .parts import Positions, parts
from .steps import positions

VIEWS = (*REARRANGED, "float", "astype", "asfarray", "float64")
LARGEST = 200_000
COUNTS = 5  # above the largest that is put in place of counts


class Source(NamedTuple):
    """Where a value enters the run.

    Attributes:
        place: where to inject.
        value: what the expression returned.
        where: which entries of it are meant, in the shape they are used in; None for all.
        twins: where else the same numbers enter, made an array anew.
    """

    place: Place
    value: Array
    where: Positions | None = None
    twins: tuple[Place, ...] = ()

    def put(self, inject: dict[Place, NDArray[Any]], value: Array) -> None:
        """Enter a value to be injected; of a longer one the rest stays as it was."""
        if self.where is None:
            inject.update(dict.fromkeys((self.place, *self.twins), value))
        else:
            inject[self.place] = self.spread(value, np.asarray(inject.get(self.place, self.value)))

    def spread(self, value: Array, rest: Array) -> Array:
        """Return a value in the shape of the source: with the rest around it where it is a part."""
        if self.where is None:
            return value
        flat = np.array(rest, np.float64).ravel()
        flat[self.where] = value
        return flat.reshape(self.value.shape)

    def taken(self, whole: Array) -> Array:
        """Return what is meant of a value in the shape of the source."""
        return whole if self.where is None else np.asarray(whole).ravel()[self.where]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is meant."""
        return self.value.shape if self.where is None else self.where.shape


class Sources(NamedTuple):
    """The sources of a reading; None where one was not found.

    Attributes:
        X, Y: one for each pass.
        W, b: one for each layer; b None too where the layer has none.
    """

    X: tuple[Source | None, ...]
    Y: tuple[Source | None, ...]
    W: tuple[Source | None, ...]
    b: tuple[Source | None, ...]


def sources(tape: Tape, reading: Reading) -> Sources:
    """Return where each quantity of a reading comes from: before its first use, through views and slices."""
    layers = reading.passes[0].chain.layers
    return Sources(
        tuple(_data_source(tape, p, reading.end) for p in reading.passes),
        tuple(_target_source(tape, p) for p in reading.passes),
        tuple(
            _parameter(tape, layer.product.at, layer.W_key, u) for layer, u in zip(layers, reading.weights, strict=True)
        ),
        tuple(
            None if layer.bias is None else _parameter(tape, layer.z_at, layer.bias.key, u)
            for layer, u in zip(layers, reading.biases, strict=True)
        ),
    )


def _parameter(tape: Tape, at: int, key: int, update: Update | None) -> Source | None:
    """Return where a parameter comes from: the vector it is a part of, where there is one."""
    if update is None or update.where is None:
        return _of_vector(tape, key, source(tape, at, key))
    whole = source(tape, update.at, update.old)
    size = tape.array(update.old).size
    return (
        None
        if whole is None or whole.value.size != size
        else whole._replace(where=positions(tape, update, tape.array(key)))
    )


def _of_vector(tape: Tape, key: int, found: Source | None) -> Source | None:
    """Return a source that is cut out of a vector as entries of it: what cuts it out anew then sees them too."""
    made = None if found is None else next(at for at in range(len(tape.events)) if tape.place(at) == found.place)
    if made is None or tape.node(made).kind != "subscript":
        return found
    vector = next((k for k in tape.events[made].operands if k >= 0 and len(tape.shape(k)) == 1), None)
    part = None if vector is None else next((p for p in parts(tape, [vector]).get(key, ()) if p.root == vector), None)
    whole = None if vector is None or part is None else source(tape, made, vector)
    return found if whole is None or part is None else whole._replace(where=part.where)


def _data_source(tape: Tape, one: Pass, end: int) -> Source | None:
    """Return where the inputs of a pass come from, with every other array that is made of the same numbers."""
    found = source(tape, one.chain.start, one.chain.layers[0].a_key, whole=True)
    if found is None or found.value.size < 2 or not np.ptp(found.value):
        return found
    shape, entries = found.value.shape, found.value.tobytes()
    made = next(at for at in range(end) if tape.place(at) == found.place)
    calls = (at for at in range(end) if tape.node(at).kind == "call")
    alike = [at for at in calls if _holds(tape, at, shape, entries) or _repeats(tape, at, made)]
    twins = (*found.twins, *(p for at in alike if (p := tape.place(at)) != found.place))
    return found._replace(twins=tuple(dict.fromkeys(twins)))


def _holds(tape: Tape, at: int, shape: tuple[int, ...], entries: bytes) -> bool:
    """Return whether a call makes an array of these entries of what is no array of its own."""
    event = tape.events[at]
    if event.result < 0 or tape.shape(event.result) != shape or any(k >= 0 and tape.shape(k) for k in event.operands):
        return False
    return tape.array(event.result).tobytes() == entries


def _repeats(tape: Tape, at: int, made: int) -> bool:
    """Return whether a call does once more what another did: each of two passes adds the ones to a sample by itself."""
    one, other = tape.events[at], tape.events[made]
    same = (one.result, one.operands) == (other.result, other.operands) and one.result >= 0
    return same and tape.node(at).what == tape.node(made).what


def _target_source(tape: Tape, one: Pass) -> Source | None:
    found = source(tape, one.target.at, one.target.key, whole=True)
    if found is None and one.target.key in tape.events[one.target.at].operands:
        return None
    return found


def source(tape: Tape, at: int, key: int, *, whole: bool = False) -> Source | None:
    """Return where the operand ``key`` of the event at a position comes from, None where no event made it.

    Arguments:
        tape: the run.
        at: the position of the event that uses the value.
        key: the value's key.
        whole: whether a part of an array is traced to the array, so that every use of it sees the new value.
    """
    if (told := tape.adapted(key, at)) is not None:
        return Source(tape.place(told), tape.array(key))
    event = tape.events[at]
    held = dict(zip(event.operands, event.held_by, strict=False)).get(key, -1)
    made = _maker(tape, key, held, at)
    if made is None:
        return None
    node, maker = tape.node(made), tape.events[made]
    arrays = [k for k in maker.operands if k >= 0 and tape.shape(k)]
    last = node.what.rpartition(".")[2]
    view = last in VIEWS and len(arrays) >= 1 and np.size(tape.recording.values[arrays[0]]) == _size(tape, key)
    part = whole and node.kind == "subscript" and bool(arrays) and not _takes_columns(tape, arrays[0], key)
    if view or part or (node.kind in ("bind", "argument", "name", "return") and arrays):
        earlier = source(tape, made, arrays[0], whole=whole)
        if earlier is not None:
            return earlier
    return Source(tape.place(made), tape.array(key), twins=_handed_in(tape, made))


def _handed_in(tape: Tape, made: int) -> tuple[Place, ...]:
    """Return where else an argument is handed in that nothing in the file makes: one call after another takes it.

    What the file's own calls hand on they have from there: of those, a longer run has more.
    """
    if tape.node(made).kind != "argument":
        return ()
    one, name = tape.events[made], tape.node(made).what
    others = (at for at in tape.made[one.result] if at != made and tape.node(at).kind == "argument")
    called = {tape.node(at).what.rpartition(".")[2] for at in range(len(tape.events)) if tape.node(at).kind == "call"}
    others = (at for at in others if tape.node(at).function.rpartition(".")[2] not in called)
    alike = (at for at in others if tape.node(at).what == name or tape.events[at].identity == one.identity)
    return tuple(map(tape.place, alike))


def _takes_columns(tape: Tape, key: int, part: int) -> bool:
    """Return whether a part is columns of an identity matrix, as in np.eye(k)[:, labels]: one-hot only as they are."""
    one, value = tape.array(key), tape.array(part)
    square = one.ndim == 2 and one.shape[0] == one.shape[1] and value.ndim == 2 and value.shape != one.shape
    return square and len(value) == len(one) and np.array_equal(one, np.eye(len(one)))


def _size(tape: Tape, key: int) -> int:
    return int(np.size(tape.recording.values[key]))


def _maker(tape: Tape, key: int, held: int, before: int) -> int | None:
    """Return the first event that made the value: of the very object that was used, where that can be told."""
    places = [at for at in tape.made.get(key, []) if at < before]
    same = [at for at in places if held >= 0 and tape.events[at].identity == held]
    return next(iter(same or places), None)


def spread(
    reading: Reading, found: Sources, rng: np.random.Generator, *, data: bool = True, size: float = 1.0
) -> Injection:
    """Return well-spread values for every source: normal inputs, weights of order one, biases that are not zero.

    Arguments:
        reading: what the values are for.
        found: where they go.
        rng: the source of randomness.
        data: whether inputs and targets are replaced too, or the parameters alone.
        size: of the weights.
    """
    inject: dict[Place, NDArray[Any]] = {}
    layers = reading.passes[0].chain.layers
    for layer, own, W, b in zip(layers, reading.point.b, found.W, found.b, strict=True):
        if W is not None:
            W.put(inject, size * rng.normal(size=W.shape) * min(1.0, 1.6 / np.sqrt(len(layer.W))))
        if b is not None:
            b.put(inject, 0.4 * _biases(layer, own, b.shape, rng))
    if data:
        for X in found.X:
            if X is not None and X.place not in inject and X.value.size <= LARGEST:
                X.put(inject, _inputs(X.value, rng))
        for one, Y in zip(reading.passes, found.Y, strict=True):
            if Y is not None and Y.place not in inject:
                Y.put(inject, _targets(Y.value, one, rng))
    return inject


def with_whole_targets(inject: Injection, found: Sources) -> Injection:
    """Return an injection whose targets are rounded to whole numbers, where they stand apart from the inputs."""
    apart = {Y.place for Y in found.Y if Y is not None} - {X.place for X in found.X if X is not None}
    return {place: np.round(value) if place in apart else value for place, value in inject.items()}


def _biases(layer: Layer, own: Array | None, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return normal biases, the same for every sample where they were read as one for each unit."""
    if own is None or own.ndim > 1 or shape not in (layer.z.shape, layer.z.T.shape):
        return rng.normal(size=shape)
    row = rng.normal(size=layer.z.shape[1])
    rows: Array = np.broadcast_to(row, layer.z.shape)
    stored = np.array(rows if layer.side == "right" else rows.T)
    return stored if stored.shape == shape else stored.T


def _inputs(value: Array, rng: np.random.Generator) -> Array:
    """Return normal inputs; a row or column that holds one number throughout, as a merged bias does, stays."""
    new: Array = rng.normal(size=value.shape)
    if value.ndim == 2 and min(value.shape) > 1:
        for axis in (0, 1):
            first = np.take(value, [0], axis=axis)
            held = (value == first).all(axis=axis) & (np.abs(first[0] if axis == 0 else first[:, 0]) == 1)
            if axis == 0:
                new[:, held] = value[:, held]
            else:
                new[held] = value[held]
    return new


def _targets(value: Array, one: Pass, rng: np.random.Generator) -> NDArray[Any]:
    """Return targets of the same kind: labels, one-hot rows, counts, or numbers inside (0, 1)."""
    if one.target.labels and _whole(value):
        labels = rng.integers(0, one.target.value.shape[1], size=value.shape)
        return np.asarray(labels, np.float64) if value.ndim == 0 else labels
    if _one_hot(one.target.value):
        return _shuffled_hot(value, one.target.value.shape[1], rng)
    if _whole(one.target.value) and len(np.unique(one.target.value)) > 2:
        return rng.integers(0, COUNTS, size=value.shape).astype(np.float64)  # others may be cut to whole numbers
    return rng.uniform(0.05, 0.95, size=value.shape)


def _whole(value: Array) -> bool:
    return bool((value == np.round(value)).all())


def _one_hot(rows: Array) -> bool:
    return rows.shape[1] > 1 and bool((rows.sum(axis=1) == 1).all()) and bool(((rows == 0) | (rows == 1)).all())


def _shuffled_hot(value: Array, classes: int, rng: np.random.Generator) -> Array:
    """Return other one-hot targets in the value's own layout."""
    hot: Array = np.eye(classes)
    if value.ndim == 2 and value.shape[1] == classes and bool((value.sum(axis=1) == 1).all()):
        return hot[rng.integers(0, classes, len(value))]
    if value.ndim == 2 and value.shape[0] == classes:
        chosen: Array = hot[rng.integers(0, classes, value.shape[1])]
        return chosen.T
    return hot[int(rng.integers(0, classes))].reshape(value.shape) if value.size == classes else value


def stirring(tape: Tape, rng: np.random.Generator) -> Injection:
    """Return other values for every parameter that is seen to be updated, those that start equal included."""
    trained = lineage(tape)
    new = {tape.group(u.new) for found in trained.values() for u in found if u.new != u.old}
    updates = [u for group, found in trained.items() if group not in new for u in found]
    started = [source(tape, u.at, u.old) for u in updates]
    found = [s for s in started if s is not None and s.value.ndim and _is_made_of_no_product(tape, s)]
    return {s.place: rng.normal(size=s.value.shape) for s in found}


def _is_made_of_no_product(tape: Tape, start: Source) -> bool:
    """Return whether a value is no result of the forward pass."""
    at = next(i for i in range(len(tape.events)) if tape.place(i) == start.place)
    return tape.product_places.isdisjoint(upstream(tape, at))
