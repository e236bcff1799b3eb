"""The losses: values and derivatives against mpmath, singular points, reductions, targets and labels."""

import numpy as np
import pytest
from numpy.typing import DTypeLike

from reference import ACTIVATIONS, LOSSES, REDUCTIONS, InputError, Loss, Network
from reference.arrays import Array
from reference.targets import TARGETS, as_targets
from verify.oracles.exact import central_difference, condition, context, ulp_error
from verify.oracles.truths import LOSS_TRUTHS, Number

mp = context()
DIGITS = 400  # one sample's loss is a sum: the derivative of its smallest term must survive beside the largest
RULES = tuple(TARGETS)

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def targets(loss: Loss, rng: np.random.Generator, N: int, K: int) -> Array:
    """Return (N, K) targets that the loss allows: hard ones in even rows, soft ones in odd rows."""
    soft = np.arange(N)[:, None] % 2 == 1
    if loss.targets == "sign":
        return rng.choice((-1.0, 1.0), (N, K))
    if loss.targets == "unit":
        return np.where(soft, rng.uniform(0, 1, (N, K)), rng.integers(0, 2, (N, K)))
    if loss.targets == "distribution":  # multiples of 1/64, so that rows sum to 1 exactly
        return np.where(soft, rng.multinomial(64, np.ones(K) / K, N) / 64, np.eye(K)[rng.integers(K, size=N)])
    return np.zeros((N, K)) if loss.targets == "none" else rng.normal(size=(N, K)) * 10 ** rng.uniform(-3, 3, (N, 1))


def predictions(loss: Loss, rng: np.random.Generator, N: int, K: int) -> Array:
    """Return (N, K) predictions from the loss's domain, over many orders of magnitude where it is unbounded."""
    z = rng.normal(size=(N, K))
    if loss.output is None:
        return z * 10 ** rng.uniform(-3, 2.5, (N, 1))
    return ACTIVATIONS[loss.output].forward(z * 10 ** rng.uniform(-2, 0.7, (N, 1)))


