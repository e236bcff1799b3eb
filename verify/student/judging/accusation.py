"""Is a program wrong: said only where every piece of evidence says so, else what is missing is."""

import re
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from ..mistakes.explanation import Explanation
from ..reading.losses_seen import LossSeen
from ..runs.recording import Place
from .decays import Right
from .injected import is_one_number
from .judgement import Judgement, Shown, misfollowing, of_all, untold
from .look import Look, candidates, rightness
from .one_slope import is_telling
from .own_loss import Moved, Runs, agrees, follows_own, moved
from .own_penalty import TELLING, misfollowed
from .ranking import common, each_once, has_unknown_top, plainest, refined, seen_first
from .right_above import right_above
from .slopes.trained import is_computed
from .unread import changes_unseen, goes_on, unread

TOLD, LATER = "as told", "which the program computes in another pass"
OF_SAMPLES = re.compile(r"\baxis\b|\.shape\b|\bmean\b")  # what a program writes that is meant for several samples


@dataclass(frozen=True)
class Charge:
    """What is held against a program.

    Attributes:
        first: the program as it is.
        points: the injected points, at which its gradients are wrong.
        tell: the losses to judge by, where they are known.
        shared: the mistakes that reproduce its gradients at every point.
        seen: the losses that it computes itself.
        rows: the slopes of its own numbers.
    """

    first: Look
    points: tuple[Shown, ...]
    tell: tuple[str, ...]
    shared: list[Explanation]
    seen: list[LossSeen]
    rows: list[Moved]

    @property
    def one(self) -> Look:
        """The point whose numbers are shown."""
        return self.points[0].look

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses that its steps may be meant for."""
        return self.tell or candidates(self.one.reading.point, self.one.seen)

    @cached_property
    def backed(self) -> list[LossSeen]:
        """The program's losses whose slopes are those of the forward pass that was read."""
        return [s for s in self.seen if self.rows and agrees(self.rows, s.place, s.name, s.factor)]

    @cached_property
    def above(self) -> tuple[str, int] | None:
        """The loss and the layer above which its gradients are right, where no mistake is known."""
        return None if self.shared else right_above([p.look for p in self.points])


def accused(
    runs: Runs, first: Look, points: tuple[Shown, ...], seed: int, tell: tuple[str, ...], *, told: bool
) -> Judgement:
    """Return "wrong" where every piece of evidence says so, "correct" for steps down the program's own loss.

    Arguments:
        runs: runs the program again.
        first: the program as it is.
        points: injected points, explained by mistakes.
        seed: of the directions in which parameters are moved.
        tell: the losses to judge by, where they are known.
        told: whether the user says the loss, so that no other number of the program can be it.
    """
    if misfit := first.tape.recording.misfit:
        return untold(first, points, f"data that suit the program: the made-up ones have {misfit}")
    p, one = points[0], points[0].look
    alike = common([q.look.explanations for q in points])
    shared = [e for e in alike if tell or one.seen or not has_unknown_top(one, e)]
    seen = [s for s in one.seen if s.name != "mae" and (not tell or s.name in tell)]
    names = tuple(dict.fromkeys([*(s.name for s in seen), *(e.loss for e in shared)]))
    more = partial(moved, runs, p.look, p.found, p.inject, names, np.random.default_rng((seed, 99)))
    charge = Charge(first, points, tell, shared, seen, more())
    followed = [] if told or one.reading.point.decay else _followed(charge)
    if followed and len(charge.rows) < TELLING:  # at one scale of its own, few slopes are followed by chance
        charge = replace(charge, rows=[*charge.rows, *more()])
        followed = list(follows_own(charge.rows, one))
        if not followed and not shared:
            return untold(first, points, "slopes that agree: its steps follow one of its numbers in some directions")
    if followed:
        return _acquitted(charge, followed)
    missing = _missing(charge)
    return _convicted(charge, told=told) if missing is None else untold(first, points, missing)


