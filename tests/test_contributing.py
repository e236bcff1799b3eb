"""The contributors' guide keeps its word: its commands and its files exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_make_target_in_the_guide_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"make ([a-z-]+)", GUIDE)
    assert {"verify", "test", "lint"} <= set(named) <= set(targets)


def test_every_file_named_in_the_guide_exists() -> None:
    named = re.findall(r"`((?:reference|verify|tests|\.ci)/[\w./]*)`", GUIDE)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_table_named_in_the_guide_exists() -> None:
    named = set(re.findall(r"`([A-Z_]{4,}|\w+_twins)`", GUIDE))
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("[rv]e*/**/*.py"))
    assert {"TWINS", "TRUTHS", "activation_twins"} <= named
    assert [name for name in named if not re.search(rf"^(def )?{name}\b", sources, re.MULTILINE)] == []
