"""Who calls: the stranger's program, or a library for purposes of its own."""

from types import FrameType

HOME = {"folder": "/"}
OURS = __file__.rpartition("/")[0]
"""The folder of the stranger's file, and that of this program."""


def called_by_the_program(frame: FrameType | None) -> bool:
    """Return whether the first frame that belongs to nobody else is of the stranger's program."""
    while frame is not None and _passes_on(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return False
    name = frame.f_code.co_filename
    return name.startswith(HOME["folder"]) and "site-packages" not in name


def _passes_on(name: str) -> bool:
    """Return whether a file only hands the call on: the import system, and what stands in for a library."""
    return name.startswith(("<frozen importlib", OURS))
