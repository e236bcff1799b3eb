"""The page docs/accuracy.md: the tables of a certificate and how to read them."""

import datetime
from collections.abc import Iterable, Sequence

from reference import ELEMENTWISE

from ..certify.run import Certificate
from ..certify.sweep import INPUTS
from .accuracy import SWEEP_COLUMNS, headings, missing, reasons, rows, sweep_rows

INTRODUCTION = """\
# How accurate the reference is

Every activation and loss, forward (f) and derivative (f'), in float64 against mpmath, whose precision is raised until
the value no longer changes. `make certify` writes this page again; `gradproof certify --help` lists the rest.
"""

READING = """\
## How to read it

- **max ulp**, **median**: |computed - true| in units in the last place of the true value. The points: normals, both
  tails up to overflow, neighbours of kinks, seams and roots, the edges where the result underflows, and what a search
  found that climbs the reference's own error; for losses and softmax rows of one to three numbers, hard and soft
  targets, saturated rows. Points whose argument or true value is subnormal are left out of these columns (JAX sets
  such numbers to zero) and judged by the next one.
- **of 4(1+k)**: the largest error as a fraction of the bound that every entry keeps, k the condition number at that
  point. Nothing is left out here; a subnormal value's bound is 1e-305. Above 1 the bound would be broken.
- **near roots**: within 1/4 of a root of f' no digit of f' can be asked for. There the measure is the absolute error
  over max |f'|, in units of 2^-53, and *max ulp* leaves those points out. A loss or a softmax is near a root where
  moving its arguments by an eighth can change the sign; there *max ulp* leaves out what only the bound can judge.
- **shape**: odd, even, increasing or decreasing where the true function is; "to x ulp" is the largest deviation seen.
  No argument, infinities and NaN included, raised a floating-point warning unless WARNS stands there.
- **The frameworks** answered at the same points, in float64 on the CPU, in max ulp. The points were
  searched to be bad for the reference, not for them. "no digit" is an infinity or NaN where a number should be.
  JAX's losses are the twins of the autodiff oracle, written with `jax.nn` and `jax.numpy`; "none" means that
  PyTorch has no such function. Where a framework's number is the smaller one, it is the better one there.
"""

FLOAT32 = """\
## float32: every input there is

For the activations below **each of the {inputs:,} float32 numbers** was an input, forward and derivative, NaN,
infinities and subnormals too: this is exhaustive, not a sample. The entry's float32 result is compared with its own
float64 result rounded to float32; the columns say which share of the results is off by so many float32 ulp. What is
off near a root of f' is measured as above, in units of 2^-24. `gradproof certify --exhaustive-float32 --only NAME`
repeats one, and goes on where it was interrupted.
"""


def page(certificate: Certificate) -> str:
    """Return the page as Markdown."""
    sections = [INTRODUCTION, _taken(certificate)]
    for kind in dict.fromkeys(m.kind for m in certificate.measured):
        kinds = [m.kind for m in certificate.measured]
        chosen = [row for row, k in zip(rows(certificate), kinds, strict=True) if k == kind]
        sections += [f"## {PLURALS[kind]}\n", table(headings(certificate), chosen)]
    sections += [_list(reasons(certificate)), _list(missing(certificate)), _list(certificate.broken), READING]
    if certificate.sweeps:
        sections += [
            FLOAT32.format(inputs=INPUTS),
            table(SWEEP_COLUMNS, sweep_rows(certificate.sweeps)),
            _not_swept(certificate),
        ]
    return "\n".join(section for section in sections if section)


PLURALS = {"activation": "Activations", "row-wise activation": "Row-wise activations", "loss": "Losses"}


def _taken(certificate: Certificate) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in certificate.versions.items())
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    points = sum(m.points for m in certificate.measured)
    command = f"gradproof certify --points {certificate.points} --seed {certificate.seed}"
    return f"Taken {date} by `{command}`: {points:,} outputs, on {certificate.machine}; {versions}.\n"


def _not_swept(certificate: Certificate) -> str:
    swept = {found.name for found in certificate.sweeps}
    left = [name for name in ELEMENTWISE if name not in swept]
    warned = [f"{s.name} warned" for s in certificate.sweeps if s.forward.warned or s.derivative.warned]
    text = f"Exhaustive for {len(swept)} of {len(ELEMENTWISE)} activations" + (
        f"; not yet: {', '.join(left)}" if left else ""
    )
    return f"{text}. Floating-point warnings: {', '.join(warned) or 'none'}.\n"


def _list(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def table(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is on the left, the others on the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *body]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
