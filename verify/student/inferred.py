"""An adapter with what a run of the file shows filled in."""

import ast
from collections.abc import Iterator
from typing import Any

from .child.names import BACKWARD, LOSS, TRAIN, snake
from .judging.look import Look, look
from .reading.lineage import Lineage, Update, lineage
from .runs.adapter import skeleton
from .runs.recording import Recording
from .runs.session import watch
from .runs.tape import Tape
from .source.ingest import Source

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
LONGEST = 300  # characters of a step that is worth filling in
DEEPEST = 3  # products between a gradient and the rate it was multiplied by


def new_adapter(source: Source, function: str = "") -> str:
    """Return an adapter for a file, ten lines at most, with what could be inferred filled in.

    Arguments:
        source: the file.
        function: the only function, class or method to call, "" for any.
    """
    with watch(source, function=function) as session:
        session.run()
        recording = session.named()
    one = look(Tape(recording))
    known = {} if one is None else shown_by(one)
    example = {} if known else {"call": f"G = {next(reversed(_functions(recording)), 'step(X, y)')}"}
    return skeleton({"call": step_in(source.text, recording) if known else "", **known}, example)


def _functions(recording: Recording) -> list[str]:
    """Return the functions of the file, those that seem to make gradients last."""
    functions = [name for name in recording.seen if not name.startswith("class ") and "__init__" not in name]
    return sorted(functions, key=lambda f: any(p.search(snake(f.rpartition(".")[2])) for p in (LOSS, BACKWARD, TRAIN)))


def shown_by(one: Look) -> dict[str, Any]:
    """Return the fields of an adapter that a run shows."""
    passes, tape = one.reading.passes, one.tape
    layers = passes[0].chain.layers
    names, trained = _names(tape), lineage(tape)
    keys = [layer.W_key for layer in layers] + [layer.bias.key for layer in layers if layer.bias is not None]
    params = tuple(names.get(tape.group(_last(tape, trained, key)), "") for key in keys)
    return {
        "x": names.get(tape.group(layers[0].a_key), ""),
        "y": names.get(tape.group(passes[0].target.key), ""),
        "params": params if all(params) else (),
        "loss": next((s.name for s in one.seen), ""),
        "activations": tuple(curve.family for curve in one.reading.point.curves),
        "lr": next((rate for update in one.reading.weights if (rate := _rate(tape, update))), None),
    }


def _names(tape: Tape) -> dict[int, str]:
    """Return the shortest expression for each value that the program holds at the end, by group."""
    found: dict[int, str] = {}
    for name, key in tape.recording.names.items():
        if key >= 0:
            found.setdefault(tape.group(key), name)
    return found


def _last(tape: Tape, trained: Lineage, key: int) -> int:
    """Return the key of what a parameter is at the end of the run."""
    seen: set[int] = set()
    while (updates := trained.get(tape.group(key))) and tape.group(key) not in seen:
        seen.add(tape.group(key))
        key = updates[0].new
    return key


def _rate(tape: Tape, update: Update | None) -> float | None:
    """Return the one number that a gradient was multiplied by, None where there is none, or several."""
    level = [] if update is None else [tape.first_made(update.step, update.at)]
    rates: set[float] = set()
    for _ in range(DEEPEST):
        made = [at for at in level if at is not None and tape.node(at).what in ("*", "@")]
        keys = [k for at in made for k in tape.events[at].operands if k >= 0]
        rates |= {abs(float(tape.array(k))) for k in keys if not tape.shape(k)}
        level = [tape.first_made(k, at) for at in made for k in tape.events[at].operands if k >= 0]
    return rates.pop() if len(rates) == 1 else None


def step_in(text: str, recording: Recording) -> str:
    """Return what runs again and again at module level where the run was stopped, as one line: a loop's statements.

    Without a loop it is the one statement that the run was stopped in; "" where that is not known.
    """
    if not recording.stopped:
        return ""
    body, looped = ast.parse(text).body, False
    while (holder := _around(body, recording.stopped[0])) is not None and hasattr(holder, "body"):
        body, looped = holder.body, looped or isinstance(holder, ast.For | ast.While)
    steps = _working(body) if looped else [holder] if holder is not None else []
    line = "; ".join(map(ast.unparse, steps))
    return line if len(line) <= LONGEST else ""


def _around(body: list[ast.stmt], line: int) -> ast.stmt | None:
    """Return the statement that a line belongs to."""
    return next((s for s in body if s.lineno <= line <= (s.end_lineno or s.lineno)), None)


def _working(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that compute: no blocks, which mostly print, and no prints."""
    for statement in body:
        if isinstance(statement, SIMPLE) and not ast.unparse(statement).startswith(("print(", "plt.", "sys.")):
            yield statement
