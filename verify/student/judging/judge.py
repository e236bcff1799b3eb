"""From several looks at a program to one verdict: right, wrong, or not to be told, and on what evidence."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np

from ..mistakes.explanation import Explanation
from ..reading.losses_seen import METRICS, believed
from ..reading.points import stirring
from ..runs.recording import Recording
from ..runs.tape import Tape
from .accusation import LATER, TOLD, accused
from .asked_point import behind
from .beside import astray
from .decays import Right, is_decayed
from .injected import POINTS, on_other_values, parameters, points_of
from .judgement import (
    Judgement,
    Shown,
    accumulating,
    behind_its_point,
    beside_right_layers,
    cut_by_a_mask,
    forgetting,
    misfollowing,
    of_all,
    remembering,
    rounding_on_the_way,
    untold,
)
from .kept import kept
from .later import Later, losses_later, with_decay, with_penalties
from .look import Look, agreed, is_opposed, look
from .one_slope import is_telling, with_mistakes, with_one_step
from .own_loss import Runs, moved
from .own_penalty import TELLING, misfollowed, whole_loss
from .ranking import common, has_unknown_top, told_of
from .replaced import replaced_parameter
from .rounding import Spoilt, rounded, unrounded
from .second_step import UPDATES, accumulates, masked_before
from .unread import unread


def judge(
    runs: Runs, natural: Recording, seed: int, tell: tuple[str, ...] = (), later: tuple[str, ...] = ()
) -> Judgement | None:
    """Return the judgement of a program, None where no network was found in its run.

    Arguments:
        runs: runs the program again.
        natural: the program's own run.
        seed: of the injected values.
        tell: the losses to judge by, where they are known.
        later: the losses that the program is known to compute at some time.
    """
    first = look(Tape(natural), tell or later)
    if first is None or _all_alike(first):
        first = _fuller(first, _stirred(runs, natural, seed, tell))
    if first is None:
        return _unrounded(runs, Tape(natural), tell or later)
    rounded_at = rounded(first)
    if rounded_at is not None:
        return rounding_on_the_way(first, rounded_at)
    if tell:
        return replace(_forgetful(_from_points(runs, first, seed, tell, told=True)), known=TOLD)
    known = Later(later) if later else losses_later(runs, first)
    if known.losses:
        first = look(first.tape, known.losses) or first
    judged = _penalised(runs, _from_points(runs, first, seed, known.losses, told=False), seed, known)
    return replace(_forgetful(judged), known=LATER if known.losses else "")


def _forgetful(judged: Judgement) -> Judgement:
    """Return "wrong" for right gradients, uphill or down, that a parameter becomes instead of being changed by them."""
    right = judged.verdict == "correct" or any(not e.found for e in judged.explanations[:1])
    amiss = replaced_parameter(judged.best) if right else None
    return judged if amiss is None else forgetting(judged, amiss)


def _unrounded(runs: Runs, natural: Tape, tell: tuple[str, ...]) -> Judgement | None:
    """Return "wrong" for a program in which a network is found as soon as nothing is rounded on the way, else None."""
    inject = unrounded(natural)
    one = look(Tape(runs.run(inject, updates=2)), tell) if inject else None
    rounded_at = None if one is None else rounded(one, natural)
    return None if one is None or rounded_at is None else rounding_on_the_way(one, rounded_at)


def _from_points(runs: Runs, first: Look, seed: int, tell: tuple[str, ...], *, told: bool) -> Judgement:
    """Return what the program is judged to be from several points; ``told``: the loss is what the user says it is."""
    points = tuple(points_of(runs, first, seed, tell))
    if not points and (other := on_other_values(runs, first, seed, tell)) is not None:
        found = tuple(points_of(runs, other, seed, tell))
        first, points = (other, found) if found else (first, points)
    if points:
        looks = agreed([p.look for p in points], tell)
        points = _showing(points, with_one_step(looks, tell))
    looks = [p.look for p in points]
    rights = [one.right for one in looks]
    if points and all(rights) and (own := _forsaken(first, looks)) and not tell:
        return _from_points(runs, first, seed, own, told=False)
    if points and all(rights):
        return _rightly(runs, first, points, [r for r in rights if r is not None], seed)
    if not points and first.right and first.right.scale > 0 and is_telling(first, first.right.loss):
        return _correct(first, points, first.right, 0)
    if len(points) < POINTS or any(rights):
        return untold(first, points, "the program could not be run twice with other values")
    points = _showing(points, _as_made(looks, with_mistakes(looks, tell), tell))
    points = tuple(sorted(points, key=lambda p: -told_of(p.look)))
    return accused(runs, first, points, seed, tell, told=told)


def _forsaken(first: Look, looks: list[Look]) -> tuple[str, ...]:
    """Return the losses that the program computes on its own data, to which its steps are wrong there and others right.

    Labels that meet the loss by themselves are not those that were injected: of no loss the points show anything.
    """
    if first.right is not None or any(one.seen for one in looks):
        return ()
    return tuple(name for name in believed(first.seen) if name not in METRICS)


def _as_made(looks: list[Look], explained: list[Look], tell: tuple[str, ...]) -> list[Look]:
    """Return looks that were explained; without what an optimiser was given where none explains it, and only decays."""
    known = bool(tell or explained[0].seen)  # the loss: an unknown slope at the output is then no other one's
    if any(known or not has_unknown_top(explained[0], e) for e in common([one.explanations for one in explained])):
        return explained
    pairs = list(zip(looks, explained, strict=True))
    return [was if is_decayed(was.reading, one.reading.observed) else one for was, one in pairs]


def _all_alike(one: Look) -> bool:
    """Return whether weights or pre-activations of a layer are all one number, or trained arrays were left out."""
    point = one.reading.point
    alike = any(v.size > 1 and not np.ptp(v) for v in (*point.z, *point.W))
    return alike or bool(one.right is None and unread(one))


def _fuller(natural: Look | None, stirred: Look | None) -> Look | None:
    """Return the look at the program as it is, or that with other parameters where it shows more of them."""
    if natural is None or stirred is None:
        return stirred or natural
    return stirred if parameters(stirred) > parameters(natural) else natural


def _penalised(runs: Runs, judged: Judgement, seed: int, known: Later) -> Judgement:
    """Return the judgement by a loss with a penalty that is computed later on, where the step's own decay is none.

    An optimiser may take a decay as it likes: its step is wrong where it is none but for a penalty put wrongly.
    """
    right = judged.right
    bent = right is not None and right.optimiser
    if not judged.points or (right is not None and not bent and known.allows(right.decay)):
        return judged
    ways = [[with_penalties(p.look, own, known.losses) for p in judged.points] for own in known.layered]
    for looks in ways:
        if len(rights := [one.right for one in looks if one.right is not None]) == len(looks):
            return _rightly(runs, judged.natural, _showing(judged.points, looks), rights, seed)
    for given in (*ways, *([with_decay(p.look, decay) for p in judged.points] for decay in known.decays)):
        looks = with_mistakes(given, known.losses)
        shared = common([one.explanations for one in looks])
        fewer = not judged.explanations or (shared and _tells_more(shared[0], judged.explanations[0]))
        if shared and fewer and (not bent or _of_steps(judged.points, looks)):
            shown = _showing(judged.points, looks)
            return accused(runs, judged.natural, shown, seed, known.losses, told=False)
    return judged


def _tells_more(one: Explanation, other: Explanation) -> bool:
    """Return whether an explanation is shorter than another, or knows the penalty that it takes for a decay alone."""
    penalty_alone = {*one.bugs} == {"B36"} and {*other.bugs} == {"B54"} and one.cost[:2] <= other.cost[:2]
    return penalty_alone or one.cost < other.cost


def _showing(points: tuple[Shown, ...], looks: list[Look]) -> tuple[Shown, ...]:
    return tuple(replace(p, look=one) for p, one in zip(points, looks, strict=True))


def _of_steps(points: tuple[Shown, ...], looks: list[Look]) -> bool:
    """Return whether nothing but penalties put wrongly makes the steps themselves, not what an optimiser was given."""
    as_they_are = all(one.reading.observed is p.look.reading.observed for p, one in zip(points, looks, strict=True))
    return as_they_are and all(f.step == "penalty" for one in looks for f in one.explanations[0].found)


def _stirred(runs: Runs, natural: Recording, seed: int, tell: tuple[str, ...]) -> Look | None:
    """Return a look at the program with other parameters: where all start equal, none can be told from another."""
    inject = stirring(Tape(natural), np.random.default_rng((seed, 7)))
    return look(Tape(runs.run(inject, updates=2)), tell) if inject else None


def _rightly(runs: Runs, first: Look, points: tuple[Shown, ...], rights: list[Right], seed: int) -> Judgement:
    """Return "correct", or "wrong" where the right gradients are followed uphill."""
    if all(is_opposed(p.look) for p in points):
        return untold(first, points, "steps that all go one way: those of one parameter go against its gradient")
    if all(r.scale > 0 for r in rights):

        @cache
        def longer(i: int) -> Look:
            return points[i].look._replace(tape=Tape(runs.run(points[i].inject, updates=UPDATES)))

        adding = [accumulates(longer(i)) for i in range(len(points))]
        if all(adding):
            return accumulating(first, points, rights[0], max(adding))
        masked = masked_before(longer(0))
        if masked is not None:
            return cut_by_a_mask(longer(0), first, points, masked)
        if (late := behind(longer(0))) is not None:
            return behind_its_point(longer(0), first, points, late)
        amiss = (
            remembering(longer, first, points)
            or _keeping(longer, partial(_on_own_data, runs), first, points, rights)
            or _of_another_penalty(runs, first, points, rights[0], seed)
        )
        return amiss or _beside(runs, _correct(first, points, rights[0], len(points)), seed)
    if any(r.scale > 0 for r in rights):
        return untold(first, points, "a step that goes the same way at every point")
    right = rights[0]
    uphill = Explanation((), right.scale, right.loss, ())
    reported = any(s.name == right.loss for p in points for s in p.look.seen)
    sentence = "every gradient is right but for its sign: each step raises the loss"
    return Judgement("wrong", first, points, None, (uphill,), (sentence,), (), (), right.loss, reported)


def _keeping(
    longer: Callable[[int], Look],
    own: Callable[[Shown], Look | None],
    first: Look,
    points: tuple[Shown, ...],
    rights: list[Right],
) -> Judgement | None:
    """Return "wrong" for a program with a later step that is not the gradient of its own point, else None.

    Other data may have come to one use of them in a later step and not to the next: it must be wrong with its own too.
    """
    seen: list[Spoilt] = []
    for i, right in enumerate(rights):
        found = None if right.optimiser else kept(longer(i), right)
        if found is None:
            return None
        seen.append(found)
    at_home = own(points[0])
    if at_home is None or kept(at_home, rights[0]) is None:
        return None
    sentence = "the first step is right; a later one is not the gradient of its own point: something earlier is in it"
    return Judgement("wrong", first, points, evidence=(sentence,), loss=rights[0].loss, spoilt=seen[0])


def _on_own_data(runs: Runs, point: Shown) -> Look | None:
    """Return a look at several steps from a point's parameters with the program's own data, None where it fails."""
    given = {p for s in (*point.found.X, *point.found.Y) if s is not None for p in (s.place, *s.twins)}
    inject = {place: value for place, value in point.inject.items() if place not in given}
    tape = Tape(runs.run(inject, updates=UPDATES))
    return look(tape, () if point.look.right is None else (point.look.right.loss,))


def _of_another_penalty(
    runs: Runs, first: Look, points: tuple[Shown, ...], right: Right, seed: int
) -> Judgement | None:
    """Return "wrong" for right gradients of a loss to which a penalty is added that they do not hold, else None."""
    one = points[0]
    losses = [s.at for s in one.look.seen if s.name == right.loss and whole_loss(one.look, s.at) is not None]
    if right.optimiser or one.look.reading.point.decay or not losses:
        return None
    rng = np.random.default_rng((seed, 99))
    rows = moved(runs, one.look, one.found, one.inject, (right.loss,), rng)
    rows += [] if len(rows) >= TELLING else moved(runs, one.look, one.found, one.inject, (right.loss,), rng)
    amiss = misfollowed(rows, one.look, losses)
    return None if amiss is None else replace(misfollowing(first, points, rows, amiss), loss=right.loss)


def _beside(runs: Runs, judged: Judgement, seed: int) -> Judgement:
    """Return what differences of the program's own loss say of arrays that are trained beside right layers."""
    right = judged.right
    if judged.verdict == "correct" or right is None or right.optimiser:
        return judged
    names = astray(runs, judged.points, right.loss, np.random.default_rng((seed, 98)))
    return judged if names is None else beside_right_layers(judged, unread(judged.best), names)


def _correct(first: Look, points: tuple[Shown, ...], right: Right | None, count: int) -> Judgement:
    assert right is not None
    if not any(one.reading.point.X.any() for one in ([p.look for p in points] or [first])):
        return untold(first, points, "a sample that is not all zeros: of the first weights nothing is seen with one")
    where = f"at {count} points with other data and weights" if count else "on the program's own data"
    reported = any(s.name == right.loss for p in points for s in p.look.seen) or any(
        s.name == right.loss for s in first.seen
    )
    sentence = f"every gradient is the one of {right.loss} {where}"
    judged = Judgement("correct", first, points, right, evidence=(sentence,), loss=right.loss, reported=reported)
    return of_all(judged, unread(judged.best))
