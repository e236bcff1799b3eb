"""How a program writes what everyone writes differently: layout, biases, sign, scale. None of it is a mistake."""

import numpy as np

from reference.arrays import Array

from ..reading.losses_seen import factor_of
from ..reading.steps import are_numbers
from ..runs.tape import upstream
from .judgement import Judgement
from .look import Look

ALONG = 0.9  # the cosine from which two arrays have one direction: a penalty may be added
AGAINST = "steps against the gradient"
PLAIN = "row-major, W (in, out)"
LOSS_WORDS = {
    "half_sse": "half squared error",
    "poisson": "Poisson likelihood",
    "bce": "binary cross-entropy",
    "cross_entropy": "cross-entropy",
    "mae": "absolute error",
    "class_hinge": "hinge between classes",
}


def read_as(judgement: Judgement) -> str:
    """Return in one line how the program was understood: layout, layers, loss, steps."""
    point = judgement.best.reading.point
    sizes = "-".join(map(str, point.sizes))
    network = f"{sizes} {' then '.join(f.name for f in point.curves)}"
    layout, *others = conventions(judgement)
    return ", ".join((layout, network, _loss_words(judgement), *others))


def _loss_words(judgement: Judgement) -> str:
    """Return the loss with its reduction, or that the program computes none."""
    name = judgement.loss
    words = LOSS_WORDS.get(name, name.replace("_", " ")) or "loss unknown"
    factor = factor_of(judgement.best.seen, name)
    if factor is None:
        return f"{words} ({judgement.known or 'assumed: the file computes no loss'})" if name else words
    N, K = judgement.best.reading.point.a[-1].shape
    if name == "half_sse" and not any(np.isclose(factor, 1 / n) for n in {1, N, N * K}):
        words, factor = "squared error", factor / 2
    reductions = ((1, "summed"), (N, "mean over the batch"), (N * K, "mean over all entries"), (K, "mean over outputs"))
    reduction = next((text for n, text in reductions if np.isclose(factor * n, 1)), f"times {factor:.3g}")
    return f"{words} {reduction}"


def conventions(judgement: Judgement) -> tuple[str, ...]:
    """Return each convention of the program, named."""
    look = judgement.best
    return (_layout(look), *_biases(look), _step(look), *_scale(judgement), *_extras(judgement))


def departs(judgement: Judgement) -> bool:
    """Return whether the gradients equal ours only up to sign, layout or scale."""
    look = judgement.best
    return _layout(look) != PLAIN or "=" in _step(look) or bool(_scale(judgement)) or bool(_extras(judgement))


def _layout(look: Look) -> str:
    sides = {layer.side for layer in look.reading.passes[0].chain.layers}
    if sides == {"right"}:
        return PLAIN
    single = all(len(p.chain.layers[0].a_in) == 1 for p in look.reading.passes)
    samples = "one column per sample" if not single else "one sample at a time"
    return f"column-major ({samples}), W (out, in): transposed" if sides == {"left"} else "layouts mixed"


def _biases(look: Look) -> tuple[str, ...]:
    layers = look.reading.passes[0].chain.layers
    if any(layer.merged is not None for layer in layers):
        return ("biases merged into the weights",)
    if any(layer.bias is not None and layer.bias.sign < 0 for layer in layers):
        return ("biases as thresholds, subtracted",)
    if any(b is not None and b.ndim > 1 for b in look.reading.point.b):
        return ("a bias of its own for each sample, which fits no other number of samples",)
    if are_numbers(look.tape, layers, look.reading.biases):
        return ("biases as numbers of the program, not trained",)
    return () if any(layer.bias is not None for layer in layers) else ("no biases",)


def _step(look: Look) -> str:
    """Return which sign the program's gradients have: that of the last product that they are made of."""
    updates = reversed(list(zip(look.reading.weights, look.reading.observed.dW, strict=True)))
    update, step = next(((u, dW) for u, dW in updates if u is not None and dW is not None), (None, None))
    if update is None or step is None:
        return AGAINST
    made = sorted(look.tape.product_places & upstream(look.tape, update.at), reverse=True)
    values = (look.tape.array(look.tape.events[at].result) for at in made if at > look.reading.passes[-1].output.at)
    found = (_sign(value, step) for value in values)
    sign = next((s for s in found if s), -update.sign)
    return AGAINST if sign > 0 else "gradient = -dL/dW, added with +="


def _sign(value: Array, step: Array) -> int:
    """Return whether a value points along a step in either layout, 1, or against it, -1; 0 where it does neither."""
    for form in (step, step.T):
        if value.size == form.size:
            norm = float(np.linalg.norm(value) * np.linalg.norm(form))
            along = float(value.ravel() @ form.ravel())
            if abs(along) > ALONG * norm:
                return 1 if along > 0 else -1
    return 0


def _scale(judgement: Judgement) -> tuple[str, ...]:
    """Return how the gradient's scale differs from that of the loss reported, where both are known."""
    right = judgement.right
    if right is None or not judgement.reported or right.optimiser:
        return ()
    passes = judgement.best.reading.passes
    return (f"samples one at a time, {len(passes)} to a step",) if len(passes) > 1 else ()


def _extras(judgement: Judgement) -> tuple[str, ...]:
    right = judgement.right
    if right is None:
        return ()
    if right.optimiser:
        return ("an optimiser bends the steps (momentum, Adam, clipping)",)
    return (f"weight decay {right.decay:.3g} per unit of summed loss",) if right.decay else ()
