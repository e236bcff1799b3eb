"""The mistakes that hand-written backpropagation is known to make: one record each, in a student's words.

The ids are stable. Formulas are row-major: z_l = a_(l-1) W_l + b_l, delta_l = dL/dz_l, dW_l = a_(l-1)^T delta_l.
"""

from typing import NamedTuple


class Bug(NamedTuple):
    """One known mistake.

    Those that the search does not reproduce are in ``SEEN_OTHERWISE``.

    Attributes:
        id: stable, "B1" to "B61".
        name: a few words.
        wrong, right: the formulas side by side.
        why: what the mistake does to learning.
        fix: what to change.
        equivalents: ids that no experiment on the gradients can tell from this one.
    """

    id: str
    name: str
    wrong: str
    right: str
    why: str
    fix: str
    equivalents: tuple[str, ...] = ()


def _bug(id: str, name: str, wrong: str, right: str, why: str, fix: str, *equivalents: str) -> Bug:
    return Bug(id, name, wrong, right, why, fix, equivalents)


_SLOPE = "delta_l = dL/da_l * f'(z_l)"
_DW = "dW_l = a_(l-1)^T delta_l"
_DB = "db_l = sum of delta_l over the batch"
_DOWN = "dL/da_(l-1) = delta_l W_l^T"

