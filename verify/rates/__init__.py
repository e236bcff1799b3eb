"""The error rates of the verdicts: false alarms on right networks, and what share of planted mistakes is seen."""
