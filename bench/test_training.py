"""One training step, forward and backward, beside its bare products, np.vectorize, JAX and PyTorch."""

from contextlib import ExitStack
from typing import Any

import pytest

from bench.data import TRAINING, problem
from bench.peers import PEERS, installed, peer
from bench.plain import scalar_network
from bench.products import products


@pytest.mark.parametrize("name", TRAINING)
def test_training_step(benchmark: Any, name: str) -> None:
    network, X, Y = problem(*TRAINING[name])
    benchmark.extra_info.update(elements=sum(p.size for p in network.parameters))
    benchmark.rival("limit", products(network, X, Y))
    slow = scalar_network(network)
    benchmark.rival("np.vectorize", lambda: slow.value_and_gradients(X, Y))
    benchmark(network.value_and_gradients, X, Y)


@pytest.mark.ungated("another library's speed is no regression of ours")
@pytest.mark.parametrize("name", TRAINING)
def test_training_step_beside_peers(benchmark: Any, name: str) -> None:
    network, X, Y = problem(*TRAINING[name])
    benchmark.extra_info.update(elements=sum(p.size for p in network.parameters))
    with ExitStack() as processes:
        for library in filter(installed, PEERS):
            benchmark.remote_rival(library, processes.enter_context(peer(library, name)))
        benchmark(network.value_and_gradients, X, Y)
