"""Settings and fixtures that every test shares."""

import os

# Before NumPy is imported: the products here are small, and several times slower on many threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from tests.command_runs import debug, gradproof

__all__ = ["debug", "gradproof"]

# No deadline: a shared machine is slow at times. Derandomised: a failure is there on every run.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("steady")

COMPILING = ("autodiff", "bounds", "campaign", "certify", "crosscheck", "failure", "float32", "mutants", "rates")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that compile the same programs for JAX in one worker, which then compiles them once."""
    for item in items:
        if item.path.stem.removeprefix("test_") in COMPILING:
            item.add_marker(pytest.mark.xdist_group("compiling"))
