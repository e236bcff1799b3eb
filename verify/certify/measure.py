"""How accurate one function is: the largest and the median error, where it is, and the fraction of its bound."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays import Array

from ..oracles.exact import NEAR
from .function import Function, function
from .looking import Looked, descending, fraction, look, ulps
from .peers import values
from .search import climb
from .shape import Shape, shape
from .truth import sensitivity

Point: TypeAlias = tuple[float, ...]
SEARCHED = 4  # one point in so many is looked for by climbing


class Score(NamedTuple):
    """The errors of one implementation of a function, in ulp, where arguments and true value are normal numbers.

    Attributes:
        worst: the largest, roots left out.
        at: the arguments of it.
        median: of all of them, roots left out.
        near_root: the largest absolute error near a root of f' over max |f'|, in units of 2^-53; None
            where no root of a derivative is known.
    """

    worst: float
    at: Point
    median: float
    near_root: float | None


class Measured(NamedTuple):
    """What was found of one function.

    Attributes:
        kind: of the entry, one of three.
        name: of the entry, ``part`` of it.
        part: "forward" or "derivative".
        points: how many outputs were compared.
        score: the reference's.
        fraction: the largest error as a fraction of 4 (1 + k) ulp, roots and subnormal values included.
        tightest: the arguments of that.
        peers: the score of each framework on the same points, None where it has no such function.
        shape: symmetry, monotonicity, silence.
        reason: the entry's own, why an error may pass 8 ulp.
    """

    kind: str
    name: str
    part: str
    points: int
    score: Score
    fraction: float
    tightest: Point
    peers: dict[str, Score | None]
    shape: Shape
    reason: str


def measure(name: str, part: str, count: int, seed: int, peers: tuple[str, ...]) -> Measured:
    """Return what one part of the entry of this name is like at about ``count`` points.

    Arguments:
        name: of an activation or a loss.
        part: "forward" or "derivative".
        count: of points; a fourth of them are climbed to.
        seed: of the points.
        peers: the frameworks to ask.
    """
    f, rng = function(name, part), np.random.default_rng([seed, *name.encode(), *part.encode()])
    drawn = [look(f, x) for x in f.draw(rng, count - count // SEARCHED)]
    climbed = [climb(f, looked, rng, count // SEARCHED // (f.weight * len(drawn))) for looked in drawn]
    whole = [_joined([start, *more]) for start, more in zip(drawn, climbed, strict=True)]
    with np.errstate(all="ignore"):
        got = [f.compute(looked.x).reshape(looked.true.shape) for looked in whole]
    errors = [ulps(looked, array) for looked, array in zip(whole, got, strict=True)]
    closest, tightest = _closest(f, whole, errors)
    return Measured(
        f.kind,
        name,
        part,
        sum(looked.true.size for looked in whole),
        _score(f, whole, got, errors),
        closest,
        tightest,
        {peer: _peer_score(f, whole, peer) for peer in peers},
        shape(f, [looked.x for looked in whole], rng),
        f.reason,
    )


def _joined(parts: list[Looked]) -> Looked:
    return Looked(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _peer_score(f: Function, whole: list[Looked], peer: str) -> Score | None:
    """Return a framework's score; arguments it refuses are its loss, not ours."""
    answers = [values(peer, f, looked.x) for looked in whole]
    got = [array for array in answers if array is not None]
    return _score(f, whole, got, [ulps(*pair) for pair in zip(whole, got, strict=True)]) if got else None


def _score(f: Function, whole: list[Looked], got: list[Array], errors: list[Array]) -> Score:
    counted = [looked.counted for looked in whole]
    worst, at = _largest(f, whole, errors, counted)
    every = np.concatenate([error[mask] for error, mask in zip(errors, counted, strict=True)])
    return Score(worst, at, float(np.median(every)), _near_root(f, whole, got))


def _largest(
    f: Function, whole: list[Looked], errors: list[Array], among: list[NDArray[np.bool_]]
) -> tuple[float, Point]:
    """Return the largest error that is not near a root, and where."""
    for place in descending(errors, among):
        x: Point = tuple(whole[place.batch].x[place.row].tolist())
        if f.near_root is not None or place.ulp < NEAR or not sensitivity(f, x, place.output).near_root:
            return place.ulp, x
    return 0.0, ()


def _near_root(f: Function, whole: list[Looked], got: list[Array]) -> float | None:
    errors = [
        float(abs(g - true))
        for looked, array in zip(whole, got, strict=True)
        for g, true in zip(array[looked.near_root].tolist(), looked.true[looked.near_root], strict=True)
    ]
    return max(errors) / f.scale * 2.0**53 if errors else None


def _closest(f: Function, whole: list[Looked], errors: list[Array]) -> tuple[float, Point]:
    """Return the largest fraction of its bound; k is computed only where it could matter, as it is the costly part."""
    best, at = 0.0, ()
    for place in descending(errors, [np.ones_like(looked.normal) for looked in whole]):
        if place.ulp <= NEAR * best:
            break
        found = fraction(f, whole[place.batch], place)
        if found > best or not at:
            best, at = found, tuple(whole[place.batch].x[place.row].tolist())
    return best, at
