"""Every float32: all of them, each once; what is off is counted; interrupted passes go on where they were."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference import ELEMENTWISE
from verify.certify import sweep
from verify.certify.census import CLASSES, Census, Single, census, rank

EVERYWHERE = np.arange(0, 2**32, 262_139, dtype=np.uint64).astype(np.uint32).view(np.float32)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make a pass over four chunks of 512 numbers, and keep it in a folder of its own."""
    for name, value in (("CHUNK", 512), ("CHUNKS", 4), ("PIECE", 256)):
        monkeypatch.setattr(sweep, name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def wrong(name: str, monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    """Replace parts of an entry."""
    monkeypatch.setitem(ELEMENTWISE, name, dataclasses.replace(ELEMENTWISE[name], **parts))


def test_the_chunks_are_all_float32_each_once() -> None:
    assert sweep.CHUNK * sweep.CHUNKS == sweep.INPUTS == 2**32
    assert sweep.CHUNK % sweep.PIECE == 0
    bits = sweep.inputs(sweep.CHUNK * 5, sweep.CHUNK).view(np.uint32)
    assert (bits[0], bits[-1]) == (5 * sweep.CHUNK, 6 * sweep.CHUNK - 1)
    assert (np.diff(bits) == 1).all()


def test_the_rank_counts_floats_across_zero() -> None:
    x = np.array([-1e-45, -0.0, 0.0, 1e-45, 3e-45], np.float32)
    assert rank(x).tolist() == [-1, 0, 0, 1, 2]
    assert np.all(np.diff(rank(np.sort(EVERYWHERE[np.isfinite(EVERYWHERE)]))) > 0)


@pytest.mark.parametrize("part", ["forward", "derivative"])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_input_makes_a_number_of_nan_or_nan_of_a_number_or_warns(name: str, part: str) -> None:
    found = census(name, part, EVERYWHERE)
    assert found.inputs == EVERYWHERE.size
    assert (found.not_numbers, found.warned) == (0, 0)


@pytest.mark.parametrize("name", ["linear", "relu", "relu6", "hard_tanh"])
def test_what_only_chooses_is_exact(name: str) -> None:
    for part in ("forward", "derivative"):
        assert census(name, part, EVERYWHERE) == Census((EVERYWHERE.size, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(("off", "kind"), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (8, 4), (9, 5), (1000, 5)])
def test_a_distance_is_counted_in_its_class(off: int, kind: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(z: Single) -> Single:
        return (
            z
            if z.dtype == np.float64
            else (z.view(np.int32) + np.int32(off) * (z > 2)).astype(np.int32).view(np.float32)
        )

    wrong("linear", monkeypatch, forward=forward)
    found = census("linear", "forward", np.array([1, 2, 3, 4], np.float32))
    assert found.counts[kind] == 2
    assert found.counts[0] == 2
    assert (found.worst, found.at) == (off, 3.0)
    assert len(found.counts) == len(CLASSES) + 1


def test_a_nan_that_should_be_a_number_is_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def forward(z: Single) -> Single:
        return z if z.dtype == np.float64 else np.where(z == 3, np.float32(np.nan), z)

    wrong("linear", monkeypatch, forward=forward)
    found = census("linear", "forward", np.array([1, 3, np.nan], np.float32))
    assert (found.not_numbers, found.counts[0], found.worst) == (1, 2, 0)


def test_near_a_root_the_error_is_absolute() -> None:
    z = np.linspace(-1.4, -1.1, 4_001).astype(np.float32)  # silu' is 0 at -1.278
    found = census("silu", "derivative", z)
    assert found.near_root > 1000
    assert sum(found.counts) + found.near_root == z.size
    assert 0 < found.root_error < 2


def test_a_warning_is_counted_and_a_signalling_nan_may_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    signalling = np.array([0x7F800001, 0x3F800000], np.uint32).view(np.float32)
    assert census("sigmoid", "forward", signalling).warned == 0
    wrong("sigmoid", monkeypatch, forward=lambda z: 1 / (1 + np.exp(-z)))
    assert census("sigmoid", "forward", np.array([-100], np.float32)).warned == 1


def test_two_censuses_are_one_in_either_order() -> None:
    halves = [census("gaussian", "forward", half) for half in np.array_split(EVERYWHERE, 2)]
    assert halves[0].merged(halves[1]) == halves[1].merged(halves[0])
    assert halves[0].merged(halves[1]).counts == census("gaussian", "forward", EVERYWHERE).counts


@pytest.mark.usefixtures("small")
def test_an_interrupted_pass_keeps_what_was_done_and_goes_on_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.run("sigmoid", 1, impatient)
    assert sweep.kept("sigmoid").done == {0, 1}
    assert not sweep.kept("sigmoid").whole
    chunks, do = [], sweep.do
    monkeypatch.setattr(sweep, "do", lambda job: chunks.append(job.chunk) or do(job))
    found = sweep.run("sigmoid", 1)
    assert chunks == [2, 3]
    assert found.whole
    assert found == sweep.kept("sigmoid")
    assert found.forward == census("sigmoid", "forward", sweep.inputs(0, 2048))


@pytest.mark.usefixtures("small")
def test_what_was_found_of_other_code_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep.run("tanh", 1)
    assert sweep.kept("tanh").whole
    monkeypatch.setattr(sweep, "machine", lambda: "another machine")
    assert sweep.kept("tanh").done == frozenset()


@pytest.mark.usefixtures("small")
def test_a_spoiled_file_is_begun_again(tmp_path: Path) -> None:
    sweep.run("relu", 1)
    (file,) = (tmp_path / "gradproof" / "float32").iterdir()
    file.write_text('{"done": [0, 1]')
    assert sweep.run("relu", 1).whole
    assert list(file.parent.iterdir()) == [file]


def test_the_fingerprint_tells_activations_of_different_files_apart() -> None:
    assert sweep.fingerprint("relu") == sweep.fingerprint("relu6")
    assert len({sweep.fingerprint(name) for name in ("relu", "tanh", "gelu", "sin")}) == 4
