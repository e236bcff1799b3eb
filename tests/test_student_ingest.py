"""Reading a stranger's file: what is repaired, what is refused, and in which words."""

import json
from pathlib import Path

import pytest

from reference.errors import InputError
from verify.student.runs.adapter import Adapter, read_adapter, skeleton
from verify.student.runs.session import watch
from verify.student.source.ingest import read


def saved(folder: Path, content: str | bytes, name: str = "net.py") -> Path:
    """Return a file with that content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


REFUSED = {
    "empty": ("", r"net\.py: got an empty file"),
    "comments": ("# a network\n'''to come'''\n", r"net\.py: got no statement, only comments and text"),
    "binary": (b"\x7fELF\0\0\1", r"net\.py: got binary data"),
    "mistake": ("x = 1\ny = (x\n", r"net\.py, line 2: got a syntax error \('\(' was never closed\): 'y = \(x'"),
    "print": ("x = 1\nprint 'loss', x\n", r"line 2: got print without parentheses.*2to3.*\"print\('loss', x\)\""),
    "print after words": (
        "from sklearn.cross_validation import train_test_split\nprint 'loss'\n",
        r"line 2: got print without parentheses, which is Python 2",
    ),
    "except": ("try:\n    x = 1\nexcept ValueError, e:\n    pass\n", r"line 3: got except with a comma.*as e:"),
    "xrange": ("for i in xrange(3):\n    {}.iteritems()\n", r"line 1: got xrange, which is Python 2.*'for i in range"),
    "iteritems": (
        "for k in {}.iteritems():\n    pass\n",
        r"line 1: got \.iteritems, which is Python 2.*writes 'for k in {}.items",
    ),
    "indentation": (
        "def f(x):\nreturn x\nclass A:\ndef g(self):\nfor i in x:\nprint(i)\n",
        r"line 2: got lost indentation: the line after 'def f\(x\):' stands no further in.*leading spaces",
    ),
    "numbers in a line": (
        "import os\n1 import numpy as np 2 3 4 def f(x): 5 return x 6 7 f(3)\n",
        r"line 2: got 7 lines of code in one, their line numbers between them",
    ),
    "numbers before lines": (
        "".join(f"{i} {line}\n" for i, line in enumerate(["x = 1", "y = 2", "z = 3", "a = 4", "b = 5"], 1)),
        r"line 1: got a line number before the code: '1 x = 1'",
    ),
    "joined lines": (
        "class A(object): def __init__(self): pass def f(self, x): self.x = x return x\n",
        r"line 1: got several lines joined into one",
    ),
    "page": (
        "How I wrote a network in one evening and what came out of it\nimport numpy as np\nx = np.ones(3)\n",
        r"line 1: got text that is no Python, around the code.*keep the code alone: it begins at line 2",
    ),
    "chinese page": (
        "准备用从头开始实现一个神经网络\nimport numpy as np\nclass A:\ndef f(self):\nreturn 1\n",
        r"line 1: got text that is no Python.*begins at line 2.*its indentation is lost",
    ),
    "fence": (
        "```python\nimport numpy as np\n```\n",
        r"line 1: got text that is no Python, around the code: '```python'",
    ),
}


@pytest.mark.parametrize("damage", REFUSED)
def test_what_does_not_run_is_refused_with_what_is_damaged_and_where(tmp_path: Path, damage: str) -> None:
    content, message = REFUSED[damage]
    with pytest.raises(InputError, match=message):
        read(saved(tmp_path, content))


def test_a_path_that_is_no_file_is_refused_with_what_may_have_been_meant(tmp_path: Path) -> None:
    saved(tmp_path, "x = 1\n", "network.py")
    with pytest.raises(InputError, match=r"netwrok\.py: got no such file.*did you mean network\.py\?"):
        read(tmp_path / "netwrok.py")
    with pytest.raises(InputError, match=r"got a folder.*name one of the files in it: network\.py"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"got no such file.*there is no folder"):
        read(tmp_path / "none" / "net.py")
    with pytest.raises(InputError, match="got no regular file"):
        read("/dev/null")


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("x = 1\n", None),
        (b"\xef\xbb\xbfx = 1\n", None),
        ("x = 1\r\ny = 2\r\n", None),
        ("# -*- coding: gbk -*-\nx = 1  # 层\n".encode("gbk"), "the file is in gbk"),
        ("x = 1  # caf\xe9\n".encode("latin-1"), "the file is not in UTF-8: it was read as Latin-1"),
        ("x = 1\n".encode("utf-16"), "the file is in UTF-16"),
        ("x\u00a0= 1\n", "spaces that Python does not know were replaced"),
        ("if 1:\n\tx = 1\n        y = 2\n", "tabs and spaces are mixed (line 3): a tab was read as 8 columns"),
        ("%matplotlib inline\nx = 1\n", "1 line of magics and shell commands left out"),
    ],
)
def test_what_changes_no_meaning_is_repaired_and_shown(tmp_path: Path, content: str | bytes, note: str | None) -> None:
    source = read(saved(tmp_path, content))
    space: dict[str, object] = {}
    exec(source.text, space)
    assert space["x"] == 1
    assert source.notes == (() if note is None else (note,))


def test_names_alone_of_python_2_are_given_to_the_program_and_told(tmp_path: Path) -> None:
    source = read(saved(tmp_path, "for i in xrange(3):\n    name = unicode(raw_input())\nx = 0.5 + i\n"))
    given = "raw_input as input, unicode as str, xrange as range"
    assert source.notes == (f"names of Python 2 were given: {given}; 7 / 2 is 3.5 here, which was 3",)
    with watch(source) as session:
        run = session.run()
    assert run.raised is None
    assert [float(run.values[e.result]) for e in run.events if run.nodes[e.node].text == "0.5 + i"] == [2.5]


def notebook(*cells: str, **metadata: object) -> str:
    """Return a notebook with those code cells, a text before each."""
    text = {"cell_type": "markdown", "source": "# text"}
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": [part for cell in code for part in (text, cell)]})


def test_a_notebook_is_one_program_whose_lines_know_their_cell(tmp_path: Path) -> None:
    cells = (
        "%matplotlib inline\nimport math\n!pip install x\n",
        "%%bash\nls",
        "%%time\nx = 1\nfiles = !ls\n7 % 2\nmath.pi?",
    )
    source = read(saved(tmp_path, notebook(*cells), "net.ipynb"))
    space: dict[str, object] = {}
    exec(source.text, space)
    assert space["x"] == 1
    assert source.where(source.text.split("\n").index("x = 1") + 1) == "cell 3, line 2"
    assert source.notes == ("7 lines of magics and shell commands left out",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "got no JSON"),
        ("[]", "got JSON without cells"),
        (notebook(), "got a notebook without code"),
        (notebook("x <- 1", kernelspec={"language": "R"}), "got a notebook in R"),
        (notebook("x = 1", "y = (\n"), r"net\.ipynb, cell 2, line 1: got a syntax error"),
        (notebook("print 1\n"), r"net\.ipynb, cell 1, line 1: got print without parentheses"),
    ],
)
def test_what_is_no_notebook_in_python_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(saved(tmp_path, content, "net.ipynb"))


def test_an_adapter_is_read_from_toml_and_from_python(tmp_path: Path) -> None:
    wanted = Adapter(call="net.step(X)", params=("net.W", "net.b"), loss="half_sse", lr=0.5)
    toml = 'call = "net.step(X)"\nparams = ["net.W", "net.b"]\nloss = "half_sse"\nlr = 0.5\n'
    assert read_adapter(saved(tmp_path, toml, "a.toml")) == wanted
    assert read_adapter(saved(tmp_path, toml, "a.py")) == wanted
    assert wanted.expressions() == {"call": "net.step(X)", "params": ("net.W", "net.b")}


def test_the_skeleton_of_an_adapter_is_ten_lines_at_most_and_reads_as_what_was_known(tmp_path: Path) -> None:
    known = {"call": "step()", "x": "X", "params": ["net.W", 'p["b"]'], "activations": ["tanh"], "lr": 0.1}
    text = skeleton(known)
    assert len(text.splitlines()) <= 10
    assert read_adapter(saved(tmp_path, text, "a.toml")) == Adapter(
        call="step()", x="X", params=("net.W", 'p["b"]'), activations=("tanh",), lr=0.1
    )
    assert read_adapter(saved(tmp_path, skeleton({}), "b.toml")) == Adapter()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", "got no TOML"),
        ('weights = "W"', r"weights: got an unknown field, should be one of call, x, y, params"),
        ("lr = true", "lr: got True, should be a number"),
        ("x = 3", "x: got 3, should be a text"),
        ("params = 3", "params: got 3, should be a list of texts"),
        ('call = "f()"\nx = "X["', r"x: got 'X\[', should be an expression of Python"),
        ('x = "X"', r"a\.toml: got x without call, should be call as well"),
        ('call = "f()"\nparams = ["W", "b"]\ngrads = ["dW"]', r"grads: got 1, should be 2, one for each of params"),
    ],
)
def test_an_adapter_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_adapter(saved(tmp_path, text, "a.toml"))
