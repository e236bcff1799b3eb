"""Live Python objects written down as a program: their definitions, and their state as literals."""

import ast
import inspect
import linecache
import sys
import textwrap
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reference.errors import InputError

LARGEST = 200_000  # entries of all arrays that are written down
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PLAIN = (bool, int, float, complex, str, bytes, type(None))
NUMPY = "gradproof_numpy"


def program_of(definitions: Sequence[Any], names: Mapping[str, Any]) -> tuple[str, str]:
    """Return the text of a program that defines what is given and holds the same values, and the file it is from.

    A module with a file keeps its lines, without the statements that only run something; what was not defined in a
    file, as in a notebook or a console, is written one definition after another.

    Arguments:
        definitions: functions and classes.
        names: the values that the program has to start from, by name: arrays, numbers, texts, lists, dictionaries,
            and objects of classes that the program defines.

    Raises:
        InputError: when a definition has no source, or a value cannot be written down.
    """
    homes = {id(home): home for d in definitions if (home := _home(d)) is not None}
    if len(homes) > 1:
        raise InputError("debug", "definitions of several modules", "those of one module", "debug one at a time")
    writer = _Writer(definitions)
    if homes:
        module = next(iter(homes.values()))
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        given = {**_state(module, text), **names}
        return _joined(definitions_of(text), writer.statements(given)), str(module.__file__)
    given, sources, imports = _scattered(definitions)
    return _joined("\n".join([*imports, *sources]), writer.statements({**given, **names})), "<live>"


def _joined(text: str, statements: list[str]) -> str:
    return text.rstrip("\n") + "\n\n" + "\n".join(statements) + "\n"


def _home(definition: Any) -> types.ModuleType | None:
    """Return the module whose file a definition stands in, None where it stands in none."""
    module = sys.modules.get(definition.__module__)
    file = getattr(module, "__file__", None)
    if module is None or file is None or not Path(file).is_file():
        return None
    code = getattr(definition, "__code__", None)
    if code is None:  # a class: one of its methods tells
        functions = (f for f in vars(definition).values() if isinstance(f, types.FunctionType))
        code = next((f.__code__ for f in functions), None)
    return module if code is None or Path(code.co_filename) == Path(file) else None


def definitions_of(text: str) -> str:
    """Return a module's text with its imports and definitions, every other statement at its outer level left blank."""
    lines = text.split("\n")
    for statement in ast.parse(text).body:
        if not isinstance(statement, DEFINITIONS):
            for i in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                lines[i] = ""
    return "\n".join(lines)


