"""Read requests, answer each from a fork: the file is read, rewritten and compiled once, every run starts fresh."""

import __future__

import ast
import contextlib
import ctypes
import gc
import io
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from typing import Any, BinaryIO

from numpy.typing import NDArray

from . import adapted, beside, surroundings
from .callers import arguments
from .calls import WAYS
from .drive import Program, Statement, run
from .frames import LENGTHS, PATIENCE, Header, pack, unpack
from .held import held
from .instrument import Rewritten, large_numbers, rewrite
from .names import TRIALS
from .nodes import Table, table_of
from .notes import NOTES
from .recorder import Recorder
from .stand_ins.samples import SHARE
from .syntax import absolute, walked
from .telling import recorded

GRACE = 1.0  # seconds that a run which was told to stop may take to do so
AGAIN = 0.05  # seconds after which it is told again
PRINTED = 4000  # characters of what the program prints that are kept
FIRST = """
import math, random
import numpy as np
np.random.seed(0)
W, V = np.random.randn(3, 4) * 0.1, np.random.uniform(-1.0, 1.0, (4, 2))
X, Y = np.array([[0, 0, 1], [1, 1, 1]]), np.array([[0], [1]])
A = 1.0 / (1.0 + np.exp(-(X @ W)))
D = (A.dot(V) - np.where(Y > 0, Y, 0.5)) ** 2
W[0] -= A.T.dot(D).sum(axis=1)
mean = np.mean(np.maximum(D, 0)) + np.sum(np.tanh(D), axis=0, keepdims=True).max() + D.T.reshape(4).std()
order = np.random.permutation(4), np.argmax(D, axis=1), np.zeros((2, 1)), np.ones(2), np.random.rand(2, 2)
print(mean, D, f"{float(mean):.3f}", np.log(D + 1e-9), np.concatenate([D, D]), np.eye(3)[[0, 1]])
"""  # the common calls


def serve() -> None:
    """Answer requests until there are no more: the first is the file, the others are runs of it."""
    die_with_parent()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    header, _ = received(requests)
    program, rewritten = prepared(header)
    tables = [{"table": table} for table in tables_for(program.tree)]
    ways = (WAYS[:-1], WAYS[-1:])  # layers are stacked where nothing else trains: their loss would be ours
    trials = [{**trial._asdict(), "way": way} for some in ways for trial in TRIALS for way in some]
    known = {"rows": rewritten.rows, "seen": seen(program.tree), "plans": trials, "tables": tables}
    send(answers, pack({**known, "large": bool(large_numbers(program.tree)), "argv": bool(arguments(program.tree))}))
    table = table_of(rewritten)
    surroundings.enter(program.path, program.folder, program.tree)
    gc.freeze()
    chosen = {1: program}
    while (request := received(requests, last=True)) is not None:
        share = SHARE if request[0]["plan"].get("table", {}).get("share") else 1
        if share not in chosen:
            chosen[share] = prepared(header, share)[0]
        send(answers, forked(chosen[share], table, *request))


def seen(tree: ast.Module) -> list[str]:
    """Return the functions and classes of the file with their parameters."""
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found.append(f"class {node.name}")
            found += [f"{node.name}.{_signature(n)}" for n in node.body if isinstance(n, ast.FunctionDef)]
        elif isinstance(node, ast.FunctionDef):
            found.append(_signature(node))
    return found


def tables_for(tree: ast.Module) -> list[dict[str, int]]:
    """Return the numbers of features and classes that a missing table may have had: whole numbers in the file."""
    numbers = [n.value for n in walked(tree) if isinstance(n, ast.Constant) and type(n.value) is int]
    sizes = sorted({n for n in numbers if 2 <= n <= 1000})[:MOST_SIZES]
    classes = [n for n in dict.fromkeys((2, 3, *sizes)) if n <= 10]
    return [{"features": n, "classes": k} for n in sizes for k in classes if n != k]


MOST_SIZES = 6  # whole numbers of a file that are tried as the width of a missing table


def _signature(node: ast.FunctionDef) -> str:
    """Return a function's name and parameters."""
    arguments = [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs] if a.arg != "self"]
    return f"{node.name}({', '.join(arguments)})"


def warm() -> None:
    """Run a small network of our own: what NumPy does only once should not be done again in every fork."""
    program, rewritten = prepared({"text": FIRST, "path": "", "folder": ""})
    sys.stdout = Printed()
    recorder = Recorder(table_of(rewritten), {}, 1000, 1000)
    recorder.install()
    space = {"__name__": "first"}
    for statement in program.statements:
        exec(statement.code, space)


def received(stream: BinaryIO, last: bool = False) -> Any:
    """Return the next frame, None at the end where it may end."""
    lengths = stream.read(LENGTHS.size)
    if not lengths and last:
        return None
    text, body = LENGTHS.unpack(lengths)
    return unpack(stream.read(text), stream.read(body))


