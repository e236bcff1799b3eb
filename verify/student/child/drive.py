"""Run the file's own main under the recorder, and say how it ended."""

import ast
import contextlib
import sys
import traceback
import types
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .adapted import FILE, Step, take
from .beside import Part
from .callers import ARGUMENTS, GUARDED
from .calls import WAYS, drive
from .lacking import supply
from .names import Trial
from .notes import note
from .recorder import Recorder, Stop
from .stand_ins import samples
from .stand_ins.anything import StoodInError

TRACE = 12  # lines of a traceback worth showing
LONGEST = 300  # characters of a message worth showing


class Statement(NamedTuple):
    """A statement of the file at its outermost level: its code, its line, the names it sets, whether it defines one."""

    code: types.CodeType
    line: int
    sets: frozenset[str]
    defines: bool


class Program(NamedTuple):
    """A file made ready: its code and what is known of it before it runs."""

    path: str
    folder: str
    statements: list[Statement]
    tree: ast.Module
    lines: list[str]
    difference: types.CodeType
    step: Step | None = None
    parts: Sequence[Part] = ()


class End(NamedTuple):
    """How a run ended.

    Attributes:
        ended: one of the words of ``Recording.ended``.
        raised: the exception, where there was one.
        stopped: where the run was stopped from inside, the lines of the file that it was in, the outermost first.
    """

    ended: str
    raised: Mapping[str, Any] | None
    stopped: tuple[int, ...] = ()


def run(program: Program, recorder: Recorder, plan: Mapping[str, Any]) -> End:
    """Run the file as a script, then, if the plan says so, call what it defines."""
    samples.TABLE.update(plan.get("table", {}))
    if samples.TABLE.get("share"):
        note(f"the file's large numbers (60000, ...) were divided by {samples.SHARE}: so few data were made up")
    if samples.TABLE.get("few"):
        note(f"{samples.FEW} samples were made up: with more the first step is too long to be followed")
    if plan.get("unguarded"):
        GUARDED.clear()
    end, space = run_main(program, recorder)
    if program.step is not None:
        return adapted(program, recorder, program.step, end, space)
    if "way" not in plan or (plan["way"] in WAYS and end.ended not in ("finished", "raised", "too few data")):
        return end
    if recorder.ended:
        recorder.start_again()
    _tell_end(end)
    _define(program, end, space)
    done: list[str] = []
    trial = Trial(tuple(plan["sizes"]), plan["layout"], plan["labels"], plan["samples"])
    supply(space, program.lines, trial)
    end = watched(
        program, recorder, lambda: done.append(drive(space, program.tree, trial, plan["way"], program.difference))
    )
    shown = f", called {done[0]}" if done else ""
    made_up = f"made-up data of sizes {list(trial.sizes)}, samples as {trial.layout}"
    note(f"nothing in the file trains by itself: {made_up}{shown}")
    return end


def adapted(program: Program, recorder: Recorder, step: Step, end: End, space: dict[str, Any]) -> End:
    """Take the steps that the user spelled out, after the file's own main, whatever became of it."""
    if recorder.ended:
        recorder.start_again()
    _tell_end(end)
    return watched(program, recorder, lambda: take(step, space))


def _tell_end(end: End) -> None:
    """Take note of an exception that ended the file's own main, where that does not end the run."""
    if end.raised is not None:
        note(f"the file's own main ended in {end.raised['type']} (line {end.raised['line']}): {end.raised['message']}")


def _define(program: Program, end: End, space: dict[str, Any]) -> None:
    """Define what stands below the line in which the file's own main ended with an exception."""
    for statement in program.statements if end.raised is not None else ():
        if end.raised is not None and statement.defines and statement.line > end.raised["first"]:
            with contextlib.suppress(Exception):
                exec(statement.code, space)


def run_main(program: Program, recorder: Recorder) -> tuple[End, dict[str, Any]]:
    """Run the file as a script; return how it ended, and its names."""
    module = types.ModuleType("__main__")
    module.__file__ = program.path
    sys.modules["__main__"] = module
    sys.argv = [program.path, *(ARGUMENTS if samples.TABLE.get("argv") else ())]
    if len(sys.argv) > 1:
        note(f"the command line was made up: {' '.join(sys.argv[1:])}")
    return watched(program, recorder, lambda: run_statements(program, module.__dict__)), module.__dict__


def run_statements(program: Program, space: dict[str, Any]) -> None:
    """Run the statements of the file, but those that ask a stand-in for numbers and those that need what they set."""
    lost: set[str] = set()
    for statement in program.statements:
        try:
            exec(statement.code, space)
        except (StoodInError, NameError) as error:
            if isinstance(error, NameError) and error.name not in lost:
                raise
            lost |= statement.sets
            note(f"line {statement.line} was left out: {error}")


def watched(program: Program, recorder: Recorder, work: Any) -> End:
    """Do the work; return how it ended."""
    try:
        work()
    except Stop as stop:
        return End(recorder.ended, None, tuple(f.lineno or 0 for f in frames_of(program, stop)))
    except SystemExit:
        note("the program ended itself (sys.exit)")
        return End(recorder.ended or "finished", None)
    except MemoryError:
        return End("memory", None)
    except BaseException as error:  # whatever a stranger's program raises is told, not raised again
        if recorder.ended:
            return End(recorder.ended, None)
        return End("raised", told(program, error))
    return End(recorder.ended or "finished", None)


def told(program: Program, error: BaseException) -> dict[str, Any]:
    """Return an exception in words, with the lines of the file that it came through."""
    frames = frames_of(program, error)
    shown = [f"line {f.lineno}, in {f.name}: {line(program, f.lineno)}" for f in frames][-TRACE:]
    if any(f.filename == FILE for f in traceback.extract_tb(error.__traceback__)):
        shown.insert(0, "in the adapter")
    last = (frames[-1].lineno or 0) if frames else 0
    try:
        message = str(error)
    except Exception:  # their exception may not even print
        message = ""
    first = (frames[0].lineno or 0) if frames else 0
    return {
        "type": type(error).__name__,
        "message": message[:LONGEST],
        "line": last,
        "traceback": shown,
        "first": first,
    }


def frames_of(program: Program, error: BaseException) -> list[traceback.FrameSummary]:
    """Return the places in the file that an exception came through."""
    return [f for f in traceback.extract_tb(error.__traceback__) if f.filename == program.path and f.lineno]


def line(program: Program, number: int | None) -> str:
    """Return a line of the file without its indentation."""
    return program.lines[number - 1].strip() if number and number <= len(program.lines) else ""
