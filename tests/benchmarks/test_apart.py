"""A contestant's process: what it took, and why it failed."""

import pytest

from benchmarks import apart


def test_a_process_tells_what_it_took(tmp_path):
    spent = apart.run("benchmarks.linkage.fields:making", str(tmp_path / "field"), "100")
    assert (tmp_path / "field" / "truth").is_dir()
    assert spent.seconds > 0
    assert spent.processor_seconds > 0
    assert spent.peak_mib > 5


def test_what_fails_says_why():
    with pytest.raises(apart.FailedError, match="No module named 'nowhere'"):
        apart.run("nowhere:nothing")
