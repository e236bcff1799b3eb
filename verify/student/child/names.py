"""What a parameter's name asks for: data, targets, sizes, rates, or something an earlier function returned."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .stand_ins.samples import generator, one_hot

Values = NDArray[Any]


class Trial(NamedTuple):
    """One way to call what a file defines.

    Attributes:
        sizes: of the layers, data to output.
        layout: "rows" or "columns": where the samples of a batch stand; "one": a single column, "flat": a single row;
            "each row" or "each column": a batch of matrices that are one row or one column each.
        labels: "one-hot" or "integers".
        samples: how many.
    """

    sizes: tuple[int, ...]
    layout: str
    labels: str
    samples: int = 7


TRIALS = tuple(
    Trial(sizes, layout, labels, 1 if layout in ("one", "flat") else 7)
    for layout, labels in (
        *(("rows", "one-hot"), ("columns", "one-hot"), ("each row", "one-hot"), ("each column", "one-hot")),
        *(("rows", "integers"), ("columns", "integers")),
        *(("one", "one-hot"), ("flat", "one-hot")),
    )
    for sizes in ((4, 5, 3), (4, 5, 1), (4, 6, 5, 3))
)
RATE, STEPS = 0.5, 4

TRAIN = re.compile(
    r"^_*(train|fit|learn|nn_model|model$|.*_model$|grad(ient)?_desc(ent)?|sgd|optimi[sz]e|run_train|partial_fit)"
)
STEP_METHOD = re.compile(
    r"^_*(train_?(step|on_batch|batch)?|fit|partial_fit|learn|update|step|sgd|grad(ient)?_desc(ent)?)$"
)
WHOLE_METHOD = re.compile(r"^_*(train|fit|learn|run|start|optimi[sz]e|grad(ient)?_desc(ent)?|sgd)")
INIT = re.compile(
    r"^_*(init|create|build|make_(net|param|model|weight)|get_param|random_(init|param|weight)|rand_init)"
)
FORWARD = re.compile(r"^_*(l_model_)?(forward|feed|fprop|predict|propagate|(calc|compute)_output|think|model_forward)")
PREDICT = re.compile(r"^_*(predict|think)")
LOSS = re.compile(r"(cost|loss|error|cross_entropy|mse|objective)")
BACKWARD = re.compile(
    r"^_*(l_model_)?(back|bprop|model_back|((compute|calc|calculate|get)_)?grad(ient)?s?$|cost(_function)?_prime)"
)
UPDATE = re.compile(r"^_*(update|apply_grad|step$|gradient_step|optimi[sz]er_step|sgd_step)")
PRIME = re.compile(r"(prime|deriv|grad|backward|delta)")
NETWORK = re.compile(r"^(network|net|nn|layers|model)$")
"""What functions do, told from their names in lower case."""


IN_ENGLISH = {
    word: english
    for english, words in {
        "train": "treinar treino treinamento entrenar entrenamiento entrainer entrainement trainieren",
        "forward": "adelante frente avant vorwaerts",
        "propagate": "propagar propagacao propagacion propager",
        "backpropagate": "retropropagar retropropagacao retropropagacion retropropager retropropagation",
        "predict": "prever predecir predire vorhersagen",
        "update": "atualizar actualizar aktualisieren",
        "init": "inicializar inicializacao inicializacion initialiser",
        "error": "erro erreur fehler",
        "cost": "custo costo perda perdida perte verlust",
        "data": "dados datos donnees daten",
        "inputs": "entradas entrees eingaben",
        "expected": "esperado esperada esperados esperadas desejado desejada deseado deseada attendu",
        "target": "alvo objetivo cible ziel",
        "targets": "alvos objetivos cibles ziele",
        "hidden": "oculta ocultas oculto ocultos escondida cachee",
        "output": "saida salida sortie ausgabe",
        "outputs": "saidas salidas sorties ausgaben",
        "epochs": "epocas epoques epochen",
    }.items()
    for word in words.split()
}
"""The words of other languages that names are made of; a single input is left alone: it is as often a size."""


class NoCall(Exception):  # noqa: N818 - not an error: this way of calling does not fit, the next is tried
    """A parameter's name says nothing about what it takes."""


