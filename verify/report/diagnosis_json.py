"""A diagnosis as plain data with fixed keys."""

import math
from dataclasses import asdict
from typing import Any

from .diagnosis import Diagnosis


def diagnosis_json(diagnosis: Diagnosis, version: str) -> dict[str, Any]:
    """Return the diagnosis as plain data; a number that is not finite is a text, "nan" or "inf"."""
    told: dict[str, Any] = {"tool": "gradproof", "version": version, **asdict(diagnosis)}
    told["exit_code"] = diagnosis.exit_code
    told["seconds"] = round(diagnosis.seconds, 3)
    return {key: _plain(value) for key, value in told.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