CATALOGUE: dict[str, Bug] = {
    bug.id: bug
    for bug in (
        _bug(
            "B1",
            "bias gradient summed over all units",
            "db_l = sum(delta_l), one number",
            _DB,
            "every unit's bias gets the same step, the sum of what all of them need",
            "sum over the samples only: delta.sum(axis=0) row-major, delta.sum(axis=1, keepdims=True) column-major",
        ),
        _bug(
            "B2",
            "a constant in front of all gradients",
            "k * gradient",
            "gradient",
            "nothing but the learning rate changes",
            "nothing to fix; write the 1/N or the 2 down where the loss is",
        ),
        _bug(
            "B3",
            "weights updated before they are used",
            "delta_l computed from the new W_(l+1)",
            "delta_l computed from the W_(l+1) of the forward pass",
            "the lower layers follow the gradient of another network; the error grows with the learning rate",
            "compute all deltas and gradients first, then update every weight",
            "B30",
        ),
        _bug(
            "B4",
            "derivative of the output activation missing",
            "delta_L = a_L - y",
            "delta_L = (a_L - y) * f'(z_L)",
            "the error alone is the delta of cross-entropy, or of a linear output; the squared error's has f'(z_L)",
            "multiply the error by f'(z_L), or report the cross-entropy",
            "B44",
        ),
        _bug(
            "B5",
            "the raw error is sent down",
            "e_(l-1) = e_l W_l^T, without f'(z_l) on the way",
            "dL/da_(l-1) = delta_l W_l^T",
            "each lower layer lacks one more derivative",
            "send delta down, not the error it was made from",
        ),
        _bug(
            "B6",
            "softmax derivative taken entry by entry",
            "dL/dp * p (1 - p)",
            "p_i (g_i - sum_j g_j p_j)",
            "every probability of a row depends on every z of that row; the off-diagonal terms are lost",
            "use the whole Jacobian, or cross-entropy with delta = p - y",
        ),
        _bug(
            "B7",
            "derivative of the output activation applied twice",
            "delta_L = (a_L - y) * f'(z_L)",
            "delta_L = a_L - y",
            "with cross-entropy, a - y already holds f'(z_L): where the output saturates learning stops",
            "leave out the factor f'(z_L) at the output",
            "B44",
        ),
        _bug(
            "B8",
            "derivative evaluated at the activation",
            "f'(a_l)",
            "f'(z_l)",
            "the helper expects z and is given a, so the derivative is that of another point",
            "pass z to the derivative, or write the derivative in a",
        ),
        _bug(
            "B9",
            "derivative formula for a applied to z",
            "z (1 - z), 1 - z^2, ...",
            "a (1 - a), 1 - a^2, ...",
            "the factor is unbounded and may be negative: steps blow up where |z| is large",
            "pass the activation, not the pre-activation, to this helper",
        ),
        _bug(
            "B10",
            "bias never trained",
            "db_l = 0",
            _DB,
            "the units keep the offset that they started with",
            "add the update of b_l next to that of W_l",
        ),
        _bug(
            "B11",
            "derivative of the activation missing",
            "delta_l = delta_(l+1) W_(l+1)^T",
            "delta_l = (delta_(l+1) W_(l+1)^T) * f'(z_l)",
            "the layer is treated as if it were linear",
            "multiply by f'(z_l) entry by entry",
        ),
        _bug(
            "B12",
            "matrix product and product entry by entry confused",
            "A * B for A @ B, or the reverse",
            "@ for W and a^T, * for f'(z)",
            "shapes fit by accident and each entry mixes the wrong terms",
            "use @ with weights and activations, * with derivatives",
            "B23",
        ),
        _bug(
            "B13",
            "regularisation term wrong",
            "dW_l + something other than lambda W_l",
            "dW_l + lambda W_l",
            "the weights shrink towards something else than 0, or not at the rate of the loss",
            "derive the penalty that the loss adds: lambda/2 W^2 gives lambda W, lambda W^2 gives 2 lambda W",
        ),
        _bug(
            "B14",
            "sign error",
            "W + lr dW, or y - a with W - lr dW",
            "W - lr dW",
            "each step raises the loss",
            "turn one sign: either a - y with -=, or y - a with +=",
        ),
        _bug(
            "B15",
            "an extra factor inside the propagation",
            "delta_l = (delta_(l+1) W^T) * f' / N",
            "delta_l = (delta_(l+1) W^T) * f'",
            "each layer further down learns N times more slowly",
            "divide by N once: in the loss, or in dW and db",
        ),
        _bug(
            "B16",
            "one of dW and db averaged, the other summed",
            "db_l / N beside a summed dW_l, or the reverse",
            "the same reduction for both",
            "weights and biases learn at rates that differ by the batch size",
            "divide both by N, or neither",
        ),
        _bug(
            "B17",
            "gradient not reduced over the batch",
            "db_l = delta_l",
            _DB,
            "works for one sample only",
            "sum over the batch axis",
        ),
        _bug(
            "B18",
            "bias gradient computed with the data",
            "db_l = sum(delta_l X^T)",
            _DB,
            "the bias is multiplied by 1, not by an input",
            "leave the inputs out of db",
        ),
        _bug(
            "B19",
            "another layer's values in the gradient",
            "a_l, z_(l-1) or X in place of a_(l-1), delta_(l+1) in place of delta_l",
            _DW,
            "the weights are corrected for an input that they did not see",
            "use the activations that entered this layer",
        ),
        _bug(
            "B20",
            "wrong weights on the way down",
            "W_(l-1), dW, or W not transposed in place of W_l^T",
            _DOWN,
            "the error reaches the units along connections that do not exist",
            "use the weights of the layer that delta comes from",
        ),
        _bug(
            "B21",
            "an operand swapped in dW",
            "dW_l = W_l^T delta_l",
            _DW,
            "fits only where the batch size equals the width",
            "multiply by the layer's input, not by its weights",
        ),
        _bug(
            "B22",
            "gradient transposed",
            "dW_l = (a_(l-1)^T delta_l)^T",
            _DW,
            "runs only where the layer is square, the batch as large as it is wide, or all go into one vector",
            "transpose what has to be: a_(l-1)^T delta_l",
        ),
        _bug(
            "B23",
            "outer product written as *",
            "delta * a",
            "a^T delta",
            "right for one output only",
            "use np.outer or a matrix product",
            "B12",
        ),
        _bug(
            "B24",
            "the loss's value used as its derivative",
            "delta from (a - y)^2 or |a - y|",
            "delta from 2 (a - y)",
            "the delta is never negative: outputs can only move one way",
            "differentiate the loss: its derivative keeps the sign of a - y",
        ),
        _bug(
            "B25",
            "a factor applied twice",
            "... * f'(z_l) * f'(z_l)",
            "one factor f'(z_l)",
            "gradients shrink (or grow) with each repeated factor",
            "remove one of the two",
        ),
        _bug(
            "B26",
            "nothing is sent down",
            "dL/da_(l-1) = 0 or None",
            _DOWN,
            "the layers below never learn",
            "return delta_l W_l^T from backward",
        ),
        _bug(
            "B27",
            "the ReLU mask changes the caller's array",
            "dout[mask] = 0; return dout",
            "return dout * (z > 0)",
            "whoever still needs dout finds it changed",
            "work on a copy",
        ),
        _bug(
            "B28",
            "the derivative overwrites its cache",
            "z[z > 0] = 1; return z",
            "return (z > 0) * 1.0",
            "the second use of the cached z sees 0s and 1s",
            "make a new array",
        ),
        _bug(
            "B29",
            "mask missing, stale or turned round",
            "mask never set, of another batch, or of the units that are off",
            "mask = z > 0 of this batch",
            "gradients are 0, or wrong at the units that changed sides",
            "set the mask in forward, and keep the gradient where z > 0",
        ),
        _bug(
            "B30",
            "old weights kept as a view",
            "W_old = W[:]",
            "W_old = W.copy()",
            "the saved weights change with the new ones",
            "copy before updating",
            "B3",
        ),
        _bug(
            "B31",
            "wrong column taken for the bias",
            "drops a fixed column",
            "drops the bias's own column",
            "units receive their neighbour's weight",
            "count the column from the layer's size",
        ),
        _bug(
            "B32",
            "bias row not removed on the way down",
            "delta W^T with the bias's weight",
            "delta W^T without it",
            "a unit that does not exist receives an error",
            "cut the bias row off before going down",
        ),
        _bug(
            "B33",
            "only one sample's values used for the batch",
            "sum of delta times the last x",
            _DW,
            "right for one sample only",
            "keep the sum inside: a^T delta over the whole batch",
        ),
        _bug(
            "B34",
            "gradient at a stale point",
            "backward with the cache of earlier weights or inputs",
            "forward first, then backward",
            "the step belongs to another point",
            "run forward at the point where the gradient is asked",
        ),
        _bug(
            "B35",
            "accumulators not reset",
            "dW += ... across calls",
            "dW = 0 at the start of each call",
            "each step repeats all earlier ones",
            "set the accumulators to zero at the start of each batch",
        ),
        _bug(
            "B36",
            "a value used twice, its gradient assigned",
            "grad = ...",
            "grad += ...",
            "all but the last path are lost",
            "accumulate",
        ),
        _bug(
            "B37",
            "(N, 1) minus (N,) broadcasts to (N, N)",
            "yhat - y of shape (N, N)",
            "yhat - y of shape (N, 1)",
            "each prediction is compared with every target",
            "give y the shape (N, 1): y.reshape(-1, 1)",
        ),
        _bug(
            "B38",
            "softmax normalised over the wrong axis",
            "e^z / sum over the batch, or over everything",
            "e^z / sum over the classes",
            "the probabilities of a sample do not sum to 1",
            "sum over the class axis with keepdims=True",
        ),
        _bug(
            "B39",
            "sign inside the derivative of cross-entropy",
            "-(y/a + (1 - y)/(1 - a))",
            "-y/a + (1 - y)/(1 - a)",
            "samples with y = 0 push the wrong way",
            "the second term has the other sign",
        ),
        _bug(
            "B40",
            "derivative formula wrong",
            "a formula that is not f'",
            _SLOPE,
            "the layer's delta has little to do with the gradient",
            "check the formula against (f(z + h) - f(z - h)) / 2h",
        ),
        _bug(
            "B41",
            "activation and derivative of different scale",
            "f(z) = tanh(z/2) with f' = 1 - a^2",
            "f' = (1 - a^2) / 2",
            "a factor for each such layer",
            "differentiate the function that forward really computes",
        ),
        _bug(
            "B42",
            "slope of the negative side wrong",
            "0 or 1 where z < 0",
            "the slope of forward",
            "units on the negative side learn at another rate than forward implies",
            "use the same slope in both",
        ),
        _bug(
            "B43",
            "a stray constant in one gradient",
            "c * gradient of one parameter",
            "the same factor for all",
            "this parameter has a learning rate of its own",
            "remove the factor",
        ),
        _bug(
            "B44",
            "the loss reported is not the one differentiated",
            "gradient of another loss",
            "gradient of the loss reported",
            "training lowers something else than what is printed",
            "report the loss that is trained, or differentiate the one reported",
            "B4",
            "B7",
        ),
        _bug(
            "B45",
            "np.vectorize takes its type from the first value",
            "[0, 2] for [-1, 2.7] under relu",
            "floats",
            "values are cut to integers when the first result is one",
            "use NumPy's own functions, or otypes=[float]",
        ),
        _bug(
            "B46",
            "integer arrays",
            "int results of float formulas",
            "float arrays",
            "fractions are lost",
            "create arrays with dtype=float",
        ),
        _bug(
            "B47",
            "rounding inside the computation",
            "np.round(...)",
            "full precision",
            "the loss becomes a staircase without slope",
            "round only what is printed",
        ),
        _bug(
            "B48",
            "the exponential overflows",
            "e^z / (1 + e^z)",
            "1 / (1 + e^(-|z|)) forms",
            "NaN or inf for large |z|",
            "use the stable form",
        ),
        _bug(
            "B49",
            "softmax shifted by the maximum of the whole batch",
            "z - max of all",
            "z - max of each row",
            "rows far below the maximum underflow to 0",
            "take the maximum per sample",
        ),
        _bug(
            "B50",
            "clipping in the loss only",
            "log(clip(p))",
            "the same p in loss and gradient",
            "loss and gradient differ near 0 and 1",
            "harmless as long as nothing saturates",
        ),
        _bug(
            "B51",
            "gradients clipped",
            "entries held at +-c",
            "the gradient",
            "not the gradient, but a deliberate choice in some programs",
            "clip after the gradient has been checked",
        ),
        _bug(
            "B52",
            "momentum or Adam inside the update",
            "state in the step",
            "the gradient",
            "not a mistake: the step is no longer the gradient alone",
            "judge the first step",
        ),
        _bug(
            "B53",
            "batches cut along the features",
            "X[:, i:j] of row-major data",
            "X[i:j]",
            "samples lose features",
            "slice the axis of the samples",
        ),
        _bug(
            "B54",
            "a layer is never updated",
            "the loop ends one layer early",
            "every layer",
            "the layer keeps its first weights",
            "check the range of the loop",
        ),
        _bug(
            "B55",
            "one bias shared by a whole layer",
            "b a single number",
            "a choice",
            "its gradient is the full sum",
            "not a mistake",
        ),
        _bug(
            "B56",
            "dropout mask missing in backward",
            "delta without mask / keep",
            "delta * mask / keep",
            "dropped units are trained",
            "apply the forward mask to dL/da",
        ),
        _bug(
            "B57",
            "forward is random",
            "two calls differ",
            "the same for the same input",
            "differences are noise",
            "fix the seed or switch dropout off",
        ),
        _bug(
            "B58",
            "all weights start equal",
            "W = constant",
            "random weights",
            "all units of a layer stay copies of one another",
            "draw the weights at random",
        ),
        _bug("B59", "float32", "errors of 1e-5", "float64", "not a mistake", "check gradients in float64"),
        _bug(
            "B60",
            "sign of the decay reversed",
            "W + lr lambda W",
            "W - lr lambda W",
            "weights grow instead of shrinking",
            "turn the sign",
        ),
        _bug(
            "B61",
            "the step put in the parameter's place",
            "W = -lr dW, or W =- lr dW",
            "W = W - lr dW, or W -= lr dW",
            "what was learnt before is forgotten at every step",
            "write -=; Python reads =- as = followed by a negative number",
        ),
    )
}


