"""Ask the debugger about files of the zoo: in processes of their own, with a limit, whatever happens to them."""

import signal
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any

from reference.errors import InputError
from tests.students.scoring import Answer
from tests.students.zoo import Case
from verify.processes import ENVIRONMENT

PROCESSES = 2
LIMIT = 60.0  # seconds for one file, a dozen times what a slow one takes


def ask(wanted: list[Case]) -> Iterator[Answer]:
    """Yield the answers, in the order of the cases; a process that dies costs only its own file."""
    done = 0
    while done < len(wanted):
        try:
            with fresh_pool(PROCESSES) as pool:
                for given in pool.map(answer, wanted[done:]):
                    yield given
                    done += 1
        except BrokenProcessPool:
            yield alone(wanted[done])
            done += 1


def alone(case: Case) -> Answer:
    """Ask about one file in a process that nobody shares."""
    try:
        with fresh_pool(1) as pool:
            return pool.submit(answer, case).result()
    except BrokenProcessPool:
        return Answer({}, 0.0, "crash: the process died")


def fresh_pool(count: int) -> ProcessPoolExecutor:
    """Return new processes with the settings the tool itself gives to its own."""
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=prepare)


def prepare() -> None:
    """Set a process up: one thread for products, and an alarm that ends a file."""
    import os

    os.environ.update(ENVIRONMENT)
    signal.signal(signal.SIGALRM, out_of_time)


def out_of_time(number: int, frame: FrameType | None) -> None:
    """Leave the file that takes too long."""
    raise TimeoutError


def answer(case: Case) -> Answer:
    """Return what the debugger says of one file."""
    from verify import __version__
    from verify.report.diagnosis_json import diagnosis_json
    from verify.student.debug import Options, diagnose

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{case.name}{case.suffix}"
        path.write_text(case.content, encoding="utf-8")
        start = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            report = diagnosis_json(diagnose(path, Options(autodiff=False)), __version__)
            seconds = time.perf_counter() - start
            return Answer(placed(report, case, path), seconds)
        except TimeoutError:
            return Answer({}, LIMIT, "timeout")
        except InputError as error:
            return Answer({"verdict": "cannot run", "missing": [str(error)]}, time.perf_counter() - start)
        except Exception as error:  # what a user would see as a traceback is what is counted here
            return Answer({}, time.perf_counter() - start, f"crash: {type(error).__name__}: {error}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def placed(report: dict[str, Any], case: Case, path: Path) -> dict[str, Any]:
    """Return the report of a notebook with lines of the zoo's own text, and any other as it is."""
    if case.suffix == ".py":
        return report
    from verify.student.source.ingest import read

    told, own = read(path).text.split("\n"), case.source.split("\n")
    for part in [report.get("first_fault") or {}, *report.get("bugs", [])]:
        if part.get("line"):
            part["line"] = own.index(told[part["line"] - 1]) + 1
    return report
