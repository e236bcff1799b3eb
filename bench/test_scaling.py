"""How the cost grows: five sizes over a factor of sixteen, inside one cache regime where there is a choice."""

from collections.abc import Callable
from typing import Any

import pytest

from bench.data import points, problem
from bench.primitives import PARTS
from reference import ELEMENTWISE

FACTORS = [1, 2, 4, 8, 16]
ELEMENTS = 4096
WIDTH, DEPTH, BATCH = 32, 2, 64
GROWN: dict[str, tuple[float, Callable[[int], tuple[int, int, int]]]] = {
    # what grows: the exponent it should have at most, factor -> (width, depth, batch)
    "width": (2.0, lambda k: (WIDTH * k, DEPTH, BATCH)),
    "depth": (1.0, lambda k: (WIDTH, DEPTH * k, BATCH)),
    "batch": (1.0, lambda k: (WIDTH, DEPTH, BATCH * k)),
}


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activation_grows_with_n(benchmark: Any, name: str, part: str, factor: int) -> None:
    n = ELEMENTS * factor
    benchmark.extra_info.update(elements=n, family=f"{name} {part}, n", size=n, declared=1.0)
    benchmark(getattr(ELEMENTWISE[name], part), points(name, n))


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("grown", GROWN)
def test_training_step_grows(benchmark: Any, grown: str, factor: int) -> None:
    declared, shape = GROWN[grown]
    width, depth, batch = shape(factor)
    network, X, Y = problem([width] * (depth + 1), ["tanh"] * depth, "half_sse", batch)
    sizes = {"width": width, "depth": depth, "batch": batch}
    benchmark.extra_info.update(elements=batch, family=f"training step, {grown}", size=sizes[grown], declared=declared)
    benchmark(network.value_and_gradients, X, Y)
