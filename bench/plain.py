"""What one writes first: activations by np.vectorize, a compile for every network, differences in a Python loop."""

from dataclasses import replace

from reference import Activation, Dense, Network
from reference.arrays import Array
from reference.elementwise import Elementwise
from reference.scalar import TWINS, vectorized
from verify.architectures import Problem
from verify.oracles.autodiff import plain

STEPS = tuple(2.0**-k for k in range(9, 13))  # the four levels of the verifier's own ladder


def scalar_network(network: Network) -> Network:
    """Return the network with every element-wise activation replaced by its scalar twin under np.vectorize."""
    layers = tuple(Dense(layer.affine, _scalar(layer.activation)) for layer in network.layers)
    return replace(network, layers=layers)


def _scalar(activation: Activation) -> Activation:
    if not isinstance(activation.entry, Elementwise):
        return activation
    twin = vectorized(TWINS[activation.entry.name])
    return Activation(replace(activation.entry, forward=twin.forward, derivative=twin.derivative))


def judge_plainly(problem: Problem) -> None:
    """Ask both oracles about one network: ``jax.jit`` of this architecture, and four differences an entry.

    Only the parameters and X are moved; the verifier also moves every z and a.
    """
    plain(problem)
    for array in (*problem.network.parameters, problem.X):
        loop_of_differences(problem, array, STEPS)


def loop_of_differences(problem: Problem, array: Array, steps: tuple[float, ...]) -> None:
    """Take central differences of every entry of ``array``, one of the problem's own, and put it back."""
    flat = array.reshape(-1)
    for i, kept in enumerate(flat.tolist()):
        for step in steps:
            for moved in (kept + step, kept - step):
                flat[i] = moved
                problem.network.loss(problem.network.forward(problem.X), problem.Y)
        flat[i] = kept
