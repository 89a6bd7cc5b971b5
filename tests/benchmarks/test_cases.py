"""The benchmarks of reconciliation run, at a size that shows nothing."""

import pytest

from benchmarks.bench import Bench, Effort
from benchmarks.cases import equality, linearity, scenario, splink
from benchmarks.homes import Homes

TINY = Effort(runs=1, scale=0.0001)
pytestmark = pytest.mark.slow  # many processes; and what it is measured against is not all there


def figures(case, folder):
    with Homes(folder) as homes:
        return list(case.run(Bench(TINY, homes, lambda _what: None)))


def medians(case, folder):
    return {each.name: each.median for each in figures(case, folder)}


def test_linearity(tmp_path):
    *of_sizes, rows, _memory = figures(linearity, tmp_path)
    assert len(of_sizes) == 3 * 4
    assert rows.goal is not None


def test_a_scenarios_file(tmp_path):
    assert set(medians(scenario, tmp_path)) == {
        f"{story}, {what}"
        for story in ("sim-cleanup", "credit-file")
        for what in ("1,000 rows", "processor time", "memory at its peak")
    }


def test_the_equality_join(tmp_path):
    measured = medians(equality, tmp_path)
    assert measured["rows in which something is wrong"] == pytest.approx(22, abs=1)
    assert measured["dancu / DuckDB's join, processor time"] > 0


def test_splink(tmp_path):
    measured = medians(splink, tmp_path)
    assert measured["dancu at a strictness of 10, F1"] > 97
    assert measured["dancu at a strictness of 1, F1"] > measured["dancu at a strictness of 10, F1"]
    assert measured["Splink at its best threshold, F1"] > 90
