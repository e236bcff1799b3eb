"""Ten lines at most in which the user says what could not be inferred about a training step."""

import ast
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from reference.errors import InputError

EXPRESSIONS = ("call", "x", "y", "params", "grads")
ABOUT = {
    "call": "one statement that makes one training step, or computes the gradients",
    "x": "the data of the step, an expression",
    "y": "its targets, an expression",
    "params": "W of each layer, then b of each layer, expressions",
    "grads": "their gradients, expressions in the same order; used where call changes no parameter",
    "loss": "the name of the loss",
    "activations": "the name of each layer's activation",
    "lr": "the learning rate, a number",
}


@dataclass(frozen=True)
class Adapter:
    """What the user said; an empty field is inferred.

    Attributes:
        call: a statement that makes one training step, among the names of the file.
        x: an expression for the step's data.
        y: an expression for its targets.
        params: expressions for all weights, then all biases.
        grads: expressions for their gradients after the step, in the same order.
        loss: the name of a loss.
        activations: the names of the layers' activations.
        lr: the learning rate.
    """

    call: str = ""
    x: str = ""
    y: str = ""
    params: tuple[str, ...] = ()
    grads: tuple[str, ...] = ()
    loss: str = ""
    activations: tuple[str, ...] = ()
    lr: float | None = None

    def expressions(self) -> dict[str, Any]:
        """Return the fields that are evaluated in the file, and the rate of the steps made of ``grads``."""
        found = {name: getattr(self, name) for name in EXPRESSIONS if getattr(self, name)}
        return {**found, "lr": self.lr} if self.grads and self.lr else found


def read_adapter(path: str | Path) -> Adapter:
    """Return what an adapter says.

    Arguments:
        path: a TOML file, or a Python file of assignments; no line of it is run.

    Returns:
        Its fields.

    Raises:
        InputError: when there is no such file, or a field is unknown or not what it should be.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"no adapter ({type(error).__name__})", "a text file", "check the path") from None
    given = _python(path, text) if path.suffix == ".py" else _toml(path, text)
    adapter = Adapter(**{name: _field(path, name, value) for name, value in given.items()})
    for name in EXPRESSIONS:
        code = getattr(adapter, name)
        for part in [code] if isinstance(code, str) else code:
            if part:
                _require_python(f"{path.name}, {name}", part, "exec" if name == "call" else "eval")
    if adapter.expressions() and not adapter.call:
        named = ", ".join(adapter.expressions())
        raise InputError(path.name, f"{named} without call", "call as well", f"call is {ABOUT['call']}")
    _require_pairs(path, adapter)
    return adapter


def _require_pairs(path: Path, adapter: Adapter) -> None:
    """Refuse gradients that cannot be taken off their parameters."""
    if not adapter.grads:
        return
    if len(adapter.grads) != len(adapter.params):
        where, wanted = f"{path.name}, grads", f"{len(adapter.params)}, one for each of params"
        raise InputError(where, len(adapter.grads), wanted, "name params and grads in the same order")
    for part in adapter.params:
        if not isinstance(ast.parse(part.strip(), mode="eval").body, ast.Name | ast.Attribute | ast.Subscript):
            wanted = "a name, an attribute or an item, which the step can be assigned to"
            raise InputError(f"{path.name}, params", repr(part), wanted, "name where the parameter is kept")


def _require_python(where: str, code: str, mode: Literal["exec", "eval"]) -> None:
    """Refuse what is no statement, or no expression, of Python."""
    try:
        ast.parse(code, mode=mode)
    except (SyntaxError, ValueError) as error:
        kind = "a statement" if mode == "exec" else "an expression"
        raise InputError(where, repr(code), f"{kind} of Python", f"correct it ({error})") from None


def _toml(path: Path, text: str) -> Mapping[str, Any]:
    """Return the fields of a TOML file."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(path.name, f"no TOML ({error})", 'lines such as x = "X_train"', "correct that line") from None


def _python(path: Path, text: str) -> Mapping[str, Any]:
    """Return the fields of a file of assignments."""
    try:
        statements = ast.parse(text).body
        assignments = [s for s in statements if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)]
        return {ast.unparse(s.targets[0]): ast.literal_eval(s.value) for s in assignments}
    except (SyntaxError, ValueError) as error:
        should_be = 'assignments of texts and numbers, such as x = "X_train"'
        raise InputError(
            path.name, f"{type(error).__name__}: {error}", should_be, "put expressions in quotes"
        ) from None


def _field(path: Path, name: str, value: Any) -> Any:
    """Return a field's value in its type."""
    if name not in ABOUT:
        raise InputError(f"{path.name}, {name}", "an unknown field", "one of " + ", ".join(ABOUT), "remove it")
    kind = next(field.type for field in fields(Adapter) if field.name == name)
    if kind == tuple[str, ...]:
        parts = [value] if isinstance(value, str) else value
        if isinstance(parts, list | tuple) and all(isinstance(part, str) for part in parts):
            return tuple(parts)
        raise InputError(f"{path.name}, {name}", repr(value), "a list of texts", f"{name} is {ABOUT[name]}")
    if name == "lr":
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        raise InputError(f"{path.name}, {name}", repr(value), "a number", f"{name} is {ABOUT[name]}")
    if not isinstance(value, str):
        raise InputError(f"{path.name}, {name}", repr(value), "a text", f"{name} is {ABOUT[name]}")
    return value


def skeleton(known: Mapping[str, Any], example: Mapping[str, Any] | None = None) -> str:
    """Return an adapter to be filled in, as TOML.

    Arguments:
        known: what was inferred, by field.
        example: what else may stand in a field.

    Returns:
        One line for each field: with what was inferred, else behind a comment sign with an example.
    """
    examples = {**EXAMPLES, **(example or {})}
    return "".join(f"{_line(name, known.get(name), examples[name])}  # {about}\n" for name, about in ABOUT.items())


EXAMPLES = {
    "call": "net.step(X, y)",
    "x": "X",
    "y": "y",
    "params": ("net.W1", "net.b1"),
    "grads": ("net.dW1", "net.db1"),
    "loss": "half_sse",
    "activations": ("tanh", "linear"),
    "lr": 0.1,
}


def _line(name: str, value: Any, example: Any) -> str:
    """Return a field as TOML, behind a comment sign where its value is not known."""
    if value is None or value == "" or value == ():
        return f"# {_line(name, example, example)}"
    if isinstance(value, list | tuple):
        return f"{name} = [{', '.join(map(_quoted, value))}]"
    return f"{name} = {value if isinstance(value, int | float) else _quoted(value)}"


def _quoted(text: str) -> str:
    """Return a text between the quotes of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
