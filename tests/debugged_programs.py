"""The program that the tests of ``gradproof debug`` give to the command, and what it says while it runs."""

from tests.student_definitions import FORWARD_BACKWARD
from tests.student_mains import XOR_MAIN

XOR = (FORWARD_BACKWARD + XOR_MAIN).lstrip()
RUNNING = "gradproof: running the first training steps of"


def edited(text: str, old: str, new: str) -> str:
    """Return a program with one mistake planted."""
    assert text.count(old) == 1
    return text.replace(old, new)
