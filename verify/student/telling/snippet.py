"""A mistake on the smallest network that shows it, as a program that needs NumPy alone."""

import re
from collections.abc import Sequence

import numpy as np

from ..mistakes.explanation import Explanation
from ..reading.curves import Curve
from .small_case import ACTIVATIONS, CONSTANTS, LOSSES, Case, function_name, right_delta, smallest, traced_point
from .traced import Traced

STRETCHED = {"tanh": "1 - np.tanh(z) ** 2", "sigmoid": "np.exp(-z) / (1 + np.exp(-z)) ** 2"}  # f' without calling f
PERTURBED = {"delta": "z", "da": "a", "dW": "W", "db": "b"}


def snippet(explanation: Explanation, curves: Sequence[Curve], quoted: str = "") -> str:
    """Return a program that computes the first wrong quantity as the mistake has it, and as it should be.

    Arguments:
        explanation: the mistakes of a program.
        curves: its activations.
        quoted: its guilty line, to be shown beside the formula.

    Returns:
        The program's text, which needs NumPy alone; "" where the mistake has no formula of one line.
    """
    case = smallest(explanation, curves)
    return "" if case is None else program(case, quoted)


def _functions(case: Case) -> list[str]:
    """Return the definitions of the activations and of the derivatives that the formulas call."""
    text = f"{case.got.text} {case.should_be.text} {' '.join(_backward(case))}"
    names = {function_name(f): f.name for f in case.point.curves}
    names |= {name: name for name in ACTIVATIONS if name not in names and re.search(rf"\b{name}(_prime)?\(", text)}
    lines: list[str] = []
    for name, curve in names.items():
        code, slope = activation_code(curve)
        lines += ["", "", f"def {name}(z):", f"    return {code}"]
        if f"{name}_prime(" in text:
            lines += ["", "", f"def {name}_prime(z):", f"    return {slope}"]
    return lines


def activation_code(name: str) -> tuple[str, str]:
    """Return f(z) and f'(z) of an activation as code; a constant in its name is put in."""
    family, _, inner = name.partition("(")
    forward_code, slope = ACTIVATIONS[family]
    inner = inner.rstrip(")")
    if inner.endswith(" z"):
        c = inner.removesuffix(" z")
        at = rf"({c} * z)"
        forward_code, slope = (re.sub(r"\bz\b", at, code) for code in (forward_code, STRETCHED[family]))
        return forward_code, f"{c} * ({slope})"
    c = inner or str(CONSTANTS.get(family, ""))
    return forward_code.replace("{c}", c), slope.replace("{c}", c)


def _forward(case: Case) -> list[tuple[str, str]]:
    """Return the forward pass as (name, code)."""
    found = []
    for n, curve in enumerate(case.point.curves, 1):
        found.append((f"z{n}", f"{'x' if n == 1 else f'a{n - 1}'} @ W{n} + b{n}"))
        found.append((f"a{n}", f"{function_name(curve)}(z{n})"))
    return found


def _backward(case: Case) -> list[str]:
    """Return the right statements that the two formulas rest on, from the loss down."""
    traced, L = traced_point(case.point), case.point.depth
    lines = [f"da{L} = {LOSSES[case.loss][1](traced.a[-1], traced.Y).text}"]
    for n in range(L, 0, -1):
        da = Traced(case.point.a[n - 1], f"da{n}")
        lines.append(f"delta{n} = {right_delta(case.point, traced, da, case.loss, n - 1).text}")
        lines.append(f"dW{n} = {'x' if n == 1 else f'a{n - 1}'}.T @ delta{n}")
        if n > 1:
            lines.append(f"da{n - 1} = delta{n} @ W{n}.T")
    return _needed(lines, f"{case.got.text} {case.should_be.text}")


def _needed(lines: list[str], text: str) -> list[str]:
    """Return the statements that a text needs, directly or through others."""
    kept: list[str] = []
    for line in reversed(lines):
        name, _, code = line.partition(" = ")
        if re.search(rf"\b{name}\b", text):
            kept.insert(0, line)
            text += f" {code}"
    return kept


def program(case: Case, quoted: str = "") -> str:
    """Return a case as a program that prints got, should be, and the differences of the loss."""
    point, name = case.point, f"{case.kind}{case.layer}"
    moved = f"{PERTURBED[case.kind]}{case.layer}"
    arrays = [("x", point.X), ("y", point.Y), *((f"W{n}", w) for n, w in enumerate(point.W, 1))]
    arrays += [(f"b{n}", b) for n, b in enumerate(point.b, 1) if b is not None]
    passed = [f"{n} = {code}" for n, code in _forward(case)]
    downstream = _needed_after(_forward(case), moved)
    value = re.sub(r"\ba\b", f"a{point.depth}", LOSSES[case.loss][0])
    lines = ["import numpy as np", *_functions(case), "", ""]
    lines += [f"{n} = np.array({np.asarray(v).tolist()})" for n, v in arrays]
    lines += [*passed, *_backward(case), ""]
    lines += [f"got = {case.got.text}" + (f"  # yours: {quoted}" if quoted else "")]
    lines += [f"should_be = {case.should_be.text}"]
    lines += [f'print("{name}: got       ", got.round(4).tolist())']
    lines += [f'print("{name}: should be ", should_be.round(4).tolist())', "", ""]
    lines += [f"def loss({moved}):", *(f"    {n} = {code}" for n, code in downstream), f"    return {value}", "", ""]
    lines += ["slopes = np.zeros_like(should_be)", f"for i in np.ndindex({moved}.shape):"]
    lines += [f"    h = np.zeros_like({moved})", "    h[i] = 1e-5"]
    lines += [f"    slopes[i] = (loss({moved} + h) - loss({moved} - h)) / 2e-5"]
    lines += ['print("differences of the loss:", slopes.round(4).tolist())']
    return "\n".join(lines) + "\n"


def _needed_after(steps: list[tuple[str, str]], moved: str) -> list[tuple[str, str]]:
    """Return the steps of the forward pass that depend on a variable."""
    changed, found = {moved}, []
    for name, code in steps:
        if name != moved and any(re.search(rf"\b{c}\b", code) for c in changed):
            changed.add(name)
            found.append((name, code))
    return found
