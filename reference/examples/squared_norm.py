"""The gradients of f(W, x) = ||sigmoid(W x)||^2 with respect to the matrix W and the column x.

With q = W x and s = sigmoid(q): f = s^T s, df/dq = 2 s * sigmoid'(q), and from it
df/dW = df/dq x^T, of W's shape, and df/dx = W^T df/dq, of x's shape. Three things go wrong easily:
multiplying entry by entry where a matrix product stands (df/dx then comes out 3 x 3), taking the
factor 2 s twice, and rounding in the middle of the computation rather than when printing.

Run: ``python -m reference.examples.squared_norm``
"""

import numpy as np

from ..arrays import Array
from ..elementwise import ELEMENTWISE

W = np.array([[0.1, 0.5, 0.2], [-0.3, 0.8, 0.5], [0.5, 0.2, 0.3]])
X = np.array([[0.2], [0.4], [0.1]])


def squared_norm(W: Array, x: Array) -> float:
    """Return ||sigmoid(W x)||^2 for W (m, n) and the column x (n, 1)."""
    s = ELEMENTWISE["sigmoid"].forward(W @ x)
    return float(np.vdot(s, s))


def gradients(W: Array, x: Array) -> tuple[Array, Array]:
    """Return df/dW (m, n) and df/dx (n, 1)."""
    q = W @ x
    dq = ELEMENTWISE["sigmoid"].backward(q, 2 * ELEMENTWISE["sigmoid"].forward(q))
    return dq @ x.T, W.T @ dq


def main() -> None:
    """Print f and both gradients to 12 decimals."""
    dW, dx = gradients(W, X)
    print(f"f = {squared_norm(W, X):.12f}")
    with np.printoptions(precision=12, floatmode="fixed"):
        print(f"df/dW\n{dW}\ndf/dx, shape {dx.shape}\n{dx}")


if __name__ == "__main__":
    main()
