"""Parameters found by what happens to them: used in a product, then changed by an addition, then used again."""

import re
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from ..runs.recording import NOT_A_NUMBER, Node
from ..runs.tape import Sum, Tape
from .parts import Part, Positions, parts
from .step_alone import steps_alone

WEIGHT, BIAS = "weight", "bias"
STEPS = 3  # additions that may follow one another in one update


class Update(NamedTuple):
    """One change of a parameter.

    Attributes:
        at: the position of the first addition; ``end`` of the last.
        old, new: keys of the parameter before and after.
        step: the key of what was first added or subtracted, ``sign`` how.
        where: which entries of old and new are meant, None for all: the parameter is a part of a longer vector.
        alone: whether the step took the parameter's place; ``new`` is then none.
    """

    at: int
    end: int
    old: int
    new: int
    step: int
    sign: int
    where: Positions | None = None
    alone: bool = False


Lineage = dict[int, list[Update]]


def lineage(tape: Tape) -> Lineage:
    """Return the updates of every trained parameter, by the group of the value that was changed.

    A weight is an operand of a product, a bias is added to the result of one; what is changed must come
    back in the same role, or be assigned in place, or to a name. A step that takes the parameter's place is one
    that was not applied, at the sign of the others.
    """
    uses = _Uses(tape)
    cut = _cut(tape)
    uses.add_parts(cut)
    found = _changed(tape, uses, cut, renamed=False) or _changed(tape, uses, cut, renamed=True)
    signs = [updates[0].sign for updates in found.values()]
    usual = 1 if signs.count(1) > signs.count(-1) else -1
    for old, at, sign in steps_alone(tape, uses.before, {*found}):
        found[tape.group(old)].append(
            Update(at, at, old, NOT_A_NUMBER, tape.events[at].result, usual * sign, alone=True)
        )
    return {group: sorted(updates, key=lambda u: u.at) for group, updates in found.items()}


def _changed(tape: Tape, uses: "_Uses", cut: dict[int, list[tuple[int, Part]]], *, renamed: bool) -> Lineage:
    """Return the updates that are sums; ``renamed``: those too that become another name, as in ``W_new = W - step``."""
    found: Lineage = defaultdict(list)
    by_left: dict[int, list[Sum]] = defaultdict(list)
    for total in tape.sums:
        by_left[total.left].append(total)
    for total in tape.sums:
        if _is_trial(tape, total, by_left[total.left]):
            continue
        shrunk = _shrunk(tape, total)
        for old, step in ((total.left, total.right), (total.right, total.left), *((k, total.right) for k in shrunk)):
            if old == total.right and (total.sign < 0 or tape.node(total.at).kind == "augment"):
                continue
            roles = uses.before(old, total.at)
            if old == total.right and roles == (BIAS,) and uses.is_product(total.left):
                continue  # the bias of a layer, equal to that of another
            if roles and (_keeps_shape(tape, old, total.result) or _grows(tape, uses, roles, old, total)):
                end = _last(tape, total, by_left, uses, roles, renamed=renamed and old == total.left)
                if end is not None:
                    update = Update(total.at, end.at, old, end.result, step, total.sign)
                    found[tape.group(old)].append(update)
                    for key, part in cut.get(old, ()):
                        found[tape.group(key)].append(update._replace(where=part.where))
    return found


def _is_trial(tape: Tape, total: Sum, alike: list[Sum]) -> bool:
    """Return whether the same is added to a value and taken from it, as for a central difference: no step of it."""
    if not tape.shape(total.left) or tape.node(total.at).kind == "augment":
        return False
    both = (s for s in alike if s.sign == -total.sign and tape.shape(s.right) == tape.shape(total.right))
    return any(np.array_equal(tape.array(s.right), tape.array(total.right)) for s in both)


def _shrunk(tape: Tape, total: Sum) -> list[int]:
    """Return the array that the left side of a sum is a multiple of, as a decayed weight is: (1 - c) W - step."""
    made = tape.last_made(total.left, NOT_A_NUMBER, total.at)
    if made is None or tape.node(made).what != "*" or not tape.shape(total.left):
        return []
    factors = [k for k in tape.events[made].operands if k >= 0]
    return [k for k in factors if tape.shape(k) == tape.shape(total.left)] if len(factors) == 2 else []


def _cut(tape: Tape) -> dict[int, list[tuple[int, Part]]]:
    """Return the parts, with their keys, of every value that is changed by an addition."""
    changed = {key for s in tape.sums for key in (s.left, s.right, s.result) if tape.shape(key) == tape.shape(s.result)}
    whole: dict[int, list[tuple[int, Part]]] = defaultdict(list)
    for key, made in parts(tape, changed).items():
        for part in made:
            whole[part.root].append((key, part))
    return whole


