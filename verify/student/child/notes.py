"""Sentences on what was cut, stubbed or replaced in this run, each once."""

NOTES: dict[str, None] = {}


def note(sentence: str) -> None:
    """Take a sentence down."""
    NOTES.setdefault(sentence)
