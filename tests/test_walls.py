"""Who may import whom: read from the syntax tree of every file, and from what a fresh interpreter loads."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("reference", "verify", "bench", "tests")
FILES = {p.relative_to(ROOT).as_posix(): p for name in PACKAGES for p in sorted((ROOT / name).rglob("*.py"))}
HEAVY = ("jax", "mpmath", "rich", "typer", "matplotlib", "torch")

# The only homes of what is slow to import or easy to lean on; outside them nobody may.
HOMES = {
    "jax": ("verify/oracles/autodiff.py",),
    "mpmath": ("verify/oracles/exact.py",),
    "typer": ("verify/cli.py", "verify/debug_command.py"),
    "rich": ("verify/cli.py", "verify/debug_command.py", "verify/report/"),
    "torch": ("verify/oracles/pytorch.py",),
    "matplotlib": ("reference/examples/", "verify/report/"),
    "scipy": ("reference/", "verify/"),
}
# The debugger's stages: each uses what stands before it.
STAGES = ("source", "runs", "reading", "mistakes", "judging", "telling")


class Import(NamedTuple):
    """One import: the dotted name with what is taken from it, its level of dots, and whether it runs at import."""

    name: str
    level: int
    at_import: bool

    @property
    def package(self) -> str:
        """The first part of the name; empty for a relative import."""
        return "" if self.level else self.name.partition(".")[0]


def imports(tree: ast.AST) -> Iterator[Import]:
    """Yield every import of a module; one inside a function, or for type checkers only, runs later or never."""
    later = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) or is_typing(f) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, 0, id(node) not in later) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"{node.module}." if node.module else ""
            yield from (Import(base + alias.name, node.level, id(node) not in later) for alias in node.names)


def is_typing(node: ast.AST) -> bool:
    """Return whether the node is ``if TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@cache
def imports_of(file: str) -> tuple[Import, ...]:
    """Return every import of one of FILES."""
    return tuple(imports(ast.parse(FILES[file].read_text(encoding="utf-8"))))


def files_of(package: str) -> list[str]:
    """Return the files of one package."""
    return [file for file in FILES if file.startswith(f"{package}/")]


def declared() -> set[str]:
    """Return the packages that the project says it depends on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    every = [*project["dependencies"], *extras["plot"], *extras["peers"]]
    return {re.split(r"[^\w-]", wanted)[0] for wanted in every}


@pytest.mark.parametrize("file", files_of("reference"))
def test_the_reference_imports_numpy_scipy_special_the_standard_library_and_itself(file: str) -> None:
    allowed = {"numpy", "scipy", *sys.stdlib_module_names}
    for found in imports_of(file):
        plots = found.package == "matplotlib" and file.startswith("reference/examples/") and not found.at_import
        assert found.level or found.package in allowed or plots, f"{file} imports {found.name}"
        assert found.package != "scipy" or found.name.startswith("scipy.special"), f"{file} imports {found.name}"


@pytest.mark.parametrize("file", files_of("reference"))
def test_no_relative_import_leaves_the_reference(file: str) -> None:
    depth = file.count("/")
    assert all(found.level <= depth for found in imports_of(file))


@pytest.mark.parametrize("file", files_of("reference") + files_of("verify"))
def test_what_is_installed_imports_neither_tests_nor_benchmarks(file: str) -> None:
    plugin = {"pytest"} if file == "verify/pytest_plugin.py" else set()  # only pytest itself imports it
    assert not {found.package for found in imports_of(file)} & {"tests", "bench", "pytest", "hypothesis"} - plugin


@pytest.mark.parametrize("file", [f for stage in STAGES for f in files_of(f"verify/student/{stage}")])
def test_a_stage_of_the_debugger_uses_the_stages_before_it(file: str) -> None:
    folder = file.split("/")[:-1]
    for found in imports_of(file):
        target = [*folder[: len(folder) + 1 - found.level], *found.name.split(".")] if found.level else []
        if target[:2] == folder[:2] and len(target) > 3:
            later = STAGES[STAGES.index(folder[2]) + 1 :]
            assert target[2] not in {*later, "debug", "live", "inferred"}, f"{file} imports {'.'.join(target)}"


@pytest.mark.parametrize("file", files_of("bench"))
def test_no_benchmark_imports_the_tests(file: str) -> None:
    assert "tests" not in {found.package for found in imports_of(file)}


@pytest.mark.parametrize("file", files_of("verify"))
def test_the_verifier_imports_only_what_the_project_depends_on(file: str) -> None:
    allowed = {"", "reference", "verify", *declared(), *sys.stdlib_module_names}
    allowed |= {"pytest"} if file == "verify/pytest_plugin.py" else set()
    assert {found.package for found in imports_of(file)} <= allowed


@pytest.mark.parametrize("package", HOMES)
def test_each_heavy_package_stays_in_its_home(package: str) -> None:
    for file in files_of("reference") + files_of("verify"):
        if package in {found.package for found in imports_of(file)}:
            assert file.startswith(HOMES[package]), f"{file} imports {package}"


@pytest.mark.parametrize("package", ["jax", "mpmath", "matplotlib", "torch"])
def test_slow_packages_are_imported_inside_functions(package: str) -> None:
    for file in files_of("reference") + files_of("verify"):
        assert package not in {found.package for found in imports_of(file) if found.at_import}, file


@cache
def loaded(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after a statement."""
    script = f"import sys; {statement}; print(*sys.modules, sep='\\n')"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("statement", ["import reference", "import verify"])
def test_a_bare_import_loads_nothing_heavy(statement: str) -> None:
    assert not loaded(statement) & set(HEAVY)


def test_no_oracle_loads_its_library_before_it_runs() -> None:
    assert not loaded("import verify.oracles.exact, verify.crosscheck, verify.functions") & set(HEAVY)


def test_the_reference_alone_loads_none_of_the_verifier() -> None:
    assert not {name for name in loaded("import reference") if name.partition(".")[0] in ("verify", "bench", "tests")}


def test_the_reader_of_imports_sees_what_these_tests_rely_on() -> None:
    source = "import a.b\nfrom .c import d\nif TYPE_CHECKING:\n    import e\ndef f():\n    from g import h\n"
    assert set(imports(ast.parse(source))) == {
        Import("a.b", 0, True),
        Import("c.d", 1, True),
        Import("e", 0, False),
        Import("g.h", 0, False),
    }
    assert len(FILES) > 30
