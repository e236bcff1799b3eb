"""gradproof's reference: neural-network backpropagation written by hand, to be read and to be trusted.

>>> import numpy as np
>>> network = Network.build([3, 5, 3], ["tanh", "linear"], "half_sse", np.random.default_rng(0))
>>> X, Y = np.ones((2, 3)), np.zeros((2, 3))
>>> loss, gradients = network.value_and_gradients(X, Y)
>>> [dW.shape for dW in gradients.dW]
[(3, 5), (5, 3)]
"""

from .elementwise import ELEMENTWISE as ELEMENTWISE
from .elementwise import Elementwise as Elementwise
from .elementwise import Kink as Kink
from .errors import InputError as InputError
from .forward_mode import Tangents as Tangents
from .forward_mode import network_jvp as network_jvp
from .initializers import INITIALIZERS as INITIALIZERS
from .layers import Activation as Activation
from .layers import Affine as Affine
from .layers import Dense as Dense
from .losses import LOSSES as LOSSES
from .losses import REDUCTIONS as REDUCTIONS
from .losses import Loss as Loss
from .network import ACTIVATIONS as ACTIVATIONS
from .network import Gradients as Gradients
from .network import Network as Network
from .network import Trace as Trace
from .network import activation as activation
from .optimizers import SGD as SGD
from .optimizers import Adam as Adam
from .optimizers import Minimum as Minimum
from .optimizers import Momentum as Momentum
from .optimizers import Optimizer as Optimizer
from .optimizers import minimize as minimize
from .parameters import flatten as flatten
from .parameters import unflatten as unflatten
from .rowwise import ROWWISE as ROWWISE
from .rowwise import Rowwise as Rowwise
from .second_order import hessian_vector as hessian_vector
from .training import Trained as Trained
from .training import train as train
