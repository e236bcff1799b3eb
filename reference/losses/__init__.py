"""The table of losses: per-sample values, their derivatives, targets and reductions."""

from .distances import DISTANCES
from .entry import REDUCTIONS as REDUCTIONS
from .entry import Loss as Loss
from .likelihoods import LIKELIHOODS

LOSSES: dict[str, Loss] = {loss.name: loss for loss in (*DISTANCES, *LIKELIHOODS)}
