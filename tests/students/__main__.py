"""Write the files of the zoo, and what is true of each, into a folder.

Run: ``python -m tests.students FOLDER [--part PART] [--only PATTERN]``
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tests.students.zoo import FOLDERS, Case, cases


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(prog="python -m tests.students", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=FOLDERS, default="seen", help="which files")
    parser.add_argument("--only", default="", help="only the files whose name contains this")
    options = parser.parse_args()
    chosen = [case for case in cases(options.part) if options.only in case.name]
    write(chosen, options.folder)
    print(f"{len(chosen)} files and truth.json in {options.folder}")


def write(chosen: list[Case], folder: Path) -> None:
    """Write each case's source, and ``truth.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in chosen:
        (folder / f"{case.name}{case.suffix}").write_text(case.content, encoding="utf-8")
    hidden = ("source", "check")
    truths = {case.name: {k: v for k, v in asdict(case).items() if k not in hidden} for case in chosen}
    (folder / "truth.json").write_text(json.dumps(truths, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
