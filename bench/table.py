"""One table that a person can read, from the JSON of a run of the suites."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rich.markup import escape
from rich.table import Table

from reference import LOSSES
from reference.elementwise import ELEMENTWISE

from .data import TRAINING
from .primitives import PARTS
from .record import Row, exponents

ACTIVATION = "bench/test_activations.py::test_activation[{}-{}-{}-{}]"
LOSS = "bench/test_losses.py::test_loss[{}-{}-{}]"
STEP = "bench/test_training.py::test_training_step[{}]"
PEERS = "bench/test_training.py::test_training_step_beside_peers[{}]"
VERIFIER = "bench/test_verifier.py::"


class Line(NamedTuple):
    """One line: what is timed, its cost an element, and the ratios that say whether that is much."""

    what: str
    cost: str
    faster: str = ""
    limit: str = ""
    growth: str = ""


def lines(measured: Mapping[str, Row]) -> Iterator[tuple[str, list[Line]]]:
    """Yield the table's sections: a title and its lines."""
    slopes = exponents((row, row.seconds) for row in measured.values())
    yield "activations (limit: the operations the formula needs)", list(_activations(measured, slopes))
    yield "losses, 100,000 elements in rows of 10 (limit: one np.exp of the same array)", list(_losses(measured))
    yield "training step (limit: its bare matrix products)", list(_steps(measured))
    yield "growth of a training step", [Line(f, "", growth=f"{p:.2f}") for f, p in slopes.items() if "step" in f]
    yield "verifier", list(_verifier(measured, slopes))


def _activations(measured: Mapping[str, Row], slopes: Mapping[str, float]) -> Iterator[Line]:
    for name in ELEMENTWISE:
        for part in PARTS:
            found = [measured.get(ACTIVATION.format(name, part, n, "float64")) for n in (1_000, 100_000, 1_000_000)]
            single = measured.get(ACTIVATION.format(name, part, 100_000, "float32"))
            if None in (*found, single):
                continue
            growth = slopes.get(f"{name} {part}, n")
            yield Line(
                f"{name} {part}",
                " ".join(f"{nanoseconds(row):6.2f}" for row in (*found, single)),
                " ".join(f"{row.speedup:4.0f}" for row in found),
                " ".join(f"{over_limit(row):4.2f}" for row in found),
                f"{growth:.2f}" if growth else "",
            )


def _losses(measured: Mapping[str, Row]) -> Iterator[Line]:
    for name in LOSSES:
        for part in PARTS:
            if row := measured.get(LOSS.format(name, part, 100_000)):
                yield Line(
                    f"{name} {part}", f"{nanoseconds(row):.2f}", limit=f"{row.seconds / row.rival('np.exp'):.1f}"
                )


def _steps(measured: Mapping[str, Row]) -> Iterator[Line]:
    for name in TRAINING:
        if row := measured.get(STEP.format(name)):
            faster = [f"np.vectorize {row.rival('np.vectorize') / row.seconds:.1f}"]
            if beside := measured.get(PEERS.format(name)):
                faster += [f"{peer} {beside.rival(peer) / beside.seconds:.1f}" for peer in beside.info["rivals"]]
            yield Line(name, f"{row.seconds * 1e6:.0f} us", ", ".join(faster), f"{over_limit(row):.2f}")


def _verifier(measured: Mapping[str, Row], slopes: Mapping[str, float]) -> Iterator[Line]:
    for name, row in measured.items():
        if not name.startswith(VERIFIER):
            continue
        what, n = name.removeprefix(VERIFIER + "test_").replace("_", " "), row.info["elements"]
        faster = []
        for label in row.info["rivals"]:
            slow = row.rival(label) / row.info.get("rival_elements", n)
            faster.append(f"{label} {slow / (row.seconds / n):.0f}")
        peak = f", {row.info['peak_bytes'] / 2**20:.0f} MiB" if "peak_bytes" in row.info else ""
        growth = slopes.get(row.info.get("family", ""))
        yield Line(
            what,
            f"{row.seconds:.3g} s for {n}: {n / row.seconds:,.0f} a second{peak}",
            ", ".join(faster),
            growth=f"{growth:.2f}" if growth else "",
        )


def nanoseconds(row: Row) -> float:
    """Return the nanoseconds of one element."""
    return row.seconds / row.info["elements"] * 1e9


def over_limit(row: Row) -> float:
    """Return how many times its limit the row costs."""
    limit = row.rival("limit")
    return row.seconds / limit if limit else float("nan")


def table(measured: Mapping[str, Row]) -> Table:
    """Return the whole table; an empty cell is a figure that was not taken."""
    whole = Table("", "ns an element\n1e3 1e5 1e6, float32 1e5", "times faster than\nnp.vectorize 1e3 1e5 1e6")
    whole.add_column("times the limit\n1e3 1e5 1e6")
    whole.add_column("exponent")
    for title, found in lines(measured):
        if found:
            whole.add_section()
            whole.add_row(f"[bold]{title}[/bold]")
        for line in found:
            whole.add_row(*map(escape, line))
    return whole
