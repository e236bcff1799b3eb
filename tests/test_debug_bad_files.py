"""``gradproof debug`` refuses what is no program, and says what is damaged and where."""

import pytest

from tests.command_runs import Run
from tests.debugged_programs import XOR


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ("net.py: got an empty file", "save the program first")),
        ("x = 1\ny = (x\n", ("net.py, line 2: got a syntax error", "'y = (x'", "correct that line")),
        (
            "for i in xrange(3):\n    print i\n",
            ("line 1: got xrange, which is Python 2", "2to3 -w", "'for i in range(3):', and changes 1 more line"),
        ),
        ("def f(x):\nreturn x\n", ("line 2: got lost indentation", "leading spaces")),
        ("class A: def f(self): pass def g(self): pass\n", ("line 1: got several lines joined into one", "line ends")),
        (
            "1 import numpy as np 2 3 def f(x): 4 return x 5 6 f(1)\n",
            ("6 lines of code in one, their line numbers between them",),
        ),
        (
            "Here is the network that I wrote on Sunday\ndef f(x): return x def g(x): return 1\n",
            ("line 1: got text that is no Python", "begins at line 2", "joined into one, as line 2"),
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_file_that_is_no_program_is_refused_in_one_line_that_says_what_is_damaged(
    debug: Run, text: str, clauses: tuple[str, ...]
) -> None:
    status, out, err = debug(text)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert [clause for clause in clauses if clause not in err] == []


OLD_PROGRAMS = {
    "print >>f, 'a', x": "print('a', x, file=f)",
    "print 'a',": "print('a', end=' ')",
    "if x: print x": "if x: print(x)",
    "x = 0777": "x = 0o777",
    "x = 10L": "x = 10",
    "x = `y`": "x = repr(y)",
    "if a <> b: pass": "if a != b: pass",
    "raise ValueError, 'no'": "raise ValueError('no')",
    "for x in unicode(y): print(x) if d.has_key(2) else 0": "for x in str(y): print(x) if d.has_key(2) else 0",
    "if d.has_key(2): x = 1": "if 2 in d: x = 1",
    "def f(a, (b, c)): return a": "def f(a, pair): return a b, c = pair",
}


@pytest.mark.parametrize("line", OLD_PROGRAMS)
def test_python_2_is_recognized_by_each_of_its_constructs_and_the_new_line_is_shown(debug: Run, line: str) -> None:
    status, _, err = debug(f"import numpy as np\n# print 'not this'\ns = '''\nprint 'nor this'\n'''\n{line}\n")
    assert status == 2
    assert "net.py, line 6: got" in err
    assert "which is Python 2, should be a Python 3 program" in err
    assert f"it writes {OLD_PROGRAMS[line]!r}" in err


@pytest.mark.parametrize("line", ["long(3)", "x.has_key(3)"])
def test_a_name_of_python_2_that_the_program_defines_itself_is_its_own(debug: Run, line: str) -> None:
    defines = "def long(n):\n    return n\nclass X:\n    def has_key(self, n):\n        return n\nx = X()\n"
    assert debug(f"{defines}{line}\n")[0] == 3


def test_a_program_inside_a_page_is_run_and_the_report_says_which_lines(debug: Run) -> None:
    page = f"Here is the little network that I wrote on Sunday evening\n{XOR}\nIt learns the exclusive or in no time\n"
    status, out, _ = debug(page, name="page.txt")
    assert status == 0
    assert f"note: only lines 2 to {len(XOR.splitlines()) + 2} are Python: the text around them was left out" in out
