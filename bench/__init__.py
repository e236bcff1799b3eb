"""Benchmarks, and the gate that stops a slower reference: every figure is a ratio of arms timed together."""
