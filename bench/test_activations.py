"""Every activation, forward and derivative, beside its scalar twin and the operations it needs."""

from typing import Any

import numpy as np
import pytest

from bench.data import points
from bench.primitives import PARTS, limit
from reference import ELEMENTWISE
from reference.scalar import TWINS, vectorized

TWIN_ELEMENTS = 1000  # np.vectorize's cost per element does not fall with more of them

SAME_BLOCKS = pytest.mark.ungated("it works through the same blocks as 100,000 elements do")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [1_000, 100_000, pytest.param(1_000_000, marks=SAME_BLOCKS)])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activation(benchmark: Any, name: str, part: str, n: int, dtype: str) -> None:
    z = points(name, n, dtype)
    benchmark.extra_info.update(elements=n, twin_elements=TWIN_ELEMENTS)
    twin, few = getattr(vectorized(TWINS[name]), part), z[:TWIN_ELEMENTS].astype(np.float64)
    benchmark.rival("np.vectorize", lambda: twin(few))
    benchmark.rival("limit", limit(name, part, z))
    benchmark(getattr(ELEMENTWISE[name], part), z)
