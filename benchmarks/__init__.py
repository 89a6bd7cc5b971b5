"""Benchmarks: what the design promises, measured as ratios of one run. `make bench` runs them all.

Each module of `cases` declares one BENCHMARK; the next one is one more module there. Ratios are
goals; seconds depend on the machine and are only told. RESULTS.md is written from saved results.
"""
