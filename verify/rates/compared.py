"""Our witnesses and the other checkers on the same networks and the same planted mistakes."""

from collections.abc import Sequence

import numpy as np

from ..under_test import reference_backward
from .families import Case
from .peers import flagged
from .planted import PARAMETERS, PLANTS, Place, Plant, random_place, zeroed_first_layer
from .power import FIRST, SIZES, ZEROED, Detection, Key, Power, gradients_of, measure_power, measure_zeroed

COARSE = SIZES[:8]  # none of the others sees anything smaller
RIGHT = Key("nothing", 0.0, "")


def measure_peers_alarms(cases: Sequence[Case], seed: int) -> Power:  # noqa: ARG001 - every task takes the same arguments
    """Return which of these right networks each other checker refuses."""
    power = Power()
    for case in cases:
        for name, refused in flagged(case.problem, reference_backward):
            power.merge(Power({RIGHT._replace(witness=name): Detection(1, int(refused))}))
    return power


def measure_together(cases: Sequence[Case], seed: int) -> Power:
    """Return what our witnesses and the others see of the same mistakes."""
    power = measure_power(cases, seed, PARAMETERS)
    for number, case in enumerate(cases):
        place = random_place(gradients_of(case.problem), np.random.default_rng((seed, number)), PARAMETERS)
        if place is not None:
            for kind, plant in PLANTS.items():
                for size in COARSE:
                    power.merge(_others(case, place, plant, Key(kind, size, "")))
    return power


def measure_zeroed_together(cases: Sequence[Case], seed: int) -> Power:
    """Return what our witnesses and the others see of a first layer whose dW and db are zero."""
    power = measure_zeroed(cases, seed)
    for case in cases:
        power.merge(_others(case, FIRST, zeroed_first_layer, Key(ZEROED, 1.0, "")))
    return power


def _others(case: Case, place: Place, plant: Plant, key: Key) -> Power:
    """Return what the other checkers see of one mistake."""
    found = flagged(case.problem, plant(place, key.size))
    return Power({key._replace(witness=name): Detection(1, int(refused)) for name, refused in found})
