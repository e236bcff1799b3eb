"""Every loss, forward and derivative, beside NumPy's own pass over the same numbers."""

from typing import Any

import numpy as np
import pytest

from bench.data import predictions
from bench.primitives import PARTS
from reference import LOSSES


@pytest.mark.parametrize("n", [1_000, 100_000])
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", LOSSES)
def test_loss(benchmark: Any, name: str, part: str, n: int) -> None:
    a, y = predictions(name, n)
    benchmark.extra_info.update(elements=n)
    benchmark.rival("np.exp", lambda: np.exp(a))
    benchmark(getattr(LOSSES[name], part), a, y)
