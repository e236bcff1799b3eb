"""What the stranger's program finds around it: no screen, no network, no keyboard, and its own folder to read from."""

import os
import sys


class Surroundings:
    """Prepared once, entered by every run.

    Arguments:
        folder: where the file lies.

    Attributes:
        notes: sentences on what was stubbed or replaced.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.notes: list[str] = []

    def enter(self) -> None:
        """Put the program into its surroundings."""
        if os.path.isdir(self.folder):
            os.chdir(self.folder)
            sys.path.insert(0, self.folder)
