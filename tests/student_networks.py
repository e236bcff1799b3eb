"""One small network as a student writes it, right, and with mistakes planted: for the tests of what is said of it."""

PROGRAM = """import numpy as np

rng = np.random.default_rng(1)
data = rng.normal(size=(6, 3))
target = rng.uniform(0.1, 0.9, size=(6, 2))
W1, b1 = rng.normal(size=(3, 4)), np.zeros(4)
W2, b2 = rng.normal(size=(4, 2)), np.zeros(2)


def squash(v):
    return 1 / (1 + np.exp(-v))


def slope(v):
    return v * (1 - v)


for epoch in range(50):
    z1 = data @ W1 + b1
    hidden = squash(z1)
    z2 = hidden @ W2 + b2
    out = squash(z2)
    loss = 0.5 * np.sum((out - target) ** 2)
    d_out = (out - target) * slope(out)
    back = d_out @ W2.T
    d_hidden = back * slope(hidden)
    grad2 = hidden.T @ d_out
    grad1 = data.T @ d_hidden
    W2 -= 0.1 * grad2
    b2 -= 0.1 * d_out.sum(axis=0)
    W1 -= 0.1 * grad1
    b1 -= 0.1 * d_hidden.sum(axis=0)
"""

# name: (right text, planted text, the catalogue's id, the guilty text)
MISTAKES = {
    "missing slope": ("d_hidden = back * slope(hidden)", "d_hidden = back", "B11", "d_hidden = back"),
    "slope at z": ("back * slope(hidden)", "back * slope(z1)", "B9", "d_hidden = back * slope(z1)"),
    "own output": ("grad2 = hidden.T @ d_out", "grad2 = z1.T @ d_out", "B19", "grad2 = z1.T @ d_out"),
    "twice": ("grad1 = data.T @ d_hidden", "grad1 = 2 * data.T @ d_hidden", "B43", "grad1 = 2 * data.T @ d_hidden"),
    "bias summed": ("d_hidden.sum(axis=0)", "d_hidden.sum()", "B1", "b1 -= 0.1 * d_hidden.sum()"),
    "raw error": ("back = d_out @ W2.T", "back = (out - target) @ W2.T", "B5", "back = (out - target) @ W2.T"),
}


def with_mistake(name: str) -> str:
    """Return the program with one mistake."""
    old, new, _, _ = MISTAKES[name]
    assert PROGRAM.count(old) == 1
    return PROGRAM.replace(old, new)
