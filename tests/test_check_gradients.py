"""check_gradients: right gradients pass, wrong ones are found, told and explained."""

import numpy as np
import pytest

from tests.known_functions import POINT, W, X, norm, norm_gradient, only_real, squares, tanh_layer, tanh_layer_products
from tests.random_functions import draw
from verify.functions import check_gradients


def test_the_known_numbers_of_the_squared_norm_are_what_the_check_arrives_at():
    assert norm(W, X) == pytest.approx(0.951120000666, abs=1e-12)
    nothing = check_gradients(norm, lambda W, x: (0 * W, 0 * x), W, X, seed=1)
    weights, inputs = nothing.rows
    assert weights.worst.should_be == pytest.approx(norm_gradient(W, X)[0].max(), rel=1e-12)
    assert inputs.worst.should_be == pytest.approx(0.417856786921, rel=1e-11)
    assert norm_gradient(W, X)[0][0] == pytest.approx([0.055173052086, 0.110346104172, 0.027586526043], abs=1e-12)


@pytest.mark.parametrize("hide", [only_real, lambda f: f], ids=["differences only", "with the complex step"])
def test_a_right_gradient_agrees(hide):
    check = check_gradients(hide(norm), norm_gradient, W, X)
    assert check.verdict == "agree"
    assert check
    assert [(row.name, row.compared, row.wrong) for row in check.rows] == [("W", 9, 0), ("x", 3, 0)]


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_no_right_gradient_of_a_random_function_is_called_wrong(first):
    for seed in range(first, first + 50):
        drawn = draw(np.random.default_rng(seed))
        check = check_gradients(drawn.f, drawn.gradient, *drawn.point, seed=seed)
        assert check.verdict != "disagree", f"seed {seed}\n{check}"


@pytest.mark.slow
def test_right_gradients_of_many_random_functions_are_hardly_ever_called_wrong():
    wrong = []
    for seed in range(10_000, 15_000):
        drawn = draw(np.random.default_rng(seed))
        if check_gradients(drawn.f, drawn.gradient, *drawn.point, seed=seed).verdict == "disagree":
            wrong.append(seed)
    assert wrong == []


RIGHT = {
    "a number": (lambda x: x**3, lambda x: 3 * x**2, 2.0),
    "an integer": (lambda x: x**3, lambda x: 3 * x**2, 2),
    "integers in a list": (squares, lambda x: 2 * x, [1, 2, 3]),
    "a constant": (lambda x: 3.0, lambda x: 0 * x, POINT),
    "a built-in function": (np.sum, np.ones_like, POINT),
    "large arguments": (squares, lambda x: 2 * x, 1e150 * POINT),
    "a fast oscillation": (lambda x: np.sin(1000 * x).sum(), lambda x: 1000 * np.cos(1000 * x), POINT),
    "the edge of a domain": (lambda x: np.log(x).sum(), lambda x: 1 / x, [1e-6, 1e-3, 1.0]),
    "a kink near by": (lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, [1e-5, 1.0, -1e-4]),
    "single precision inside f": (lambda x: squares(x.astype(np.float32)), lambda x: 2 * x, POINT),
    "a large constant inside f": (lambda x: (squares(x) + 1e9) - 1e9, lambda x: 2 * x, POINT),
    "many terms": (
        lambda x: np.mean(np.exp(np.outer(np.linspace(0, 1, 20_000), x))),
        lambda x: (np.exp(np.outer(t := np.linspace(0, 1, 20_000), x)) * t[:, None]).mean(axis=0) / 3,
        POINT,
    ),
    "one output in a matrix": (lambda x: (x @ x).reshape(1, 1), lambda x: 2 * x, POINT),
    "an empty argument": (lambda x, y: squares(x) + y.sum(), lambda x, y: (2 * x, y), POINT, np.zeros((0, 2))),
    "a list of gradients": (lambda x, y: squares(x) + y.sum(), lambda x, y: [2 * x, 0 * y + 1], POINT, POINT),
    "a list for one gradient": (squares, lambda x: list(2 * x), POINT),
}


@pytest.mark.parametrize("name", RIGHT)
def test_unusual_right_gradients_agree(name):
    f, gradient, *arrays = RIGHT[name]
    check = check_gradients(f, gradient, *arrays, seed=2)
    assert check.verdict == "agree", str(check)


