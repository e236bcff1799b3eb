"""A run's report as JSON, and the writing of it."""

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from reference import InputError

from ..failure import Failure
from ..tally import PARTIALS, VALUES, Count, Subject, Tally
from .model import Report


def as_json(report: Report, version: str) -> dict[str, Any]:
    """Return the report as plain data with fixed keys; a number that is not finite is a text, "nan" or "inf"."""
    tally = report.tally
    return {
        "tool": "gradproof",
        "version": version,
        "seed": report.seed,
        "cases": report.cases,
        "networks": tally.networks,
        "interrupted": report.interrupted,
        "verdict": report.verdict,
        "seconds": round(report.seconds, 3),
        "networks_per_second": round(report.networks_per_second, 1),
        "compared": {"intermediates": tally.entries(VALUES), "partials": tally.entries(PARTIALS)},
        "worst": _worst(tally),
        "disagreeing": tally.faulty,
        "failures": [_told(failure) for failure in report.failures],
        "inconclusive": {
            "entries": tally.inconclusive,
            "share": report.inconclusive_share,
            "networks": [{"architecture": line, "reason": reason} for line, reason in tally.unjudged],
        },
    }


def _told(failure: Failure) -> dict[str, Any]:
    return {key: str(v) if isinstance(v, float) and not math.isfinite(v) else v for key, v in failure.as_json().items()}


def _worst(tally: Tally) -> list[dict[str, Any]]:
    """Return the closest call with every oracle of each quantity, by the activation or the loss it belongs to."""
    return [_row(*key, tally.counts[key]) for key in sorted(tally.counts)]


def _row(subject: Subject, oracle: str, count: Count) -> dict[str, Any]:
    return {
        "quantity": subject.quantity,
        subject.kind: subject.name,
        "oracle": oracle,
        "compared": count.compared,
        "fraction_of_bound": min(count.fraction, sys.float_info.max),
        "inconclusive": count.inconclusive,
        "below_resolution": count.below_resolution,
        "architecture": count.architecture,
    }


def require_writable(path: str, option: str = "--json") -> None:
    """Refuse a path that no file can be written to; "-" is standard output.

    Raises:
        InputError: when the folder does not exist, is not writable, or the path is a folder.
    """
    if path == "-":
        return
    try:
        if Path(path).is_dir():
            raise IsADirectoryError
        _partial(path).touch()
        _partial(path).unlink()
    except (OSError, ValueError):  # a null character is a ValueError
        raise InputError(
            option, path, "a file in a folder that exists and can be written to, or -", "choose another"
        ) from None


def _partial(path: str) -> Path:
    """Return where the file grows until it is whole."""
    return Path(f"{path}.partial")


def write_json(data: dict[str, Any], path: str) -> None:
    """Write the data to ``path``, or to standard output for "-"; the file appears whole or not at all."""
    write_text(json.dumps(data, indent=2, allow_nan=False) + "\n", path)


def write_text(text: str, path: str) -> None:
    """Write the text to ``path``, or to standard output for "-"; the file appears whole or not at all."""
    if path == "-":
        sys.stdout.write(text)
        return
    _partial(path).write_text(text, encoding="utf-8")
    os.replace(_partial(path), path)