def samples(loss: Loss, N: int = 24, seed: int = 0) -> list[tuple[Array, Array]]:
    """Return N pairs of a prediction and a target, each of shape (K,), K from 1 to 4."""
    rng = np.random.default_rng(seed)
    sizes = [1 + n % 4 for n in range(N // 2)]
    return [pair for K in sizes for pair in zip(predictions(loss, rng, 2, K), targets(loss, rng, 2, K), strict=True)]


def true_loss(loss: Loss, K: int, x: list[Number]) -> Number:
    """Return the true loss of one sample, of x = prediction and target in one list."""
    return LOSS_TRUTHS[loss.name](mp, x[:K], x[K:])


@every_loss
def test_the_value_is_within_its_bound(loss: Loss) -> None:
    for a, y in samples(loss, 40):
        x = [mp.mpf(v) for v in (*a.tolist(), *y.tolist())]
        k = condition(lambda x, K=a.size: true_loss(loss, K, x), x)
        assert ulp_error(float(loss.forward(a, y)), true_loss(loss, a.size, x), k)[1] <= 1, (a, y)


@every_loss
def test_the_derivative_is_within_its_bound_of_the_true_losss_slope(loss: Loss) -> None:
    for a, y in samples(loss):
        x = [mp.mpf(v) for v in (*a.tolist(), *y.tolist())]
        for i, got in enumerate(loss.derivative(a, y).tolist()):
            with mp.workdps(DIGITS):

                def slope(x: list[Number], i: int = i, K: int = a.size) -> Number:
                    return central_difference(lambda x: true_loss(loss, K, x), x, i)

                assert ulp_error(got, slope(x), condition(slope, x))[1] <= 1, (a, y, i)


@every_loss
def test_a_batch_is_its_samples(loss: Loss) -> None:
    rng = np.random.default_rng(1)
    a, y = predictions(loss, rng, 6, 3), targets(loss, rng, 6, 3)
    np.testing.assert_array_equal(loss.forward(a, y), [loss.forward(p, q) for p, q in zip(a, y, strict=True)])
    np.testing.assert_array_equal(loss.derivative(a, y), [loss.derivative(p, q) for p, q in zip(a, y, strict=True)])


@every_loss
def test_only_a_loss_that_mixes_its_row_is_more_than_a_sum_of_terms(loss: Loss) -> None:
    rng = np.random.default_rng(2)
    a, y = predictions(loss, rng, 5, 3), targets(loss, rng, 5, 3)
    moved = a.copy()
    moved[:, 0] = a[:, 0] / 2
    same = np.array_equal(loss.derivative(a, y)[:, 1:], loss.derivative(moved, y)[:, 1:])
    assert same is not loss.mixes_row


@both_dtypes
@every_loss
@pytest.mark.parametrize("shape", [(4, 3), (0, 3), (1, 1), (2, 5, 3)])
def test_shape_and_dtype_are_kept(loss: Loss, shape: tuple[int, ...], dtype: DTypeLike) -> None:
    a, y = np.full(shape, 0.25, dtype), np.ones(shape, dtype)
    assert (loss.forward(a, y).shape, loss.forward(a, y).dtype) == (shape[:-1], np.dtype(dtype))
    assert (loss.derivative(a, y).shape, loss.derivative(a, y).dtype) == (shape, np.dtype(dtype))


@every_loss
def test_the_inputs_are_left_alone_and_not_handed_back(loss: Loss) -> None:
    rng = np.random.default_rng(3)
    a, y = predictions(loss, rng, 4, 3), targets(loss, rng, 4, 3)
    before = a.copy(), y.copy()
    loss.forward(a, y)
    derivative = loss.derivative(a, y)
    np.testing.assert_array_equal((a, y), before)
    assert not np.shares_memory(derivative, a)
    assert not np.shares_memory(derivative, y)


@both_dtypes
@pytest.mark.parametrize("loss", [e for e in LOSSES.values() if e.output is None], ids=lambda e: e.name)
def test_no_finite_prediction_of_a_thousandth_of_the_range_raises_a_warning(loss: Loss, dtype: DTypeLike) -> None:
    large = float(np.sqrt(np.finfo(dtype).max)) / 1000
    a = np.array([0.0, -0.0, 1e-30, -1e-30, 1, -1, 90, -90, 800, -800, large, -large], dtype)[:, None] * np.ones(
        2, dtype
    )
    y = np.ones_like(a) * (0.5 if loss.targets == "distribution" else 1)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(loss.forward(a, y)).all()
        assert np.isfinite(loss.derivative(a, y)).all()


@both_dtypes
@pytest.mark.parametrize("name", ["bce", "cross_entropy", "kl_divergence"])
def test_hard_probabilities_that_are_right_cost_nothing_and_raise_no_warning(name: str, dtype: DTypeLike) -> None:
    loss, p = LOSSES[name], np.array([[0, 1], [1, 0]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(loss.forward(p, p), [0, 0])
        derivative = loss.derivative(p, p)
    np.testing.assert_array_equal(derivative[p == 1], -1)
    np.testing.assert_array_equal(derivative[p == 0], 1 if name == "bce" else 0)


@both_dtypes
@pytest.mark.parametrize("name", ["bce", "cross_entropy", "kl_divergence"])
def test_hard_probabilities_that_are_wrong_cost_infinity_and_raise_no_warning(name: str, dtype: DTypeLike) -> None:
    loss, p = LOSSES[name], np.array([[0, 1]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert loss.forward(p, p[:, ::-1]) == np.inf
        derivative = loss.derivative(p, p[:, ::-1])
    assert derivative[0, 0] == -np.inf
    assert derivative[0, 1] == (np.inf if name == "bce" else 0)


@pytest.mark.parametrize(
    ("name", "a", "y", "slope"),
    [
        ("mae", 2.0, 2.0, 0.0),
        ("huber", 3.0, 2.0, 1.0),
        ("huber", 1.0, 2.0, -1.0),
        ("hinge", 1.0, 1.0, 0.0),
        ("hinge", -1.0, -1.0, 0.0),
        ("bce", 0.0, 0.0, 1.0),
        ("bce", 1.0, 1.0, -1.0),
    ],
)
def test_at_a_singular_point_the_derivative_takes_its_documented_value(
    name: str, a: float, y: float, slope: float
) -> None:
    assert LOSSES[name].derivative(np.array([a]), np.array([y])) == [slope]


@every_loss
def test_the_derivative_jumps_at_the_kinks_and_only_bends_at_the_seams(loss: Loss) -> None:
    y, h = np.array([1.0]), 1e-6
    for at in (*loss.kinks, *loss.seams):
        a = np.array([at]) if loss.argument(np.array([at]), y) == at else y + at
        assert loss.argument(a, y) == at
        left, here, right = (loss.derivative(a + step, y) for step in (-h, 0.0, h))
        jump, bend = abs(right - left), abs((right - here) - (here - left))
        assert jump > 0.5 if at in loss.kinks else h / 2 < bend < 1e-5


def test_a_prediction_equal_to_its_target_costs_nothing() -> None:
    a = np.random.default_rng(4).normal(size=(3, 2))
    for name in ("half_sse", "mse", "mae", "huber", "log_cosh"):
        np.testing.assert_array_equal(LOSSES[name].forward(a, a), 0)
        np.testing.assert_array_equal(LOSSES[name].derivative(a, a), 0)


def test_a_loss_on_logits_is_the_loss_on_the_probabilities_they_stand_for() -> None:
    z = np.random.default_rng(5).normal(size=(6, 4))
    hot = np.eye(4)[[0, 1, 2, 3, 0, 1]]
    for logits, probabilities in (("bce_with_logits", "bce"), ("softmax_cross_entropy", "cross_entropy")):
        on_probabilities = LOSSES[probabilities]
        p = ACTIVATIONS[on_probabilities.output].forward(z)
        chained = ACTIVATIONS[on_probabilities.output].backward(z, on_probabilities.derivative(p, hot))
        np.testing.assert_allclose(LOSSES[logits].forward(z, hot), on_probabilities.forward(p, hot), rtol=1e-13)
        np.testing.assert_allclose(LOSSES[logits].derivative(z, hot), chained, rtol=1e-12, atol=1e-15)


def test_the_cross_entropy_gradient_keeps_its_digits_where_p_rounds_to_1() -> None:
    gradient = LOSSES["softmax_cross_entropy"].derivative(np.array([50.0, 0.0]), np.array([1.0, 0.0]))
    np.testing.assert_allclose(gradient, [-np.exp(-50), np.exp(-50)], rtol=1e-15)


def network(loss: str, reduction: str | None = None) -> Network:
    """Return a small network that ends as the loss wants it."""
    output = LOSSES[loss].output or "linear"
    return Network.build([3, 4, 3], ["tanh", output], loss, np.random.default_rng(6), reduction=reduction)


@every_loss
@pytest.mark.parametrize(("reduction", "divisor"), [("sum", 1), ("batch_mean", 5), ("mean", 15)])
def test_a_reduction_divides_loss_and_gradients_alike(loss: Loss, reduction: str, divisor: int) -> None:
    rng = np.random.default_rng(7)
    X, Y = rng.normal(size=(5, 3)), targets(loss, rng, 5, 3)
    total, gradients = network(loss.name, "sum").value_and_gradients(X, Y)
    reduced, scaled = network(loss.name, reduction).value_and_gradients(X, Y)
    assert reduced == pytest.approx(total / divisor, rel=1e-14)
    for whole, part in zip(gradients.parameters, scaled.parameters, strict=True):
        np.testing.assert_allclose(part * divisor, whole, rtol=1e-12, atol=1e-15)


@every_loss
def test_the_customary_reduction_is_used_where_none_is_asked_for(loss: Loss) -> None:
    assert network(loss.name).reduction == loss.reduction
    assert loss.reduction in REDUCTIONS


@every_loss
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_an_empty_batch_has_loss_0(loss: Loss, reduction: str) -> None:
    value, gradients = network(loss.name, reduction).value_and_gradients(np.empty((0, 3)), np.empty((0, 3)))
    assert value == 0
    assert not any(g.any() for g in gradients.parameters)


def test_every_kind_of_target_is_used_by_a_loss() -> None:
    assert {loss.targets for loss in LOSSES.values()} == set(RULES)


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("unit", [0.5, -1e-9]),
        ("unit", [1 + 1e-9, 0.5]),
        ("sign", [1, 0]),
        ("sign", [1, -1.5]),
        ("distribution", [0.5, 0.6]),
        ("distribution", [1.5, -0.5]),
    ],
)
def test_a_target_outside_the_losss_range_is_refused(kind: str, row: list[float]) -> None:
    with pytest.raises(InputError) as refusal:
        as_targets(kind, [row], np.zeros((1, 2)))
    assert refusal.value.where == "Y"
    assert refusal.value.should_be == TARGETS[kind][1]


@pytest.mark.parametrize(
    ("kind", "row"),
    [("unit", [0.0, 1.0]), ("sign", [-1.0, 1.0]), ("distribution", [0.1, 0.9]), ("real", [-1e9, 3.0])],
)
def test_a_target_inside_the_losss_range_comes_back_as_it_is(kind: str, row: list[float]) -> None:
    np.testing.assert_array_equal(as_targets(kind, [row], np.zeros((1, 2))), [row])


def test_rows_of_ten_tenths_are_distributions() -> None:
    for dtype in (np.float64, np.float32):
        rows = np.full((3, 10), 0.1, dtype)
        np.testing.assert_array_equal(as_targets("distribution", rows, np.zeros((3, 10), dtype)), rows)


@both_dtypes
@pytest.mark.parametrize("integers", [np.int64, np.int8, np.uint16])
def test_integer_labels_stand_for_one_hot_rows(integers: DTypeLike, dtype: DTypeLike) -> None:
    hot = as_targets("distribution", np.array([2, 0, 1], integers), np.zeros((3, 3), dtype))
    np.testing.assert_array_equal(hot, np.eye(3, dtype=dtype)[[2, 0, 1]], strict=True)


@pytest.mark.parametrize(("labels", "where"), [([0, 3], r"Y\[1\]: got 3"), ([-1, 0], r"Y\[0\]: got -1")])
def test_a_label_out_of_range_is_refused_with_its_place(labels: list[int], where: str) -> None:
    with pytest.raises(InputError, match=where + ", should be a label from 0 to 2; count classes from 0"):
        as_targets("distribution", labels, np.zeros((2, 3)))


def test_labels_are_for_distributions_only() -> None:
    with pytest.raises(InputError, match=r"Y: got shape \(2,\), should be shape \(2, 3\)"):
        as_targets("unit", [0, 1], np.zeros((2, 3)))


def test_a_loss_without_targets_takes_any() -> None:
    for Y in (None, np.nan, "nothing"):
        np.testing.assert_array_equal(as_targets("none", Y, np.ones((2, 3))), np.zeros((2, 3)))


def test_a_loss_with_targets_needs_them() -> None:
    with pytest.raises(InputError, match=r"Y: got nothing, should be an array of shape \(2, 3\); pass the targets"):
        as_targets("real", None, np.zeros((2, 3)))
