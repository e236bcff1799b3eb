"""Run the debugger over the zoo and print how often it was right, by shape and by mistake.

Run: ``make debug-rates``, or
``python -m tests.students.rates [--part PART] [--only PATTERN] [--json PATH] [--write PAGE]``
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.students.asking import ask
from tests.students.scoring import Answer, Score, score
from tests.students.tables import Marked, page
from tests.students.zoo import FOLDERS, Case, cases


def main() -> int:
    """Measure, print, and save what is asked for."""
    options = arguments()
    marked = list(measure(chosen(options.part, options.only)))
    text = page(marked, options.part)
    print(text)
    if options.json:
        options.json.write_text(json.dumps([record(*row) for row in marked], indent=1), encoding="utf-8")
    if options.write:
        fill(options.write, options.part, text)
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.students.rates", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--part", choices=FOLDERS, default="seen", help="which files")
    parser.add_argument("--only", default="", help="only the files whose name contains this; several with commas")
    parser.add_argument("--json", type=Path, help="where every answer is kept")
    parser.add_argument("--write", type=Path, help="the page of the docs to bring up to date")
    return parser.parse_args()


def chosen(part: str, only: str) -> list[Case]:
    """Return the cases of a part whose name contains one of the patterns."""
    return [case for case in cases(part) if any(pattern in case.name for pattern in only.split(","))]


def measure(wanted: list[Case]) -> Iterator[Marked]:
    """Yield every case with its answer and its marks."""
    for done, (case, given) in enumerate(zip(wanted, ask(wanted), strict=True), 1):
        if sys.stderr.isatty():
            print(f"\r{done}/{len(wanted)} {case.name:<60}", end="", file=sys.stderr)
        yield case, given, score(case, given)


def record(case: Case, given: Answer, marks: Score) -> dict[str, object]:
    """Return one row for the JSON file."""
    truth = {"verdicts": case.verdicts, "faults": case.faults, "bugs": case.bugs, "lines": case.lines}
    said = {"verdict": given.verdict, "fault": given.fault, "names": given.names, "line": given.line}
    return {"name": case.name, "truth": truth, "said": said, "marks": asdict(marks), "seconds": given.seconds}


def fill(path: Path, part: str, text: str) -> None:
    """Replace one part's section of the page, and leave the other's."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    old = path.read_text(encoding="utf-8")
    before, _, rest = old.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
