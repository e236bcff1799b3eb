"""Why a text is no Python: Python 2, lost indentation, fused lines, a page with prose in it, or a plain mistake."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from reference.errors import InputError

from .python_2 import advice, constructs

Where = Callable[[int], str]
OPENER = re.compile(r"^\s*(async\s+)?(def|class|for|while|if|elif|else|try|except|finally|with)\b.*:\s*(#.*)?$")
STARTER = re.compile(r"^\s*(import \w+|from [\w.]+ import |def \w+\(|class \w+|[A-Za-z_][\w.\[\]]* [-+*/]?= \S)")
NUMBERED = re.compile(r"^\s*(\d+)[.:|)]?(\s|$)")
WHOLE = 10  # statements that make a program, not an example of one
FUSED = 5  # line numbers in a row within one line that cannot be chance
LONGEST = 60  # characters of a line worth showing
PYTHON = "a Python 3 program"


def refusal(name: str, text: str, error: SyntaxError, where: Where) -> InputError:
    """Return the refusal of a text that does not parse, which says what is damaged and where.

    Arguments:
        name: of the file.
        text: what is in it.
        error: what Python says.
        where: how the user finds a line of the text.
    """
    lines = text.split("\n")
    at = min(max(error.lineno or 1, 1), len(lines))
    for diagnosis in (_python_2, _fused_numbers, _page, _lost_indentation, _fused_lines):
        found = diagnosis(lines, at)
        if found is not None:
            line, got, to_do = found
            return InputError(f"{name}, {where(line)}", got, PYTHON, to_do)
    shown = f": {_short(lines[at - 1])}" if lines[at - 1].strip() else ""
    return InputError(f"{name}, {where(at)}", f"a syntax error ({error.msg}){shown}", PYTHON, "correct that line")


Found = tuple[int, str, str] | None
"""The line, what was got there, what to do."""


def _python_2(lines: list[str], _: int) -> Found:
    """Find the first construct that only Python 2 took, in a text that is a program otherwise."""
    if _prose(lines) is not None or _is_flat(lines):
        return None
    found = list(constructs(list(_outside_texts(lines))))
    return (found[0].line, *advice(found)) if found else None


def _fused_numbers(lines: list[str], _: int) -> Found:
    """Find line numbers of a listing that were copied with the code."""
    for number, line in enumerate(lines, 1):
        count = _counted(line)
        if count >= FUSED:
            got = f"{count} lines of code in one, their line numbers between them: {_short(line)}"
            return number, got, "copy the program again without line numbers, one line each, with its indentation"
    numbered = [int(m[1]) for m in map(NUMBERED.match, filter(str.strip, lines)) if m]
    if len(numbered) >= FUSED and all(b == a + 1 for a, b in pairwise(numbered)):
        first = next(i for i, line in enumerate(lines, 1) if NUMBERED.match(line))
        return first, f"a line number before the code: {_short(lines[first - 1])}", "copy the program without them"
    return None


def _counted(line: str) -> int:
    """Return up to which number a line counts 1, 2, 3, ... between its words."""
    count = 0
    for word in re.findall(r"(?<!\S)\d+(?!\S)", line):
        if int(word) == count + 1:
            count += 1
    return count


def _page(lines: list[str], _: int) -> Found:
    """Find prose around the code: a page that was saved whole."""
    prose = _prose(lines)
    if prose is None:
        return None
    joined = next((i for i, line in enumerate(lines, 1) if _is_joined(line)), len(lines) + 1)
    start = next((i for i, line in enumerate(lines, 1) if i > prose and (STARTER.match(line) or i == joined)), None)
    if start is None:
        return prose, f"text that is no Python: {_short(lines[prose - 1])}", "name a file with the program alone"
    hurts = ["its indentation is lost: copy it with its leading spaces"] if _is_flat(lines) else []
    hurts += (
        [f"lines are joined into one, as line {joined}: copy it with its line ends"] if joined <= len(lines) else []
    )
    got = f"text that is no Python, around the code: {_short(lines[prose - 1])}"
    more = "".join(f"; {hurt}" for hurt in hurts)
    return prose, got, f"keep the code alone: it begins at line {start}, {_short(lines[start - 1])}{more}"


def _prose(lines: list[str]) -> int | None:
    """Return the first line that is a sentence, if there is one outside comments and texts."""
    for number, line in enumerate(_outside_texts(lines), 1):
        bare = re.sub(r"(\"[^\"]*\"|'[^']*'|#.*)", "", line)
        words = re.findall(r"[^\W\d_]{2,}", bare)
        foreign = sum(ord(c) > 0x2E7F or 0x400 <= ord(c) < 0x530 for c in bare)
        sentence = len(words) >= 6 and not re.search(r"[=()\[\]:]", bare)
        if (foreign >= 4 or bare.startswith("```") or sentence) and not _is_code(line):
            return number
    return None


def _is_code(line: str) -> bool:
    """Return whether a line is an import, or a statement of Python; a name alone may be a sentence without spaces."""
    if re.match(r"\s*(import\s+[\w.]+(\s+as\b|\s*,|$)|from\s+[\w.]+\s+import\b)", line):
        return True
    try:
        body = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return False
    return any(not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Name)) for s in body)


def _outside_texts(lines: list[str]) -> Iterator[str]:
    """Yield the lines, those inside triple quotes as empty ones."""
    inside = ""
    for line in lines:
        marks = re.findall(r"\"\"\"|'''", line)
        if inside:
            inside = "" if inside in marks else inside
            yield ""
        else:
            inside = marks[0] if len(marks) % 2 else ""
            yield "" if marks else line


def _lost_indentation(lines: list[str], _: int) -> Found:
    """Find blocks whose bodies stand no further in than their heads."""
    if not _is_flat(lines):
        return None
    first, head = next(_heads_without_body(lines))
    got = f"lost indentation: the line after {_short(head)} stands no further in"
    return first + 1, got, "copy the program again with its leading spaces"


def _is_flat(lines: list[str]) -> bool:
    """Return whether most blocks have lost their indentation."""
    heads = sum(bool(OPENER.match(line)) for line in lines)
    return heads > 0 and sum(1 for _ in _heads_without_body(lines)) * 2 > heads


def _heads_without_body(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that open a block where nothing is indented after them."""
    code = [(i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")]
    for (number, line), (_, after) in pairwise(code):
        if OPENER.match(line) and _indent(after) <= _indent(line):
            yield number, line


def _indent(line: str) -> int:
    """Return how far in a line stands."""
    return len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())


def _fused_lines(lines: list[str], at: int) -> Found:
    """Find several lines that were joined into one."""
    if not _is_joined(lines[at - 1]):
        return None
    return at, f"several lines joined into one: {_short(lines[at - 1])}", "copy the program with its line ends"


def _is_joined(line: str) -> bool:
    """Return whether a line holds several that stood below one another."""
    heads = len(re.findall(r"(?<![\w.])(?:def|class)\s+\w+[^:]*:", line))
    return heads > 1 or (heads == 1 and bool(re.search(r":\s*\w.*\s(for|if|return|self\.\w+ =)\s", line)))


def program_in(lines: list[str]) -> tuple[int, int] | None:
    """Return the first and the last line of the one program inside a page, None where it holds none that is whole.

    Arguments:
        lines: of the page.
    """
    if _prose(lines) is None or _is_flat(lines):
        return None
    borders = [0, *(i for i, line in enumerate(lines, 1) if _prose([line]) is not None), len(lines) + 1]
    blocks = [(a + 1, b - 1) for a, b in pairwise(borders) if b - a > WHOLE]
    whole = [(a, b) for a, b in blocks if _statements(lines[a - 1 : b]) >= WHOLE]
    return max(whole, key=lambda block: block[1] - block[0], default=None)


def _statements(lines: list[str]) -> int:
    """Return the number of statements of a program that imports something, 0 where the lines are none."""
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return 0
    imports = any(isinstance(s, ast.Import | ast.ImportFrom) for s in tree.body)
    return sum(isinstance(n, ast.stmt) for n in ast.walk(tree)) if imports else 0


def _short(line: str) -> str:
    """Return a line in quotes, cut where it is long."""
    line = " ".join(line.split())
    return repr(line if len(line) <= LONGEST else line[: LONGEST - 3] + "...")
