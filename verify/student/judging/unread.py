"""Arrays that a program trains and that are no part of the network as it was read: nothing can be said of them."""

from collections.abc import Iterator
from typing import NamedTuple

from ..reading.lineage import bare, is_assigned, is_renamed
from ..runs.tape import Sum, Tape, handed_on, operands_made, upstream
from .look import Look


class Unread(NamedTuple):
    """One trained array outside the reading: its name, and the line in which it changes; 0 where it was not seen to."""

    name: str
    line: int


def unread(one: Look) -> tuple[Unread, ...]:
    """Return the arrays that the step changes and that the network lacks, by their names."""
    found: dict[str, Unread] = {}
    for total in unread_changes(one):
        name = written_name(one.tape, total.at)
        found.setdefault(name, Unread(name, one.tape.node(total.at).line))
    return tuple(found.values())


def unread_changes(one: Look) -> Iterator[Sum]:
    """Yield the changes of what the network lacks and its output, or a product, is made of.

    What is changed was there before the output was: what is added up in the step alone is a gradient.
    """
    tape, passes = one.tape, one.reading.passes
    parameters = {tape.group(key) for key in parameter_keys(one)}
    known = parameters | {tape.group(key) for key in _on_the_way(one)}
    used = _Used(tape, parameters, passes[-1].output.at)
    used.add_products(passes[-1].output.at, one.reading.end)
    renamed = _are_renamed(one)
    for total in tape.sums:
        within = passes[-1].output.at < total.at < one.reading.end
        within = within and tape.first_made(total.left, passes[-1].output.at) is not None
        if within and tape.group(total.left) not in known and used.holds(total) and _is_changed(tape, total, renamed):
            yield total


def goes_on(one: Look) -> bool:
    """Return whether the output that was read enters a product with what is trained too: it is a hidden layer."""
    tape, output = one.tape, one.reading.passes[-1].output.at
    below = {tape.group(k) for at in upstream(tape, output) for k in tape.events[at].operands}
    above = {tape.group(total.left) for total in unread_changes(one)} - below
    later = (p for p in tape.products if above and output < p.at < one.reading.end)
    met = (p for p in later if {tape.group(p.left), tape.group(p.right)} & above)
    return any(output in upstream(tape, p.at) for p in met)


def parameter_keys(one: Look) -> Iterator[int]:
    """Yield the keys of the parameters that the reading accounts for, and of whole vectors of them."""
    for layer in (layer for p in one.reading.passes for layer in p.chain.layers):
        yield layer.W_key
        if layer.bias is not None:
            yield layer.bias.key
    for update in (*one.reading.weights, *one.reading.biases):
        if update is not None:
            yield update.old


def _on_the_way(one: Look) -> Iterator[int]:
    """Yield the keys of hidden activations and pre-activations; what the network is given may be trained itself."""
    for p in one.reading.passes:
        for i, layer in enumerate(p.chain.layers):
            yield from (layer.z_key, layer.product.result, *((layer.a_key,) if i else ()))


class _Used:
    """The arrays that the output is computed from, other than through the parameters that were read."""

    def __init__(self, tape: Tape, parameters: set[int], end: int) -> None:
        self.tape = tape
        self.values: set[int] = set()
        self.objects: set[int] = set()
        waiting, seen = [end], set[int]()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            event = tape.events[at]
            self.values |= {tape.group(k) for k in event.operands if k >= 0 and tape.shape(k)}
            self.objects |= {*event.held_by} - {-1}
            if tape.group(event.result) not in parameters:
                returned = handed_on(tape, at)
                waiting += operands_made(tape, at) if returned is None else [returned]

    def add_products(self, start: int, end: int) -> None:
        """Add what is multiplied later in the step, and biases: the output that was read may be a hidden layer."""
        for product in self.tape.products:
            if start < product.at < end:
                self.values |= {self.tape.group(product.left), self.tape.group(product.right)}
                self.objects |= {*self.tape.events[product.at].held_by} - {-1}

        results = {self.tape.group(p.result) for p in self.tape.products if start < p.at < end}
        for total in (s for s in self.tape.sums if start < s.at < end):
            for made, bias in ((total.left, total.right), (total.right, total.left)):
                if self.tape.group(made) in results and self.tape.array(bias).size < self.tape.array(made).size:
                    self.values.add(self.tape.group(bias))
                    self.objects |= {*self.tape.events[total.at].held_by} - {-1}

    def holds(self, total: Sum) -> bool:
        """Return whether what a sum changes is one of them: the very object where its entries are all alike."""
        if self.tape.group(total.left) not in self.values:
            return False
        array, held = self.tape.array(total.left), self.tape.events[total.at].held_by[0]
        return bool((array != array.flat[0]).any()) or held in self.objects


def _are_renamed(one: Look) -> bool:
    """Return whether the step gives its parameters new names: ``W_new = W - step``."""
    ends = {u.end for u in (*one.reading.weights, *one.reading.biases) if u is not None}
    sums = [total for total in one.tape.sums if total.at in ends]
    return any(is_renamed(one.tape, s) for s in sums) and not any(is_assigned(one.tape, s) for s in sums)


def _is_changed(tape: Tape, total: Sum, renamed: bool) -> bool:
    """Return whether a sum replaces its left side: in place, under the same name, or as the step does with others."""
    changed = is_assigned(tape, total) or (renamed and is_renamed(tape, total))
    return bool(tape.shape(total.left)) and changed


def written_name(tape: Tape, at: int) -> str:
    """Return what is changed by an addition, as it is written."""
    node, operands = tape.node(at), tape.events[at].operands
    return node.what.rpartition(" ")[0] if node.kind == "augment" else tape.name_of(operands[0]) or bare(node.text)


def changes_unseen(one: Look) -> bool:
    """Return whether weights that were not seen to be updated hold other numbers later on, as the same array."""
    layers, tape = one.reading.passes[0].chain.layers, one.tape
    still = {tape.group(layer.W_key) for layer, u in zip(layers, one.reading.weights, strict=True) if u is None}
    if not still:
        return False
    objects = {held for key, held in _held(tape, 0, one.reading.end) if tape.group(key) in still}
    shapes = {tape.shape(layer.W_key) for layer in layers} | {tape.shape(layer.W_key)[::-1] for layer in layers}
    later = ((key, held) for key, held in _held(tape, one.reading.start, len(tape.events)) if held in objects)
    return any(tape.group(key) not in still and tape.shape(key) in shapes for key, _ in later)


def _held(tape: Tape, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the arrays that events use and make, with the objects that hold them."""
    for event in tape.events[start:end]:
        yield from ((k, h) for k, h in zip(event.operands, event.held_by, strict=False) if k >= 0 and h >= 0)
        if event.result >= 0 and event.identity >= 0:
            yield event.result, event.identity
