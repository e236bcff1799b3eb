"""The gate from end to end on another team's package: what it stops, what it refuses, what it lets through."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.decision import Status, environment
from bench.worlds import World

LAYERS = """
import numpy as np

def scaled(x):
    from .constants import FACTOR  # late, as many packages import
    return np.multiply(x, FACTOR) + np.tanh(x)
"""
LOOPING = LAYERS.replace("np.multiply(x, FACTOR)", "np.array([FACTOR * v for v in x])")
SUITE = """
import numpy as np
from their_package import layers

def test_scaled(benchmark):
    benchmark(layers.scaled, np.linspace(-1, 1, 2000))
"""


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = environment() | variables
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=env)


def gate(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    module = ("--module", "their_package", "--suite", "their_bench", "--base", "main")
    return run(folder, sys.executable, "-m", "bench.gate", *module, *options, **variables)


def commit(folder: Path, message: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    run(folder, "git", "add", ".")
    assert run(folder, "git", *identity, "commit", "-qm", message).returncode == 0


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with a package, its suite and committed figures, on a branch of its own."""
    folder = tmp_path_factory.mktemp("theirs")
    for name, text in {
        "their_package/__init__.py": "",
        "their_package/constants.py": "FACTOR = 2.0\n",
        "their_package/layers.py": LAYERS,
        "their_bench/test_layers.py": SUITE,
        ".gitignore": "__pycache__/\n.benchmarks/\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    run(folder, "git", "init", "-q", "-b", "main")
    commit(folder, "a package and its suite")
    updated = gate(folder, "--update")
    assert updated.returncode == 0, updated.stdout + updated.stderr
    commit(folder, "figures")
    run(folder, "git", "checkout", "-qb", "change")
    return folder


@pytest.fixture(autouse=True)
def _restored(repository: Path) -> None:
    run(repository, "git", "checkout", "-q", ".")


def test_figures_name_the_rows_and_hold_no_seconds(repository: Path) -> None:
    kept = json.loads((repository / "their_bench" / "figures.json").read_text())
    assert kept == {"rows": ["their_bench/test_layers.py::test_scaled"], "speedups": {}, "exponents": {}}


def test_unchanged_code_is_not_blamed(repository: Path) -> None:
    done = gate(repository)
    # a machine may be too busy for a verdict at all: that is said, and is no blame
    assert done.returncode in (Status.PASS, Status.NOISY), done.stdout + done.stderr
    assert "SLOWER" not in done.stdout


def test_benchmarks_that_the_user_switched_off_are_run_all_the_same(repository: Path) -> None:
    (repository / "their_package" / "layers.py").write_text(LOOPING)
    assert gate(repository, PYTEST_ADDOPTS="--benchmark-skip").returncode == Status.SLOWER


def test_a_loop_that_came_in_is_stopped_with_a_message_that_says_where(repository: Path) -> None:
    (repository / "their_package" / "layers.py").write_text(LOOPING)
    done = gate(repository)
    assert done.returncode == Status.SLOWER, done.stdout + done.stderr
    for clause in ("their_bench/test_layers.py::test_scaled", "opcodes a call", "at the base commit", "Python loop"):
        assert clause in done.stdout


def test_the_run_keeps_the_verdict_and_stays_readable_by_pytest_benchmark(repository: Path) -> None:
    (repository / "their_package" / "layers.py").write_text(LOOPING)
    gate(repository)
    kept = json.loads((repository / ".benchmarks" / "gate.json").read_text())
    assert kept["gate"]["verdict"]["status"] == "slower"
    compared = run(repository, sys.executable, "-m", "pytest_benchmark", "compare", ".benchmarks/gate.json")
    assert compared.returncode == 0
    assert "test_scaled" in compared.stdout


def test_a_renamed_benchmark_is_no_green_run(repository: Path) -> None:
    (repository / "their_bench" / "test_layers.py").write_text(SUITE.replace("test_scaled", "test_renamed"))
    done = gate(repository)
    assert done.returncode == Status.MISUSE
    assert "test_scaled: in the committed figures, but not in the suite" in done.stdout
    assert "test_renamed: not in the committed figures" in done.stdout


@pytest.mark.parametrize(
    ("suite", "complaint"),
    [
        (SUITE.replace("benchmark(layers", "assert False, benchmark(layers"), "assert False"),
        ("def test_nothing():\n    pass\n", "no result from pytest"),
        ("import missing_package\n", "missing_package"),
        (SUITE.replace("layers.scaled", "np.tanh"), "runs none of the package's own Python code"),
    ],
    ids=["failing", "empty", "broken", "measuring something else"],
)
def test_a_suite_without_results_is_no_green_run(repository: Path, suite: str, complaint: str) -> None:
    (repository / "their_bench" / "test_layers.py").write_text(suite)
    done = gate(repository)
    assert done.returncode == Status.MISUSE
    assert complaint in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "clauses"),
    [
        (["--base", "nowhere"], ["git merge-base", "nowhere", "fetch"]),
        (["--module", "absent"], ["--module", "absent", "pip -e"]),
        (["--suite", "absent"], ["--suite", "'absent'", "give its path"]),
        (["--figures", "absent.json"], ["absent.json", "--update"]),
    ],
)
def test_misuse_is_told_without_a_traceback(repository: Path, options: list[str], clauses: list[str]) -> None:
    done = gate(repository, *options)
    assert done.returncode == Status.MISUSE
    assert "Traceback" not in done.stderr
    for clause in clauses:
        assert clause in done.stderr


def test_two_copies_of_a_package_live_side_by_side_with_their_late_imports(tmp_path: Path) -> None:
    worlds = []
    for side, factor in (("head", 2), ("base", 3)):
        package = tmp_path / side / "twice_loaded"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("def f():\n    from twice_loaded.late import FACTOR\n    return FACTOR\n")
        (package / "late.py").write_text(f"FACTOR = {factor}\n")
        worlds.append(World(["twice_loaded"], tmp_path / side, tmp_path / "suite"))
    functions = []
    for world in worlds:
        with world.active():
            import twice_loaded

            functions.append(twice_loaded.f)
    answers = []
    for world, function in zip(worlds, functions, strict=True):
        with world.active():
            answers.append(function())
    assert answers == [2, 3]
    assert "twice_loaded" not in sys.modules
