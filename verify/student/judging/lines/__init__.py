"""The guilty line of what was found wrong."""
