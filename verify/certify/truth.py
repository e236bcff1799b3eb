"""True values to more digits than any float can show: the precision is raised until they no longer change."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..oracles.exact import central_difference, condition, context
from ..oracles.truths import Number
from .function import Function

DIGITS = (60, 90, 200, 450, 1000, 2000)  # tried in turn
ROUGHLY = "1e-3"
SAME = "1e-22"  # relative: a hundred-thousandth of an ulp
NOTHING = "1e-330"  # no float64 tells it from 0
ENOUGH = 400  # digits for a difference of two numbers near 1 to show what a float64 can: fewer may make it 0
NEARNESS = 0.125  # a root within this relative change of the arguments is near


def settled(value: Callable[[], Number], same: str = SAME, tried: Sequence[int] = DIGITS) -> Number:
    """Return what ``value`` returns in mpmath's arithmetic, at digits enough for it not to change with more.

    Arguments:
        value: reads the precision from the context of the exact oracle.
        same: the relative change that counts as none.
        tried: the digits, in turn.

    Raises:
        ArithmeticError: when the most of DIGITS are not enough.
    """
    mp = context()
    before = mp.inf
    for digits in tried:
        with mp.workdps(digits):
            now = value()
            if abs(now - before) <= mp.mpf(same) * abs(now) and (now or digits >= ENOUGH):
                return now
            if abs(now) < mp.mpf(NOTHING) and digits >= ENOUGH:
                return now
        before = now
    raise ArithmeticError(f"a true value still changes at {DIGITS[-1]} digits")


def true_value(f: Function, x: Sequence[float], i: int) -> Number:
    """Return the true output i of a function at the arguments x."""
    numbers = [context().mpf(v) for v in x]
    return settled(lambda: f.true(numbers, i))


class Sensitivity(NamedTuple):
    """What a change of the arguments does.

    Attributes:
        k: the condition number.
        near_root: whether moving every argument by an eighth may change the sign.
    """

    k: Number
    near_root: bool


def sensitivity(f: Function, x: Sequence[float], i: int) -> Sensitivity:
    """Return how a function's output i answers to changes of the arguments x."""
    mp = context()
    numbers = [mp.mpf(v) for v in x]

    def output(arguments: Sequence[Number]) -> Number:
        return f.true(arguments, i)

    # Differences of differences, each of which few digits make 0: then k would seem 0 as well.
    tried = DIGITS if f.near_root is not None else DIGITS[2:]
    k = settled(lambda: 1 + condition(output, numbers), ROUGHLY, tried) - 1  # beside 1, as the bound has it
    if f.near_root is not None or k < 1 / NEARNESS:
        return Sensitivity(k, False)
    with mp.workdps(DIGITS[3]):
        here = output(numbers)
        slopes = [central_difference(output, numbers, j) for j in range(len(numbers))]
        towards = [v * (1 - mp.mpf(NEARNESS) * mp.sign(v * s * here)) for v, s in zip(numbers, slopes, strict=True)]
        return Sensitivity(k, bool(mp.sign(output(towards)) != mp.sign(here)))
