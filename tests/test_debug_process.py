"""``gradproof debug`` as a process of its own, interrupted."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.debugged_programs import RUNNING

ROOT = Path(__file__).parent.parent


def test_an_interrupt_ends_the_command_and_the_program_it_watches_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("while True:\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "verify", "debug", str(path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith(f"{RUNNING} net.py")
    until = time.monotonic() + 20
    while len(watched := children(process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert len(watched) >= 2
    time.sleep(0.5)
    assert [child for child in watched if is_alive(child)] == []


def children(process: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    found = [int(p) for p in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]
    return found + [deeper for child in found for deeper in children(child)]


def is_alive(process: int) -> bool:
    """Return whether a process is there and no zombie that nobody has asked about."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
