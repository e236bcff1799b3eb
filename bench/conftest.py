"""Every row's ``benchmark`` fixture can time rivals; every table entry has a row, or nothing runs."""

from collections.abc import Iterator

import pytest

from bench.primitives import require_every_entry
from bench.rounds import Rounds


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Hand the test a ``Rounds`` in place of the fixture, unless the gate has done so."""
    fixture = pyfuncitem.funcargs.get("benchmark")
    if fixture is None or isinstance(fixture, Rounds):
        return (yield)
    pyfuncitem.funcargs["benchmark"] = Rounds(fixture)
    try:
        return (yield)
    finally:
        pyfuncitem.funcargs["benchmark"] = fixture


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark of rows that the gate leaves out."""
    config.addinivalue_line("markers", "ungated(why): a row that the gate leaves out")


def pytest_collection_modifyitems() -> None:
    """Refuse to run a suite that leaves an entry of the tables out."""
    require_every_entry()
