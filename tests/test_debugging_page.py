"""What the docs show of ``gradproof debug`` is what it prints; run as a module, this brings them up to date."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.student.debug import diagnose
from verify.student.mistakes.catalogue import CATALOGUE, SEEN_OTHERWISE

ROOT = Path(__file__).parent.parent
PAGE, README = ROOT / "docs" / "debugging.md", ROOT / "README.md"
SHOWN = re.compile(
    r"```python\n(?P<program>[^`]*)```\n\n"
    r"```console\ngradproof debug (?P<name>\S+)\n```\n\n"
    r"```text\n(?P<output>[^`]*)```"
)
TABLE = re.compile(r"(?<=<!-- catalogue -->\n).*(?=<!-- end of catalogue -->)", re.DOTALL)
CUT = "  ...\n"


def reported(program: str, name: str) -> str:
    """Return what the command prints of a program."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(program, encoding="utf-8")
        return f"{diagnose(path)}\n".replace(str(path), name)


def table() -> str:
    """Return the catalogue as a table."""
    rows = ["| id | mistake | wrong | right | seen otherwise |", "| --- | --- | --- | --- | --- |", *_rows()]
    return "\n".join(rows) + "\n"


def _rows() -> Iterator[str]:
    for bug in CATALOGUE.values():
        cells = (bug.id, bug.name, bug.wrong, bug.right, SEEN_OTHERWISE.get(bug.id, ""))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def steady(report: str) -> str:
    """Return a report without what differs between machines and runs."""
    report = re.sub(r"differences \S+ \+- \S+\)", "differences)", report)
    return re.sub(r", \d+\.\d s\n", ", some time\n", report)


@pytest.mark.parametrize("page", [PAGE, README], ids=lambda p: p.name)
def test_the_report_of_a_page_is_the_one_of_the_program_beside_it(page: Path) -> None:
    (shown,) = SHOWN.finditer(page.read_text(encoding="utf-8"))
    wanted = steady(shown["output"])
    told = steady(reported(shown["program"], shown["name"]))
    if wanted.endswith(CUT):
        wanted = wanted.removesuffix(CUT)
        assert wanted
        assert told.startswith(wanted)
    else:
        assert told == wanted


def test_the_table_of_mistakes_is_the_catalogue() -> None:
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == table()


def test_every_verdict_of_the_report_is_explained() -> None:
    from verify.report.diagnosis_text import HEADLINES

    text = PAGE.read_text(encoding="utf-8")
    for headline in HEADLINES.values():
        assert f"| {headline.partition(':')[0].replace(' from the network it seems to be', '')} |" in text


def brought_up_to_date(text: str) -> str:
    """Return a page with the report and the table that it should show; a report that is cut stays as long as it is."""

    def renewed(shown: re.Match[str]) -> str:
        told = reported(shown["program"], shown["name"])
        old = shown["output"]
        if old.endswith(CUT):
            told = "".join(told.splitlines(keepends=True)[: old.count("\n") - 1]) + CUT
        return shown[0].removesuffix(f"{old}```") + f"{told}```"

    return TABLE.sub(lambda _: table(), SHOWN.sub(renewed, text))


if __name__ == "__main__":
    for page in (PAGE, README):
        page.write_text(brought_up_to_date(page.read_text(encoding="utf-8")), encoding="utf-8")
