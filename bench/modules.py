"""How much an import loads: modules, which are the same on every machine, where seconds are not."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from .findings import Finding

SLACK = 5  # modules of other packages that may come with a change


def loaded(package: str, folder: Path) -> set[str]:
    """Return the modules outside the package that importing it from ``folder`` loads."""
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import {package}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return {name for name in done.stdout.split() if name.partition(".")[0] != package}


def grown(packages: Sequence[str], head: Path, base: Path) -> Iterator[Finding]:
    """Yield the packages whose import loads more than at the base commit."""
    for package in packages:
        if not (base / package).exists():
            continue
        new = loaded(package, head) - loaded(package, base)
        if len(new) > SLACK:
            shown = ", ".join(sorted({name.partition(".")[0] for name in new}))
            yield Finding(
                f"import {package}", f"loads {len(new)} more modules ({shown}); import them where they are used"
            )
