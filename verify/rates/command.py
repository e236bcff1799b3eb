"""The body of ``gradproof rates``: measure, then write what was asked for."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..report.as_json import require_writable, write_json, write_text
from ..report.rates import as_json, as_markdown
from ..report.rates_plot import ENDINGS, draw, require_matplotlib
from .result import Rates
from .run import Progress, measure


class Targets(NamedTuple):
    """Where the measurement is written to; "" is nowhere, "-" standard output, for the plot no path at all."""

    json: str
    markdown: str
    plot: str

    def require_writable(self) -> None:
        """Refuse, before anything is measured, what could not be written after it.

        Raises:
            InputError: on a path that no file can be written to, or a plot without matplotlib.
        """
        for path, option in ((self.json, "--json"), (self.markdown, "--markdown")):
            if path:
                require_writable(path, option)
        if self.plot:
            require_matplotlib()
            for ending in ENDINGS:
                require_writable(str(Path(self.plot).with_suffix(ending)), "--plot")

    @property
    def takes_output(self) -> bool:
        """Whether standard output is one of them."""
        return "-" in (self.json, self.markdown)


def rates(targets: Targets, networks: int, progress: Progress | None, **settings: Any) -> Rates:
    """Return the measurement, written to its targets; ``settings`` are those of ``verify.rates.run.measure``.

    Raises:
        InputError: on numbers out of range, or a target that cannot be written to.
    """
    targets.require_writable()
    measured = measure(networks, progress=progress, **settings)
    if targets.json:
        write_json(as_json(measured, __version__), targets.json)
    picture = draw(measured, Path(targets.plot))[0].name if targets.plot else ""
    if targets.markdown:
        write_text(as_markdown(measured, date.today().isoformat(), picture), targets.markdown)
    return measured
