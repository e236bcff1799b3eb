"""The verifier: networks per second, every partial derivative of one network, the command from a cold start."""

import subprocess
import sys
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

import pytest

from bench.counts import peak_bytes
from bench.data import problem
from bench.peers import GRADCHECK, GRADCHECK_BATCH, installed, peer
from bench.plain import judge_plainly
from reference import LOSSES
from verify.architectures import Limits, draw
from verify.crosscheck import ORACLES, crosscheck
from verify.oracles.differences import LEVELS, differences

NETWORKS = 64
PLAIN_NETWORKS = 4
BATCH = 8
SMALL = [24, 16, 8]  # too little for threads, whose turns would blur the gate's counts
SIZES = {
    "49-128-64-10": [49, 128, 64, 10],
    "196-128-64-10": [196, 128, 64, 10],
    "784-128-64-10": [784, 128, 64, 10],
    "1568-128-64-10": [1568, 128, 64, 10],
}


def drawn(cases: int) -> list[Any]:
    return [draw(0, case, Limits().checked()).build() for case in range(cases)]


def all_partials(sizes: list[int], activation: str, batch: int, levels: int) -> tuple[Any, int]:
    """Return a call that differentiates by every entry of a network, and the number of its parameters."""
    network, X, Y = problem(sizes, [activation] * (len(sizes) - 1), "half_sse", batch)
    trace = network.forward(X)
    gradients = network.backward(trace, Y)
    parameters = sum(p.size for p in network.parameters)
    return lambda: differences(network, trace, Y, gradients, levels=levels), parameters


@pytest.mark.ungated("seconds a round, and JAX's threads disturb the rows after it")
@pytest.mark.parametrize("oracles", [tuple(ORACLES), ("autodiff",)], ids=["all oracles", "autodiff"])
def test_networks(benchmark: Any, oracles: tuple[str, ...]) -> None:
    problems = drawn(NETWORKS)
    benchmark.extra_info.update(elements=NETWORKS, rival_elements=PLAIN_NETWORKS)
    crosscheck(problems, oracles=oracles)  # compiles
    few = deepcopy(problems[:: NETWORKS // PLAIN_NETWORKS])
    benchmark.slow_rival("plain way", lambda: [judge_plainly(p) for p in few])
    benchmark(crosscheck, problems, oracles=oracles)


@pytest.mark.parametrize("oracles", [("local",), ("alone",)], ids=["local", "alone"])
def test_small_networks_without_autodiff(benchmark: Any, oracles: tuple[str, ...]) -> None:
    problems = drawn(len(LOSSES))
    benchmark.extra_info.update(elements=len(problems))
    benchmark(crosscheck, problems, oracles=oracles)


@pytest.mark.ungated("its larger sizes take seconds a round")
@pytest.mark.parametrize("name", SIZES)
def test_differences_of_every_partial(benchmark: Any, name: str) -> None:
    call, parameters = all_partials(SIZES[name], "tanh", BATCH, LEVELS)
    benchmark.extra_info.update(elements=parameters, family="differences, parameters", size=parameters)
    benchmark.extra_info["peak_bytes"] = peak_bytes(call)
    benchmark(call)


def test_differences_of_a_small_network(benchmark: Any) -> None:
    call, parameters = all_partials(SMALL, "tanh", BATCH, LEVELS)
    benchmark.extra_info.update(elements=parameters)
    benchmark(call)


@pytest.mark.ungated("another library's speed is no regression of ours")
def test_one_level_beside_gradcheck(benchmark: Any) -> None:
    sizes = [int(n) for n in GRADCHECK.split("-")]
    call, parameters = all_partials(sizes, "tanh", GRADCHECK_BATCH, 1)
    benchmark.extra_info.update(elements=parameters)
    with ExitStack() as processes:
        if installed("torch"):
            name = "torch.autograd.gradcheck"
            watch = processes.enter_context(peer(name, GRADCHECK))
            benchmark.extra_info["rivals"][name] = [watch()]
        benchmark(call)


@pytest.mark.ungated("starts processes")
def test_cold_start_of_the_command(benchmark: Any) -> None:
    command = [sys.executable, "-m", "verify", "verify", "--cases", "1"]
    benchmark.extra_info.update(elements=1)
    benchmark(subprocess.run, command, check=True, capture_output=True)