def with_one_wrong_entry(drawn, k, i, error):
    """Return the gradient of a random function with one entry of one argument scaled by 1 + error."""

    def wrong(*arrays):
        gradients = [np.array(g) for g in drawn.gradient(*arrays)]
        gradients[k].reshape(-1)[i] *= 1 + error
        return tuple(gradients)

    return wrong


@pytest.mark.parametrize(("error", "share"), [(1e-3, 1.0), (1e-6, 0.97), (1e-8, 0.8)])
@pytest.mark.parametrize("hide", [only_real, lambda f: f], ids=["differences only", "with the complex step"])
def test_one_entry_wrong_by_a_small_factor_is_found(error, share, hide):
    caught = []
    for seed in range(60):
        drawn, rng = draw(np.random.default_rng(seed), wild=0), np.random.default_rng(seed)
        k, i = rng.integers(len(drawn.point)), rng.integers(drawn.point[0].size)
        ones = None if drawn.scalar else np.ones_like(drawn.point[0])
        right = drawn.gradient(*drawn.point, *([] if drawn.scalar else [ones]))
        if abs(right[k].reshape(-1)[i]) > 1e-9 * max(np.abs(g).max() for g in (*right, np.ones(1))):
            wrong = with_one_wrong_entry(drawn, k, i, error)
            caught.append(not check_gradients(hide(drawn.f), wrong, *drawn.point, seed=seed, cotangent=ones))
    assert len(caught) > 30
    assert np.mean(caught) >= share


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda dW, dx: (-dW, dx), "sign flipped in 9 of 9 entries"),
        (lambda dW, dx: (2 * dW, dx), "twice what it should be in 9 of 9 entries"),
        (lambda dW, dx: (dW.T, dx), "the transpose of what it should be"),
        (lambda dW, dx: (dW, 0 * dx), "zero in 3 of 3 entries"),
        (lambda dW, dx: (dW, dx.T), "gradient of x: shape (1, 3), should be (3, 1); its transpose is right"),
        (lambda dW, dx: (dW, dx.ravel()), "gradient of x: shape (3,), should be (3, 1); its numbers are right"),
        (lambda dW, dx: (dW.astype(np.float32), dx), "rounded to single precision in 9 of 9 entries"),
        (lambda dW, dx: (dW * np.nan, dx), "not finite in 9 of 9 entries"),
        (lambda dW, dx: (dW + 1j, dx), "gradient of W: got dtype complex128, should be float64"),
    ],
)
def test_a_mistake_is_found_and_named(mistake, words):
    check = check_gradients(norm, lambda W, x: mistake(*norm_gradient(W, x)), W, X, seed=1)
    assert check.verdict == "disagree"
    assert words in str(check)


def test_the_report_gives_the_place_both_numbers_and_every_witness():
    report = str(check_gradients(norm, lambda W, x: (-norm_gradient(W, x)[0], norm_gradient(W, x)[1]), W, X, seed=5))
    headline, worst, pattern, advice, other, tail = report.splitlines()
    assert headline == "the gradient is wrong: 9 of 12 partial derivatives"
    assert worst.startswith("W[1, 1]: got -0.1126, should be 0.1126 (complex step 0.11265, differences 0.112648918")
    assert pattern == "  sign flipped in 9 of 9 entries"
    assert advice.startswith("  try: look for a difference taken the wrong way round")
    assert other.startswith("x: 3 of 3 entries agree, the closest call at ")
    assert tail.startswith("seed 5, ")


def test_a_tiny_error_is_printed_with_digits_that_show_it():
    check = check_gradients(squares, lambda x: 2 * x * (1 + 1e-10), POINT, seed=1)
    got, should_be = str(check.rows[0].worst).split("got ")[1].split(" (")[0].split(", should be ")
    assert got != should_be
    assert float(got) / float(should_be) - 1 == pytest.approx(1e-10, rel=0.2)


def test_a_zeroed_gradient_is_found_however_small_it_is_beside_the_others():
    def f(x, y):
        return squares(x) + 1e-7 * squares(y)

    check = check_gradients(only_real(f), lambda x, y: (2 * x, 0 * y), POINT, POINT, seed=1)
    assert [(row.name, row.wrong) for row in check.rows] == [("x", 0), ("y", 3)]


# array-valued functions