def _state(module: types.ModuleType, text: str) -> dict[str, Any]:
    """Return the module's own variables that its definitions read and that can be written down."""
    tree = ast.parse(text)
    kept = [s for s in tree.body if isinstance(s, DEFINITIONS)]
    read = {n.id for s in kept for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    defined = {s.name for s in kept if isinstance(s, DEFINITIONS[2:])}
    return {n: v for n in sorted(read - defined) if (v := vars(module).get(n)) is not None and _is_value(v)}


def _is_value(value: Any) -> bool:
    """Return whether a variable holds numbers, texts or arrays, alone or together."""
    if isinstance(value, list | tuple):
        return all(map(_is_value, value))
    if isinstance(value, dict):
        return all(map(_is_value, value.values()))
    return isinstance(value, (*PLAIN, np.ndarray, np.number))


def _scattered(definitions: Sequence[Any]) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return the values, the sources and the imports that definitions outside any file need."""
    given: dict[str, Any] = {}
    sources: dict[str, str] = {}
    imports: dict[str, None] = {"import numpy as np": None}
    waiting = list(definitions)
    while waiting:
        one = waiting.pop(0)
        if one.__name__ in sources:
            continue
        sources[one.__name__] = _source(one)
        for name, value in _globals_read(one):
            if isinstance(value, types.ModuleType):
                imports[f"import {value.__name__} as {name}"] = None
            elif isinstance(value, types.FunctionType | type) and value.__module__ == one.__module__:
                waiting.append(value)
            elif _is_value(value):
                given[name] = value
    return given, list(sources.values()), list(imports)


def _source(definition: Any) -> str:
    """Return the text of a function or a class."""
    try:
        linecache.checkcache()
        return textwrap.dedent(inspect.getsource(definition))
    except (OSError, TypeError):
        name = getattr(definition, "__qualname__", repr(definition))
        advice = "put it into a file, or check one gradient with check_gradients(f, gradient, *arrays)"
        raise InputError("debug", f"{name}, whose source is nowhere", "what was written in Python", advice) from None


def _globals_read(definition: Any) -> Iterator[tuple[str, Any]]:
    """Yield the global names that a function, or the methods of a class, read."""
    members = vars(definition).values() if isinstance(definition, type) else (definition,)
    for function in (f for f in members if isinstance(f, types.FunctionType)):
        for name in _names_in(function.__code__):
            if name in function.__globals__:
                yield name, function.__globals__[name]


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


class _Writer:
    """Writes values down as statements; what two places share is written once and shared again.

    Arguments:
        definitions: what the program defines; their names may be used.
    """

    def __init__(self, definitions: Sequence[Any]) -> None:
        self._modules = {d.__module__ for d in definitions}
        self._lines: list[str] = []
        self._known: dict[int, str] = {}
        self._kept: list[Any] = []  # an id is only good while its object lives
        self._entries = 0

    def statements(self, names: Mapping[str, Any]) -> list[str]:
        """Return the statements that give each name its value."""
        for name, value in names.items():
            self._lines.append(f"{name} = {self._expression(value, name)}")
        return [f"import numpy as {NUMPY}", *self._lines]

    def _expression(self, value: Any, where: str) -> str:
        """Return an expression for a value."""
        if isinstance(value, PLAIN) and not isinstance(value, np.generic):
            return _plain(value)
        if isinstance(value, np.generic):
            return f"{NUMPY}.{value.dtype.name}({value.item()!r})"
        if isinstance(value, np.ufunc):
            return f"{NUMPY}.{value.__name__}"
        if isinstance(value, types.FunctionType | type):
            return self._by_name(value, where)
        if id(value) not in self._known:
            self._kept.append(value)
            self._known[id(value)] = f"gradproof_{len(self._known)}"
            self._write(value, self._known[id(value)], where)
        return self._known[id(value)]

    def _write(self, value: Any, name: str, where: str) -> None:
        """Write the statements that make a value under a name."""
        for kinds, write in self._makers():
            if isinstance(value, kinds):
                write(value, name, where)
                return
        if type(value).__module__ in self._modules:
            self._object(value, name, where)
            return
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        should = "arrays, numbers, texts, lists, dictionaries and objects of the same module"
        raise InputError(
            "debug", f"{where}, a {kind}", should, "save the program to a file and run gradproof debug on it"
        )

    def _makers(self) -> tuple[tuple[Any, Callable[[Any, str, str], None]], ...]:
        return (
            (np.ndarray, self._array),
            (dict, self._dictionary),
            ((list, tuple, set), self._sequence),
            ((np.random.Generator, np.random.RandomState), self._generator),
            (types.MethodType, self._method),
        )

    def _array(self, value: Any, name: str, where: str) -> None:
        self._entries += value.size
        if value.dtype.kind not in "biuf" or self._entries > LARGEST:
            got = f"{where}, {value.size} entries of {value.dtype}"
            raise InputError("debug", got, f"numbers, {LARGEST} at most in all", "give a smaller batch")
        inner = f"{value.ravel().tolist()!r}".replace("nan", f"{NUMPY}.nan").replace("inf", f"{NUMPY}.inf")
        self._lines.append(f"{name} = {NUMPY}.array({inner}, dtype={value.dtype.str!r}).reshape({value.shape!r})")

    def _dictionary(self, value: Any, name: str, where: str) -> None:
        self._lines.append(f"{name} = {{}}")
        for key, item in value.items():
            self._lines.append(f"{name}[{_plain(key)}] = {self._expression(item, f'{where}[{key!r}]')}")

    def _sequence(self, value: Any, name: str, where: str) -> None:
        kind = next(k for k in (list, tuple, set) if isinstance(value, k)).__name__
        items = [self._expression(item, f"{where}[{i}]") for i, item in enumerate(value)]
        self._lines.append(f"{name} = {kind}([{', '.join(items)}])")

    def _generator(self, value: Any, name: str, _: str) -> None:
        made = "default_rng" if isinstance(value, np.random.Generator) else "RandomState"
        self._lines.append(f"{name} = {NUMPY}.random.{made}(0)")

    def _method(self, value: Any, name: str, where: str) -> None:
        owner = self._expression(value.__self__, where)
        self._lines.append(f"{name} = {owner}.{value.__name__}")

    def _object(self, value: Any, name: str, where: str) -> None:
        """Write an object: empty first, so that objects may hold one another."""
        self._lines.append(f"{name} = object.__new__({self._by_name(type(value), where)})")
        slots = [s for c in type(value).__mro__ for s in getattr(c, "__slots__", ()) if hasattr(value, s)]
        attributes = {**getattr(value, "__dict__", {}), **{s: getattr(value, s) for s in slots}}
        for key, item in attributes.items():
            self._lines.append(f"object.__setattr__({name}, {key!r}, {self._expression(item, f'{where}.{key}')})")

    def _by_name(self, value: Any, where: str) -> str:
        """Return the name of a function or a class of the program, or of NumPy."""
        if value.__module__ in self._modules and value.__qualname__.isidentifier():
            return str(value.__name__)
        if value.__module__.partition(".")[0] == "numpy" and hasattr(np, value.__name__):
            return f"{NUMPY}.{value.__name__}"
        got = f"{where}, {value.__module__}.{value.__qualname__}"
        raise InputError("debug", got, "a function or class defined at the outer level", "save the program to a file")


def _plain(value: Any) -> str:
    """Return a number or a text as code."""
    if isinstance(value, float) and not np.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)
