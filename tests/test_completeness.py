"""Every table entry is whole: all its fields say something, and every part of the project knows it."""

import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest

from reference import ACTIVATIONS, ELEMENTWISE, LOSSES, REDUCTIONS, ROWWISE, Elementwise, Kink, Loss, Network, Rowwise
from reference.elementwise.entry import on_arrays
from reference.scalar import TWINS
from reference.targets import TARGETS
from verify.oracles.autodiff import activation_twins, loss_twins
from verify.oracles.exact import complex_step
from verify.oracles.truths import LOSS_TRUTHS, ROW_TRUTHS, TRUTHS

every_activation = pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=ACTIVATIONS)
every_elementwise = pytest.mark.parametrize("entry", ELEMENTWISE.values(), ids=ELEMENTWISE)
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


@pytest.mark.parametrize("table", [ELEMENTWISE, ROWWISE, ACTIVATIONS, LOSSES], ids=lambda t: f"{len(t)} entries")
def test_a_key_is_its_entrys_name(table: dict[str, Any]) -> None:
    for key, entry in table.items():
        assert key == entry.name
        assert key.isidentifier()
        assert key == key.lower()


def test_element_wise_and_row_wise_names_do_not_clash() -> None:
    assert list(ACTIVATIONS) == [*ELEMENTWISE, *ROWWISE]


def test_the_tables_hold_what_is_promised() -> None:
    assert len(ELEMENTWISE) >= 21
    assert {"softmax", "log_softmax"} <= set(ROWWISE)
    assert len(LOSSES) >= 12
    assert list(REDUCTIONS) == ["sum", "batch_mean", "mean"]


@every_elementwise
def test_an_element_wise_entry_has_a_scalar_twin_and_a_truth(entry: Elementwise) -> None:
    assert entry.name in TWINS
    assert entry.name in TRUTHS


def test_every_activation_and_every_loss_has_a_jax_twin() -> None:
    assert list(activation_twins()) == list(ACTIVATIONS)
    assert list(loss_twins()) == list(LOSSES)


def test_no_truth_is_left_over() -> None:
    assert (set(TRUTHS), set(ROW_TRUTHS), set(LOSS_TRUTHS)) == (set(ELEMENTWISE), set(ROWWISE), set(LOSSES))


@pytest.mark.parametrize("entry", [*ACTIVATIONS.values(), *LOSSES.values()], ids=[*ACTIVATIONS, *LOSSES])
def test_an_entrys_texts_say_something(entry: Elementwise | Rowwise | Loss) -> None:
    for text in (entry.formula, entry.derivative_formula, entry.source):
        assert text.strip() == text
        assert text
    assert any(character.isdigit() for character in entry.source) or len(entry.source) > 20


@pytest.mark.parametrize("entry", [*ACTIVATIONS.values(), *LOSSES.values()], ids=[*ACTIVATIONS, *LOSSES])
def test_an_entrys_functions_say_what_they_return(entry: Elementwise | Rowwise | Loss) -> None:
    for function in (entry.forward, entry.derivative):
        assert inspect.getdoc(function).startswith("Return ")


@every_activation
def test_a_domain_is_an_interval_where_something_happens(entry: Elementwise | Rowwise) -> None:
    low, high = entry.domain
    assert -100 < low < high < 100
    z = np.linspace(low, high, 7)
    assert np.ptp(entry.forward(z)) > 0.3


@every_activation
def test_extremes_lie_far_out_on_both_sides(entry: Elementwise | Rowwise) -> None:
    assert min(entry.extremes) <= -1e300
    assert max(entry.extremes) >= 1e300
    assert np.isfinite(entry.extremes).all()


@every_elementwise
def test_kinks_and_seams_lie_inside_the_domain_and_apart(entry: Elementwise) -> None:
    points = [kink.at for kink in entry.kinks] + list(entry.seams)
    assert all(entry.domain[0] < point < entry.domain[1] for point in points)
    assert len(set(points)) == len(points)


