"""What can be said of a program, on what evidence, and how it is said of mistakes that no single gradient shows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..mistakes.explanation import Explanation
from ..reading.points import Sources
from ..runs.recording import Injection
from .decays import Right
from .look import Look
from .own_loss import Moved
from .rounding import Spoilt
from .second_step import stale
from .unread import Unread

NOT_NAMED = (
    "a known mistake that makes its steps: its numbers were put together to matrices, perhaps not as it means them"
)


@dataclass(frozen=True)
class Shown:
    """One injected point: what was injected, the run, and what it shows."""

    inject: Injection
    look: Look
    found: Sources


@dataclass(frozen=True)
class Judgement:
    """What can be said of a program.

    Attributes:
        verdict: "correct", "wrong" or "inconclusive".
        natural: the program as it is.
        points: the injected points.
        right: where the gradients are right.
        explanations: where they are wrong, the mistakes that reproduce them at every point, fewest first.
        evidence: what the verdict rests on, sentence by sentence.
        missing: what a verdict would need.
        rows: the slopes of the program's own numbers.
        loss: the loss it is judged by.
        reported: the loss was computed by the program itself.
        repeats: the uppermost layer in which the gradients of earlier steps are added again, 0 for none.
        spoilt: what is rounded on the way to an update, or cut by a mask of another pass.
        known: where the loss is known from, other than the step itself: "as told", or what is computed later.
        right_above: whether the gradients are right above the layer in which they are wrong.
    """

    verdict: str
    natural: Look
    points: tuple[Shown, ...]
    right: Right | None = None
    explanations: tuple[Explanation, ...] = ()
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    rows: tuple[Moved, ...] = ()
    loss: str = ""
    reported: bool = field(default=False)
    repeats: int = 0
    spoilt: Spoilt | None = None
    known: str = ""
    right_above: bool = False

    @property
    def best(self) -> Look:
        """The look that numbers are shown from: the first injected point, else the program's own."""
        return self.points[0].look if self.points else self.natural


def untold(first: Look, points: tuple[Shown, ...], *missing: str) -> Judgement:
    """Return that nothing can be said, and what is missing."""
    return Judgement("inconclusive", first, points, missing=missing)


def forgetting(judged: Judgement, amiss: Spoilt) -> Judgement:
    """Return "wrong" for right gradients of which one is put in its parameter's place."""
    line = judged.best.tape.node(amiss.at)
    sentence = f"the gradients are right, but in line {line.line} the step takes the place of what it should change"
    return replace(judged, verdict="wrong", right=None, explanations=(), evidence=(sentence,), spoilt=amiss)


def cut_by_a_mask(longer: Look, first: Look, points: tuple[Shown, ...], what: Spoilt) -> Judgement:
    """Return "wrong" for a program that cuts its activations by the mask of an earlier pass."""
    sentence = "the first step is right; a later one cuts its activations where those of an earlier pass were cut"
    return _later(longer, first, points, what, sentence)


def behind_its_point(longer: Look, first: Look, points: tuple[Shown, ...], what: Spoilt) -> Judgement:
    """Return "wrong" for a program that gives a minimiser the gradient of the point before."""
    sentence = "each gradient is made of the parameters of the call before, not of those that the function was given"
    return _later(longer, first, points, what, sentence)


def _later(longer: Look, first: Look, points: tuple[Shown, ...], what: Spoilt, sentence: str) -> Judgement:
    """Return "wrong" for what only later steps show."""
    shown = (replace(points[0], look=longer),)
    loss = "" if longer.right is None else longer.right.loss
    return Judgement("wrong", first, shown, evidence=(sentence,), loss=loss, spoilt=what)


def rounding_on_the_way(first: Look, what: Spoilt) -> Judgement:
    """Return "wrong" for a program that rounds inside its computation, or cuts to whole numbers."""
    sentence = "a value on the way to the update is rounded: the slope of a rounded number is 0 or infinite"
    if what.bug == "B46":
        sentence = "a value on the way to the update is stored into an array of whole numbers: its fractions are lost"
    return Judgement("wrong", first, (), evidence=(sentence,), spoilt=what)


