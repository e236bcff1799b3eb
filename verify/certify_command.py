"""The body of ``gradproof certify``."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from reference import ACTIVATIONS, ELEMENTWISE, LOSSES, InputError
from reference.errors import look_up

from . import __version__
from .certify import sweep
from .certify.run import Certificate, certify, require_workers
from .report.accuracy import as_json, show, show_sweeps, sweep_as_json
from .report.accuracy_page import page
from .report.as_json import require_writable, write_json, write_text

AGREE, DISAGREE, INTERRUPTED = 0, 1, 130


Update: TypeAlias = Callable[[int, int, str], None]  # done, of so many, a word beside them


class Request(NamedTuple):
    """What was asked for on the command line; an empty text or tuple was left out."""

    activations: tuple[str, ...]
    losses: tuple[str, ...]
    points: int
    seed: int
    workers: int | None
    json: str
    markdown: str
    only: str

    @property
    def takes_output(self) -> bool:
        """Whether standard output belongs to JSON or Markdown."""
        return "-" in (self.json, self.markdown)


class Outcome(NamedTuple):
    """The exit status, and what prints the tables to a console of Rich."""

    exit_code: int
    show: Callable[[Any], None]


def certificate(request: Request, update: Update) -> Outcome:
    """Measure the tables and write what was asked for."""
    if request.only:
        raise InputError("--only", request.only, "left out", "it goes with --exhaustive-float32; see --activations")
    for name in request.activations:
        look_up(ACTIVATIONS, name, "activation")
    for name in request.losses:
        look_up(LOSSES, name, "loss")
    _require_targets(request)
    found = certify(
        (*request.activations, *request.losses),
        points=request.points,
        seed=request.seed,
        workers=request.workers,
        progress=lambda done, total: update(done, total, "functions"),
    )
    _write(found, request)
    return Outcome(DISAGREE if found.broken else AGREE, _quiet if request.takes_output else partial(show, found))


def _require_targets(request: Request) -> None:
    for option, path in (("--json", request.json), ("--markdown", request.markdown)):
        if path:
            require_writable(path, option)
    if request.json == request.markdown == "-":
        raise InputError("--markdown", "-", "a file, as --json has standard output", "write one of them to a file")


def _write(found: Certificate, request: Request) -> None:
    if request.json:
        write_json(as_json(found, __version__), request.json)
    if request.markdown:
        write_text(page(found), request.markdown)


def _quiet(console: Any) -> None:
    """Print nothing."""


def _chunks(update: Update, name: str, done: int) -> None:
    update(done, sweep.CHUNKS, name)


def exhaustive(request: Request, update: Update) -> Outcome:
    """Look at every float32 input of one activation, or of all.

    An interrupt ends it early, with a table of what is whole; the next run goes on from there.
    """
    if request.losses or request.markdown:
        raise InputError("--exhaustive-float32", "losses or a page", "activations and --json", "leave the others out")
    names = (request.only,) if request.only else request.activations or tuple(ELEMENTWISE)
    for name in names:
        look_up(ELEMENTWISE, name, "activation")
    workers = require_workers(request.workers)
    _require_targets(request)
    interrupted = False
    try:
        for name in names:
            sweep.run(name, workers, partial(_chunks, update, name))
    except KeyboardInterrupt:
        interrupted = True
    found = [sweep.kept(name) for name in names]
    if request.json:
        data = {"interrupted": interrupted, "float32": [sweep_as_json(s) for s in found]}
        write_json(data, request.json)
    bad = any(census.not_numbers or census.warned for s in found for census in (s.forward, s.derivative))
    status = INTERRUPTED if interrupted else DISAGREE if bad else AGREE
    return Outcome(status, _quiet if request.takes_output else partial(show_sweeps, found))
