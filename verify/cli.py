"""The command ``gradproof``."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from reference import InputError

from . import __version__
from .architectures import Architecture, Drawn, Limits
from .crosscheck import ORACLES
from .debug_command import debug, listed
from .report.diagnosis import MISUSE
from .report.model import Report

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Prove hand-written backpropagation right, or name what is wrong with it.",
)
app.command()(debug)
INTERRUPTED = 130


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"gradproof {__version__}")
        raise typer.Exit


@app.command()
def verify(
    cases: Annotated[int, typer.Option(help="Random networks to draw.")] = 1000,
    seed: Annotated[int, typer.Option(help="Reproduces the run.", min=0)] = 0,
    activations: Annotated[str, typer.Option(help="Comma-separated; all when left out.")] = "",
    losses: Annotated[str, typer.Option(help="Comma-separated; all when left out.")] = "",
    dtype: Annotated[str, typer.Option(help="float64 or float32.")] = "float64",
    max_depth: Annotated[int, typer.Option(help="Layers at most.")] = 6,
    max_width: Annotated[int, typer.Option(help="Units in a layer at most.")] = 24,
    max_batch: Annotated[int, typer.Option(help="Samples at most.")] = 12,
    oracle: Annotated[str, typer.Option(help=f"Comma-separated from {', '.join(ORACLES)}; all when left out.")] = "",
    workers: Annotated[
        int | None, typer.Option(help="Processes; 1 stays in this one. One for each core when left out.")
    ] = None,
    time_budget: Annotated[float | None, typer.Option(help="Seconds after which no network is started.")] = None,
    architecture: Annotated[str, typer.Option(help="Judge this one network, as a report printed it.")] = "",
    json: Annotated[str, typer.Option(metavar="PATH|-", help="Write the report as JSON; - for standard output.")] = "",
) -> None:
    """Cross-check the reference on random networks: autodiff, differences, layers alone, local identities.

    Exit status: 0 all agree, 1 something disagrees, 2 misuse, 3 could not judge.
    """
    from .report.as_json import as_json, require_writable, write_json
    from .report.terminal import show

    if json:
        require_writable(json)
    oracles = listed(oracle) or tuple(ORACLES)
    limits = Limits(listed(activations), listed(losses), max_depth, max_width, max_batch, dtype)
    chosen = [Architecture.parse(architecture)] if architecture else Drawn.campaign(cases, seed, limits)
    report = _run(chosen, seed=seed, oracles=oracles, workers=workers, time_budget=time_budget)
    if json:
        write_json(as_json(report, __version__), json)
    if json != "-":
        show(report, Console())
    raise typer.Exit(report.exit_code)


@app.command()
def rates(
    networks: Annotated[int, typer.Option(help="Right networks to judge; a tenth of them by differences.")] = 2000,
    planted: Annotated[
        int | None, typer.Option(help="Networks to plant mistakes into. A tenth, 2000 at most, when left out.")
    ] = None,
    compared: Annotated[
        int | None, typer.Option(help="Networks to ask other checkers about. 1 in 200, 40 at most, when left out.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Reproduces the measurement.", min=0)] = 0,
    json: Annotated[str, typer.Option(metavar="PATH|-", help="Write every count as JSON.")] = "",
    markdown: Annotated[str, typer.Option(metavar="PATH|-", help="Write the tables as a page.")] = "",
    plot: Annotated[str, typer.Option(metavar="PATH", help="Draw the curves, as PNG and SVG.")] = "",
    workers: Annotated[int | None, typer.Option(help="Processes. One for each core when left out.")] = None,
) -> None:
    """Measure the verdicts themselves: false alarms on right networks, and the share of planted mistakes seen.

    Exit status: 0 no false alarm, 1 a false alarm, 2 misuse.
    """
    from .rates.command import Targets
    from .rates.command import rates as measure
    from .report.rates_terminal import show_rates

    targets = Targets(json, markdown, plot)
    with _bar() as update:
        settings = {"planted": planted, "compared": compared, "seed": seed, "workers": workers}
        measured = measure(targets, networks, lambda done, jobs: update(done, jobs, "jobs"), **settings)
    if not targets.takes_output:
        show_rates(measured, Console())
    raise typer.Exit(measured.exit_code)


@app.command()
def certify(
    activations: Annotated[str, typer.Option(help="Comma-separated.")] = "",
    losses: Annotated[str, typer.Option(help="Comma-separated; all of both when both are left out.")] = "",
    points: Annotated[int, typer.Option(help="Points of each function, roughly.")] = 1000,
    exhaustive_float32: Annotated[
        bool,
        typer.Option("--exhaustive-float32", help="Every float32 as an input instead; continued where it was left."),
    ] = False,
    only: Annotated[str, typer.Option(metavar="NAME", help="Of these passes, the one of this activation.")] = "",
    seed: Annotated[int, typer.Option(help="Reproduces the points.", min=0)] = 0,
    workers: Annotated[int | None, typer.Option(help="Processes. One for each core when left out.")] = None,
    json: Annotated[str, typer.Option(metavar="PATH|-", help="Write the certificate as JSON.")] = "",
    markdown: Annotated[str, typer.Option(metavar="PATH|-", help="Write the tables as a page.")] = "",
) -> None:
    """Certify the accuracy of the tables: every activation and loss in ulp, beside JAX and PyTorch.

    Exit status: 0 all within 4 (1 + k) ulp, 1 something is not, 2 misuse.
    """
    from .certify_command import Request, certificate, exhaustive

    chosen = Request(listed(activations), listed(losses), points, seed, workers, json, markdown, only)
    with _bar() as update:
        outcome = (exhaustive if exhaustive_float32 else certificate)(chosen, update)
    outcome.show(Console())
    raise typer.Exit(outcome.exit_code)


def _run(architectures: Sequence[Architecture], **settings: Any) -> Report:
    """Run the campaign with a progress bar."""
    from .campaign import run

    with _bar() as update:

        def progress(done: int, seconds: float) -> None:
            update(done, len(architectures), f"{done / seconds:.0f} networks/s")

        return run(architectures, progress=progress, **settings)


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    """Yield what shows (done, total, rate) on a bar on standard error, where that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("done", total=None, rate="starting")
        yield lambda done, total, rate: bar.update(task, completed=done, total=total, rate=rate)


def main() -> NoReturn:
    """Run the command; a user's mistake ends in one line on standard error and exit status 2."""
    try:
        app()
    except InputError as error:
        print(f"gradproof: {error}", file=sys.stderr)
        sys.exit(MISUSE)
    except MemoryError as error:
        print(f"gradproof: out of memory ({error}); ask for smaller networks", file=sys.stderr)
        sys.exit(MISUSE)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _leave_at_once()
        raise
    raise AssertionError("the command always exits")


def _leave_at_once() -> NoReturn:
    """End the process without Python's own shutdown, which crashes where JAX was interrupted while it compiled."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)
