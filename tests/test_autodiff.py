"""The autodiff oracle: padding changes nothing, ties follow the tables, and the user's JAX is left alone."""

import dataclasses
from collections.abc import Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from reference import (
    ACTIVATIONS,
    ELEMENTWISE,
    LOSSES,
    REDUCTIONS,
    Activation,
    Affine,
    Dense,
    InputError,
    Network,
    activation,
)
from reference.arrays import Array
from verify.architectures import Architecture, Limits, Problem, draw
from verify.blocks import Values, values
from verify.bounds import Roundoff, running_bound
from verify.crosscheck import crosscheck
from verify.oracles import autodiff as oracle
from verify.oracles.autodiff import Answer, autodiff, plain
from verify.oracles.padding import BASE, CHUNK, bucket

ROUNDOFF = Roundoff.of(np.dtype(np.float64))


def bounds_at(problem: Problem, answer: Answer) -> Values:
    """Return the running bound of every block of one answer."""
    bounds = running_bound(problem.network, answer.trace, answer.gradients, problem.Y, ROUNDOFF)
    return values(bounds.loss, answer.trace._replace(z=bounds.z, a=bounds.a), bounds.gradients)


def worst_fraction(problem: Problem, one: Answer, other: Answer) -> float:
    """Return the largest difference of two answers as a fraction of the running bound."""
    mine, theirs, bounds = values(*one), values(*other), bounds_at(problem, one)
    assert list(mine) == list(theirs)
    assert all(mine[b].shape == theirs[b].shape and np.isfinite(mine[b]).all() for b in mine)
    return max(float((np.abs(mine[b] - theirs[b]) / bounds[b]).max()) for b in mine)


def drawn(count: int, **limits: Any) -> list[Problem]:
    """Return the first problems of a campaign."""
    checked = Limits(**limits).checked()
    return [draw(31, case, checked).build() for case in range(count)]


def one_for_each_loss() -> list[Problem]:
    """Return a network for each loss, all activations and reductions shared out among them."""
    names, reductions = list(ACTIVATIONS), list(REDUCTIONS)
    lines = []
    for i, loss in enumerate(LOSSES.values()):
        hidden = ",".join(names[2 * i : 2 * i + 2] or ["tanh", "sin"])
        last = loss.output or "linear"
        widths = "-3" * (hidden.count(",") + 1)
        lines.append(f"2{widths}-4 {hidden},{last} {loss.name}/{reductions[i % 3]} batch=5 l2={i % 2 / 10} seed={i}")
    return [Architecture.parse(line).build() for line in lines]


def test_the_padded_program_equals_the_unpadded_gradient_for_every_activation_loss_and_reduction() -> None:
    problems = one_for_each_loss()
    assert {layer.activation.entry.name for p in problems for layer in p.network.layers} == set(ACTIVATIONS)
    assert {p.network.reduction for p in problems} == set(REDUCTIONS)
    for problem, answer in zip(problems, autodiff(problems), strict=True):
        assert worst_fraction(problem, answer, plain(problem)) < 1


@pytest.mark.slow
def test_the_padded_program_equals_the_unpadded_gradient_for_random_networks() -> None:
    problems = drawn(60)
    for problem, answer in zip(problems, autodiff(problems), strict=True):
        assert worst_fraction(problem, answer, plain(problem)) < 1


def test_a_network_deeper_wider_or_longer_than_the_smallest_bucket_gets_a_larger_one() -> None:
    deep = "30" + "-4" * 7 + " " + ",".join(["tanh"] * 6) + ",softmax mse batch=13"
    wide = "2-3-3-3-3-3-3-48 sigmoid,sin,gelu,elu,silu,mish,log_softmax softmax_cross_entropy batch=24"
    problems = [Architecture.parse(line).build() for line in (deep, wide)]
    assert {bucket(problem) for problem in problems} == {(12, 48, 24)}
    for problem, answer in zip(problems, autodiff(problems), strict=True):
        assert worst_fraction(problem, answer, plain(problem)) < 1


@pytest.mark.parametrize(
    "line",
    [
        "784-128-64-10 relu,gelu,softmax cross_entropy batch=8",
        "2" + "-70" * 12 + " " + ",".join(["tanh"] * 12) + " mse batch=100",
        "2-2 sigmoid bce batch=9000",
    ],
)
def test_a_network_beyond_every_bucket_is_answered_unpadded(line: str) -> None:
    problem = Architecture.parse(line).build()
    assert bucket(problem) is None
    evidence = crosscheck([problem], oracles=("autodiff", "local"))[0]
    assert evidence.verdict == "agree"


def test_answers_come_back_in_the_order_of_the_problems_whatever_their_sizes() -> None:
    line = "{} tanh,linear half_sse batch=2 seed={}"
    sizes = ["2-3-1", "784-9-1", "5-2-4"] * 2 + ["1-1-1"] * CHUNK
    problems = [Architecture.parse(line.format(n, seed)).build() for seed, n in enumerate(sizes)]
    for problem, answer in zip(problems, autodiff(problems), strict=True):
        np.testing.assert_allclose(answer.trace.output, problem.network.forward(problem.X).output, rtol=1e-12)


def test_a_batch_of_no_rows_has_no_loss_and_no_gradient() -> None:
    problem = Architecture.parse("3-4-2 tanh,softmax cross_entropy l2=0").build()
    empty = Problem(problem.network, problem.X[:0], problem.Y[:0])
    for answer in (autodiff([empty])[0], plain(empty)):
        assert answer.loss == 0
        assert answer.gradients.dX.shape == (0, 3)
        assert not any(dW.any() for dW in answer.gradients.dW)


