"""Arrays that are trained beside the layers that were read: differences of the program's own loss speak of them."""

from tests.student_runs import diagnosed

NORMALIZED = """
import numpy as np

rng = np.random.default_rng(2)
X, Y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
W, V, c = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), np.zeros(2)
gain, shift = np.ones(4), np.zeros(4)
for step in range(100):
    Z = X @ W
    spread = np.sqrt(Z.var(axis=0) + 1e-5)
    N = (Z - Z.mean(axis=0)) / spread
    H = np.tanh(gain * N + shift)
    E = H @ V + c - Y
    print(0.5 * np.sum(E**2))
    D = (E @ V.T) * (1 - H**2)
    G = D * {gain}
    dW = X.T @ ((G - G.mean(axis=0) - N * (G * N).mean(axis=0)) / spread)
    V = V - 0.01 * H.T @ E
    c = c - 0.01 * E.sum(axis=0)
    W = W - {rate} * dW
    gain = gain - 0.01 * (D * N).sum(axis=0)
    shift = shift - 0.01 * D.sum(axis=0)
"""


def test_a_batch_normalization_whose_steps_are_the_slopes_of_the_loss_is_right() -> None:
    right = diagnosed(NORMALIZED.format(gain="gain", rate="0.01"))
    assert right.verdict.startswith("correct"), right.missing
    assert "beside the layers, are the slopes of the program's own loss" in right.evidence[-1]


def test_what_is_trained_beside_the_layers_at_a_rate_of_its_own_is_not_called_wrong_but_said_to_be_off() -> None:
    off = diagnosed(NORMALIZED.format(gain="gain", rate="0.03"))
    assert off.verdict == "inconclusive"
    assert "how W (changed in line 20) enters the network" in off.missing[0]
    assert "is off, or has a rate or a decay of its own" in off.missing[0]
    assert "gain" not in off.missing[0]


def test_a_batch_normalization_whose_gain_does_not_go_down_is_wrong_by_the_slopes_of_the_loss() -> None:
    off = diagnosed(NORMALIZED.format(gain="1", rate="0.01"))
    assert off.verdict == "wrong"
    assert "the steps of V, c, gain, shift go down it at one rate" in off.evidence[0]
    assert "the steps of W go down it at no rate" in off.evidence[1]
    assert [line.holds for line in off.lines if not line.ok] == ["dL/d(N)"]
