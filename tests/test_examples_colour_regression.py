"""The regression with one column of parameters: merged biases, a pure gradient, Adam's path, the plot."""

import sys
from pathlib import Path

import numpy as np
import pytest

from reference import flatten
from reference.examples.colour_regression import (
    as_network,
    draw_colours,
    draw_column,
    learn,
    loss_and_gradient,
    main,
    merged_weights,
    targets,
    with_ones,
)

RNG = np.random.default_rng(0)
RGB = draw_colours(100, RNG)
COLUMN = draw_column(RNG)


def test_the_targets_are_the_known_polynomials() -> None:
    np.testing.assert_allclose(targets(np.array([[0.5, 0.6, 0.7], [1, 0, 0]])), [[3.8, 2.44, -7.4], [1, 1, -3]])


def test_the_colours_fill_the_cube_from_minus_1_to_1() -> None:
    colours = draw_colours(1000, np.random.default_rng(0))
    assert colours.shape == (1000, 3)
    assert -1 < colours.min() < -0.99
    assert 0.99 < colours.max() < 1


def test_the_column_holds_20_and_18_numbers_with_the_bias_as_last_row() -> None:
    W_1, W_2 = merged_weights(COLUMN)
    assert (COLUMN.shape, W_1.shape, W_2.shape) == ((38, 1), (4, 5), (6, 3))
    network = as_network(COLUMN)
    np.testing.assert_array_equal(network.parameters[1], W_1[-1])
    np.testing.assert_array_equal(network.parameters[3], W_2[-1])
    np.testing.assert_array_equal(flatten(network.parameters), COLUMN.ravel())


def test_a_one_is_appended_to_every_row() -> None:
    np.testing.assert_array_equal(with_ones(np.array([[2.0, 3.0], [4.0, 5.0]])), [[2, 3, 1], [4, 5, 1]])


def test_loss_and_gradient_equal_the_networks() -> None:
    loss, gradient = loss_and_gradient(COLUMN, RGB, targets(RGB))
    value, gradients = as_network(COLUMN).value_and_gradients(RGB, targets(RGB))
    assert loss == pytest.approx(value, rel=1e-13)
    assert gradient.shape == (38, 1)
    np.testing.assert_allclose(gradient.ravel(), flatten(gradients.parameters), rtol=1e-10, atol=1e-9)


def test_the_gradient_is_a_pure_function_of_its_argument() -> None:
    before = COLUMN.copy()
    _, first = loss_and_gradient(COLUMN, RGB, targets(RGB))
    loss_and_gradient(COLUMN + 1, RGB, targets(RGB))
    _, second = loss_and_gradient(COLUMN, RGB, targets(RGB))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(COLUMN, before)


def test_a_few_hundred_steps_lower_the_loss_and_say_that_they_did_not_converge() -> None:
    found = learn(COLUMN, RGB, 300)
    assert len(found.losses) == 301
    assert found.losses[-1] < 0.75 * found.losses[0]
    assert not found.converged
    assert found.losses[-1] == loss_and_gradient(found.solution, RGB, targets(RGB))[0]


def test_a_solution_without_error_stops_at_once() -> None:
    found = learn(np.zeros((38, 1)), np.zeros((4, 3)), 10)  # black is (0, 0, 0)
    assert (found.losses, found.converged, found.why) == ((0.0,), True, "max |gradient| < 1e-06")


def test_main_prints_loss_rate_and_prediction(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--steps", "5"])
    printed = capsys.readouterr().out
    for part in (
        "over 1000 samples; no stopping rule met in 5 steps",
        "steps per second",
        "target [ 3.8   2.44 -7.4 ]",
    ):
        assert part in printed


def test_the_plot_is_saved_as_png(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loss.png"
    main(["--steps", "5", "--plot", str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")
    assert f"loss path saved as {path}" in capsys.readouterr().out


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line on stderr with which main refuses these arguments."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_a_missing_matplotlib_is_told_with_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    line = refusal(["--steps", "1", "--plot", str(tmp_path / "loss.png")], capsys)
    assert line.endswith("--plot: got no matplotlib, should be installed; pip install 'gradproof[plot]'")


@pytest.mark.parametrize("name", ["missing/loss.png", "loss.unknown"])
def test_an_unwritable_plot_is_refused_in_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refusal(["--steps", "1", "--plot", str(tmp_path / name)], capsys)
    assert f"--plot: got {tmp_path / name}" in line
    assert line.endswith("should be a file that can be written; choose a writable path that ends in .png")


def test_negative_steps_are_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert "max_steps: got -1, should be 0 or more" in refusal(["--steps", "-1"], capsys)


@pytest.mark.slow
def test_the_full_run_of_50000_steps_brings_the_loss_below_a_thousandth() -> None:
    rng = np.random.default_rng(1)
    rgb = draw_colours(1000, rng)
    found = learn(draw_column(rng), rgb, 50_000)
    assert found.losses[-1] < found.losses[0] / 1000
