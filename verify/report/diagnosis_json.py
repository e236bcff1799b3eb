"""A diagnosis as plain data with fixed keys."""

import math
from dataclasses import asdict
from typing import Any

from .diagnosis import MISUSE, Diagnosis


def diagnosis_json(diagnosis: Diagnosis, version: str) -> dict[str, Any]:
    """Return the diagnosis as plain data; a number that is not finite is a text, "nan" or "inf"."""
    told: dict[str, Any] = {"tool": "gradproof", "version": version, **asdict(diagnosis)}
    told["exit_code"] = diagnosis.exit_code
    told["seconds"] = round(diagnosis.seconds, 3)
    return {key: _plain(value) for key, value in told.items()}


def refusal_json(file: str, message: str, seed: int, version: str) -> dict[str, Any]:
    """Return a file that was refused before it ran as plain data with the same keys, its exit code that of misuse."""
    refused = Diagnosis(file=file, verdict="cannot run", missing=(message,), seed=seed)
    return {**diagnosis_json(refused, version), "exit_code": MISUSE}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
