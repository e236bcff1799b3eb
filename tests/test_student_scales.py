"""A stray constant, where it comes in and what it is called; mistakes told by values that only the run holds."""

import pytest

from tests.student_networks import PROGRAM
from tests.student_runs import diagnosed, line_of

AVERAGED = PROGRAM.replace("loss = 0.5 * np.sum((out - target) ** 2)", "loss = np.sum((out - target) ** 2) / 12")
AVERAGED = AVERAGED.replace("grad2 = hidden.T @ d_out", "sum2 = hidden.T @ d_out\n    grad2 = sum2 / 6")
AVERAGED = AVERAGED.replace("grad1 = data.T @ d_hidden", "sum1 = data.T @ d_hidden\n    grad1 = sum1 / 6")
UNBIASED = AVERAGED.replace(" + b1", "").replace(" + b2", "")
UNBIASED = "\n".join(line for line in UNBIASED.split("\n") if not line.startswith(("    b1 -=", "    b2 -=")))


@pytest.mark.parametrize(
    ("old", "new", "layer", "guilty"),
    [
        ("grad1 = sum1 / 6", "grad1 = sum1", 1, "grad1 = sum1"),
        ("grad1 = sum1 / 6", "grad1 = sum1 / 6 / 6", 1, "grad1 = sum1 / 6 / 6"),
        ("grad2 = sum2 / 6", "grad2 = sum2 / 3", 2, "grad2 = sum2 / 3"),
        ("W2 -= 0.1 * grad2", "W2 -= 0.1 * -grad2", 2, "W2 -= 0.1 * -grad2"),
    ],
    ids=["missing", "twice", "another at the output", "a sign in the update"],
)
def test_a_constant_is_blamed_in_the_gradient_of_a_right_delta(old: str, new: str, layer: int, guilty: str) -> None:
    assert diagnosed(UNBIASED).verdict.startswith("correct")
    program = UNBIASED.replace(old, new)
    told = diagnosed(program)
    assert told.verdict == "wrong"
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity) == (layer, "dW")
    assert told.first_fault.line == line_of(program, guilty)


@pytest.mark.parametrize(
    ("old", "new", "layer"),
    [("W2 -= rate * grad2", "W2 -= 2 * rate * grad2", 2), ("W1 -= rate * grad1", "W1 -= rate * (grad1 / 2)", 1)],
)
def test_without_a_loss_a_constant_is_in_the_layer_in_which_it_is_written(old: str, new: str, layer: int) -> None:
    right = UNBIASED.replace("    loss = np.sum((out - target) ** 2) / 12\n", "    rate = 0.5\n").replace(
        "0.1 *", "rate *"
    )
    assert diagnosed(right).verdict.startswith("correct")
    told = diagnosed(right.replace(old, new)).first_fault
    assert told is not None
    assert (told.layer, told.quantity) == (layer, "dW")
    assert told.line == line_of(right.replace(old, new), new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("grad2 = hidden.T @ d_out\n    grad1 = data.T @ d_hidden",
         "grad2 = 2 * hidden.T @ d_out\n    grad1 = 2 * data.T @ d_hidden"),
        ("for epoch", "part = 7\nfor epoch"),
    ],
    ids=["written", "by the loss"],
)  # fmt: skip
def test_a_constant_in_every_gradient_of_weights_is_not_told_of_the_biases(old: str, new: str) -> None:
    right = PROGRAM.replace("for epoch", "part = 1\nfor epoch").replace("0.5 *", "0.5 * part / part *")
    right = right.replace("    W2 -=", "    grad2, grad1 = grad2 / part, grad1 / part\n    W2 -=")
    assert diagnosed(right).verdict.startswith("correct")
    told = diagnosed(right.replace(old, new)).first_fault
    assert told is not None
    assert (told.layer, told.quantity) == (2, "dW")


def test_a_constant_in_the_upper_of_two_layers_is_not_told_of_the_lower() -> None:
    program = PROGRAM.replace("grad2 = hidden.T @ d_out", "grad2 = 7 * hidden.T @ d_out")
    program = program.replace("0.1 * d_out.sum(axis=0)", "0.1 * (7 * d_out.sum(axis=0))")
    told = diagnosed(program).first_fault
    assert told is not None
    assert (told.layer, told.quantity) == (2, "dW")


def test_a_constant_on_the_way_down_stays_one_of_delta() -> None:
    program = UNBIASED.replace("back = d_out @ W2.T", "back = d_out @ W2.T / 6")
    told = diagnosed(program).first_fault
    assert told is not None
    assert (told.layer, told.quantity, told.line) == (1, "delta", line_of(program, "back = d_out"))


