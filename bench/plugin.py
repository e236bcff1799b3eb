"""The gate's pytest plugin: every row of a suite is timed base-head-base, after its counts are taken.

For each row the suite's test function is run twice: as it is, and, in the world of the base commit, with
a recorder that keeps what the test hands to ``benchmark``. What it kept is the control: the same function
of the same inputs, from the other commit. Any suite on pytest-benchmark will do, as long as a test takes
what it measures from the package itself, in its body, not from a parameter or a fixture; a row that
measures one copy twice is refused.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from .gated import Control, ControlError, Gated, Head, Recorder
from .worlds import Finder, World


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the two folders, and what is loaded from them."""
    group = parser.getgroup("gate")
    group.addoption("--gate-head", type=Path, help="folder of the packages as they are")
    group.addoption("--gate-base", type=Path, help="folder of the packages at the base commit")
    group.addoption("--gate-packages", default="", help="comma-separated")
    group.addoption("--gate-budget", type=float, default=0.1, help="seconds of one row's rounds")
    group.addoption("--gate-nulls", type=int, default=4, help="rows that also compare base with base")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Load the packages from the head's folder, before the suite's own conftest can load them from elsewhere."""
    options = early_config.known_args_namespace
    packages = options.gate_packages.split(",")
    sys.meta_path.insert(0, Finder(packages, options.gate_head))
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks below."""
    config.addinivalue_line("markers", "ungated(why): a row that the gate leaves out")
    config.pluginmanager.register(Gate(config, config.getoption("--gate-packages").split(",")), "gate")


class Gate:
    """The rows of one run, and the worlds that they are measured in."""

    def __init__(self, config: pytest.Config, packages: list[str]) -> None:
        suite = config.args[0].partition("::")[0]
        folder = Path(config.invocation_params.dir, suite).resolve()
        folder = folder if folder.is_dir() else folder.parent
        base = config.getoption("--gate-base").resolve()
        head = config.getoption("--gate-head").resolve()
        folders = [head / package for package in packages]
        self.head = Head(World(packages, head, folder), folders, config.getoption("--gate-budget"))
        self.base = [base / package for package in packages]
        self.worlds = [World(packages, base, folder) for _ in range(2)]
        self.nulls = config.getoption("--gate-nulls")
        self.rows: list[str] = []
        self.null_rows: set[str] = set()
        self.errors: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is marked as ungated, and what is no benchmark."""
        gated = [
            i for i in items if "benchmark" in getattr(i, "fixturenames", ()) and not i.get_closest_marker("ungated")
        ]
        config.hook.pytest_deselected(items=[i for i in items if i not in set(gated)])
        items[:] = gated
        self.rows = [item.nodeid for item in gated]
        stride = max(1, len(self.rows) // max(1, self.nulls))
        self.null_rows = set(self.rows[stride // 2 :: stride][: self.nulls])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        """Hand the test its measuring fixture, with the control from the base commit."""
        fixture = pyfuncitem.funcargs["benchmark"]
        self.head.world.take_over()
        base, again = self.worlds
        try:
            control = self.control(pyfuncitem, base)
            null = self.control(pyfuncitem, again) if pyfuncitem.nodeid in self.null_rows else None
        except ControlError as error:
            fixture.extra_info["control"] = str(error)
            pyfuncitem.funcargs["benchmark"] = Gated(fixture, None, None, self.head)
        else:
            pyfuncitem.funcargs["benchmark"] = Gated(fixture, control, null, self.head)
        try:
            return (yield)
        finally:
            pyfuncitem.funcargs["benchmark"] = fixture

    def control(self, item: pytest.Function, world: World) -> Control:
        """Return the row's call as the world's copy of the test makes it.

        Raises:
            ControlError: when that copy cannot be imported or fails: it may well not exist there.
        """
        recorder = Recorder()
        try:
            with world.active():
                function: Any = import_module(item.module.__name__)
                for name in (*([item.cls.__name__] if item.cls else []), item.originalname):
                    function = getattr(function() if isinstance(function, type) else function, name)
                wanted = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
                function(**wanted | {"benchmark": recorder})
        except Exception as error:
            raise ControlError(f"fails at the base commit: {type(error).__name__}: {error}") from error
        if recorder.target is None:
            raise ControlError("measures nothing at the base commit")
        return Control(recorder, world, self.base)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep why a row failed or was skipped: pytest-benchmark would drop it without a word."""
        if not report.passed:
            self.errors[report.nodeid] = str(report.longreprtext).strip().splitlines()[-1]

    @pytest.hookimpl(optionalhook=True)
    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        """Add which rows there should be, and which failed."""
        output_json["gate"] = {"schema": 1, "rows": self.rows, "errors": self.errors}
