"""The picture of a run: speed-up over np.vectorize against n, and the training step beside its peers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference.elementwise import ELEMENTWISE

from .data import TRAINING
from .record import Row
from .table import ACTIVATION, PEERS, STEP

SIZES = (1_000, 100_000, 1_000_000)


def draw(measured: Mapping[str, Row], path: Path) -> list[Path]:
    """Save the picture as PNG and SVG beside each other; return where.

    Matplotlib is imported here, so that nothing else needs it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((14, 6), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    _speedups(measured, left)
    _steps(measured, right)
    saved = [path.with_suffix(ending) for ending in (".png", ".svg")]
    for target in saved:
        figure.savefig(target, dpi=120)
    return saved


def _speedups(measured: Mapping[str, Row], axes: Any) -> None:
    for number, name in enumerate(ELEMENTWISE):
        found = [(n, measured.get(ACTIVATION.format(name, "forward", n, "float64"))) for n in SIZES]
        points = [(n, row.speedup) for n, row in found if row]
        if points:
            axes.loglog(
                *zip(*points, strict=True), marker="o", label=name, color=f"C{number % 10}", ls="-:"[number // 10 % 2]
            )
    axes.set(xlabel="elements", ylabel="times faster than np.vectorize", title="activations, forward, float64")
    axes.legend(ncols=2, fontsize="small")


def _steps(measured: Mapping[str, Row], axes: Any) -> None:
    bars: dict[str, dict[str, float]] = {}
    for number, name in enumerate(TRAINING):
        for row in filter(None, (measured.get(STEP.format(name)), measured.get(PEERS.format(name)))):
            for label in row.info["rivals"]:
                bars.setdefault(label, {})[number] = (row.rival(label) or 0) / row.seconds
    for offset, (label, heights) in enumerate(bars.items()):
        places = [number + (offset - len(bars) / 2) / (len(bars) + 1) for number in heights]
        axes.bar(
            places, list(heights.values()), 1 / (len(bars) + 1), label="bare products" if label == "limit" else label
        )
    axes.axhline(1, color="black", lw=1)
    axes.set(yscale="log", ylabel="time of the other / ours", title="one training step")
    axes.set_xticks(range(len(TRAINING)), TRAINING, rotation=20)
    axes.legend()
