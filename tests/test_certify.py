"""The certificate: true values, points, search, scores; what is planted is found, and what is right is left alone."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, LOSSES, InputError
from reference.arrays import Array
from verify.certify import run
from verify.certify.function import PARTS, Function, function
from verify.certify.looking import look, ulps
from verify.certify.measure import measure
from verify.certify.peers import values
from verify.certify.run import certify
from verify.certify.search import climb
from verify.certify.shape import shape
from verify.certify.truth import DIGITS, sensitivity, settled, true_value
from verify.oracles import pytorch
from verify.oracles.exact import context

mp = context()
KINDS = ("tanh", "log_softmax", "softmax", "bce", "softmax_cross_entropy", "huber")


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that replaces fields of an entry."""

    def planted(name: str, **fields: Any) -> None:
        table: Any = ACTIVATIONS if name in ACTIVATIONS else LOSSES
        monkeypatch.setitem(table, name, dataclasses.replace(table[name], **fields))

    return planted


def broken(name: str, points: int = 60) -> str:
    """Return what a certificate of one entry says is broken, without the frameworks."""
    found = [measure(name, part, points, 0, ()) for part in PARTS]
    return "\n".join(sentence for m in found for sentence in run.faults(m))


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "relu6", "log_softmax", "mae", "bce_with_logits", "hinge"])
def test_a_right_entry_is_never_blamed(name: str) -> None:
    assert broken(name) == ""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ["tanh", "mse"])
def test_a_relative_error_of_1e_14_is_found(name: str, part: str, plant: Callable[..., None]) -> None:
    f = getattr((ACTIVATIONS | LOSSES)[name], part)
    plant(name, **{part: lambda *x: f(*x) * (1 + 1e-14)})
    assert f"{name} {part}: " in broken(name)
    assert "of 4 (1 + k) ulp at (" in broken(name)
    assert f"{name} {PARTS[part == 'forward']}" not in broken(name)


def test_an_error_in_the_far_tail_alone_is_found(plant: Callable[..., None]) -> None:
    f = ACTIVATIONS["silu"].derivative
    plant("silu", derivative=lambda z: f(z) * np.where(z < -650, 1 + 1e-9, 1))
    assert "silu derivative: " in broken("silu")
    assert "silu forward" not in broken("silu")


def test_an_error_beside_a_kink_alone_is_found(plant: Callable[..., None]) -> None:
    f = ACTIVATIONS["relu6"].derivative
    plant("relu6", derivative=lambda z: np.where((z > 6) & (z < 6 + 1e-14), 1, f(z)))
    assert "relu6 derivative: inf of 4 (1 + k) ulp at (6.0" in broken("relu6").replace("e+308", "")


def test_an_error_near_a_root_is_not_excused_by_the_measure_there(plant: Callable[..., None]) -> None:
    f = ACTIVATIONS["mish"].derivative
    plant("mish", derivative=lambda z: f(z) + 1e-14)
    near_root = measure("mish", "derivative", 60, 0, ()).score.near_root
    assert near_root == pytest.approx(1e-14 * 2**53 / 1.09, rel=0.1)
    assert "mish derivative: " in broken("mish")


def test_what_passes_8_ulp_needs_its_reason(plant: Callable[..., None]) -> None:
    assert broken("gaussian") == ""
    plant("gaussian", above_8_ulp="")
    assert "gaussian forward: " in broken("gaussian")
    assert "should be at most 8 or have its reason stated" in broken("gaussian")


def test_a_floating_point_warning_is_found(plant: Callable[..., None]) -> None:
    with np.errstate(over="ignore"):
        plant("sigmoid", forward=lambda z: 1 / (1 + np.exp(-z)))
        assert "sigmoid forward: a floating-point warning, should be silent" in broken("sigmoid")


def altered(name: str, part: str, compute: Callable[[Array, Array], Array]) -> Function:
    """Return a function whose result is changed by ``compute(z, result)``."""
    f = function(name, part)
    return dataclasses.replace(f, compute=lambda x: compute(x, f.compute(x)))


def shape_of(f: Function) -> Any:
    rng = np.random.default_rng(0)
    return shape(f, f.draw(rng, 90), rng)