@every_elementwise
def test_an_entry_is_analytic_or_names_the_points_where_it_is_not(entry: Elementwise) -> None:
    assert (entry.analytic is None) == bool(entry.kinks or entry.seams)


@every_loss
def test_a_losss_fields_name_entries_of_the_other_tables(loss: Loss) -> None:
    assert loss.reduction in REDUCTIONS
    assert loss.targets in TARGETS
    assert loss.output is None or loss.output in ACTIVATIONS
    assert not set(loss.kinks) & set(loss.seams)


@every_elementwise
def test_no_kink_is_missing_from_the_table(entry: Elementwise) -> None:
    grid = np.linspace(*entry.domain, 100_001)
    jumps = grid[:-1][np.abs(np.diff(entry.derivative(grid))) > 0.05]
    distances = [min((abs(jump - kink.at) for kink in entry.kinks), default=np.inf) for jump in jumps]
    assert all(distance < 1e-3 for distance in distances), jumps


def square_plus(factor: float = 1.0) -> Elementwise:
    """Return a new entry as a contributor writes it; a factor other than 1 makes its derivative wrong."""
    return Elementwise(
        name="square_plus",
        forward=on_arrays(lambda z: (z + np.sqrt(z * z + 4)) / 2),
        derivative=on_arrays(lambda z: factor * (1 + z / np.sqrt(z * z + 4)) / 2),
        formula="(z + sqrt(z^2 + 4)) / 2",
        derivative_formula="(1 + z / sqrt(z^2 + 4)) / 2",
        analytic=lambda z: (z + np.sqrt(z * z + 4)) / 2,
        domain=(-5, 5),
        source="Barron 2021, squareplus",
    )


def confirmed_by_the_complex_step(entry: Elementwise) -> bool:
    """Return whether the entry's derivative is that of its textbook expression."""
    z = np.linspace(*entry.domain, 101)
    return np.allclose(entry.derivative(z), complex_step(entry.analytic, z), rtol=1e-13, atol=1e-15)


def test_a_new_entry_of_a_dozen_lines_is_one_that_networks_can_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "square_plus", square_plus())
    network = Network.build([2, 3, 1], ["square_plus", "linear"], "half_sse", np.random.default_rng(0))
    X, Y, h = np.ones((4, 2)), np.zeros((4, 1)), 1e-5
    gradients = network.value_and_gradients(X, Y)[1]
    up, down = (
        network.with_parameters([network.parameters[0] + step, *network.parameters[1:]]).value_and_gradients(X, Y)[0]
        for step in (h, -h)
    )
    assert gradients.dW[0].sum() == pytest.approx((up - down) / (2 * h), rel=1e-8)
    assert len(inspect.getsource(square_plus).splitlines()) <= 14


@pytest.mark.parametrize(("factor", "right"), [(1.0, True), (1.001, False), (1 - 1e-9, False)])
def test_the_complex_step_confirms_a_new_entry_and_catches_a_wrong_one(factor: float, right: bool) -> None:
    assert confirmed_by_the_complex_step(square_plus(factor)) is right


@pytest.mark.parametrize("entry", [e for e in ELEMENTWISE.values() if e.analytic], ids=lambda e: e.name)
def test_an_entry_whose_derivative_is_off_by_a_thousandth_is_caught(entry: Elementwise) -> None:
    wrong = dataclasses.replace(entry, derivative=lambda z: 1.001 * entry.derivative(z))
    assert confirmed_by_the_complex_step(entry)
    assert not confirmed_by_the_complex_step(wrong)


@pytest.mark.parametrize(
    "record", [square_plus(), Kink(0, 1), LOSSES["mse"], ROWWISE["softmax"]], ids=lambda r: type(r).__name__
)
def test_records_cannot_be_changed_in_place(record: Any) -> None:
    field = dataclasses.fields(record)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, field, None)
