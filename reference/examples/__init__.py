"""Five small worked examples, each run with ``python -m reference.examples.NAME``.

sigmoid_stack: two sigmoid layers, the gradient of each, and a target that no sigmoid can reach.
layer_objects: ReLU, Sigmoid, Affine and SoftmaxWithLoss as objects, and what their ``dout`` is.
column_major: samples as columns, z = W a + b, and the four equations of backpropagation.
colour_regression: all weights and biases in one column of 38 numbers, minimized by Adam.
squared_norm: the gradients of ||sigmoid(W x)||^2 with respect to W and x.
"""
