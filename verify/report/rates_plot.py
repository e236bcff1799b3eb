"""The picture of the rates: the share of planted mistakes seen, against their size, ours and the others'."""

from pathlib import Path
from typing import Any

from reference import InputError

from ..crosscheck import ORACLES
from ..rates.peers import PEERS
from ..rates.planted import PLANTS
from ..rates.power import SIZES, Key, Power
from ..rates.result import Rates

ENDINGS = (".png", ".svg")


def require_matplotlib() -> None:
    """Refuse where matplotlib is missing.

    Raises:
        InputError: naming the extra that brings it.
    """
    try:
        import matplotlib  # noqa: F401 - asked for, not used
    except ImportError:
        raise InputError("--plot", "no matplotlib", "installed", "run pip install 'gradproof[plot]'") from None


def draw(rates: Rates, path: Path) -> list[Path]:
    """Save the picture as PNG and SVG beside each other; return where.

    Matplotlib is imported here, so that nothing else needs it.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((15, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, kind in zip(figure.subplots(1, len(PLANTS), sharey=True), PLANTS, strict=True):
        _curves(rates.together, kind, axes)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    figure.axes[0].set_ylabel("share seen")
    saved = [path.with_suffix(ending) for ending in ENDINGS]
    with matplotlib.rc_context({"svg.hashsalt": "gradproof"}):  # the same picture is the same file
        for target in saved:
            figure.savefig(target, dpi=110, metadata={"Date": None} if target.suffix == ".svg" else None)
    return saved


def _curves(power: Power, kind: str, axes: Any) -> None:
    for number, witness in enumerate((*ORACLES, *PEERS)):
        found = [(size, power.detections.get(Key(kind, size, witness))) for size in SIZES]
        points = [(size, detection.share) for size, detection in found if detection]
        if points:
            ours = witness in ORACLES
            label = f"ours, {witness}" if ours else witness
            axes.plot(
                *zip(*points, strict=True), ls="-" if ours else "--", marker="o" if ours else "s", ms=4, label=label
            )
            axes.lines[-1].set_color(f"C{number}")
    axes.set(xscale="log", xlabel="size of the mistake, relative", title=f"{kind} wrong", ylim=(-0.03, 1.03))
    axes.invert_xaxis()
    axes.grid(alpha=0.3)
