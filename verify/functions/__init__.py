"""``check_gradients``: a hand-written gradient of any NumPy function against central differences."""

from .check import check_gradients as check_gradients
from .result import GradientCheck as GradientCheck
from .result import GradientError as GradientError
