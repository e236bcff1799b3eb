# iris-like data, two layers, everything in one script
import numpy as np
import matplotlib.pyplot as plt

np.random.seed(1)

# three flower species, four measurements
centers = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
X = np.vstack([c + 0.3 * np.random.randn(20, 4) for c in centers])
X = (X - X.mean(axis=0)) / X.std(axis=0)
labels = np.repeat([0, 1, 2], 20)
Y = np.zeros((60, 3))
for i in range(60):
    Y[i, labels[i]] = 1

instances = X.shape[0]
attributes = X.shape[1]
hidden_nodes = 5
output_labels = 3

wh = np.random.rand(attributes, hidden_nodes)
bh = np.random.randn(hidden_nodes)
wo = np.random.rand(hidden_nodes, output_labels)
bo = np.random.randn(output_labels)
lr = 0.01

error_cost = []

for epoch in range(5000):
    # Phase 1: feed forward
    zh = np.dot(X, wh) + bh
    ah = np.tanh(zh)

    zo = np.dot(ah, wo) + bo
    exp_a = np.exp(zo)
    ao = exp_a / exp_a.sum(axis=1, keepdims=True)

    # Phase 2: back propagation, output layer
    dcost_dzo = ao - Y
    dzo_dwo = ah
    dcost_wo = np.dot(dzo_dwo.T, dcost_dzo)
    dcost_bo = dcost_dzo.sum(axis=0)

    # hidden layer
    dzo_dah = wo
    dcost_dah = np.dot(dcost_dzo, dzo_dah.T)
    dah_dzh = 1 - np.tanh(zh) ** 2
    dzh_dwh = X
    dcost_wh = np.dot(dzh_dwh.T, dah_dzh * dcost_dah)
    dcost_bh = (dcost_dah * dah_dzh).sum(axis=0)

    wh -= lr * dcost_wh
    bh -= lr * dcost_bh
    wo -= lr * dcost_wo
    bo -= lr * dcost_bo

    if epoch % 200 == 0:
        loss = np.sum(-Y * np.log(ao))
        print('Loss function value: ', loss)
        error_cost.append(loss)

plt.plot(error_cost)
plt.show()
