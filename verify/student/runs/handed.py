"""How a value comes from the expression that made it to the one that uses it: through names, calls and returns."""

from collections.abc import Container, Sequence
from itertools import pairwise

from .tape import Tape


def call_of(tape: Tape, at: int) -> int | None:
    """Return the call, later on, of the function that an event happened in; None at module level."""
    name = tape.node(at).function.rpartition(".")[2]
    calls = (i for i in range(at + 1, len(tape.events)) if tape.node(i).kind == "call")
    return next((i for i in calls if name and tape.node(i).what.rpartition(".")[2] == name), None)


def missing_factor(tape: Tape, places: Sequence[int], end: int) -> int | None:
    """Return where a value should have received its factor and is handed on without it.

    In this order: a helper whose factor is 1 everywhere; a function that gives back what it was given;
    a bare rename in one of several branches of the function that uses it; the call that hands the value, made in a
    third function, to the function which uses it; a bare rename; the expression that made it.

    Arguments:
        tape: the run.
        places: the events that hold the value, or a multiple.
        end: where the step ends.
    """
    if not places:
        return None
    keys = {tape.events[at].result for at in places}
    holders = [at for at in range(places[0], end) if tape.events[at].result in keys]
    user = _user(tape, keys, places[0], end)
    found = _constant_factor(tape, holders, keys)
    found = _unchanged_by(tape, holders, keys) if found is None else found
    found = _rename_in_a_branch(tape, holders, user) if found is None else found
    found = _handing_call(tape, holders, keys, user) if found is None else found
    return _rename_or_maker(tape, holders, user) if found is None else found


def _user(tape: Tape, keys: Container[int], start: int, end: int) -> int:
    """Return the first product that takes the value; with itself, it makes a loss of it."""
    products = (p.at for p in tape.products if start < p.at < end and (p.left in keys) != (p.right in keys))
    return next((at for at in products if tape.events[at].result not in keys), end - 1)


def _constant_factor(tape: Tape, holders: Sequence[int], keys: Container[int]) -> int | None:
    """Return what made the factor, where there is one that is 1 in every entry."""
    for at in holders:
        node, event = tape.node(at), tape.events[at]
        if not (node.what == "*" or node.what.rpartition(".")[2] == "multiply") or len(event.operands) != 2:
            continue
        for key, held in zip(event.operands, event.held_by, strict=True):
            if key >= 0 and key not in keys and tape.recording.values[key].size > 1 and (tape.array(key) == 1).all():
                return _first_inside(tape, tape.last_made(key, held, at))
    return None


def _first_inside(tape: Tape, made: int | None) -> int | None:
    """Return the first event that holds what a call gave, inside the function that was called."""
    if made is None:
        return None
    key, at = tape.events[made].result, made
    while at and tape.events[at - 1].result == key and tape.node(at - 1).kind != "argument":
        at -= 1
    return at


def _unchanged_by(tape: Tape, holders: Sequence[int], keys: Container[int]) -> int | None:
    """Return the first event inside a function of the file that gives back what it was given."""
    for at in holders:
        before = tape.node(at - 1)
        if tape.node(at).kind != "call" or before.kind not in ("return", "name") or at - 1 not in holders:
            continue
        if not any(key in keys for key in tape.events[at].operands):
            continue
        function = before.function
        inside = [i for i in holders if i < at and tape.node(i).function == function]
        argument = next((i for i in reversed(inside) if tape.node(i).kind == "argument"), None)
        if before.kind == "name":
            return at - 1
        if argument is not None:
            return next(i for i in inside if i > argument)
    return None


def _handing_call(tape: Tape, holders: Sequence[int], keys: Container[int], user: int) -> int | None:
    """Return the call that hands the value, made in a third function, to the function that uses it."""
    function = tape.node(user).function
    given = any(tape.node(at).kind == "argument" and tape.node(at).function == function for at in holders if at < user)
    call = call_of(tape, user) if given else None
    if call is None or not any(key in keys for key in tape.events[call].operands):
        return None
    return call if tape.node(call).function != tape.node(holders[0]).function else None


def _rename_in_a_branch(tape: Tape, holders: Sequence[int], user: int) -> int | None:
    """Return the bare rename in the function that uses the value, where another line of it binds the same name."""
    function = tape.node(user).function
    for at in (i for i in holders if i < user and tape.node(i).kind == "bind" and tape.node(i - 1).kind == "name"):
        node = tape.node(at)
        others = (n for n in tape.nodes if (n.kind, n.what, n.function) == ("bind", node.what, function))
        if function and node.function == function and any(n.line != node.line for n in others):
            return at
    return None


def _rename_or_maker(tape: Tape, holders: Sequence[int], user: int) -> int | None:
    """Return the bare rename where the value is used, else what made it there."""
    function = tape.node(user).function
    here = [at for at in holders if at <= user and tape.node(at).function == function]
    if not here and not function:  # used where no function is, as steps that were gathered from numbers
        here = [at for at in holders if tape.node(at).function == tape.node(holders[-1]).function]
    for before, at in pairwise(here):
        new_line = tape.node(at).line != tape.node(before).line
        if tape.node(at).kind == "name" and tape.node(at + 1).kind == "bind":
            return at
        if tape.node(at).kind == "bind" and new_line and tape.node(before).kind == "bind":
            return at
    return next((at for at in here if tape.node(at).kind not in ("argument", "bind")), holders[0])