def _followed(charge: Charge) -> list[Place]:
    """Return the program's own numbers that its steps go down, if every parameter was moved and one slope is enough."""
    layers = charge.one.reading.passes[0].chain.layers
    wanted = len(layers) + sum(layer.bias is not None for layer in layers)
    enough = len(charge.rows) == wanted and is_telling(charge.one, charge.losses[0])
    return list(follows_own(charge.rows, charge.one)) if enough else []


def _acquitted(charge: Charge, followed: list[Place]) -> Judgement:
    """Return "correct" for steps down a number of the program's own, "wrong" where its loss has a penalty they miss."""
    tape = charge.one.tape
    losses = [at for at in range(len(tape.events)) if tape.place(at) in followed]
    if (amiss := misfollowed(charge.rows, charge.one, losses)) is not None:
        return misfollowing(charge.first, charge.points, charge.rows, amiss)
    sentence = "the steps follow the slopes of a number that the program computes"
    right, rows = Right("its own", 1.0), tuple(charge.rows)
    own = Judgement("correct", charge.first, charge.points, right, evidence=(sentence,), rows=rows)
    return of_all(own, unread(own.best))


def _missing(charge: Charge) -> str | None:
    """Return what is missing for "wrong", None where nothing is."""
    first, one, shared, backed = charge.first, charge.one, charge.shared, charge.backed
    if any(not e.found and e.scale > 0 for e in shared):
        return "one reading of its steps: some are right at every point"
    if charge.seen and not backed:
        return "the program's own loss does not change as its forward pass says"
    if not shared and all(rightness(p.look.tape, p.look.reading, charge.losses) for p in charge.points):
        return "one learning rate: the gradients are right, each time at a rate of their own"
    if goes_on(one):
        return "the activation of a hidden layer: what it becomes was taken for the output, and trained layers follow"
    if _is_for_one_sample(charge):
        return "how it is called: its biases are not summed over the samples, which is right for one at a time"
    unchanged = not shared and any(u is None for u in one.reading.weights)
    if unchanged or any(changes_unseen(p.look) for p in charge.points):
        return "an update of every layer's weights: some were not seen to change"
    layers = first.reading.passes[0].chain.layers
    if any(is_computed(first.tape, layer.W_key, layer.product.at) for layer in layers):
        return "weights that are trained: in what was read of the network some are computed of others"
    if not backed and not shared and charge.above is None:
        return "the program computes no loss, and no known mistake reproduces its gradients"
    if first.right is not None and not shared and (is_telling(first, first.right.loss) or is_one_number(first)):
        return "the program is right on its own data, and no known mistake fits elsewhere"
    return None


def _is_for_one_sample(charge: Charge) -> bool:
    """Return whether calls of our own gave several samples to what sums over none, and is else right."""
    tape = charge.one.tape
    if not tape.recording.called or not charge.shared or {*charge.shared[0].bugs} != {"B17"}:
        return False
    return not any(OF_SAMPLES.search(tape.node(at).text) for at in range(charge.one.reading.start, len(tape.events)))


def _convicted(charge: Charge, *, told: bool) -> Judgement:
    """Return "wrong", the mistakes that fit best first, with all that says so."""
    one, shared, backed, above = charge.one, charge.shared, charge.backed, charge.above
    evidence = [f"the gradients are wrong at {len(charge.points)} points with other data and weights"]
    if backed:
        evidence.append(f"differences of the program's own loss ({backed[0].name}) side with the right gradient")
    if above is not None:
        evidence.append(f"above layer {above[1]} every gradient is the one of {above[0]}, in that layer it is not")
    elif charge.tell and not backed:
        evidence.append(f"the loss is {charge.tell[0]}, {TOLD if told else LATER}")
    of_backed = [e for e in shared if e.loss in {b.name for b in backed}]
    chosen = each_once([refined(one, e) for e in plainest(seen_first(one, of_backed or shared))])
    loss = chosen[0].loss if chosen else backed[0].name if backed or above is None else above[0]
    return Judgement(
        "wrong",
        charge.first,
        charge.points,
        explanations=tuple(chosen),
        evidence=tuple(evidence),
        rows=tuple(charge.rows),
        loss=loss,
        reported=bool(backed),
        right_above=above is not None,
    )
