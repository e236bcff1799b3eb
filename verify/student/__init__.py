"""Observe a stranger's program and find the first wrong quantity, the bug and the line in it."""
