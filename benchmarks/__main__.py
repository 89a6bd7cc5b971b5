"""Runs the benchmarks: `python -m benchmarks [NAME…]`."""

from __future__ import annotations

from benchmarks.command import main

main()
