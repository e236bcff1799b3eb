"""Where two witnesses disagree about f: whether the complex step may be trusted."""

import numpy as np

from reference.arrays import Array

from ..ladder import Estimate
from .case import Case, Which, sharpest
from .complex_step import circle
from .slopes import HOLLOW, Flags

CONTRADICTED = "complex step not used: it contradicts the differences"


def settle(case: Case, known: Estimate, exact: Array | None, lost: Flags) -> tuple[Array, Flags, tuple[str, ...]]:
    """Return the complex step's slopes as far as they may be trusted, which slopes stay open, and what to say.

    One slope that differences contradict, and the complex step is trusted nowhere; but a gradient is
    not wrong by such differences either, unless the circle sides with them. Nor is it trusted where
    the differences are too blunt to contradict it.

    Arguments:
        case: the gradient on trial.
        known: the differences.
        exact: the complex step's slopes, None where f does not allow it.
        lost: which slopes the differences leave open.
    """
    nothing = np.full(len(case.got), np.nan)
    if exact is None:
        return nothing, lost, ()
    if case.contradicts(exact, known)[~lost].any():
        still_open = lost.copy()
        still_open[_disputed(case, known, exact)] = True
        return nothing, still_open, (CONTRADICTED,)
    blunt = ~(known.bar <= HOLLOW * np.abs(known.value[~lost]).max(initial=0))
    trusted = np.where(lost | blunt, np.nan, exact)
    trusted[_overruled(case, known, trusted)] = np.nan
    return trusted, lost, ()


def _disputed(case: Case, known: Estimate, exact: Array) -> Which:
    """Return the rays where the differences alone find the gradient wrong, against a complex step nobody refutes.

    The circle refutes a complex step that is no derivative; short of that nobody can say who is right.
    """
    rays = np.flatnonzero(case.convicts(known) & case.contradicts(exact, known))
    if not rays.size:
        return rays
    few = case.part(rays)
    return rays[~few.contradicts(exact[rays], circle(few.problem, few.noise))]


def _overruled(case: Case, known: Estimate, exact: Array) -> Which:
    """Return the rays where only the complex step finds the gradient wrong, and the circle does not uphold it.

    The circle must find the gradient wrong as well, and lie much nearer the complex step than the
    gradient: a right gradient of a function that is not analytic lies as far on its other side.
    """
    off = np.abs(case.got - exact)
    rays, others = case.worst(case.convicts(sharpest(known, exact)) & case.acquits(known), off)
    if not rays.size:
        return rays
    few = case.part(rays)
    witness = circle(few.problem, few.noise)
    upheld = few.convicts(witness) & (np.abs(witness.value - exact[rays]) <= off[rays] / 8)
    return rays[:0] if upheld.all() else np.concatenate([rays[~upheld], others])
