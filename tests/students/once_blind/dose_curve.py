# Does a medicine work? Fit a bent curve through (dose, effect) with three softplus nodes.
# Every number has a name so that I can follow the chain rule with a pencil.
from math import exp, log
import matplotlib.pyplot as plt

doses = [0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0]
effects = [0.0, 0.1, 0.65, 1.0, 0.6, 0.2, 0.05]

w1, w2, w3 = 2.74, -1.13, 0.6
b1, b2, b3 = -0.5, 0.3, 0.1
v1, v2, v3 = 0.36, 0.63, -1.2
c = 0.0


def softplus(x):
    return log(1 + exp(x))


def softplus_slope(x):
    return exp(x) / (1 + exp(x))


learning_rate = 0.02
history = []
for epoch in range(5000):
    dw1 = dw2 = dw3 = 0.0
    db1 = db2 = db3 = 0.0
    dv1 = dv2 = dv3 = 0.0
    dc = 0.0
    ssr = 0.0
    for dose, effect in zip(doses, effects):
        x1 = dose * w1 + b1
        x2 = dose * w2 + b2
        x3 = dose * w3 + b3
        y1 = softplus(x1)
        y2 = softplus(x2)
        y3 = softplus(x3)
        predicted = y1 * v1 + y2 * v2 + y3 * v3 + c

        residual = effect - predicted
        ssr += residual ** 2
        d_pred = -2 * residual

        # the three weights and the shift at the end
        dv1 += d_pred * y1
        dv2 += d_pred * y2
        dv3 += d_pred * y3
        dc += d_pred

        # back through the bends
        d_x1 = d_pred * v1 * softplus_slope(x1)
        d_x2 = d_pred * v2 * softplus_slope(x2)
        d_x3 = d_pred * v3 * softplus_slope(x3)
        dw1 += d_x1 * dose
        dw2 += d_x2 * dose
        dw3 += d_x3 * dose
        db1 += d_x1
        db2 += d_x2
        db3 += d_x3

    w1 -= learning_rate * dw1
    w2 -= learning_rate * dw2
    w3 -= learning_rate * dw3
    b1 -= learning_rate * db1
    b2 -= learning_rate * db2
    b3 -= learning_rate * db3
    v1 -= learning_rate * dv1
    v2 -= learning_rate * dv2
    v3 -= learning_rate * dv3
    c -= learning_rate * dc

    history.append(ssr)
    if epoch % 500 == 0:
        print("epoch", epoch, "sum of squared residuals", round(ssr, 5))

plt.plot(history)
plt.title("SSR")
plt.show()
