"""A stranger's text: read, repaired where that can be shown, and where each of its lines stands."""
