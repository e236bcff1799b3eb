"""A stranger's file in a child process that is kept warm: one run per injection, a few milliseconds each."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.errors import InputError

from ...isolation.process import NoAnswer, Process
from ..child.frames import LENGTHS, PATIENCE, Header, describe, pack, unpack
from ..child.nodes import OPERATOR
from ..source.ingest import Source
from .adapter import Adapter
from .ended_by import are_matrices, is_on_nothing, widths_differ
from .pieces import told_whole
from .recording import Event, Injection, Node, Objects, Raised, Recording
from .sizes import wishes

CHILD = Path(__file__).parents[1] / "child"
START = 30.0  # seconds the child may take to read the file, on a busy machine
MARGIN = 3.0  # seconds beyond the limit of a run after which the child itself is given up
# What a run has shown: an update, one on made-up targets that do not suit its output, a backward pass; less is a
# forward pass at most.
TRAINS, TRAINS_BADLY, BACKWARD = 4.0, 3.5, 2
MOST_TRIED = 40  # sizes and layouts of made-up data
MANY_ROWS = 3000  # of made-up data; where more are asked for, what asks for them is divided
OF_SIZES = ("ValueError", "IndexError", "KeyError", "TypeError")
OWN_WIDTHS = ("classes", "pieces")  # ways of calling a file that may say itself how wide its layers are
ENDS = {"features": 0, "classes": -1}  # which of the sizes of a network is which size of its data
LAYOUTS = 6  # of data that an unknown module would have given
EVENTS, LONG = 30_000, 150_000  # of a run, and of one whose first step over a graph of numbers is longer
MEMORY = 2 << 30  # bytes of address space


class Session:
    """A file that can be run again and again, each time with other values injected.

    Arguments:
        source: the file.
        seconds: of processor time that one run may take.
        memory: how many bytes of address space one run may use.
        function: the only function, class or method (as "Class.method") to call, "" for any.
        adapter: how a training step is made, None to find out.

    Attributes:
        nodes: the table of the file's expressions.
        seen: its functions and classes with their parameters.
        plan: how the file is made to train, None before the first run.
        late: how many runs were stopped for want of time.
    """

    def __init__(self, source: Source, seconds: float, memory: int, function: str, adapter: Adapter | None) -> None:
        self.source, self.seconds, self.memory = source, seconds, memory
        self.plan: Header | None = None
        self.late = 0
        self._enough = EVENTS
        self._function, self._adapter = function, adapter
        self._has_step = adapter is not None and bool(adapter.call)
        self._process = self._started()
        self._require_function()

    def _started(self) -> Process:
        """Return a child that has read the file."""
        path = self.source.path.absolute()
        file = {"path": str(path), "folder": str(path.parent), "text": self.source.text, "beside": self._beside()}
        adapter = self._adapter.expressions() if self._adapter is not None else {}
        process = Process(CHILD)
        try:
            process.write(pack({**file, "adapter": adapter}))
            header, _ = _answer(process, START)
        except NoAnswer as error:
            process.kill()
            got = f"a program that cannot be prepared ({error})"
            raise InputError(path.name, got, "one that Python compiles", "try a smaller part of it") from None
        except KeyboardInterrupt:
            process.kill()
            raise
        self.nodes = tuple(Node(*row) for row in header["rows"])
        self.seen = tuple(header["seen"])
        self._tables: list[Header] = [{**table, "unguarded": True} for table in header["tables"]]
        self._used: list[str] = []
        self._made: dict[str, int] = {}
        self._suited = False  # whether made-up targets met an output of their shape
        self._large, self._argv = bool(header["large"]), bool(header["argv"])
        self._plans: list[Header] = _of(self._function, header["plans"]) if self.seen else []
        return process

    def _beside(self) -> list[Header]:
        """Return the modules beside the program, each with the number of lines that are counted before its own."""
        return [
            {"name": m.name, "path": str(m.path.absolute()), "text": m.text, "before": before}
            for m, before in zip(self.source.beside, self.source.counted, strict=True)
        ]

    def _require_function(self) -> None:
        """Refuse the name of a function or class that the file does not define."""
        names = [name.removeprefix("class ").partition("(")[0] for name in self.seen]
        if self._function and self._function not in names:
            known = ", ".join(names) or "none: the file defines no function"
            near = get_close_matches(self._function, names, n=1)
            advice = f"did you mean {near[0]}?" if near else "choose one of these"
            self.close()
            raise InputError("function", repr(self._function), f"one of {known}", advice)

    def run(self, inject: Injection | None = None, updates: int = 3, events: int | None = None) -> Recording:
        """Run the file from its beginning.

        Arguments:
            inject: the values that expressions return instead of their own, by (node, occurrence).
            updates: the run ends once every trained parameter was updated so often.
            events: the run ends after so many; None for as many as a step may need.

        Returns:
            What was seen until the end; a run that had to be killed has seen nothing.
        """
        limits = {**self._limits(), "updates": updates, "events": self._enough if events is None else events}
        if self.plan is not None:
            return self._run(inject or {}, {**limits, "plan": self.plan})[0]
        self.plan, recording = self._settled(limits)
        return self._run(inject, {**limits, "plan": self.plan})[0] if inject else recording

    def raw(self, inject: Injection, updates: int, events: int | None = None) -> Recording:
        """Run the file with other values injected: its numbers are told as they are."""
        return self.run(inject, updates, events)

    def named(self) -> Recording:
        """Run the file once more, as it is, and also tell where it keeps its arrays."""
        return self._run({}, {**self._limits(), "plan": self.plan or {}, "names": True})[0]

    def _limits(self) -> Header:
        return {"updates": 3, "events": self._enough, "seconds": self.seconds, "memory": self.memory}

    def _settled(self, limits: Header) -> tuple[Header, Recording]:
        """Return how the file is made to train, its own main first, and what was seen so."""
        recording, promise = self._run({}, {**limits, "plan": {}})
        best: Header = {}
        of_graph = any(OPERATOR.search(node.function) for node in self.nodes)
        if of_graph and recording.ended == "too many events" and promise < TRAINS and not self._function:
            best, recording, promise = self._longer(limits, recording, promise)
        if self._function:
            promise = 0
        elif self._has_step or self._is_told(recording, promise):
            return best, recording
        else:
            best, recording, promise = self._resized(limits, recording, promise)
            if not best and recording.ended == "raised" and promise > 0 and "table" not in self._used:
                return best, recording  # data of known sizes: the mistake is the program's own
            if promise >= TRAINS_BADLY:
                return best, recording
        hopeless: set[tuple[str, int]] = set()
        spent = 0.0
        waiting = [*self._own_main(recording), *self._plans]
        wider: list[tuple[int, Header]] = []
        for _ in range(len(waiting) + MOST_TRIED):
            if not waiting and not wider:
                break
            plan = waiting.pop(0) if waiting else _farthest(wider)
            way = plan.get("way", ""), len(plan.get("sizes", ()))  # as many sizes as its parameters may still fit
            shown = promise >= (BACKWARD if "changed" in plan else TRAINS)
            if shown or way in hopeless or spent > self.seconds:
                continue
            found, seen = self._run({}, {**limits, "plan": plan})
            spent += found.seconds
            if found.raised is not None and found.raised.type == "NoCall":
                hopeless.add(way)
            elif seen > promise:
                best, recording, promise = plan, _without_blame(found) if "way" in plan else found, seen
            wider += [(len(found.events), other) for other in _other_widths(plan, found)] if seen < TRAINS else []
        if self._function and not best:
            said = f"{self._function} was not called: its parameters' names do not say what it takes"
            recording = replace(recording, notes=(*recording.notes, said))
        return best, recording

    def _longer(self, limits: Header, recording: Recording, promise: float) -> tuple[Header, Recording, float]:
        """Return what a longer run shows, of few samples where they are made up; all later runs may be as long then."""
        few: list[Header] = [{"table": {"few": 1}}] if "data" in self._used else []
        for plan in (*few, {}):
            long, seen = self._run({}, {**limits, "events": LONG, "plan": plan})
            if seen >= TRAINS:
                self._enough = LONG
                return plan, long, seen
        return {}, recording, promise

    def _is_told(self, recording: Recording, promise: float) -> bool:
        """Return whether the file's own main has shown all it can: an update, or its own mistake half-way there."""
        if promise == TRAINS_BADLY:
            return False
        fewer = self._large and "data" in self._used
        free = self._argv or bool(self._made) or fewer
        own_mistake = recording.ended == "raised" and (
            (promise > 0 and (not free or is_on_nothing(recording) or (self._suited and are_matrices(recording))))
            or widths_differ(recording)
        )
        computed = promise >= TRAINS or (promise >= BACKWARD and recording.ended == "finished")
        stopped = recording.ended not in ("finished", "raised", "too few data", *(["memory"] if fewer else []))
        return computed or own_mistake or stopped

    def _resized(self, limits: Header, recording: Recording, promise: float) -> tuple[Header, Recording, float]:
        """Return the plan that shows the most when made-up data have the sizes that exceptions ask for."""
        best: tuple[Header, Recording, float] = {}, recording, promise
        waiting = [(len(recording.events), table) for table in self._other_sizes({}, recording)]
        tried: list[Header] = [{}]
        spent = 0.0
        while waiting and best[2] < TRAINS and spent < self.seconds and len(tried) < MOST_TRIED:
            table = _farthest(waiting)
            if table in tried:
                continue
            tried.append(table)
            found, seen = self._run({}, {**limits, "plan": {"table": table}})
            spent += found.seconds
            if seen > best[2]:
                best = {"table": table}, found, seen
            waiting += [(len(found.events), other) for other in self._other_sizes(table, found)]
        return best

    def _other_sizes(self, table: Header, recording: Recording) -> list[Header]:
        """Return made-up data of the sizes, and in the layouts, that the end of a run asks for."""
        message = recording.raised.message if recording.raised is not None else recording.misfit
        layouts = [{"layout": n} for n in range(LAYOUTS) if "layout" in self._made and n != self._made["layout"]]
        fewer = self._large and "data" in self._used and not table.get("share")
        wanted = [wish for wish in wishes(message, self._made) if not (fewer and wish.get("rows", 0) > MANY_ROWS)]
        called = [{"argv": 1}] if self._argv and not table.get("argv") else []
        return [{**table, **change} for change in (*called, *layouts, *wanted, *([{"share": 1}] if fewer else []))]

    def _own_main(self, recording: Recording) -> list[Header]:
        """Return the other ways to run the file's own main: with made-up files, of other widths."""
        if self._function:
            return []
        unguarded: list[Header] = [{"unguarded": True}] if "guard" in self._used else []
        sized = "table" in self._used and (recording.raised is None or recording.raised.type in OF_SIZES)
        return [*unguarded, *(self._tables if sized or unguarded else [])]

    def _run(self, inject: Injection, request: Header) -> tuple[Recording, float]:
        """Run once; return the recording, and how much was seen: TRAINS for an update, BACKWARD for a gradient."""
        start = time.monotonic()
        try:
            self._process.write(pack({"inject": list(inject), **request}, [describe(v) for v in inject.values()]))
            header, arrays = _answer(self._process, PATIENCE * self.seconds + MARGIN)
        except (NoAnswer, ValueError):  # no frame, or not one of ours
            self._process.kill()
            self._process = self._started()
            header, arrays = {"failed": "time"}, []
        self.late += "time" in (header.get("failed"), header.get("ended"))
        if "failed" in header:
            return self._failed(header["failed"], time.monotonic() - start), 0
        seen = BACKWARD * header["backward"] + (header["products"] > 0)
        if header["updates"]:
            seen = TRAINS_BADLY if header["misfit"] or header["crossed"] else TRAINS
        self._used, self._made, self._suited = header["used"], header["made"], header["suited"]
        return self._recording(header, arrays), seen

    def _recording(self, header: Header, arrays: Sequence[NDArray[Any]]) -> Recording:
        """Return the recording that a frame describes."""
        columns, values = arrays[:7], arrays[7:]
        matrices = frozenset(header.get("matrices", ()))  # a run that was killed tells nothing
        if any(self.nodes[i].what == "*" for i in matrices):
            nodes = enumerate(self.nodes)
            self.nodes = tuple(node._replace(what="@") if i in matrices else node for i, node in nodes)
        return told_whole(
            Recording(
                nodes=self.nodes,
                events=tuple(_events(*(column.tolist() for column in columns))),
                values=tuple(values),
                ended=header["ended"],
                raised=_raised(header["raised"]),
                notes=(*self.source.notes, *header["notes"]),
                seen=self.seen,
                seconds=header["seconds"],
                printed=header["printed"],
                stopped=tuple(header["stopped"]),
                names=header.get("names", {}),
                misfit=header["misfit"],
                objects=tuple(map(_objects, header["objects"])),
            )
        )

    def _failed(self, why: str, seconds: float) -> Recording:
        """Return the recording of a run that left nothing."""
        ended, raised = "time", None
        if why != "time":
            ended, raised = "raised", Raised("Died", f"the program's process {why}", 0, ())
        return Recording(self.nodes, (), (), ended, raised, self.source.notes, self.seen, seconds)

    def close(self) -> None:
        """End the child."""
        self._process.kill()