def send(stream: BinaryIO, frame: bytes) -> None:
    """Write a frame."""
    stream.write(frame)
    stream.flush()


def prepared(header: Header, share: int = 1) -> tuple[Program, Rewritten]:
    """Return the program compiled, its large whole numbers divided by share, and its rewritten form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rewritten = rewrite(header["text"], header["path"], share=share)
        code = statements(rewritten.tree, header["path"])
        parts = [beside.prepared(module, rewritten, share) for module in header.get("beside", ())]
    tree = ast.parse(header["text"])
    difference = adapted.difference(rewritten)
    step = adapted.prepared(header["adapter"], rewritten) if header.get("adapter") else None
    lines = header["text"].split("\n")
    return Program(header["path"], header["folder"], code, tree, lines, difference, step, parts), rewritten


def statements(tree: ast.Module, path: str) -> list[Statement]:
    """Return the statements of the file compiled, each with its line and the names it sets."""
    features = [
        a.name for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__" for a in n.names
    ]
    flags = sum(getattr(__future__, name).compiler_flag for name in features)
    parts = [absolute(part) for part in tree.body]
    compiled = [compile(ast.Module([part], []), path, "exec", flags, dont_inherit=True) for part in parts]
    made = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    both = zip(compiled, parts, strict=True)
    return [Statement(code, part.lineno, _set_by(part), isinstance(part, made)) for code, part in both]


def _set_by(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement sets."""
    names = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
    return frozenset(n.id for n in names if isinstance(n.ctx, ast.Store))


def forked(program: Program, table: Table, request: Header, arrays: list[NDArray[Any]]) -> bytes:
    """Return the frame that a run in a process of its own wrote, or one that says why there is none."""
    with tempfile.TemporaryFile() as written:
        alive, dies = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(alive)
            alone(program, table, request, arrays, written)
        os.close(dies)
        in_time = bool(select.select([alive], [], [], PATIENCE * request["seconds"] + GRACE)[0])
        os.close(alive)
        status = ended(process)
        written.seek(0)
        frame = written.read()
    return frame or pack({"failed": "time" if not in_time else f"died: {status}"})


def ended(process: int) -> str:
    """End the process and all it started; return how it ended by itself, in words."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"


def alone(
    program: Program,
    table: Table,
    request: Header,
    arrays: list[NDArray[Any]],
    written: BinaryIO,
) -> None:
    """Run the program in this process, write what was seen, and end."""
    try:
        os.setsid()
        die_with_parent()
        inject = dict(zip(map(tuple, request["inject"]), arrays, strict=True))
        recorder = Recorder(table, inject, request["updates"], request["events"])
        recorder.install()
        random.seed(0)  # in a fork the module takes a seed from the system
        beside.install(program.parts)
        limit(request, recorder)
        sys.stdout, sys.stderr = printed, _ = Printed(), Printed()
        surroundings.keep_the_disk()
        start = time.process_time()
        end = run(program, recorder, request["plan"])
        before_training = end.raised is not None and not recorder.updates.counts
        if not before_training and recorder.restored():
            end = end._replace(ended="too many events", raised=None)
        seconds = time.process_time() - start
        unlimit()
        told = {"notes": list(NOTES), "seconds": seconds, "printed": printed.kept(), "stopped": end.stopped}
        module = vars(sys.modules["__main__"]) if request.get("names") else {}
        names = {name: recorder.kept.key(value) for name, value in held(module)}
        written.write(recorded(recorder, {**told, "ended": end.ended, "raised": end.raised}, names))
        written.flush()
    finally:
        leave(0)


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that serves is ended; only Linux can be asked."""
    with contextlib.suppress(AttributeError, OSError):
        KERNEL.prctl(1, signal.SIGKILL)


KERNEL = ctypes.CDLL(None)  # loaded here, for the stranger's program may have changed what imports do
leave = os._exit  # what stands around the program replaces it


def limit(request: Mapping[str, Any], recorder: Recorder) -> None:
    """Set the limits of memory and of processor time, and a far one of time that passes."""
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(name, lambda _, frame: recorder.interrupt(frame))
    signal.setitimer(signal.ITIMER_PROF, request["seconds"], AGAIN)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE * request["seconds"], AGAIN)


def unlimit() -> None:
    """Lift the limits: what was seen is still to be written."""
    for clock in (signal.ITIMER_PROF, signal.ITIMER_REAL):
        signal.setitimer(clock, 0)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._length = 0

    def write(self, text: str) -> int:
        """Take a piece of text."""
        if self._length < PRINTED:
            self._parts.append(text[: PRINTED - self._length])
            self._length += len(text)
        return len(text)

    def kept(self) -> str:
        """Return what was kept."""
        return "".join(self._parts)
