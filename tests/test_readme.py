"""The README keeps its word: its programs print what it says, its commands are the two a newcomer needs."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
PROGRAM = re.compile(r"```python\n(?P<program>(?:(?!```).)*)```\s+```text\n(?P<output>.*?)```", re.DOTALL)
SHOWN = [match.groupdict() for match in PROGRAM.finditer(README.read_text(encoding="utf-8"))]


def test_the_readme_shows_a_program_with_its_output() -> None:
    assert len(SHOWN) == 2


@pytest.mark.parametrize("shown", SHOWN, ids=["check_gradients", "verify_network"])
def test_a_program_of_the_readme_prints_what_the_readme_says(
    shown: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(shown["program"], {})
    assert steady(capsys.readouterr().out) == steady(shown["output"])


def steady(report: str) -> str:
    """Return the report without the sizes of rounding errors, which differ between processors."""
    report = re.sub(r"differences \S+ \+- \S+\)", "differences)", report)
    return re.sub(r"closest call at \S+ of", "closest call at some part of", report)


def test_the_first_two_commands_are_make_verify_and_make_test() -> None:
    commands = re.findall(r"```console\n(.*?)\n", README.read_text(encoding="utf-8"))
    assert commands[:2] == ["make verify", "make test"]


def test_every_file_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README.read_text(encoding="utf-8"))
    assert [link for link in links if not (README.parent / link).exists()] == []