@pytest.mark.parametrize(
    ("old", "new", "bug", "guilty"),
    [
        ("back = d_out @ W2.T", "back = d_out @ (hidden.T @ d_out).T / 6", "B20", "back = d_out"),
        ("back = d_out @ W2.T", "back = d_out @ empty.T", "B20", "back = d_out @ empty.T"),
        ("grad2 = hidden.T @ d_out", "grad2 = squash(hidden).T @ d_out", "B19", "grad2 = squash"),
        (
            "d_out = (out - target) * slope(out)",
            "d_out = (out - target) * slope(out) * (out - target)",
            "B25",
            "d_out =",
        ),
        ("d_out = (out - target) * slope(out)", "d_out = (out - target) ** 2 * slope(out)", "B24", "d_out ="),
    ],
    ids=["its gradient for the weights", "an empty gradient for the weights", "activated again", "twice", "squared"],
)
def test_what_the_run_held_names_the_mistake(old: str, new: str, bug: str, guilty: str) -> None:
    program = PROGRAM.replace(old, new).replace("for epoch", "empty = np.zeros((4, 2))\nfor epoch")
    told = diagnosed(program)
    assert told.verdict == "wrong"
    assert told.bugs[0].id == bug
    assert told.first_fault is not None
    assert told.first_fault.line == line_of(program, guilty)


def test_every_output_against_every_target_is_named() -> None:
    single = PROGRAM.replace("size=(6, 2)", "size=(6, 1)").replace("size=(4, 2)", "size=(4, 1)")
    single = single.replace("np.zeros(2)", "np.zeros(1)")
    assert diagnosed(single).verdict.startswith("correct")
    crossed = "d_out = np.mean(out - target.ravel(), axis=1, keepdims=True) * slope(out)"
    told = diagnosed(single.replace("d_out = (out - target) * slope(out)", crossed))
    assert told.verdict == "wrong"
    assert told.bugs[0].id == "B37"
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity) == (2, "delta")


def test_a_relu_whose_mask_is_turned_round_is_named() -> None:
    relu = PROGRAM.replace("hidden = squash(z1)", "hidden = np.maximum(z1, 0)")
    relu = relu.replace("d_hidden = back * slope(hidden)", "d_hidden = back.copy(); d_hidden[hidden == 0] = 0")
    assert diagnosed(relu).verdict.startswith("correct")
    told = diagnosed(relu.replace("hidden == 0", "hidden != 0"))
    assert told.bugs[0].id == "B29"


TWO_LAYERS_SUMMED = AVERAGED.replace("b2 -= 0.1 * d_out.sum(axis=0)", "b2 -= 0.1 * d_out.sum(axis=0) / 6").replace(
    "b1 -= 0.1 * d_hidden.sum(axis=0)", "b1 -= 0.1 * d_hidden.sum(axis=0) / 6"
)


@pytest.mark.parametrize(
    ("edits", "bug", "first"),
    [
        ([("grad2 = sum2 / 6", "grad2 = sum2")], "B43", (2, "dW")),
        ([("d_out.sum(", "d_out.mean("), ("d_hidden.sum(", "d_hidden.mean(")], "B16", (2, "db")),
    ],
    ids=["the weights of one layer", "all biases, once more"],
)
def test_an_average_is_told_of_the_biases_and_of_one_layers_weights_as_any_constant(
    edits: list[tuple[str, str]], bug: str, first: tuple[int, str]
) -> None:
    program = TWO_LAYERS_SUMMED
    assert diagnosed(program).verdict.startswith("correct")
    for old, new in edits:
        assert program.count(old) == 1
        program = program.replace(old, new)
    told = diagnosed(program)
    assert (told.verdict, [bug.id for bug in told.bugs]) == ("wrong", [bug]), told
    assert told.first_fault is not None
    assert (told.first_fault.layer, told.first_fault.quantity) == first


def test_a_bias_averaged_before_the_weights_decay_in_their_update_is_blamed_where_it_is_averaged() -> None:
    decayed = AVERAGED.replace("d_hidden.sum(axis=0)", "d_hidden.sum(axis=0) / 6")
    decayed = decayed.replace("0.1 * d_out.sum(axis=0)", "0.1 * grad_b2")
    decayed = decayed.replace(
        "    W2 -= 0.1 * grad2", "    grad_b2 = d_out.sum(axis=0) / 6\n    W2 -= 0.1 * (grad2 + 0.01 * W2)"
    )
    decayed = decayed.replace("W1 -= 0.1 * grad1", "W1 -= 0.1 * (grad1 + 0.01 * W1)")
    assert diagnosed(decayed).verdict.startswith("correct")
    program = decayed.replace("grad_b2 = d_out.sum(axis=0) / 6", "grad_b2 = d_out.mean(axis=0) / 6")
    told = diagnosed(program)
    assert (told.verdict, told.bugs[0].id) == ("wrong", "B16")
    assert told.first_fault is not None
    assert told.first_fault.line == line_of(program, "grad_b2 = ")
