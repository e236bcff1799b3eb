"""How a value comes from the expression that made it to the one that uses it: through names, calls and returns."""

import re
from collections.abc import Container, Sequence
from itertools import pairwise

from .tape import Tape

COPIES = ("copy", "array", "asarray")


def call_of(tape: Tape, at: int) -> int | None:
    """Return the call, later on, of the function that an event happened in; None at module level."""
    name = tape.node(at).function.rpartition(".")[2]
    calls = (i for i in range(at + 1, len(tape.events)) if tape.node(i).kind == "call")
    return next((i for i in calls if name and tape.node(i).what.rpartition(".")[2] == name), None)


def missing_factor(tape: Tape, places: Sequence[int], end: int, *, times: bool = False) -> int | None:
    """Return where a value should have received its factor and is handed on without it.

    In this order: a helper whose factor is 1 everywhere; a function that gives back what it was given, or only keeps
    it; a bare rename in one of several branches of the function that uses it; the call that hands the value, made in a
    third function, to the function which uses it, or a rename for that call; a bare rename; the expression that made
    it.

    Arguments:
        tape: the run.
        places: the events that hold the value, or a multiple.
        end: where the step ends.
        times: whether another factor uses the value, else a product of matrices.
    """
    if not places:
        return None
    keys = {tape.events[at].result for at in places}
    holders = [at for at in range(places[0], end) if tape.events[at].result in keys]
    user = (_multiplied(tape, holders, keys) if times else None) or _user(tape, keys, places[0], end)
    found = _constant_factor(tape, holders, keys)
    found = _unchanged_by(tape, holders, keys) if found is None else found
    found = _only_kept(tape, holders) if found is None else found
    found = _rename_in_a_branch(tape, holders, user) if found is None else found
    found = _handing_call(tape, holders, keys, user) if found is None else found
    return _rename_or_maker(tape, holders, user) if found is None else found


def _user(tape: Tape, keys: Container[int], start: int, end: int) -> int:
    """Return the first product that takes the value; with itself, it makes a loss of it."""
    products = (p.at for p in tape.products if start < p.at < end and (p.left in keys) != (p.right in keys))
    return next((at for at in products if tape.events[at].result not in keys), end - 1)


def _multiplied(tape: Tape, holders: Sequence[int], keys: Container[int]) -> int | None:
    """Return the first event that makes another value of the same shape of a value."""
    shape = tape.shape(tape.events[holders[0]].result)
    users = sorted(i for key in {tape.events[at].result for at in holders} for i in tape.used.get(key, ()))
    fitting = (i for i in users if i > holders[0] and tape.events[i].result >= 0 and tape.events[i].result not in keys)
    return next((i for i in fitting if tape.shape(tape.events[i].result) == shape), None)


def _only_kept(tape: Tape, holders: Sequence[int]) -> int | None:
    """Return where a method keeps what it was given as an attribute, and does nothing else with it."""
    for at in holders:
        node = tape.node(at)
        if node.kind != "bind" or "." not in node.what:
            continue
        inside = [i for i in holders if i < at and tape.node(i).function == node.function]
        given = next((i for i in reversed(inside) if tape.node(i).kind == "argument"), None)
        if given is not None and not _computes(tape, given, call_of(tape, at) or at):
            return at
    return None


def _computes(tape: Tape, given: int, end: int) -> bool:
    """Return whether a function makes another value of its argument."""
    function, key = tape.node(given).function, tape.events[given].result
    users = (i for i in tape.used.get(key, ()) if given < i < end and tape.node(i).function == function)
    return any(tape.node(i).kind in ("binary", "call", "augment") and tape.events[i].result != key for i in users)


def _constant_factor(tape: Tape, holders: Sequence[int], keys: Container[int]) -> int | None:
    """Return what made the factor, where there is one that is 1 in every entry."""
    for at in holders:
        node, event = tape.node(at), tape.events[at]
        if not (node.what == "*" or node.what.rpartition(".")[2] == "multiply") or len(event.operands) != 2:
            continue
        for key, held in zip(event.operands, event.held_by, strict=True):
            if key >= 0 and key not in keys and (tape.array(key) == 1).all():
                made = tape.last_made(key, held, at)
                written = made is None or (not tape.shape(key) and tape.node(made).kind != "call")
                if made is not None and not written and not _fetched(tape, made):
                    return _first_inside(tape, made)
    return None


def _fetched(tape: Tape, at: int) -> bool:
    """Return whether an event gives a name to what was kept elsewhere, such as a mask of the forward pass."""
    return tape.node(at).kind == "bind" and tape.events[at - 1].result != tape.events[at].result


def _is_unpacked(tape: Tape, at: int) -> bool:
    """Return whether a name is one of several that take what a call gave."""
    before, line = at - 1, tape.node(at).line
    while before and tape.node(before).kind == "bind" and tape.node(before).line == line:
        before -= 1
    return tape.node(before).kind == "call"


def _first_inside(tape: Tape, made: int) -> int:
    """Return the first event that holds what a call gave, inside the function that was called."""
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
    if tape.node(call).function == tape.node(holders[0]).function:
        return None
    renamed = _rename_for_a_call(tape, holders, call)
    return call if renamed is None else renamed


def _rename_for_a_call(tape: Tape, holders: Sequence[int], call: int) -> int | None:
    """Return where a value got the name under which a call takes it: another than it had, or that of the parameter."""
    text, function = tape.node(call).text, tape.node(call).function
    parameters = {tape.node(i).what for i in holders if i < call and tape.node(i).kind == "argument"}
    bound = [i for i in holders if i < call and tape.node(i).kind == "bind" and tape.node(i).function == function]
    for at in (i for i in reversed(bound) if mentions(text, tape.node(i).what)):
        fetched = _fetched(tape, at) and not _is_unpacked(tape, at)
        if _hands_on(tape, at - 1, at) or (fetched and tape.node(at).what in parameters):
            return at
    return None


def _takes(tape: Tape, user: int, bound: int) -> bool:
    """Return whether what uses a value takes it by the name that it got; of an attribute's it cannot be told."""
    name = tape.node(bound).what
    asked = name.isidentifier() and tape.events[bound].result in tape.events[user].operands
    return not asked or mentions(tape.node(user).text, name)


def _hands_on(tape: Tape, at: int, to: int) -> bool:
    """Return whether an event only gives another the value that it takes: a name, or a copy."""
    node, event = tape.node(at), tape.events[at]
    copied = node.kind == "call" and node.what.rpartition(".")[2] in COPIES and event.result in event.operands
    return node.kind == "name" or (copied and event.result == tape.events[to].result)


def mentions(text: str, name: str) -> bool:
    """Return whether an expression has a name in it."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


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
        if tape.node(at + 1).kind == "bind" and _hands_on(tape, at, at + 1) and _takes(tape, user, at + 1):
            return at
        if tape.node(at).kind == "bind" and new_line and tape.node(before).kind in ("bind", "store"):
            return at
    return next((at for at in here if tape.node(at).kind not in ("argument", "bind")), holders[0])
