"""From a verdict to what is shown: the first wrong number, lines, probes, defects, a small program."""
