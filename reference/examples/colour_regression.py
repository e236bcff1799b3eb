"""Regression from a colour (r, g, b) to (x, y, lv) with all parameters in one column, minimized by Adam.

The network is 3-5-3, tanh then linear; the loss is half the summed squared error over 1,000 samples.
The bias is merged into the weights: with a 1 appended to each input, z = [a, 1] W~, where the last
row of W~ is the bias, and dW~ = [a, 1]^T dz holds db as its last row. W~_1 is (4, 5) and W~_2 is
(6, 3), so one column of 20 + 18 numbers holds everything: the same 38 numbers, in the same order,
as ``flatten(network.parameters)``.

The gradient is a pure function of the column, returned with the loss at the same point. A gradient
that reads what an earlier loss call has stored is silently wrong as soon as an optimizer asks for
the two at different points.

Run: ``python -m reference.examples.colour_regression [--steps N] [--plot loss.png]``
"""

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..elementwise import ELEMENTWISE
from ..errors import InputError
from ..network import Network
from ..optimizers import Adam, Minimum, minimize
from ..parameters import unflatten
from .loss_plot import save_loss_path

SAMPLES = 1000
STEPS = 50_000
ALPHA = 0.001
ZETA = 1e-6
TANH = ELEMENTWISE["tanh"]


def targets(rgb: Array) -> Array:
    """Return (x, y, lv) of each colour, (N, 3): x = r + 2g + 3b, y = r^2 + 2g^2 + 3b^2, lv = -3r - 4g - 5b."""
    return np.column_stack([rgb @ [1, 2, 3], rgb**2 @ [1, 2, 3], rgb @ [-3, -4, -5]])


def draw_colours(n: int, rng: np.random.Generator) -> Array:
    """Return n colours (n, 3), uniform in (-1, 1)."""
    return rng.uniform(-1, 1, (n, 3))


def draw_column(rng: np.random.Generator) -> Array:
    """Return a start (38, 1), uniform in (-1, 1)."""
    return rng.uniform(-1, 1, (38, 1))


def merged_weights(column: Array) -> tuple[Array, Array]:
    """Return W~_1 (4, 5) and W~_2 (6, 3), views of the column (38, 1); each one's last row is the bias."""
    return column[:20].reshape(4, 5), column[20:].reshape(6, 3)


def with_ones(a: Array) -> Array:
    """Return [a, 1]: the rows of a (N, n) with a 1 appended, (N, n + 1)."""
    longer = np.ones((len(a), a.shape[1] + 1))
    longer[:, :-1] = a
    return longer


def loss_and_gradient(column: Array, rgb: Array, xylv: Array) -> tuple[float, Array]:
    """Return half the summed squared error and its gradient (38, 1), both at ``column`` (38, 1)."""
    W_1, W_2 = merged_weights(column)
    a_0 = with_ones(rgb)
    z_1 = a_0 @ W_1
    a_1 = with_ones(TANH.forward(z_1))
    error = a_1 @ W_2 - xylv
    dz_1 = TANH.backward(z_1, error @ W_2[:-1].T)
    dW_1, dW_2 = a_0.T @ dz_1, a_1.T @ error
    return float(np.vdot(error, error) / 2), np.concatenate([dW_1.reshape(-1, 1), dW_2.reshape(-1, 1)])


def as_network(column: Array) -> Network:
    """Return the ordinary 3-5-3 network whose weights and biases are the numbers of ``column``."""
    network = Network.build([3, 5, 3], ["tanh", "linear"], "half_sse", np.random.default_rng(0))
    return network.with_parameters(unflatten(column.reshape(-1), network.parameters))


def learn(start: Array, rgb: Array, steps: int) -> Minimum:
    """Return where Adam gets from the column ``start`` in at most ``steps`` steps."""
    objective = partial(loss_and_gradient, rgb=rgb, xylv=targets(rgb))
    return minimize(objective, start, Adam(ALPHA), zeta=ZETA, max_steps=steps)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the loss before and after, what ended the run, the steps per second and a prediction."""
    parser = argparse.ArgumentParser(prog="python -m reference.examples.colour_regression")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of Adam at most (default %(default)s)")
    parser.add_argument("--plot", type=Path, metavar="PATH", help="save the loss path as an image, e.g. loss.png")
    options = parser.parse_args(arguments)
    try:
        run(options.steps, options.plot)
    except InputError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


def run(steps: int, plot: Path | None) -> None:
    """Minimize once and print; save the loss path where ``plot`` says."""
    rng = np.random.default_rng(1)
    rgb = draw_colours(SAMPLES, rng)
    begin = time.perf_counter()
    found = learn(draw_column(rng), rgb, steps)
    seconds = time.perf_counter() - begin
    taken = len(found.losses) - 1
    print(f"loss {found.losses[0]:.6g} -> {found.losses[-1]:.6g} over {SAMPLES} samples; {found.why}")
    print(f"{taken} steps in {seconds:.1f} s: {taken / seconds:.0f} steps per second")
    colour = np.array([[0.5, 0.6, 0.7]])
    prediction = as_network(found.solution).forward(colour).output
    print(f"{colour.ravel()} -> {prediction.ravel()}, target {targets(colour).ravel()}")
    if plot:
        save_loss_path(found.losses, plot)
        print(f"loss path saved as {plot}")


if __name__ == "__main__":
    main()