@contextmanager
def watch(
    source: Source, *, seconds: float = 8, memory: int = MEMORY, function: str = "", adapter: Adapter | None = None
) -> Iterator[Session]:
    """Open a session on a file, and close it.

    Arguments:
        source: the file, as ``ingest.read`` returns it.
        seconds: of processor time that one run may take.
        memory: how many bytes of address space one run may use.
        function: the only function, class or method (as "Class.method") to call, "" for any.
        adapter: how a training step is made, None to find out.

    Yields:
        The session.
    """
    session = Session(source, seconds, memory, function, adapter)
    try:
        yield session
    finally:
        session.close()


def _farthest(waiting: list[tuple[int, Header]]) -> Header:
    """Take out what comes after most events, the first of several."""
    farthest = max(waiting, key=lambda entry: entry[0])
    waiting.remove(farthest)
    return farthest[1]


def _without_blame(recording: Recording) -> Recording:
    """Return the recording of calls of our own making: an exception there is no mistake of the program's."""
    raised = recording.raised
    if raised is None:
        return recording
    said = f"the made-up calls ended in {raised.type} (line {raised.line}): {raised.message}"
    return replace(recording, ended="finished", raised=None, notes=(*recording.notes, said))


def _other_widths(plan: Header, found: Recording) -> list[Header]:
    """Return plans whose made-up data have the widths that a class with sizes of its own asks for."""
    raised, sizes = found.raised, plan.get("sizes")
    if sizes is None or raised is None or raised.type not in OF_SIZES or plan["way"] not in OWN_WIDTHS:
        return []
    if plan.get("changed", 0) == len(ENDS):
        return []
    wanted = wishes(raised.message, {name: sizes[end] for name, end in ENDS.items()})
    changed = [(ENDS[name], n) for wish in wanted for name, n in wish.items() if name in ENDS and n != plan["samples"]]
    plans = [{**plan, "sizes": list(sizes), "changed": plan.get("changed", 0) + 1} for _ in changed]
    for other, (end, n) in zip(plans, changed, strict=True):
        other["sizes"][end] = n
    return plans


