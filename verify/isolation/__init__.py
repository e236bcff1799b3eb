"""Run a stranger's file in a process of its own, with limits, and get bytes back."""
