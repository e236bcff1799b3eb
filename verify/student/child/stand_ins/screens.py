"""Libraries that draw, count or compile: nothing is drawn, everything else goes on."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .anything import Anything
from .finder import Contents
from .formats import content

SCREENS = frozenset(
    (
        *("matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "graphviz", "pydot", "networkx"),
        *(
            "IPython",
            "ipywidgets",
            "ipdb",
            "wandb",
            "tensorboardX",
            "google",
            "kaggle",
            "rich",
            "termcolor",
            "colorama",
        ),
        *(
            "tqdm",
            "progressbar",
            "alive_progress",
            "numba",
            "pygame",
            "turtle",
            "tkinter",
            "pdb",
            "prettytable",
            "click",
            "fire",
        ),
    )
)


class Progress(Anything):
    """A progress bar that shows nothing."""

    def __init__(self, over: Iterable[Any] = (), *_: Any, **__: Any) -> None:
        super().__init__("tqdm")
        object.__setattr__(self, "_over", over)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._over)

    def __len__(self) -> int:
        return len(self._over)


def unchanged(*given: Any, **_: Any) -> Any:
    """Stand in for a decorator, with or without arguments."""
    return given[0] if len(given) == 1 and callable(given[0]) else _same


def _same(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function."""
    return function


def steps(*given: Any, **_: Any) -> Progress:
    """Stand in for trange."""
    return Progress(range(*(g for g in given if isinstance(g, int))))


_BARS = {"tqdm": Progress, "trange": steps, "tqdm_notebook": Progress}
_COMPILERS = {"jit": unchanged, "njit": unchanged, "vectorize": unchanged, "prange": range}


class Uploaded(dict[str, bytes]):
    """Files that were uploaded to a notebook, whatever they are called."""

    def __missing__(self, name: str) -> bytes:
        return content(name)

    def __iter__(self) -> Iterator[str]:
        return iter(["data.csv"])


SCREEN_CONTENTS: Contents = {
    "google.colab.files": {"upload": Uploaded},
    "tqdm": _BARS,
    "tqdm.auto": _BARS,
    "tqdm.notebook": _BARS,
    "tqdm.std": _BARS,
    "numba": _COMPILERS,
}