def accumulating(first: Look, points: tuple[Shown, ...], right: Right, layer: int) -> Judgement:
    """Return "wrong" for a program whose second step repeats its first."""
    sentence = "the first step is right; the second is the right one plus the first again"
    repeated = Explanation((), right.scale, right.loss, ())
    return Judgement("wrong", first, points, None, (repeated,), (sentence,), (), (), right.loss, True, repeats=layer)


def remembering(longer: Callable[[int], Look], first: Look, points: tuple[Shown, ...]) -> Judgement | None:
    """Return "wrong" for a program whose second step uses activations of its first at every point, None for others."""
    shown: list[Shown] = []
    for i, p in enumerate(points):
        found = stale(longer(i))
        if found is None:
            return None
        shown.append(replace(p, look=found[0]))
    sentence = "the first step is right; the second uses activations of the first"
    explanation = shown[0].look.explanations[0]
    return Judgement(
        "wrong", first, tuple(shown), None, (explanation,), (sentence,), (), (), explanation.loss, reported=True
    )


def misfollowing(first: Look, points: tuple[Shown, ...], rows: list[Moved], amiss: Spoilt) -> Judgement:
    """Return "wrong" for a program whose steps hold another penalty than its loss."""
    sentence = "the program's own loss has a penalty: its slopes are not the steps, those of its other part are"
    return Judgement("wrong", first, points, evidence=(sentence,), rows=tuple(rows), spoilt=amiss)


def of_numbers(judged: Judgement, left: tuple[Unread, ...]) -> Judgement:
    """Return the judgement of a program whose arrays were put together of its numbers.

    It is wrong by a known mistake, or below gradients that are right: else its arrays may be other than it means them.

    Arguments:
        judged: what was read.
        left: the trained numbers that no neuron has.
    """
    named = judged.explanations or judged.spoilt is not None
    if judged.verdict == "wrong" and not named and not judged.right_above:
        return replace(judged, verdict="inconclusive", evidence=(), missing=(NOT_NAMED,))
    if judged.verdict == "wrong" and left and any(f.bug == "B10" for e in judged.explanations[:1] for f in e.found):
        return replace(judged, verdict="inconclusive", evidence=(), missing=(_beside(left),))  # it may be that bias
    return of_all(judged, left)


def of_all(judged: Judgement, left: tuple[Unread, ...]) -> Judgement:
    """Return the judgement "correct" where it speaks of all that is trained, else what it does not speak of.

    Arguments:
        judged: what was read.
        left: what is trained beside it.
    """
    if not left or judged.verdict != "correct":
        return judged
    return replace(judged, verdict="inconclusive", missing=(f"{_beside(left)}; what was read is right",))


def beside_right_layers(judged: Judgement, left: tuple[Unread, ...], astray: frozenset[str]) -> Judgement:
    """Return the judgement of right layers and of arrays beside them whose steps were held against differences.

    A step that is no slope of the loss may be meant, of a rate or with a decay of its own: nothing is called wrong.

    Arguments:
        judged: the judgement of the layers.
        left: the arrays beside them.
        astray: the names of those that do not step along the slopes of the loss.
    """
    if not astray:
        names = ", ".join(one.name for one in left)
        sentence = f"the steps of {names}, beside the layers, are the slopes of the program's own loss"
        return replace(judged, verdict="correct", evidence=(*judged.evidence, sentence), missing=())
    sentence = f"{_beside(tuple(one for one in left if one.name in astray))}; differences of the program's own loss"
    return replace(judged, missing=(f"{sentence} say that it is off, or has a rate or a decay of its own",))


def _beside(left: tuple[Unread, ...]) -> str:
    if not all(one.line for one in left):
        return f"an update of {', '.join(one.name for one in left if not one.line)}: it was not seen"
    named = ", ".join(f"{one.name} (changed in line {one.line})" for one in left)
    return f"how {named} enters the network: it is trained, and its gradient was not judged"
