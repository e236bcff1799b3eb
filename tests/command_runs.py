"""The command run in the process of the tests."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from verify import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gradproof(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command and returns exit status, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gradproof", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def debug(gradproof: Run, tmp_path: Path) -> Run:
    """Return a function that debugs a text and returns exit status, stdout and stderr."""

    def run(text: str, *options: str, name: str = "net.py") -> tuple[int, str, str]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return gradproof("debug", str(path), *options)

    return run
