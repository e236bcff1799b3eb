"""Read a stranger's file: the text to run, and where each of its lines stands in what the user sees."""

import ast
import io
import stat
import tokenize
import warnings
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import accumulate
from pathlib import Path

from reference.errors import InputError

from ..child.callers import OLD_NAMES
from .beside import Beside, modules_beside
from .damage import program_in, refusal
from .notebook import cells, without_magics
from .python_2 import advice, given_names, old_names

LARGEST = 5_000_000  # bytes of a file worth reading as a program
WANTED = "a Python program (.py) or a notebook (.ipynb)"
SPACES = str.maketrans({"\u00a0": " ", "\u3000": " ", "\u200b": None, "\ufeff": None, "\f": None})
TAB = 8  # columns, as Python 2 counted them


@dataclass(frozen=True)
class Source:
    """A file as it will be run.

    Attributes:
        path: where it lies.
        text: Python; of a notebook, its code cells one after another.
        places: for a notebook, (cell, line in it) of each line of the text, cells counted from 1; else empty.
        notes: sentences on what was repaired or left out.
        beside: the modules that it imports from its own folder; their lines are counted on after its own.
    """

    path: Path
    text: str
    places: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()

    def where(self, line: int) -> str:
        """Return a line as the user finds it: "line 12", "cell 3, line 2" or "layers.py, line 7"."""
        name, own = self.place(line)
        return f"{name}, line {own}" if name else f"line {own}"

    def file(self, module: Beside) -> str:
        """Return the name of a module's file, as seen from the program."""
        return str(module.path.relative_to(self.path.parent))

    def place(self, line: int) -> tuple[str, int]:
        """Return the cell or the other file that a line stands in, "" for the program itself, and its number there."""
        if 0 < line <= len(self.places):
            cell, own = self.places[line - 1]
            return f"cell {cell}", own
        for module, before in zip(self.beside, self.counted, strict=True):
            if before < line <= before + _count(module.text):
                return self.file(module), line - before
        return "", line

    @property
    def counted(self) -> tuple[int, ...]:
        """How many lines are counted before those of each module beside the program."""
        counts = [_count(text) for text in (self.text, *(module.text for module in self.beside))]
        return tuple(accumulate(counts))[:-1]

    @property
    def lines(self) -> list[str]:
        """Every line, those of the modules beside the program after its own."""
        return [line for text in (self.text, *(module.text for module in self.beside)) for line in text.split("\n")]


def _count(text: str) -> int:
    return text.count("\n") + 1


def read(path: str | Path) -> Source:
    """Return the program in a file.

    Arguments:
        path: a Python file or a notebook.

    Returns:
        Its text, repaired where that changes no meaning; the notes say so.

    Raises:
        InputError: when there is no such file, or nothing in it that runs as Python 3; the error names the line.
    """
    path = Path(path)
    text, notes = _decoded(path, _content(path))
    source = Source(path, text, (), notes)
    if path.suffix == ".ipynb":
        found = cells(path, text)
        source = Source(path, found.text, found.places, (*notes, *found.notes))
    return _checked(_repaired(source))


def _content(path: Path) -> bytes:
    """Return the bytes of a regular file of a sensible size."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise InputError(str(path), "no such file", WANTED, _nearest(path)) from None
    if stat.S_ISDIR(status.st_mode):
        programs = ", ".join(sorted(p.name for p in path.iterdir() if p.suffix in (".py", ".ipynb"))[:5])
        advice = f"name one of the files in it: {programs}" if programs else "name a file"
        raise InputError(str(path), "a folder", WANTED, advice)
    if not stat.S_ISREG(status.st_mode):
        raise InputError(str(path), "no regular file", WANTED, "save the program to a file")
    if status.st_size > LARGEST:
        raise InputError(str(path), f"{status.st_size} bytes", f"{WANTED} of at most {LARGEST}", "name the program")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"a file that cannot be read ({error.strerror})", WANTED, "allow reading") from None


def _nearest(path: Path) -> str:
    """Return what a mistyped path may have meant."""
    try:
        names = [p.name for p in path.parent.iterdir()]
    except OSError:
        return f"there is no folder {path.parent} either"
    near = get_close_matches(path.name, names, n=1)
    return f"did you mean {near[0]}?" if near else "check the path"


def _decoded(path: Path, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text, and a note where its encoding had to be guessed."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), ("the file is in UTF-16",)
    if b"\0" in content:
        raise InputError(str(path), "binary data", WANTED, "name the program's source text")
    if not content.strip():
        raise InputError(str(path), "an empty file", WANTED, "save the program first")
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        return content.decode(encoding), (f"the file is in {encoding}",)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return content.decode("latin-1"), ("the file is not in UTF-8: it was read as Latin-1",)


def _repaired(source: Source) -> Source:
    """Return the source with what a copy from a page leaves in it set right."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = text.translate(SPACES)
    notes = (*source.notes, *(["spaces that Python does not know were replaced"] if cleaned != text else []))
    return replace(source, text=cleaned, notes=notes)


def _checked(source: Source) -> Source:
    """Return the source if it runs as Python 3, with tabs as Python 2 counted them where that is all it needs."""
    error = _error(source.text)
    if error is None:
        return _with_code(source)
    if isinstance(error, TabError):
        spaced = "\n".join(_spaced(line) for line in source.text.split("\n"))
        if _error(spaced) is None:
            note = f"tabs and spaces are mixed ({source.where(error.lineno or 1)}): a tab was read as {TAB} columns"
            return _with_code(replace(source, text=spaced, notes=(*source.notes, note)))
    lines, magics = without_magics(source.text.split("\n"))
    if magics and not source.places and _error("\n".join(lines)) is None:
        note = f"{magics} line{'s' * (magics > 1)} of magics and shell commands left out"
        return _with_code(replace(source, text="\n".join(lines), notes=(*source.notes, note)))
    found = None if source.places else program_in(source.text.split("\n"))
    if found is not None:
        return _with_code(_cut_out(source, *found))
    raise refusal(source.path.name, source.text, error, source.where)


def _cut_out(source: Source, first: int, last: int) -> Source:
    """Return the program inside a page, its lines where they were."""
    lines = source.text.split("\n")
    kept = [line if first <= number <= last else "" for number, line in enumerate(lines, 1)]
    note = f"only lines {first} to {last} are Python: the text around them was left out"
    return replace(source, text="\n".join(kept), notes=(*source.notes, note))


def _spaced(line: str) -> str:
    """Return a line with the tabs before its text as spaces."""
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(TAB) + body


def _error(text: str) -> SyntaxError | None:
    """Return why the text is no Python, None where it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "file", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:  # null bytes, absurd nesting
        return SyntaxError(str(error), ("file", 1, 1, text.split("\n", 1)[0]))
    return None


def _with_code(source: Source) -> Source:
    """Return the source, refused where nothing in it does anything or where only Python 2 knows its names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source.text)
    body = [s for s in tree.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if not body:
        raise InputError(source.path.name, "no statement, only comments and text", WANTED, "save the program first")
    old = list(old_names(tree, source.text.split("\n")))
    if old:
        got, to_do = advice(old)
        raise InputError(f"{source.path.name}, {source.where(old[0].line)}", got, "a Python 3 program", to_do)
    given = [f"{name} as {OLD_NAMES[name]}" for name in given_names(tree)]
    said = [f"names of Python 2 were given: {', '.join(given)}; 7 / 2 is 3.5 here, which was 3"] if given else []
    return replace(source, notes=(*source.notes, *said), beside=modules_beside(source.path, source.text))
