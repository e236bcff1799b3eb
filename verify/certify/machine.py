"""The kind of machine that numbers were taken on, as far as it can change their last digits."""

import platform
from typing import Any, cast

import numpy as np


def machine() -> str:
    """Return the operating system, the processor's kind and NumPy's best vector extension on it."""
    config = cast("dict[str, Any]", np.show_config("dicts"))
    found = config.get("SIMD Extensions", {}).get("found") or ["no vector extension"]
    return f"{platform.system()}, {platform.machine()}, {found[-1]}"
