"""The one grammar of every refusal: where, what was got, what it should be, what to do."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

Entry = TypeVar("Entry")


class InputError(ValueError):
    """A user's mistake, told as ``where: got ..., should be ...; what to do``.

    Arguments:
        where: the argument or place, e.g. ``"sizes[1]"``.
        got: what was found there.
        should_be: what is allowed, listed in full where it can be.
        what_to_do: the next step for the reader.
    """

    def __init__(self, where: str, got: object, should_be: str, what_to_do: str) -> None:
        super().__init__(where, got, should_be, what_to_do)
        self.where, self.got, self.should_be, self.what_to_do = where, got, should_be, what_to_do

    def __str__(self) -> str:
        return f"{self.where}: got {self.got}, should be {self.should_be}; {self.what_to_do}"


def look_up(table: Mapping[str, Entry], name: str, kind: str) -> Entry:
    """Return ``table[name]``, or refuse with the allowed names and the nearest one.

    Arguments:
        table: the entries by name.
        name: the name asked for.
        kind: what an entry is, in words, e.g. ``"activation"``.

    Returns:
        The entry.

    Raises:
        InputError: when the table has no such name.
    """
    if isinstance(name, str) and name in table:
        return table[name]
    near = get_close_matches(str(name).lower(), table, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else "choose one of these"
    raise InputError(kind, repr(name), "one of " + ", ".join(table), advice)