_UNNAMED = "the gradients are wrong, which is said without a name"

SEEN_OTHERWISE: dict[str, str] = {
    "B2": "one constant for all gradients is told among the conventions",
    "B23": "under the name of B12, or by NumPy's exception where the shapes do not fit",
    "B27": "by what the changed array spoils, where anything still uses it",
    "B30": "under the name of B3: the steps are the same",
    "B31": _UNNAMED,
    "B32": f"{_UNNAMED}, or NumPy's exception",
    "B34": f"{_UNNAMED}, where the stale point is another one",
    "B37": "NumPy's exception, where the shapes do not fit",
    "B38": "no activation fits the output: no verdict on the gradients",
    "B45": "by what the activation makes of a negative number before others",
    "B46": "the fractions that are lost where a gradient is stored, or the exception of the update in place",
    "B47": "the loss is a staircase, its differences do not settle: no verdict",
    "B48": "NaN that comes out of an overflow in the first forward pass",
    "B49": "not at all: the gradients are right",
    "B50": "not at all where nothing saturates: the gradients are right",
    "B51": "told among the conventions: the steps are made of the right gradients",
    "B52": "told among the conventions: the steps are made of the right gradients",
    "B53": "an exception where the shapes do not fit; a batch that fits is judged as it was cut",
    "B55": "told as a bias like any other: its gradient is the full sum",
    "B57": "not at all: random numbers are the same in every run",
    "B58": "not at all: the gradients are right, and other weights are put in",
    "B59": "not at all: float32 is judged by wider bounds",
}
"""What the search for mistakes does not reproduce, and how it shows instead."""
