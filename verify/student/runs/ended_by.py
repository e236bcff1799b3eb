"""What the exception that ended a run says: whether other made-up data could mend it."""

import re

from .recording import Recording

MATRICES = re.compile(r"shapes \(\d+,\d+\) and \(\d+,\d+\) not aligned")


def widths_differ(recording: Recording) -> bool:
    """Return whether a program stopped at arrays of its own whose shapes do not fit: none of them was made up."""
    raised = recording.raised
    if (
        raised is None
        or raised.type != "ValueError"
        or any("made" in note and "up" in note for note in recording.notes)
    ):
        return False
    return any(words in raised.message for words in ("not aligned", "mismatch", "could not be broadcast"))


def is_on_nothing(recording: Recording) -> bool:
    """Return whether a program stopped where it computes with None: no data of other sizes mend that."""
    raised = recording.raised
    words = ("unsupported operand", "'NoneType'")
    return raised is not None and raised.type == "TypeError" and all(word in raised.message for word in words)


def are_matrices(recording: Recording) -> bool:
    """Return whether a program stopped at a product of two matrices that do not fit."""
    return recording.raised is not None and MATRICES.match(recording.raised.message) is not None
