"""check_gradients refuses bad input in one line."""

import numpy as np
import pytest

from reference import InputError
from tests.known_functions import POINT, W, X, norm, squares
from verify.functions import check_gradients


def failing(x):
    """Raise an error with a long message."""
    raise ValueError("shapes do not match " * 50)


REFUSED = {
    "f is no function": ((3, squares, POINT), {}, "f: got int, should be a function of the arrays"),
    "gradient is no function": ((squares, POINT, POINT), {}, "gradient: got ndarray, should be a function"),
    "no arrays": ((squares, squares), {}, "arrays: got none, should be one array or more"),
    "no entries": ((squares, squares, []), {}, "arrays: got no entries, should be one entry or more"),
    "NaN": ((squares, squares, [1.0, np.nan]), {}, "x[1]: got nan, should be a finite number"),
    "a single NaN": ((squares, squares, np.nan), {}, "x: got nan, should be a finite number"),
    "infinity": ((squares, squares, [[np.inf]]), {}, "x[0, 0]: got inf, should be a finite number"),
    "objects": ((squares, squares, [1, None]), {}, "x: got dtype object, should be float64"),
    "ragged rows": ((squares, squares, [[1, 2], [3]]), {}, "x: got no rectangular array"),
    "complex": ((squares, squares, [1j]), {}, "x: got dtype complex128, should be float64"),
    "f raises": ((failing, squares, POINT), {}, "f: got ValueError: shapes do not match"),
    "f gives NaN": ((lambda x: np.log(x).sum(), squares, POINT), {}, "f(...): got nan, should be a finite number"),
    "f gives nothing": ((lambda x: None, squares, POINT), {}, "f: got None, should be one number or one array"),
    "f gives a tuple": ((lambda x: (1, 2), squares, POINT), {}, "f: got a tuple, should be one number or one array"),
    "f gives text": ((lambda x: "1", squares, POINT), {}, "f: got dtype <U1"),
    "f gives complex numbers": ((lambda x: 1j * x, squares, POINT), {}, "f: got dtype complex128"),
    "gradient raises": ((squares, failing, POINT), {}, "gradient: got ValueError: shapes do not match"),
    "no cotangent taken": ((lambda x: 2 * x, lambda x: x, POINT), {}, "should be callable as gradient(x, cotangent)"),
    "too few gradients": ((norm, lambda W, x: (W,), W, X), {}, "gradient: got tuple of 1, should be 2 arrays"),
    "one gradient for two": ((norm, lambda W, x: 1.0, W, X), {}, "gradient: got float, should be 2 arrays"),
    "no gradient": ((squares, lambda x: None, POINT), {}, "gradient of x: got dtype object"),
    "another cotangent's shape": ((lambda x: 2 * x, squares, POINT), {"cotangent": [1]}, "cotangent: got shape (1,)"),
    "names too many": ((squares, squares, POINT), {"names": ["a", "b"]}, "names: got ['a', 'b'], should be 1 names"),
    "names in one word": ((squares, squares, POINT), {"names": "a"}, "names: got 'a', should be 1 names"),
    "a negative seed": ((squares, squares, POINT), {"seed": -1}, "seed: got -1, should be a whole number, 0 or more"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line_that_says_what_to_do(case):
    arguments, options, words = REFUSED[case]
    with pytest.raises(InputError) as refusal:
        check_gradients(*arguments, **options)
    message = str(refusal.value)
    assert words in message
    assert message.rpartition("; ")[2]
    assert "\n" not in message
    assert len(message) < 400
