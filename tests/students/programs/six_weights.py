# predict gender from weight and height: every weight has its own name
import math
import numpy as np

np.random.seed(50)
w1, w2, w3, w4, w5, w6 = [float(v) for v in np.random.normal(size=6)]
b1, b2, b3 = [float(v) for v in np.random.normal(size=3)]

# weight minus 135, height minus 66, and whether female
data = [(-2, -1, 1), (25, 6, 0), (17, 4, 0), (-15, -6, 1)]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def deriv_sigmoid(x):
    fx = sigmoid(x)
    return fx * (1 - fx)


learn_rate = 0.1
epochs = 1000

for epoch in range(epochs):
    for x1, x2, y_true in data:
        x1, x2 = x1 / 10, x2 / 10
        sum_h1 = w1 * x1 + w2 * x2 + b1
        h1 = sigmoid(sum_h1)
        sum_h2 = w3 * x1 + w4 * x2 + b2
        h2 = sigmoid(sum_h2)
        sum_o1 = w5 * h1 + w6 * h2 + b3
        o1 = sigmoid(sum_o1)
        y_pred = o1
        loss = (y_true - y_pred) ** 2

        d_L_d_ypred = -2 * (y_true - y_pred)

        # output neuron
        d_ypred_d_w5 = h1 * deriv_sigmoid(sum_o1)
        d_ypred_d_w6 = h2 * deriv_sigmoid(sum_o1)
        d_ypred_d_b3 = deriv_sigmoid(sum_o1)
        d_ypred_d_h1 = w5 * deriv_sigmoid(sum_o1)
        d_ypred_d_h2 = w6 * deriv_sigmoid(sum_o1)

        # first hidden neuron
        d_h1_d_w1 = x1 * deriv_sigmoid(sum_h1)
        d_h1_d_w2 = x2 * deriv_sigmoid(sum_h1)
        d_h1_d_b1 = deriv_sigmoid(sum_h1)

        # second hidden neuron
        d_h2_d_w3 = x1 * deriv_sigmoid(sum_h2)
        d_h2_d_w4 = x2 * deriv_sigmoid(sum_h2)
        d_h2_d_b2 = deriv_sigmoid(sum_h2)

        w1 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * d_h1_d_w1
        w2 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * d_h1_d_w2
        b1 -= learn_rate * d_L_d_ypred * d_ypred_d_h1 * d_h1_d_b1
        w3 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * d_h2_d_w3
        w4 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * d_h2_d_w4
        b2 -= learn_rate * d_L_d_ypred * d_ypred_d_h2 * d_h2_d_b2
        w5 -= learn_rate * d_L_d_ypred * d_ypred_d_w5
        w6 -= learn_rate * d_L_d_ypred * d_ypred_d_w6
        b3 -= learn_rate * d_L_d_ypred * d_ypred_d_b3
    if epoch % 100 == 0:
        print("Epoch %d loss: %.3f" % (epoch, loss))
