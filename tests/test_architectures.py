"""Random architectures: lines that read back, coverage of the tables, shrinking, and every refusal."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import ACTIVATIONS, LOSSES, REDUCTIONS, InputError
from reference.targets import TARGETS
from verify.architectures import LINE, Architecture, Limits, draw, draw_targets, simpler

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


@st.composite
def architectures(make: Any) -> Architecture:
    """Make any buildable architecture."""
    depth = make(st.integers(1, 4))
    number = st.floats(0, 1e300)
    return Architecture(
        tuple(make(st.lists(st.integers(1, 5), min_size=depth + 1, max_size=depth + 1))),
        tuple(make(st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=depth, max_size=depth))),
        make(st.sampled_from(list(LOSSES))),
        make(st.sampled_from(list(REDUCTIONS))),
        make(st.integers(1, 9)),
        make(number),
        make(number),
        make(number),
        make(st.integers(0, 2**40)),
        make(st.sampled_from(["float64", "float32"])),
    )


@given(architectures())
def test_a_printed_line_reads_back_as_the_same_architecture(architecture: Architecture) -> None:
    assert Architecture.parse(str(architecture)) == architecture


def test_the_example_of_every_refusal_is_a_line_that_reads_back() -> None:
    assert str(Architecture.parse(LINE)) == LINE


def test_settings_left_out_take_their_customary_values() -> None:
    assert (
        str(Architecture.parse("3-2 tanh mse")) == "3-2 tanh mse/mean batch=4 gain=1 scale=1 l2=0 seed=0 dtype=float64"
    )


@given(st.integers(0, 2**31), st.integers(0, 5000))
def test_the_same_line_always_builds_the_same_numbers(seed: int, case: int) -> None:
    architecture = draw(seed, case, Limits().checked())
    one, other = architecture.build(), Architecture.parse(str(architecture)).build()
    for mine, theirs in zip(one.network.parameters, other.network.parameters, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(one.X, other.X)
    np.testing.assert_array_equal(one.Y, other.Y)


def test_another_seed_builds_other_numbers() -> None:
    one, other = (Architecture.parse(f"3-4-2 tanh,linear mse seed={seed}").build() for seed in (1, 2))
    assert (one.X != other.X).all()
    assert (one.network.parameters[0] != other.network.parameters[0]).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_everything_built_is_of_the_wanted_dtype_and_size(dtype: str) -> None:
    network, X, Y = Architecture.parse(f"3-4-2 tanh,softmax cross_entropy batch=5 l2=0.5 dtype={dtype}").build()
    assert {p.dtype for p in (*network.parameters, X, Y)} == {np.dtype(dtype)}
    assert (X.shape, Y.shape, network.sizes, network.l2) == ((5, 3), (5, 2), (3, 4, 2), 0.5)


@pytest.mark.parametrize("seed", range(12))
def test_two_hundred_cases_cover_every_activation_and_every_loss(seed: int) -> None:
    drawn = [draw(seed, case, Limits().checked()) for case in range(200)]
    assert {name for a in drawn for name in a.activations} == set(ACTIVATIONS)
    assert Counter(a.loss for a in drawn).keys() == set(LOSSES)
    assert {a.reduction for a in drawn} == set(REDUCTIONS)


@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_networks_of_one_layer_cover_the_tables_too(seed: int) -> None:
    drawn = [draw(seed, case, Limits(depth=1).checked()) for case in range(200)]
    assert {a.activations[0] for a in drawn} == set(ACTIVATIONS)


@given(st.integers(0, 2**31), st.integers(0, 500), st.integers(1, 5), st.integers(1, 30), st.integers(1, 20))
def test_what_is_drawn_stays_within_the_limits(seed: int, case: int, depth: int, width: int, batch: int) -> None:
    limits = Limits(("tanh", "relu"), ("mse", "bce"), depth, width, batch, "float32").checked()
    drawn = draw(seed, case, limits)
    assert 1 <= drawn.depth <= depth
    assert all(1 <= n <= width for n in drawn.sizes)
    assert 1 <= drawn.batch <= batch
    assert drawn.dtype == "float32"
    assert drawn.loss in ("mse", "bce")
    assert set(drawn.activations) <= {"tanh", "relu", "sigmoid"}


def test_single_units_and_single_samples_are_drawn_often() -> None:
    drawn = [draw(0, case, Limits().checked()) for case in range(400)]
    assert np.mean([1 in a.sizes for a in drawn]) > 0.3
    assert np.mean([a.batch == 1 for a in drawn]) > 0.1


@every_loss
def test_a_loss_on_probabilities_gets_the_last_activation_it_needs(loss: Any) -> None:
    limits = Limits(losses=(loss.name,)).checked()
    drawn = [draw(3, case, limits) for case in range(40)]
    if loss.output:
        assert {a.activations[-1] for a in drawn} == {loss.output}
    else:
        assert len({a.activations[-1] for a in drawn}) > 5


@every_loss
def test_targets_are_those_the_loss_allows(loss: Any) -> None:
    allowed, _ = TARGETS[loss.targets]
    for seed in range(20):
        y = draw_targets(loss.targets, np.random.default_rng(seed), 6, 3)
        assert y.shape == (6, 3)
        assert allowed(y)


@pytest.mark.parametrize("kind", ["unit", "distribution"])
def test_targets_are_hard_in_half_of_the_draws_and_soft_in_the_others(kind: str) -> None:
    hard = [bool(np.isin(draw_targets(kind, np.random.default_rng(seed), 6, 3), (0, 1)).all()) for seed in range(100)]
    assert 30 < sum(hard) < 70


def weight(architecture: Architecture) -> tuple[int, ...]:
    """Return what a simpler architecture has less of, the most important first."""
    plain = (architecture.gain != 1, architecture.scale != 1, architecture.l2 != 0)
    names = sum(name != "linear" for name in architecture.activations)
    others = (architecture.loss != "half_sse", architecture.reduction != "sum")
    return (architecture.depth, architecture.batch, sum(architecture.sizes), names, sum(plain) + sum(others))


@given(st.integers(0, 2**31), st.integers(0, 500))
def test_every_simpler_architecture_is_smaller_and_can_be_built(seed: int, case: int) -> None:
    architecture = draw(seed, case, Limits(width=9, batch=9).checked())
    for candidate in simpler(architecture):
        assert candidate != architecture
        assert all(mine <= theirs for mine, theirs in zip(weight(candidate), weight(architecture), strict=True))
        candidate.require_buildable()
        trace = candidate.build().network.forward(candidate.build().X)
        if LOSSES[candidate.loss].output:
            assert candidate.activations[-1] == LOSSES[candidate.loss].output
            assert (trace.output >= 0).all()


@pytest.mark.parametrize("pick", [0, -1])
@pytest.mark.parametrize("case", range(12))
def test_simplifying_ends(case: int, pick: int) -> None:
    architecture, steps = draw(1, case, Limits().checked()), 0
    while candidates := list(simpler(architecture)):
        architecture, steps = candidates[pick], steps + 1
        assert steps < 400
    assert (architecture.depth, architecture.batch, set(architecture.sizes)) == (1, 1, {1})


def test_the_simplest_architecture_is_one_linear_unit() -> None:
    simplest = Architecture((1, 1), ("linear",), "half_sse", "sum", 1)
    assert list(simpler(simplest)) == []


@pytest.mark.parametrize(
    ("line", "clauses"),
    [
        ("", ("architecture: got ''", "give sizes, activations and loss at least")),
        ("3-2 tanh", ("architecture: got '3-2 tanh'", f"should be like {LINE!r}")),
        ("3-x tanh mse", ("sizes: got 'x', should be a number", LINE)),
        ("3--2 tanh mse", ("sizes: got '', should be a number",)),
        ("3-0 tanh mse", ("sizes[1]: got 0", "a whole number, 1 or more")),
        ("3 tanh mse", ("activations: got 1 for 1 sizes", "match the two lists")),
        ("3-2-1 tanh mse", ("activations: got 1 for 3 sizes", "should be 2, one for each layer after the input")),
        ("3-2 tahn mse", ("activation: got 'tahn', should be one of linear, relu", "did you mean 'tanh'?")),
        ("3-2 tanh msee", ("loss: got 'msee', should be one of", "did you mean 'mse'?")),
        ("3-2 tanh mse/maen", ("reduction: got 'maen', should be one of sum, batch_mean, mean", "'mean'?")),
        ("3-2 tanh mse batch=0", ("batch: got 0, should be 1 or more",)),
        ("3-2 tanh mse batch=-1", ("batch: got -1, should be 1 or more",)),
        ("3-2 tanh mse batch=2.5", ("batch: got '2.5', should be a number",)),
        ("3-2 tanh mse gain=nan", ("gain: got nan, should be a finite number, 0 or more",)),
        ("3-2 tanh mse scale=inf", ("scale: got inf, should be a finite number, 0 or more",)),
        ("3-2 tanh mse l2=-1", ("l2: got -1.0, should be a finite number, 0 or more",)),
        ("3-2 tanh mse seed=-1", ("seed: got -1, should be 0 or more",)),
        ("3-2 tanh mse seed", ("seed: got '', should be a number",)),
        ("3-2 tanh mse sede=1", ("architecture setting: got 'sede'", "batch, gain, scale, l2, seed", "'seed'?")),
        ("3-2 tanh mse dtype=float63", ("dtype: got 'float63', should be one of float64, float32", "'float6")),
        ("3-" + "9" * 5000 + " tanh mse", ("sizes: got '999",)),
    ],
)
def test_a_line_that_cannot_be_built_is_refused(line: str, clauses: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        Architecture.parse(line)
    for clause in clauses:
        assert clause in str(caught.value)


def test_a_line_of_enormous_layers_is_read_without_building_them() -> None:
    assert Architecture.parse("1000000-1000000 tanh mse").sizes == (1_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("limits", "clause"),
    [
        (Limits(activations=("tahn",)), "activation: got 'tahn'"),
        (Limits(losses=("mse", "mes")), "loss: got 'mes'"),
        (Limits(depth=0), "max depth: got 0, should be 1 or more"),
        (Limits(width=-3), "max width: got -3"),
        (Limits(batch=0), "max batch: got 0"),
        (Limits(dtype="float46"), "dtype: got 'float46', should be one of float64, float32; did you mean 'float64'?"),
    ],
)
def test_limits_out_of_range_are_refused(limits: Limits, clause: str) -> None:
    with pytest.raises(InputError) as caught:
        limits.checked()
    assert clause in str(caught.value)


def test_a_change_of_one_setting_shows_in_the_line_only_there() -> None:
    base = Architecture.parse(LINE)
    assert str(replace(base, gain=1 / 3)).split() == [w.replace("gain=1", f"gain={1 / 3!r}") for w in str(base).split()]
