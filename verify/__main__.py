"""``python -m verify``: the same as the command ``gradproof``."""

from .cli import main

main()
