"""Numbers and places in messages: enough digits to see a difference, and no more."""

from collections.abc import Iterable

ENOUGH = 17  # significant digits that tell any two float64 numbers apart


def apart(got: float, should_be: float, digits: int = 4) -> tuple[str, str]:
    """Return two numbers in the fewest digits, at least ``digits``, that show their difference twice over.

    Different numbers never print alike, and one digit more than it takes is shown, so that the
    difference itself can be read.

    >>> apart(-0.129, 0.129)
    ('-0.1290', '0.1290')
    >>> apart(0.12345678, 0.12345679)
    ('0.123456780', '0.123456790')
    """
    for count in range(digits, ENOUGH):
        more = count + (count > digits)
        # numbers on two sides of a 5 differ when rounded there, and may be one number with a digit more
        if all(rounded(got, n) != rounded(should_be, n) for n in (count, more)):
            return rounded(got, more), rounded(should_be, more)
    return rounded(got, ENOUGH), rounded(should_be, ENOUGH)


def rounded(number: float, digits: int) -> str:
    """Return a number in that many significant digits, trailing zeros kept."""
    return f"{number + 0.0:#.{digits}g}".removesuffix(".")  # + 0.0 turns -0.0 into 0.0


def with_bar(value: float, bar: float) -> str:
    """Return a value and its error bar, to the digits that the bar leaves.

    >>> with_bar(0.1290301, 2e-5)
    '0.12903 +- 2e-05'
    """
    known = ENOUGH if bar == 0 else len(f"{abs(value) / bar:.0f}") if bar < abs(value) < float("inf") else 1
    return f"{rounded(value, min(known + 1, ENOUGH))} +- {bar:.0e}"


def place(name: str, index: Iterable[int]) -> str:
    """Return ``name[3, 1]``, or the name alone for the empty index of a single number."""
    inside = ", ".join(str(int(i)) for i in index)
    return f"{name}[{inside}]" if inside else name
