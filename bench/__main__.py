"""Run all suites, print the table, save the JSON and the picture.

Run: ``make bench``, or ``python -m bench [-k EXPRESSION] [--read]``
"""

import argparse
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from .decision import environment
from .plots import draw
from .record import read, rows
from .table import table


def main() -> int:
    """Measure, unless an earlier run is to be read; print and save."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/bench.json"), help="where the run is kept")
    parser.add_argument("--read", action="store_true", help="measure nothing: show the run that is kept")
    parser.add_argument("-k", default="", help="only the rows that pytest's -k selects")
    options = parser.parse_args()
    if not options.read:
        status = measure(options.json, options.k)
        if status:
            return status
    measured = rows(read(options.json))
    Console(width=None if sys.stdout.isatty() else 160).print(table(measured))
    print("saved", options.json, *draw(measured, options.json))
    return 0


def measure(path: Path, keyword: str) -> int:
    """Run the suites; return pytest's exit status."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pytest", "bench", "-q", "--no-header", "-o", "addopts=", "-p", "no:cacheprovider"]
    command += ["--benchmark-disable-gc", "--benchmark-columns=min", f"--benchmark-json={path}", "--benchmark-quiet"]
    return subprocess.run(command + (["-k", keyword] if keyword else []), env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
