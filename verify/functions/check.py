"""``check_gradients``: plan the rays, let the judge decide, tell the outcome."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from reference.arrays import Array
from reference.errors import InputError

from .calls import Function, UserFunction
from .conduct import observe, scatter, slopes
from .judge import judge
from .rays import Ray, entry_rays, random_rays
from .result import GradientCheck, Row
from .rows import blocks_of, misshapen, rows_of
from .slopes import Problem
from .subject import Subject, copies, subject_of

EVALUATIONS_PER_RAY = 10
DIRECTIONS = 16
TOLERATED = 0.01  # share of undetermined partial derivatives that leaves a verdict possible


def check_gradients(
    f: UserFunction,
    gradient: UserFunction,
    *arrays: ArrayLike,
    names: Sequence[str] | None = None,
    cotangent: ArrayLike | None = None,
    seed: int | None = None,
    max_evaluations: int = 100_000,
) -> GradientCheck:
    """Check a hand-written gradient of any NumPy function against central differences and the complex step.

    |gradient - derivative| <= 3 error bars + the rounding an honest gradient may commit, for every entry.

    The bars come from a four-level ladder of steps, from 2^-9 max(1, |x|) down; the noise is measured
    on f itself. What seems wrong is looked at again on other steps before it is called wrong. At a
    kink, and where differences do not settle, the outcome of an entry is "inconclusive", never "wrong".
    Where f takes complex arguments the complex step is the sharper witness, unless it contradicts the
    differences. Gradients must have the arguments' shapes, leave their arguments alone and depend on
    nothing else: f is evaluated elsewhere between two calls. A slope below 128 U (1e-14) for a step of
    max(1, |x|) cannot be told from 0, since nobody sees what f adds up inside: rescale such an f.

    >>> import numpy as np
    >>> W = [[0.1, 0.5, 0.2], [-0.3, 0.8, 0.5], [0.5, 0.2, 0.3]]
    >>> x = [[0.2], [0.4], [0.1]]
    >>> def sigmoid(z):
    ...     return 1 / (1 + np.exp(-z))
    >>> def f(W, x):
    ...     return np.sum(sigmoid(W @ x) ** 2)
    >>> def gradient(W, x):
    ...     a = sigmoid(W @ x)
    ...     dz = 2 * a * a * (1 - a)
    ...     return dz @ x.T, W.T @ dz
    >>> check_gradients(f, gradient, W, x).ok
    True
    >>> def wrong(W, x):
    ...     dW, dx = gradient(W, x)
    ...     return -dW, dx
    >>> print(check_gradients(f, wrong, W, x, seed=1))  # doctest: +ELLIPSIS
    the gradient is wrong: 9 of 12 partial derivatives
    W[1, 1]: got -0.1126, should be 0.1126 (complex step 0.11265, differences 0.1126489187... +- ...)
      sign flipped in 9 of 9 entries
      try: look for a difference taken the wrong way round, or a minus sign left out
    x: 3 of 3 entries agree, the closest call at ... of its bound
    seed 1, ... evaluations of f

    Arguments:
        f: takes the arrays, returns one number or one array of real numbers.
        gradient: takes the arrays and returns one gradient for each, of its argument's shape, as a
            tuple (or alone, for a single argument). For an array-valued f it takes the cotangent as
            one more argument, the last: dL/df of some loss L, and returns dL/d each argument.
        arrays: the point; float64 copies are handed on, integers and float32 converted.
        names: of the arguments; f's own parameter names when left out.
        cotangent: of f's shape; when left out, random numbers of either sign and size 0.5 to 1.5 for an
            array-valued f, and none where f has one output.
        seed: of the cotangent and the random directions; a fresh one, printed, when left out.
        max_evaluations: arguments too large to be checked entry by entry within that many calls of f
            are checked along 16 random directions instead.

    Returns:
        The outcome; it prints as a report, is true where the gradient agrees, and
        ``raise_if_wrong()`` raises the report where it is wrong.

    Raises:
        InputError: when an argument, f or gradient is no such thing as described here, or f or gradient
            raises at the point.
    """
    chosen = _seed(seed)
    rng = np.random.default_rng(chosen)
    subject = subject_of(f, gradient, arrays, names, cotangent, rng)
    if not subject.steady:
        note = "f differs from call to call at the same point: fix the seed of whatever is random in it"
        return GradientCheck("inconclusive", (), (), (note,), chosen, 2)
    return _checked(subject, rng, chosen, max_evaluations)


def _seed(seed: int | None) -> int:
    """Return the seed, or a fresh one that is short enough to be typed again."""
    if seed is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError("seed", repr(seed), "a whole number, 0 or more", "leave it out for a fresh one")
    return int(seed)


def _checked(subject: Subject, rng: np.random.Generator, seed: int, max_evaluations: int) -> GradientCheck:
    observed = observe(subject, rng)
    value = Function(subject.f, subject.cotangent, bool(subject.changed))
    problem = _problem(subject, value, _plan(subject.point, max_evaluations, rng))
    got = slopes(subject, problem.rays, observed.gradients)
    judged = judge(problem, got, lambda: scatter(subject, problem.rays, got, rng))
    blocks = blocks_of(subject, problem, got, judged, observed.gradients)
    shapes = misshapen(subject, blocks)
    rows = rows_of(problem, judged, [block for block in blocks if block.name not in shapes])
    faults = (*observed.faults, *shapes.values())
    return GradientCheck(_verdict(rows, faults), rows, faults, judged.notes, seed, value.evaluations)


def _problem(subject: Subject, value: Function, rays: list[Ray]) -> Problem:
    weighed = subject.output if subject.cotangent is None else subject.output * subject.cotangent
    with np.errstate(all="ignore"):
        centre = float(value(copies(subject.point)).real)
    return Problem(value, subject.point, rays, centre, float(np.abs(weighed).sum()))


def _plan(point: Sequence[Array], max_evaluations: int, rng: np.random.Generator) -> list[Ray]:
    """Return a ray for every entry, smallest arguments first while the evaluations last, else directions."""
    rays: dict[int, list[Ray]] = {}
    left = max_evaluations
    for k in sorted(range(len(point)), key=lambda k: point[k].size):
        left -= EVALUATIONS_PER_RAY * point[k].size
        rays[k] = entry_rays(k, point[k]) if left >= 0 else random_rays(k, point[k], DIRECTIONS, rng)
    return [ray for k in range(len(point)) for ray in rays[k]]


def _verdict(rows: Sequence[Row], faults: Sequence[str]) -> str:
    """Return "inconclusive" where more than 1 % is undetermined, or nothing is told from 0."""
    if faults or any(row.wrong for row in rows):
        return "disagree"
    compared, undetermined = sum(row.compared for row in rows), sum(row.inconclusive for row in rows)
    blind = sum(row.below_resolution for row in rows) == compared
    return "inconclusive" if blind or undetermined > TOLERATED * compared else "agree"
