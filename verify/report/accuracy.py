"""A certificate as plain data, as Markdown and on a terminal: one table of functions, one of float32 passes."""

import datetime
import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from ..certify.census import Census
from ..certify.function import PARTS
from ..certify.measure import Measured, Score
from ..certify.run import Certificate
from ..certify.sweep import INPUTS, Sweep

COLUMNS = ("function", "max ulp", "median", "of 4(1+k)", "near roots", "worst at", "shape")
SWEEP_COLUMNS = ("function", "max ulp", "at", *(f"{c} ulp" for c in ("0", "1", "2", "3-4", "5-8", ">8")), "near roots")
PEER_NAMES = {"jax": "JAX", "torch": "PyTorch"}
SHOWN = ("function", "max ulp", "median", "of 4(1+k)", "near roots", *PEER_NAMES.values())  # what 80 columns hold


def as_json(certificate: Certificate, version: str) -> dict[str, Any]:
    """Return the certificate as plain data with fixed keys; a number that is not finite is a text, "inf"."""
    return {
        "tool": "gradproof",
        "version": version,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seed": certificate.seed,
        "points": certificate.points,
        "versions": certificate.versions,
        "machine": certificate.machine,
        "seconds": round(certificate.seconds, 1),
        "verdict": "disagree" if certificate.broken else "agree",
        "broken": certificate.broken,
        "functions": [_function(m) for m in certificate.measured],
        "float32": [sweep_as_json(s) for s in certificate.sweeps],
    }


def _function(m: Measured) -> dict[str, Any]:
    return {
        "kind": m.kind,
        "name": m.name,
        "part": m.part,
        "points": m.points,
        "reference": _score(m.score),
        "fraction_of_bound": _number(m.fraction),
        "tightest": list(m.tightest),
        **{peer: _score(score) if score else None for peer, score in m.peers.items()},
        "shape": {key: _number(v) if isinstance(v, float) else v for key, v in m.shape._asdict().items()},
        "above_8_ulp": m.reason,
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "max_ulp": _number(score.worst),
        "at": list(score.at),
        "median_ulp": _number(score.median),
        "near_root": None if score.near_root is None else _number(score.near_root),
    }


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def sweep_as_json(found: Sweep) -> dict[str, Any]:
    """Return a pass over all float32 as plain data."""
    parts = {part: getattr(found, part)._asdict() for part in PARTS}
    told = {part: data | {"at": _number(data["at"])} for part, data in parts.items()}
    return {"name": found.name, "exhaustive": found.whole, **told}


def rows(certificate: Certificate) -> Iterator[list[str]]:
    """Yield one row of cells for each function, in the order of COLUMNS and then of the frameworks."""
    for m in certificate.measured:
        peers = [cell for score in m.peers.values() for cell in _peer(score)]
        yield [
            f"{m.name}{'' if m.part == 'forward' else chr(39)}",
            ulp(m.score.worst) + ("*" if m.reason and m.score.worst > 8 else ""),
            ulp(m.score.median),
            f"{m.fraction:.2f}",
            _near_root(m.score),
            ", ".join(f"{v:.4g}" for v in m.score.at) if m.score.worst else "",
            _shape(m),
            *peers,
        ]


def headings(certificate: Certificate) -> list[str]:
    """Return the headings of ``rows``."""
    peers = (PEER_NAMES[peer] for peer in _peers(certificate))
    return [*COLUMNS, *(heading for peer in peers for heading in (peer, f"{peer} near roots"))]


def _peers(certificate: Certificate) -> Sequence[str]:
    return tuple(certificate.measured[0].peers) if certificate.measured else ()


def ulp(value: float) -> str:
    """Return an error in ulp, short enough for a cell."""
    if not math.isfinite(value):
        return "no digit"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}" if value < 10_000 else f"{value:.0e}".replace("e+", "e")


def _peer(score: Score | None) -> tuple[str, str]:
    return (ulp(score.worst), _near_root(score)) if score else ("none", "")


def _near_root(score: Score) -> str:
    return "" if score.near_root is None else ulp(score.near_root)


def _shape(m: Measured) -> str:
    """Return the words for a function's shape, with what is missing to it in ulp."""
    words = []
    for word, off in ((m.shape.symmetry, m.shape.asymmetry), (m.shape.trend, m.shape.backward)):
        if word:
            words.append(f"{word} to {off:.1f} ulp" if off else word)
    return ", ".join([*words, *([] if m.shape.silent else ["WARNS"])])


def sweep_rows(sweeps: Sequence[Sweep]) -> Iterator[list[str]]:
    """Yield one row of cells for each function whose float32 inputs were all looked at."""
    for found in sweeps:
        for part in PARTS:
            census: Census = getattr(found, part)
            yield [
                f"{found.name}{'' if part == 'forward' else chr(39)}",
                str(census.worst),
                f"{census.at:.6g}" if census.worst else "",
                *(f"{count / INPUTS:.4%}" if 0 < count < INPUTS else "all" if count else "" for count in census.counts),
                f"{census.root_error:.2f}" if census.near_root else "",
            ]


def show(certificate: Certificate, console: Console) -> None:
    """Print the certificate to the console."""
    shown = [i for i, heading in enumerate(headings(certificate)) if heading in SHOWN]
    table = Table(box=None, padding=(0, 1, 0, 0))
    for i in shown:
        table.add_column(headings(certificate)[i], justify="right" if i else "left", no_wrap=True)
    for row in rows(certificate):
        table.add_row(*(row[i] for i in shown))
    console.print(table)
    for line in (*reasons(certificate), *missing(certificate), "", *certificate.broken, _closing(certificate)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def show_sweeps(sweeps: Sequence[Sweep], console: Console) -> None:
    """Print the passes over all float32 to the console, those that were cut short by how far they came."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in SWEEP_COLUMNS:
        table.add_column(heading, justify="right" if heading != "function" else "left", no_wrap=True)
    for row in sweep_rows([found for found in sweeps if found.whole]):
        table.add_row(*row)
    console.print(table)
    whole = sum(found.whole for found in sweeps)
    text = f"{whole} of {len(sweeps)} activations exhaustive: {INPUTS:,} inputs each, forward and derivative"
    console.print(text, highlight=False, soft_wrap=True)


def reasons(certificate: Certificate) -> Iterator[str]:
    """Yield the reason of every entry above 8 ulp."""
    for name in dict.fromkeys(m.name for m in certificate.measured if m.reason and m.score.worst > 8):
        reason = next(m.reason for m in certificate.measured if m.name == name)
        yield f"* {name}: {reason}"


def missing(certificate: Certificate) -> list[str]:
    """Return what to do about a framework that was not there."""
    if "torch" in _peers(certificate):
        return []
    return ["PyTorch is not installed; to compare with it: pip install torch"]


def _closing(certificate: Certificate) -> str:
    points = sum(m.points for m in certificate.measured)
    word = f"{len(certificate.broken)} BROKEN" if certificate.broken else "holds"
    return (
        f"{word}: {len(certificate.measured)} functions within 4 (1 + k) ulp at {points:,} points\n"
        f"seed {certificate.seed}, {certificate.seconds:.1f} s"
    )