SYNONYMS = (
    ("parameters", "params", "weights", "weight", "model", "theta", "w_and_b", "net", "network"),
    ("cache", "caches", "forward_cache", "memory", "activations", "outputs", "history", "cached", "store"),
    ("grads", "gradients", "grad", "gradient", "derivatives", "nabla", "deltas"),
    ("output", "al", "a_last", "y_hat", "yhat", "y_pred", "prediction", "predictions", "out", "o", "pred", "probs"),
    ("delta", "error", "err", "dout"),
)
_DATA = re.compile(
    r"^(x|xs|a0|a_0|data|inputs?|inp|feat(ure)?s?|samples?|images?|inputs?_(data|x|vector|list|array|values)s?|l0|"
    r"states?|obs(ervations?)?|instances?|data_(x|inputs?|features)|(x|features)_data)$"
)
_TARGET = re.compile(
    r"^(y|ys|t|d|targets?|labels?|truth|expected|desired|answers?|targets?_(data|y|vector|list|q|array|values)s?|y_true|"
    r"outputs?_(expected|desired)|data_(y|labels?|targets?)|(y|labels?)_data|(y|labels?|targets?)_(and|n?or|xor|nand)|"
    r"(train(ing)?|expected|desired|target|correct|true)_outputs?)$"
)
_RATE = re.compile(r"^(l_?r|alpha|eta|rate|learn(ing)?_?rate|learning|step_?size|epsilon|l_?rate)$")
_STEPS = re.compile(r"^(n_?|num_?|max_?)?(epochs?|iter(ation)?s?|iters|steps)$")
_LIST = re.compile(
    r"^(layers?|sizes?|layers?_?(dims?|sizes?|shapes?|list)|dims?|shape|topology|structure|architecture)$"
)
_UNITS = "(_?(size|dims?|dimensions?|nodes|features|neurons|units|count|layer(_(size|nodes|neurons))?))"
_COUNT = "(n|num|no|nb|number_?of)_?"
_IN = re.compile(rf"^({_COUNT}(x|in|inputs?|features?){_UNITS}?|in(put)?{_UNITS}|inodes|d)$")
_HIDDEN = re.compile(rf"^(({_COUNT})?hid(den)?{_UNITS}?|n_?h|hnodes|h|nodes|neurons|units)$")
_OUT = re.compile(
    rf"^({_COUNT}(y|out|outputs?|classes){_UNITS}?|n_?(y|out)|out(put)?{_UNITS}|onodes|num_(labels|classes)|k|c)$"
)
_BATCH = re.compile(r"batch_?(size|len|n)|^bs$|size_?of_?batch")
_HELD_OUT = re.compile(r"^(test(ing)?|val(id(ation)?)?|dev)_|_(test|val(id(ation)?)?|dev)$")
_TRAIN_WORDS = re.compile(r"_?(train(ing)?|tr|batch|mini_?batch|set|all)_?")


def snake(name: str) -> str:
    """Return a name in lower case, its words between underscores, in English where the table knows them."""
    bare = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return "_".join(IN_ENGLISH.get(word, word) for word in bare.split("_"))


def plain(name: str) -> str:
    """Return a name without case, underscores around it and words that only say which part of the data it is."""
    bare = snake(name).strip("_")
    return _TRAIN_WORDS.sub("", bare) or bare


def made_for(name: str, trial: Trial) -> Any:
    """Return what a parameter of that name takes, None where the name does not say."""
    if _BATCH.search(name.lower()):
        return trial.samples
    bare = plain(name)
    for pattern, make in _MAKERS:
        if pattern.match(bare) or pattern.match(snake(name)):
            return make(trial)
    return _EXTRA.get(bare)


