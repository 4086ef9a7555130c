"""Measure phasescope against the loops and limits it is judged by.

``python -m benchmarks`` prints one table of ratios and latencies, the expected figure beside
each; ``python -m benchmarks throughput --quick`` runs one part of it on a small budget.
"""