def test_a_float32_network_is_answered_in_float64_from_its_own_numbers() -> None:
    problem = Architecture.parse("3-4-2 gelu,tanh mse dtype=float32 seed=5").build()
    exact = problem.network.with_parameters([p.astype(np.float64) for p in problem.network.parameters])
    answer = autodiff([problem])[0]
    assert {v.dtype for v in values(*answer).values()} == {np.dtype(np.float64)}
    wide = Problem(exact, problem.X.astype(np.float64), problem.Y.astype(np.float64))
    assert worst_fraction(wide, answer, plain(wide)) < 1


def test_the_users_own_jax_settings_are_untouched() -> None:
    import jax
    import jax.numpy as jnp

    before = jax.config.jax_enable_x64, jnp.ones(1).dtype, jax.config.jax_compilation_cache_dir
    autodiff(drawn(1))
    assert (jax.config.jax_enable_x64, jnp.ones(1).dtype, jax.config.jax_compilation_cache_dir) == before
    assert before[1] == np.float32


def test_an_answer_in_single_precision_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def without_64_bits() -> Any:
        import jax

        yield jax

    monkeypatch.setattr(oracle, "float64_on_cpu", without_64_bits)
    with pytest.raises(TypeError, match="answered in float32, should be float64"):
        plain(drawn(1)[0])


def at(pre_activations: Sequence[float], name: str) -> Dense:
    """Return a layer of zero weights whose pre-activations are exactly these, whatever its input."""
    b = np.array(pre_activations, np.float64)
    return Dense(Affine(np.zeros((1, len(b))), b), activation(name))


def both(network: Network, Y: Array) -> list[Answer]:
    """Return the padded and the unpadded answer on one sample."""
    problem = Problem(network, np.ones((1, 1)), np.array([Y], np.float64))
    return [autodiff([problem])[0], plain(problem)]


KINKED = [entry for entry in ELEMENTWISE.values() if entry.kinks]


@pytest.mark.parametrize("entry", KINKED, ids=lambda e: e.name)
def test_at_a_kink_of_an_activation_the_oracle_takes_the_tables_value(entry: Any) -> None:
    kinks = [kink.at for kink in entry.kinks]
    network = Network((at(kinks, entry.name),), LOSSES["half_sse"], "sum")
    for answer in both(network, [7.0] * len(kinks)):
        slopes = answer.gradients.dz[0] / answer.gradients.da[0]
        np.testing.assert_allclose(slopes[0], [kink.derivative for kink in entry.kinks], rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("loss", "a", "y", "slope"),
    [
        ("mae", 0.25, 0.25, 0.0),
        ("hinge", 1.0, 1.0, 0.0),
        ("hinge", -1.0, -1.0, 0.0),
        ("huber", 1.0, 0.0, 1.0),
        ("bce_with_logits", 0.0, 1.0, -0.5),
        ("bce_with_logits", 0.0, 0.0, 0.5),
        ("bce_with_logits", 0.0, 0.25, 0.25),
        ("log_cosh", 3.0, 3.0, 0.0),
    ],
)
def test_at_a_tie_of_a_loss_the_oracle_takes_the_tables_value(loss: str, a: float, y: float, slope: float) -> None:
    network = Network((at([a], "linear"),), LOSSES[loss], "sum")
    for answer in both(network, [y]):
        assert answer.gradients.da[0] == slope
    assert LOSSES[loss].derivative(np.array([a]), np.array([y])) == slope


def test_hard_targets_and_certain_predictions_give_no_nan() -> None:
    for loss, name in (("cross_entropy", "softmax"), ("kl_divergence", "softmax"), ("bce", "sigmoid")):
        for answer in both(Network((at([800.0, -800.0], name),), LOSSES[loss], "sum"), [1.0, 0.0]):
            assert all(np.isfinite(v).all() for v in values(*answer).values())


@pytest.mark.parametrize("size", [1e100, -1e100])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_padding_stays_below_the_largest_pre_activations(name: str, size: float) -> None:
    padded, unpadded = both(Network((at([size, 2 * size], name),), LOSSES["half_sse"], "sum"), [0.0, 0.0])
    np.testing.assert_array_equal(padded.trace.output, unpadded.trace.output)


def test_an_activation_without_a_twin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "square_plus", dataclasses.replace(ELEMENTWISE["softplus"], name="square_plus"))
    problem = Architecture.parse("2-2 square_plus mse").build()
    with pytest.raises(InputError) as caught:
        autodiff([problem])
    for clause in ("'square_plus'", "no JAX twin", "jax.nn or jax.numpy", "add its twin"):
        assert clause in str(caught.value)


def test_a_loss_without_a_twin_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "cubic", dataclasses.replace(LOSSES["mse"], name="cubic"))
    with pytest.raises(InputError, match=r"loss 'cubic': got no JAX twin"):
        autodiff([Architecture.parse("2-2 tanh cubic").build()])


def test_a_network_of_entries_outside_the_tables_is_refused() -> None:
    stranger = dataclasses.replace(ELEMENTWISE["tanh"], name="my_tanh")
    network = Network((Dense(Affine(np.ones((2, 2)), np.ones(2)), Activation(stranger)),), LOSSES["mse"], "sum")
    with pytest.raises(InputError, match=r"activation: got 'my_tanh', should be one of linear.*did you mean 'tanh'"):
        autodiff([Problem(network, np.ones((1, 2)), np.ones((1, 2)))])


def test_buckets_double_so_that_few_programs_are_compiled() -> None:
    problems = drawn(200, depth=20, width=40, batch=40)
    sizes = {found for p in problems if (found := bucket(p))}
    for axis, base in enumerate(BASE):
        steps = sorted({size[axis] for size in sizes})
        assert steps[0] == base
        assert all(following == 2 * step for step, following in pairwise(steps))