def known_for(name: str, pool: Mapping[str, Any]) -> Any:
    """Return what an earlier function returned under that name, or under one that means the same."""
    if name in pool:
        return pool[name]
    bare = plain(name)
    by_plain = {plain(known): value for known, value in pool.items()}
    if bare in by_plain:
        return by_plain[bare]
    for group in SYNONYMS:
        if bare in group:
            return next((by_plain[other] for other in group if other in by_plain), None)
    return None


def beside_training(name: str) -> str:
    """Return the name of the data or targets of which a name means those held out, the name itself for any other."""
    whole = snake(name).strip("_")
    bare = _HELD_OUT.sub("", whole)
    return bare if bare != whole and (is_data(bare) or is_target(bare)) else name


def is_data(name: str) -> bool:
    """Return whether a parameter of that name takes data."""
    return bool(_DATA.match(plain(name)))


def is_target(name: str) -> bool:
    """Return whether a parameter of that name takes targets."""
    return bool(_TARGET.match(plain(name)) or _TARGET.match(snake(name)))


def is_width(name: str) -> bool:
    """Return whether a parameter of that name takes how many units a layer has."""
    return any(pattern.match(plain(name)) or pattern.match(snake(name)) for pattern in (_IN, _HIDDEN, _OUT))


def pairs(trial: Trial) -> list[tuple[Values, Any]]:
    """Return a list of (x, y), one for each sample, as rows or as columns."""
    rows = trial._replace(layout="rows")
    X, Y = data(rows), targets(rows)
    if trial.layout == "rows":
        return list(zip(X, Y, strict=True))
    return [(x[:, None], y[:, None] if np.ndim(y) else y) for x, y in zip(X, Y, strict=True)]


def data(trial: Trial) -> Values:
    """Return X in the trial's layout."""
    X = generator().normal(size=(trial.samples, trial.sizes[0]))
    return _laid_out(X, trial)


def targets(trial: Trial) -> Values:
    """Return Y in the trial's layout."""
    classes = trial.sizes[-1]
    y = np.arange(trial.samples) % max(2, classes)
    if trial.labels == "integers":
        y[-1] = max(y[-1], classes - 1) if len(y) > 1 else y[-1]  # a program may count them by the largest
        return y
    rows = one_hot(y, classes) if classes > 1 else y[:, None].astype(float)
    return _laid_out(rows, trial)


def _laid_out(rows: Values, trial: Trial) -> Values:
    """Return rows as rows, as columns, or the only one of them."""
    if trial.layout == "rows":
        return rows
    if trial.layout.startswith("each"):
        return rows[:, None, :] if trial.layout == "each row" else rows[:, :, None]
    return rows[0] if trial.layout == "flat" else np.ascontiguousarray(rows.T)


_MAKERS = (
    (_DATA, data),
    (_TARGET, targets),
    (_RATE, lambda trial: RATE),
    (_STEPS, lambda trial: STEPS),
    (_LIST, lambda trial: list(trial.sizes)),
    (_IN, lambda trial: trial.sizes[0]),
    (_HIDDEN, lambda trial: trial.sizes[1]),
    (_OUT, lambda trial: trial.sizes[-1]),
)
_EXTRA: dict[str, Any] = {
    **dict.fromkeys(("m", "n"), 7),
    **dict.fromkeys(("reg", "lambda", "lambd", "lmbda", "lam", "decay", "weight_decay", "momentum", "mu", "beta"), 0.0),
    **dict.fromkeys(("verbose", "print_cost", "debug", "plot", "show", "is_plot", "print_loss"), False),
    **dict.fromkeys(("keep_prob", "keep"), 1.0),
    **dict.fromkeys(("activation", "activation_function", "act", "hidden_activation"), "sigmoid"),
    **dict.fromkeys(("seed", "random_state"), 1),
}