class _Uses:
    """Where values serve as weights or biases, by role and group."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.places: dict[tuple[str, int], list[int]] = defaultdict(list)
        results: dict[int, int] = {}
        for p in tape.products:
            for key in (p.left, p.right):
                self.places[WEIGHT, tape.group(key)].append(p.at)
            results.setdefault(tape.group(p.result), p.at)
        self.results = results
        for s in tape.sums:
            for key, other in ((s.left, s.right), (s.right, s.left)):
                made = results.get(tape.group(other))
                if made is not None and made < s.at and tape.group(key) not in results:
                    self.places[BIAS, tape.group(key)].append(s.at)

    def add_parts(self, cut: dict[int, list[tuple[int, Part]]]) -> None:
        """Give every value the roles of its parts."""
        for whole, made in cut.items():
            groups = {self.tape.group(key) for key, _ in made}
            for role in (WEIGHT, BIAS):
                own = self.places[role, self.tape.group(whole)]
                own += [at for group in groups for at in self.places.get((role, group), ())]
                own.sort()

    def is_product(self, key: int) -> bool:
        """Return whether a value is the result of a product."""
        return self.tape.group(key) in self.results

    def before(self, key: int, at: int) -> tuple[str, ...]:
        """Return the roles that a value had before a position."""
        group = self.tape.group(key)
        return tuple(role for role in (WEIGHT, BIAS) if next(iter(self.places.get((role, group), [])), at) < at)

    def next_after(self, key: int, at: int, roles: tuple[str, ...]) -> int | None:
        """Return where a value next has one of the roles after a position."""
        group = self.tape.group(key)
        found = (next((p for p in self.places.get((role, group), []) if p > at), None) for role in roles)
        return min((p for p in found if p is not None), default=None)


def _keeps_shape(tape: Tape, old: int, new: int) -> bool:
    shape = tape.shape(old)
    return tape.shape(new) == shape


def _grows(tape: Tape, uses: _Uses, roles: tuple[str, ...], old: int, total: Sum) -> bool:
    """Return whether a bias is spread out by its own step: a gradient that was not summed."""
    was, step, now = (tape.shape(key) for key in (old, total.right, total.result))
    if roles != (BIAS,) or old != total.left or uses.is_product(total.right):
        return False
    if total.sign > 0 and not is_assigned(tape, total):
        return False
    return len(now) <= 2 and was != now and np.broadcast_shapes(was, step) == now


def _last(
    tape: Tape, first: Sum, by_left: dict[int, list[Sum]], uses: _Uses, roles: tuple[str, ...], *, renamed: bool
) -> Sum | None:
    """Return the last addition of an update: the one whose result comes back as a parameter or is assigned."""
    best: Sum | None = None
    total: Sum | None = first
    for _ in range(STEPS):
        if total is None:
            break
        following = next((s for s in by_left.get(total.result, []) if s.at > total.at), None)
        used = uses.next_after(total.result, total.at, roles)
        if used is not None or is_assigned(tape, total) or (renamed and is_renamed(tape, total)):
            best = total
        if used is not None and (following is None or used < following.at):
            break
        total = following
    return best


def is_assigned(tape: Tape, total: Sum) -> bool:
    """Return whether a sum went back to where its left side came from: in place, or to the same name."""
    node = tape.node(total.at)
    if node.kind == "augment":
        return True
    after = [tape.node(at) for at in tape.made[total.result] if total.at < at < total.at + 4 and _binds(tape, at)]
    targets = {bound.what for bound in after if not _in_another_constructor(bound, node)}
    if any(node.text.startswith((f"{target} +", f"{target} -")) for target in targets):
        return True
    return bool(targets) and any(
        tape.node(at).what in targets for at in tape.made.get(total.left, []) if at < total.at and _binds(tape, at)
    )


def is_renamed(tape: Tape, total: Sum) -> bool:
    """Return whether a sum becomes the new value of its left side under a name of its own: ``W_new``, or ``n_W``."""
    own = bare(tape.name_of(total.left))
    after = (tape.node(at) for at in tape.made[total.result] if total.at < at < total.at + 4 and _binds(tape, at))
    return bool(own) and any(own in bare(node.what) and own != bare(node.what) for node in after)


def _in_another_constructor(bound: Node, node: Node) -> bool:
    """Return whether a sum becomes an attribute of a new object, as ``self.data + other.data`` does in autograd."""
    return bound.function.endswith("__init__") and bound.function != node.function


def _binds(tape: Tape, at: int) -> bool:
    return tape.node(at).kind in ("bind", "store")


def bare(name: str) -> str:
    """Return the last word of a name as written: "w1" of self.W1, of params['W1'], of W1[:, 1:] and of "W1 +="."""
    words = re.findall(r"[A-Za-z_]\w*", re.sub(r"\[[^\]'\"]*:[^\]]*\]", "", name))
    return words[-1].lower() if words else ""
