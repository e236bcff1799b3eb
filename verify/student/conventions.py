"""How a program writes what everyone writes differently: layout, biases, sign, scale. None of it is a mistake."""

import numpy as np

from .judge import Judgement
from .look import Look
from .losses_seen import factor_of
from .tape import Tape

MOST_FACTORS = 6  # of one step: rates, signs, the size of a batch
PLAIN = "row-major, W (in, out)"
LOSS_WORDS = {
    "half_sse": "half squared error",
    "bce": "binary cross-entropy",
    "cross_entropy": "cross-entropy",
    "mae": "absolute error",
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
    return () if any(layer.bias is not None for layer in layers) else ("no biases",)


def _step(look: Look) -> str:
    update = next((u for u in reversed(look.reading.weights) if u is not None), None)
    if update is None or update.sign < 0 or _turns_round(look.tape, update.step):
        return "steps against the gradient"
    return "gradient = -dL/dW, added with +="


def _turns_round(tape: Tape, step: int) -> bool:
    """Return whether a step is its gradient times a negative number: ``W += -rate * dW``."""
    turns, key = False, step
    for _ in range(MOST_FACTORS):
        at = next(iter(tape.made.get(key, ())), None)
        if at is None:
            break
        node, operands = tape.node(at), [k for k in tape.events[at].operands if k >= 0]
        arrays = [k for k in operands if tape.array(k).size > 1] or operands[:1]
        if not arrays or not (node.what in ("*", "/", "-") and node.kind in ("binary", "unary")):
            break
        if node.kind == "binary" and (node.what == "-" or len(arrays) > 1 or len(operands) < 2):
            break
        factors = [k for k in operands if k != arrays[0]]
        turns ^= node.kind == "unary" or any(float(tape.array(k).reshape(())) < 0 for k in factors)
        key = arrays[0]
    return turns


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
