"""The pytest fixture ``gradproof_debug``; pytest finds it by itself where gradproof is installed."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def gradproof_debug() -> Callable[..., Any]:
    """Return a function like ``verify.debug`` that fails the test unless every gradient is right.

    It takes the arguments of ``verify.debug`` and returns the diagnosis. The test fails with the whole report where
    a gradient is wrong, and also where nothing could be judged: a check that saw nothing has not passed.
    """
    from .student.live import debug

    def checked(*given: Any, **named: Any) -> Any:
        diagnosis = debug(*given, **named)
        if diagnosis.exit_code:
            pytest.fail(str(diagnosis), pytrace=False)
        return diagnosis

    return checked
