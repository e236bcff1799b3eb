"""The command as a process: what goes to which stream, Ctrl-C, and no traceback for any misuse."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select

import pytest

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "verify")


def started(*arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start the command in a session of its own, as a terminal would."""
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
        env=environment,
    )


def ended(*arguments: str) -> tuple[int, str, str]:
    """Run the command to its end and return its exit status, standard output and standard error."""
    process = started(*arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def interrupted(sign: str, *arguments: str) -> tuple[int, str, str]:
    """Interrupt the command once its terminal shows a sign; return what ``ended`` does."""
    ours, theirs = pty.openpty()
    process = started(*arguments, stderr=theirs)
    os.close(theirs)
    shown = ""
    for piece in pieces(ours):
        met, shown = re.search(sign, shown), shown + piece
        if not met and re.search(sign, shown):
            os.killpg(process.pid, signal.SIGINT)
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out, shown


def pieces(terminal: int) -> Iterator[str]:
    """Yield what is written to a terminal, until nobody can write to it any more."""
    with suppress(OSError):  # how Linux tells the end
        while select([terminal], [], [], 120)[0] and (piece := os.read(terminal, 4096)):
            yield piece.decode(errors="replace")


def test_standard_output_is_json_alone_and_standard_error_is_empty_where_nobody_watches() -> None:
    status, out, err = ended("verify", "--cases", "3", "--workers", "1", "--oracle", "local", "--json", "-")
    assert (status, err) == (0, "")
    assert json.loads(out)["networks"] == 3


@pytest.mark.parametrize(
    ("arguments", "clause"),
    [
        (("--cases", "two"), "'--cases'"),
        (("--seed", "-1"), "'--seed'"),
        (("--time-budget", "soon"), "'--time-budget'"),
        (("--casess", "2"), "--casess"),
    ],
)
def test_an_option_of_the_wrong_type_exits_with_2_and_no_traceback(arguments: tuple[str, str], clause: str) -> None:
    from typer.testing import CliRunner

    from verify.cli import app

    result = CliRunner().invoke(app, ["verify", *arguments])
    assert result.exit_code == 2
    assert clause in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--architecture", "1000000-1000000 tanh mse"),
        ("--max-width", "100000000", "--cases", "2", "--workers", "1"),
    ],
)
def test_networks_beyond_the_memory_end_in_one_line(arguments: tuple[str, ...]) -> None:
    status, out, err = ended("verify", *arguments)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "out of memory" in err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_campaign_reports_what_was_done_and_exits_with_130(workers: str) -> None:
    campaign = ("verify", "--cases", "1000000", "--oracle", "local", "--workers", workers)
    status, out, err = interrupted(r"[1-9]\d*/1000000", *campaign)
    assert status == 130
    assert "of 1,000,000 networks (interrupted)" in out
    assert "Traceback" not in err
    assert "Error" not in err


def test_an_interrupt_while_the_autodiff_program_is_compiled_ends_cleanly() -> None:
    process = started("verify", "--cases", "1000000", "--workers", "1")
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
