"""One training step of a program of the zoo, without the debugger: the independent evidence for the zoo's truths.

The ``check`` of a program says: ``shorten``, replacements after which running the file takes no time ("{n}" is
the number of training steps left in it); ``setup``, code run once after it; ``step``, code that makes one update
(left out for a script, which is run with one step left in it); ``loss``, an expression of the file's own
functions, or one written anew; ``W`` and ``b``, expressions that hold the parameters, layer by layer; and where
the update is not proportional to the gradient ``gradient``, expressions that hold it in the same order.
"""

import contextlib
import io
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from types import CodeType
from typing import Any, TypeAlias
from unittest.mock import MagicMock

import numpy as np
from numpy.typing import NDArray

from tests.students.zoo import Case, edited

Space: TypeAlias = dict[str, Any]
PICTURES = {name: MagicMock() for name in ("matplotlib", "matplotlib.pyplot", "mpl_toolkits", "mpl_toolkits.mplot3d")}
Values: TypeAlias = list[NDArray[np.float64]]


class Trainer:
    """A program that has been run without its training, ready for steps.

    Arguments:
        case: the file.
        seed: of the parameters that are put in.
        spread: whether parameters of order one replace the program's own.
    """

    def __init__(self, case: Case, seed: int = 0, spread: bool = True):
        self.case = case
        self.check = case.check
        self.space = run(case, 0)
        self.execute(self.check.get("setup", ""))
        if spread:
            self.put(spread_out(self.parameters(), np.random.default_rng(seed)))

    @property
    def names(self) -> list[str]:
        """The expressions of all weights, then of all biases."""
        return [*self.check["W"], *self.check.get("b", [])]

    def execute(self, code: str) -> None:
        """Run a piece of code among the program's names, quietly."""
        quietly(code, self.space)

    def parameters(self) -> Values:
        """Return copies of all parameters."""
        return values_of(self.names, self.space)

    def put(self, values: Values) -> None:
        """Replace every parameter."""
        for name, value in zip(self.names, values, strict=True):
            self.space["value_"] = value
            kept = eval(compiled(name, "eval"), self.space)
            in_place = isinstance(kept, np.ndarray) and kept.ndim and kept.dtype.kind == "f"
            number = "value_" if np.ndim(kept) else "float(value_)"
            exec(compiled(f"{name}[...] = value_" if in_place else f"{name} = {number}", "exec"), self.space)

    def loss(self) -> float:
        """Return the loss at the current parameters."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(np.squeeze(eval(compiled(self.check["loss"], "eval"), self.space)))

    def updates(self) -> Values:
        """Return how far the last of the case's steps moves each parameter."""
        for _ in range(self.check.get("steps", 1)):
            before = self.parameters()
            self.execute(self.check["step"])
        if "gradient" in self.check:
            return values_of(self.check["gradient"], self.space)
        return [a - b for a, b in zip(before, self.parameters(), strict=True)]

    def slopes(self, h: float = 1e-5) -> Values:
        """Return the central differences of the loss for every entry of every parameter."""
        start = self.parameters()
        slopes = [np.zeros_like(value) for value in start]
        for which, value in enumerate(start):
            for place in np.ndindex(value.shape):
                at = []
                for sign in (1, -1):
                    moved = [v.copy() for v in start]
                    moved[which][place] += sign * h
                    self.put(moved)
                    at.append(self.loss())
                slopes[which][place] = (at[0] - at[1]) / (2 * h)
        self.put(start)
        return slopes


def spread_out(values: Values, random: np.random.Generator) -> Values:
    """Return parameters of order one in the same shapes."""
    return [random.normal(size=v.shape) * (0.8 if v.ndim > 1 and v.shape[0] > 1 else 0.4) for v in values]


def shortened(case: Case, steps: int) -> str:
    """Return the source with so many training steps left in it."""
    edits = [[old, new.replace("{n}", str(steps))] for old, new in case.check.get("shorten", [])]
    source = edited(case.source, edits, case.name)
    return "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))


def run(case: Case, steps: int) -> Space:
    """Run the file as a program with its random numbers seeded; return its names."""
    np.random.seed(5)  # noqa: NPY002  the programs draw from the global generator
    space: Space = {"__name__": "__main__", "__file__": case.name}
    quietly(shortened(case, steps), space, case.name)
    return space


def quietly(code: str, space: Space, name: str = "step") -> None:
    """Execute with output, warnings and pictures swallowed."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), no_pictures():
        warnings.simplefilter("ignore")
        exec(compiled(code, "exec", name), space)


@contextlib.contextmanager
def no_pictures() -> Iterator[None]:
    """Let plots end nowhere; other modules that the program loads stay loaded."""
    real = {name: sys.modules.get(name) for name in PICTURES}
    sys.modules.update(PICTURES)
    try:
        yield
    finally:
        for name, module in real.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


@cache
def compiled(code: str, mode: str, name: str = "step") -> CodeType:
    """Return the code object; expressions are evaluated thousands of times."""
    return compile(code.strip() if mode == "eval" else code, name, mode)


def step_of(case: Case, seed: int = 0) -> tuple[Values, Values]:
    """Return (updates, slopes of the loss) of one step at the same point; slopes are empty without a loss."""
    if "step" not in case.check:
        return script_step(case)
    trainer = Trainer(case, seed)
    slopes: Values = []
    if "loss" in case.check and case.check.get("steps", 1) == 1:
        trainer_of_loss = Trainer(case, seed)
        slopes = trainer_of_loss.slopes()
    return trainer.updates(), slopes


def script_step(case: Case) -> tuple[Values, Values]:
    """Return the same for a program that is nothing but a loop: run with no step, and with one."""
    before = Trainer(case, spread=False)
    steps = case.check.get("steps", 1)
    slopes = before.slopes() if "loss" in case.check and steps == 1 else []
    end = run(case, steps)
    if "gradient" in case.check:
        return values_of(case.check["gradient"], end), slopes
    start = values_of(before.names, run(case, steps - 1))
    return [a - b for a, b in zip(start, values_of(before.names, end), strict=True)], slopes


def values_of(names: list[str], space: Space) -> Values:
    """Return copies of what the expressions hold."""
    return [np.array(eval(compiled(name, "eval"), space), dtype=float) for name in names]


def agree(updates: Values, slopes: Values, k: float) -> list[bool]:
    """Return, parameter by parameter, whether the update is k times the slope, to 1e-6 of the largest entry."""
    largest = max(float(np.max(np.abs(k * s))) for s in slopes)
    return [
        bool(np.max(np.abs(u - k * s)) <= 1e-6 * max(float(np.max(np.abs(k * s))), 1e-3 * largest))
        for u, s in zip(updates, slopes, strict=True)
    ]


def common_scale(updates: Values, slopes: Values) -> float:
    """Return the least-squares factor between updates and slopes."""
    u, s = (np.concatenate([np.ravel(v) for v in values]) for values in (updates, slopes))
    return float(u @ s / (s @ s))
