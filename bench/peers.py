"""JAX and PyTorch, each in a process of its own that is asked for one round at a time.

Their thread pools and allocators would disturb our rows in the same process; answering round by round,
they see the same moments of a shared machine. A peer runs on one thread, in float64, and need not
compute what ours does beyond the parameters' gradients: no dX, no dz, no da.

Run by the suites: ``python -m bench.peers jax 3-5-3``, then one line on standard input for each round;
each is answered by the seconds of one call.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .data import TRAINING, problem
from .rounds import Call, Stopwatch, stopwatch

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
GRADCHECK = "100-64-32-10"
GRADCHECK_BATCH = 16


def installed(library: str) -> bool:
    """Return whether the library can be imported; it is not imported."""
    return importlib.util.find_spec(library) is not None


@contextmanager
def peer(name: str, task: str) -> Iterator[Stopwatch]:
    """Yield a stopwatch that times one round of a peer's task in its own process; ``name`` is one of ``TASKS``."""
    command = [sys.executable, "-m", "bench.peers", name, task]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": os.environ | ONE_THREAD}
    with subprocess.Popen(command, **pipes) as process:

        def ask() -> float:
            process.stdin.write("\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        ask()
        yield ask
        process.stdin.close()


def jax_step(task: str) -> Call:
    """Return one jit-compiled ``value_and_grad`` of the training network ``task``."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    sizes, names, loss_name, batch = TRAINING[task]
    network, X, Y = problem(sizes, names, loss_name, batch)
    functions = {"tanh": jnp.tanh, "linear": lambda z: z, "sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu}
    losses = {
        "half_sse": lambda a, y: jnp.sum((a - y) ** 2) / 2,
        "mse": lambda a, y: jnp.mean((a - y) ** 2),
        "softmax_cross_entropy": lambda a, y: -jnp.sum(y * jax.nn.log_softmax(a)) / len(y),
    }

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        for name, W, b in zip(names, parameters[::2], parameters[1::2], strict=True):
            x = functions[name](x @ W + b)
        return losses[loss_name](x, y)

    compiled = jax.jit(jax.value_and_grad(loss))
    parameters, x, y = jax.device_put((network.parameters, X, Y))
    return lambda: jax.block_until_ready(compiled(parameters, x, y))


def torch_step(task: str) -> Call:
    """Return one forward and backward pass of the training network ``task`` in eager PyTorch."""
    import torch

    torch.set_num_threads(1)
    sizes, names, loss_name, batch = TRAINING[task]
    network, X, Y = problem(sizes, names, loss_name, batch)
    functions = {"tanh": torch.tanh, "linear": lambda z: z, "sigmoid": torch.sigmoid, "relu": torch.relu}
    losses = {
        "half_sse": lambda a, y: ((a - y) ** 2).sum() / 2,
        "mse": lambda a, y: ((a - y) ** 2).mean(),
        "softmax_cross_entropy": lambda a, y: torch.nn.functional.cross_entropy(a, y),
    }
    parameters = [torch.tensor(p, requires_grad=True) for p in network.parameters]
    data, targets = torch.tensor(X), torch.tensor(Y)

    def step() -> object:
        a = data
        for name, W, b in zip(names, parameters[::2], parameters[1::2], strict=True):
            a = functions[name](torch.addmm(b, a, W))
        return torch.autograd.grad(losses[loss_name](a, targets), parameters)

    return step


def torch_gradcheck(task: str) -> Call:
    """Return ``torch.autograd.gradcheck`` of a tanh network of these sizes, all parameters checked."""
    import torch

    torch.set_num_threads(1)
    sizes = [int(n) for n in task.split("-")]
    network, X, Y = problem(sizes, ["tanh"] * (len(sizes) - 1), "half_sse", GRADCHECK_BATCH)
    parameters = [torch.tensor(p, requires_grad=True) for p in network.parameters]
    data, targets = torch.tensor(X), torch.tensor(Y)

    def loss(*parameters: Any) -> Any:
        a = data
        for W, b in zip(parameters[::2], parameters[1::2], strict=True):
            a = torch.tanh(torch.addmm(b, a, W))
        return ((a - targets) ** 2).sum() / 2

    return lambda: torch.autograd.gradcheck(loss, parameters)


PEERS: dict[str, Callable[[str], Call]] = {"jax": jax_step, "torch": torch_step}
TASKS = {**PEERS, "torch.autograd.gradcheck": torch_gradcheck}


def main() -> None:
    """Answer every line of standard input by the seconds of one call."""
    name, task = sys.argv[1:]
    watch = stopwatch(TASKS[name](task))
    for _ in sys.stdin:
        print(np.format_float_scientific(watch()), flush=True)


if __name__ == "__main__":
    main()
