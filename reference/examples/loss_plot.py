"""The plot of a loss path, for the examples that offer one; matplotlib is imported only when it is drawn."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError


def save_loss_path(losses: Sequence[float], path: Path) -> None:
    """Save the losses, on a logarithmic scale over the steps, as an image whose kind the suffix tells.

    Arguments:
        losses: positive numbers, one per step.
        path: where to, e.g. ``loss.png``; an existing file is replaced.

    Raises:
        InputError: when matplotlib is missing, or the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("--plot", "no matplotlib", "installed", "pip install 'gradproof[plot]'") from None
    figure = Figure(figsize=(6, 4), layout="tight")
    axes = figure.add_subplot()
    axes.semilogy(losses, "k.", markersize=1)
    axes.semilogy(0, losses[0], "go", label="start")
    axes.semilogy(len(losses) - 1, losses[-1], "r*", label="solution")
    axes.set(xlabel="step", ylabel="loss", title=f"loss of the solution: {losses[-1]:.5g}")
    axes.legend()
    try:
        figure.savefig(path, dpi=100)
    except (OSError, ValueError) as error:
        advice = "choose a writable path that ends in .png"
        raise InputError("--plot", f"{path} ({error})", "a file that can be written", advice) from None