def test_an_array_valued_function_is_checked_by_its_vector_jacobian_products():
    rng = np.random.default_rng(3)
    batch, weights = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    assert check_gradients(tanh_layer, tanh_layer_products, batch, weights).ok

    def missing_derivative(X, W, dout):
        return dout @ W.T, X.T @ dout

    check = check_gradients(tanh_layer, missing_derivative, batch, weights)
    assert [row.wrong for row in check.rows] == [12, 6]


def test_the_cotangent_is_random_signed_and_reproduced_by_its_seed():
    seen = []

    def products(x, cotangent):
        seen.append(cotangent.copy())
        return 2 * cotangent

    for seed in (7, 7, 8):
        assert check_gradients(lambda x: 2 * x, products, np.zeros(50), seed=seed).seed == seed
    first, again, other = seen[0], seen[2], seen[4]
    assert (first == again).all()
    assert (first != other).any()
    assert (first > 0).any()
    assert (first < 0).any()
    assert np.abs(first).min() >= 0.5


def test_a_fresh_seed_is_drawn_and_told():
    first, second = (check_gradients(squares, lambda x: 2 * x, POINT) for _ in range(2))
    assert first.seed != second.seed
    assert f"seed {first.seed}, " in str(first)


def test_a_given_cotangent_is_used():
    def products(x, cotangent):
        assert cotangent.tolist() == [1, 2, 3]
        return 2 * cotangent

    assert check_gradients(lambda x: 2 * x, products, POINT, cotangent=[1, 2, 3])


def test_arguments_with_too_many_entries_are_checked_along_random_directions_and_the_report_says_so():
    rng = np.random.default_rng(3)
    batch, weights = rng.normal(size=(4, 30)), rng.normal(size=(30, 20)) / 5
    check = check_gradients(tanh_layer, tanh_layer_products, batch, weights, seed=1, max_evaluations=2000)
    assert check.ok
    assert [(row.method, row.compared) for row in check.rows] == [("entries", 120), ("directions", 16)]
    assert "W: 16 of 16 random directions agree" in str(check)
    assert check.evaluations < 3000


def test_a_single_wrong_entry_is_found_and_located_along_random_directions():
    rng = np.random.default_rng(3)
    batch, weights = rng.normal(size=(4, 30)), rng.normal(size=(30, 20)) / 5

    def wrong(X, W, cotangent):
        dX, dW = tanh_layer_products(X, W, cotangent)
        dW[17, 4] *= 1.01
        return dX, dW

    check = check_gradients(tanh_layer, wrong, batch, weights, seed=1, max_evaluations=2000)
    assert check.verdict == "disagree"
    assert check.rows[1].worst.where == "W[17, 4]"
    assert check.rows[1].worst.got / check.rows[1].worst.should_be == pytest.approx(1.01)


def test_the_complex_step_sees_what_differences_cannot():
    def gradient(x):
        return np.exp(x) * (1 + 1e-12)

    assert check_gradients(only_real(lambda x: np.exp(x).sum()), gradient, POINT)
    assert not check_gradients(lambda x: np.exp(x).sum(), gradient, POINT)


LIARS = {
    "abs": (lambda x: (np.abs(x) * x).sum() + squares(x), lambda x: 2 * np.abs(x) + 2 * x),
    "the real part": (lambda x: squares(x.real) + squares(x), lambda x: 4 * x),
    "the conjugate": (lambda x: np.vdot(x, x) + squares(x), lambda x: 4 * x),
    "too little to show in differences": (lambda x: 1e-13 * np.abs(x).sum() + squares(x), lambda x: 2 * x),
    "an abs at a kink": (lambda x: (x - np.abs(x - 1)).sum() + squares(x), lambda x: 1 - np.sign(x - 1) + 2 * x),
}


@pytest.mark.parametrize("name", LIARS)
def test_a_function_that_spoils_the_complex_step_is_never_blamed_on_its_gradient(name):
    f, gradient = LIARS[name]
    assert check_gradients(f, gradient, POINT, seed=1).verdict != "disagree"


def test_a_spoilt_complex_step_is_told_and_the_differences_find_the_mistake():
    check = check_gradients(lambda x: np.abs(x).sum() + squares(x), lambda x: 2 * x, POINT, seed=1)
    assert check.verdict == "disagree"
    assert check.rows[0].worst.complex_step is None
    assert "complex step not used: it contradicts the differences" in check.notes
