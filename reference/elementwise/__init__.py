"""The table of element-wise activations: one record each, grouped by the functions they are made of."""

from .entry import Elementwise as Elementwise
from .entry import Kink as Kink
from .exponential import EXPONENTIAL
from .gelu import GELU
from .logistic import LOGISTIC
from .piecewise import PIECEWISE

ELEMENTWISE: dict[str, Elementwise] = {entry.name: entry for entry in (*PIECEWISE, *EXPONENTIAL, *LOGISTIC, *GELU)}
