"""Settings and fixtures that every test shares."""

import os

# Before NumPy is imported: the products here are small, and several times slower on many threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import settings

from tests.command_runs import debug, gradproof

__all__ = ["debug", "gradproof"]

# No deadline: a shared machine is slow at times. Derandomised: a failure is there on every run.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("steady")
