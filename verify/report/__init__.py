"""The result of a run as data, and its projections: the terminal's table and JSON."""
