"""The command ``gradproof debug``: what is wrong in a student's file, where, and why."""

import math
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reference import InputError

from .report.diagnosis import Diagnosis


def debug(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A Python program or a notebook.")],
    function: Annotated[str, typer.Option(help="Call only this function, class or Class.method.")] = "",
    layers: Annotated[str, typer.Option(help="Sizes, as 3,5,3; inferred when left out.")] = "",
    activations: Annotated[str, typer.Option(help="What is meant, comma-separated; inferred when left out.")] = "",
    loss: Annotated[str, typer.Option(help="The loss that is meant; inferred when left out.")] = "",
    lr: Annotated[float | None, typer.Option(help="The learning rate; inferred when left out.")] = None,
    adapter: Annotated[str, typer.Option(metavar="PATH", help="What could not be inferred, in ten lines.")] = "",
    write_adapter: Annotated[
        bool, typer.Option("--new-adapter", help="Print an adapter to fill in, and stop.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Reproduces the run.", min=0)] = 0,
    json: Annotated[str, typer.Option(metavar="PATH|-", help="Write the report as JSON; - for standard output.")] = "",
) -> None:
    """Name the first wrong quantity, the mistake and the line in hand-written backpropagation.

    Exit status: 0 correct, also up to convention; 1 wrong; 2 misuse; 3 could not run or judge.
    """
    from . import __version__
    from .report.as_json import require_writable, write_json
    from .report.diagnosis_json import diagnosis_json, refusal_json
    from .student.debug import Options, diagnose
    from .student.inferred import new_adapter
    from .student.runs.adapter import read_adapter
    from .student.source.ingest import read

    if json:
        require_writable(json)
    options = Options(
        layers=_sizes(layers),
        activations=listed(activations),
        loss=loss,
        function=function,
        lr=_rate(lr),
        adapter=read_adapter(adapter) if adapter else None,
        seed=seed,
    ).with_adapters()
    try:
        source = read(file)
    except InputError as refused:
        if json:
            write_json(refusal_json(file, str(refused), seed, __version__), json)
        raise
    _say(f"gradproof: running the first training steps of {source.path.name} in a process of its own, seed {seed} ...")
    if write_adapter:
        print(new_adapter(source, function), end="")
        raise typer.Exit
    diagnosis = _or_failed(lambda: diagnose(source, options), str(source.path), seed)
    if json:
        write_json(diagnosis_json(diagnosis, __version__), json)
    if json != "-":
        _show(diagnosis)
    raise typer.Exit(diagnosis.exit_code)


def _or_failed(diagnosed: Callable[[], Diagnosis], file: str, seed: int) -> Diagnosis:
    """Return the diagnosis; where this program fails itself, one that says so and blames nobody."""
    try:
        return diagnosed()
    except InputError:
        raise
    except Exception as failed:  # the exit status of a traceback is that of a mistake found
        at = traceback.extract_tb(failed.__traceback__)[-1]
        said = f"gradproof itself failed, {type(failed).__name__} in {Path(at.filename).name}, line {at.lineno}"
        return Diagnosis(
            file=file, verdict="inconclusive", missing=(f"{said}: please report it with this file",), seed=seed
        )


def _say(words: str) -> None:
    """Tell a waiting reader what goes on: at once, and not among the results."""
    print(words, file=sys.stderr, flush=True)


def _show(diagnosis: Diagnosis) -> None:
    Console().print(str(diagnosis), highlight=False, markup=False, soft_wrap=True)


def listed(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _sizes(text: str) -> tuple[int, ...]:
    """Return the sizes of the layers."""
    parts = listed(text)
    if not all(part.isdecimal() and int(part) for part in parts) or len(parts) == 1:
        raise InputError("--layers", text, "two sizes or more, each of 1 or more, as 3,5,3", "correct it")
    return tuple(map(int, parts))


def _rate(lr: float | None) -> float | None:
    """Return the learning rate."""
    if lr is not None and not (math.isfinite(lr) and lr > 0):
        raise InputError("--lr", lr, "a number above 0", "correct it")
    return lr