def _of(function: str, plans: list[Header]) -> list[Header]:
    """Return the plans, or those that call one function in each of their layouts."""
    if not function:
        return plans
    return [{**plan, "way": function} for plan in plans if plan["way"] == plans[0]["way"]]


def _answer(process: Process, seconds: float) -> tuple[Header, list[NDArray[Any]]]:
    """Return the next frame of the child."""
    until = time.monotonic() + seconds
    (lengths,) = process.read([LENGTHS.size], until)
    text, body = process.read(LENGTHS.unpack(lengths), until)
    return unpack(text, body)


def _events(
    nodes: list[int],
    occurrences: list[int],
    results: list[int],
    identities: list[int],
    counts: list[int],
    operands: list[int],
    held: list[int],
) -> Iterator[Event]:
    """Yield the events that the columns describe."""
    start = 0
    for node, occurrence, result, identity, count in zip(nodes, occurrences, results, identities, counts, strict=True):
        end = start + count
        yield Event(node, occurrence, tuple(operands[start:end]), result, identity, tuple(held[start:end]))
        start = end


def _objects(told: dict[str, Any]) -> Objects:
    """Return what the objects of a program's own graph held before one step."""
    values, identities = np.array(told["values"], float), np.array(told["identities"], int)
    return Objects(told["name"], tuple(told["place"]), tuple(told["names"]), tuple(told["objects"]), values, identities)


def _raised(told: dict[str, Any] | None) -> Raised | None:
    """Return the exception that ended a run."""
    return Raised(told["type"], told["message"], told["line"], tuple(told["traceback"])) if told else None