@pytest.mark.parametrize(
    ("name", "part", "symmetry", "trend"),
    [
        ("tanh", "forward", "odd", "increasing"),
        ("tanh", "derivative", "even", ""),
        ("gaussian", "forward", "even", ""),
        ("softplus", "derivative", "", "increasing"),
        ("log_sigmoid", "derivative", "", "decreasing"),
        ("silu", "forward", "", ""),
    ],
)
def test_symmetry_and_trend_are_read_off_the_true_values(name: str, part: str, symmetry: str, trend: str) -> None:
    found = shape_of(function(name, part))
    assert (found.symmetry, found.trend) == (symmetry, trend)
    assert max(found.asymmetry, found.backward) <= 2


def test_a_broken_symmetry_and_a_step_back_are_measured() -> None:
    lopsided = shape_of(altered("tanh", "forward", lambda z, a: np.where(z > 0, a * (1 + 2**-45), a)))
    assert 100 < lopsided.asymmetry < 600
    rough = shape_of(
        altered("sigmoid", "forward", lambda z, a: a * (1 - 2**-46 * (np.arange(z.size) % 2).reshape(z.shape)))
    )
    assert 60 < rough.backward < 300


def test_the_search_climbs_to_an_error_that_no_point_was_near() -> None:
    def bump(z: Array, a: Array) -> Array:
        return a * (1 + 1e-12 / (1 + ((z - 1.37) / 1e-2) ** 2))

    f, rng = altered("tanh", "forward", bump), np.random.default_rng(0)
    start = look(f, rng.uniform(0.5, 3, (12, 1)))
    found = climb(f, start, rng, 600)
    highest = [ulps(looked, f.compute(looked.x)).max() for looked in (start, *found)]
    assert highest[0] < 1000
    assert max(highest) > 4000


def test_precision_is_raised_until_the_value_is_settled() -> None:
    asked = []

    def hidden() -> Any:
        asked.append(mp.dps)
        return (mp.one + mp.mpf(10) ** -150) - 1

    assert float(settled(hidden) * mp.mpf(10) ** 150) == pytest.approx(1)
    assert asked == list(DIGITS[:4])
    assert mp.dps == DIGITS[0]


def test_a_value_that_never_settles_is_no_value() -> None:
    with pytest.raises(ArithmeticError, match="still changes at 2000 digits"):
        settled(lambda: mp.mpf(mp.dps))


def test_a_difference_that_only_many_digits_show_is_not_taken_for_0() -> None:
    true = true_value(function("softmax", "derivative"), [300.0, 0.0, 0.0, 1.0], 1)
    assert float(true) == pytest.approx(np.exp(-300), rel=1e-12)
    assert true_value(function("softmax", "derivative"), [3.0, 1.0], 0) == 0


def test_the_condition_number_and_a_root_nearby_are_seen() -> None:
    logits = function("bce_with_logits", "derivative")
    assert sensitivity(logits, [1.1, 0.75], 0).near_root
    assert not sensitivity(logits, [5.0, 0.25], 0).near_root
    assert float(sensitivity(function("gaussian", "forward"), [20.0], 0).k) == pytest.approx(800)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "peer",
    [
        "jax",
        pytest.param("torch", marks=pytest.mark.skipif(not pytorch.installed(), reason="PyTorch is not installed")),
    ],
)
def test_a_framework_answers_the_same_question(name: str, part: str, peer: str) -> None:
    f = function(name, part)
    moderate = [x[(np.abs(x) < 5).all(axis=1)] for x in f.draw(np.random.default_rng(1), 3000)]
    for x in moderate[:2]:
        assert len(x)
        np.testing.assert_allclose(values(peer, f, x), f.compute(x).reshape(len(x), -1), rtol=1e-7, atol=1e-9)


def test_a_certificate_holds_both_parts_of_each_name_in_the_order_of_the_tables() -> None:
    found = certify(["mse", "tanh"], points=20, workers=1)
    assert [(m.name, m.part) for m in found.measured] == [(n, part) for n in ("tanh", "mse") for part in PARTS]
    assert found.broken == []
    assert set(found.versions) >= {"python", "numpy", "scipy", "jax"}
    assert found.measured[1].peers["jax"].worst > 1e12


def test_the_same_seed_gives_the_same_certificate_and_another_seed_another() -> None:
    one, same, other = (measure("sigmoid", "forward", 50, seed, ()) for seed in (3, 3, 4))
    assert one == same
    assert one.score.at != other.score.at


@pytest.mark.parametrize(
    ("settings", "clause"),
    [
        ({"points": 0}, "points: got 0, should be 1 or more"),
        ({"workers": 0}, "workers: got 0, should be 1 or more"),
        ({"names": ["tanhh"]}, "activation or loss: got 'tanhh'"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, Any], clause: str) -> None:
    with pytest.raises(InputError, match=clause):
        certify(**settings)
