"""The README's examples, run as they stand there, but for address and secret of the world."""

import re
import subprocess
import sys

from tests.client.conftest import BANK
from tests.project import files

BLOCKS = re.findall(r"```python\n(.*?)```", files.text("clients/python/README.md"), re.DOTALL)
ASKING = [block for block in BLOCKS if "def test_" not in block]
TESTING = [block for block in BLOCKS if "def test_" in block]


def _run(*command, cwd):
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_what_is_asked_is_answered(dancu_world, tmp_path):
    secret = dancu_world.credential(BANK).secret
    told = []
    for block in ASKING:
        here = block.replace("http://127.0.0.1:8000", dancu_world.url)
        done = _run("-c", re.sub(r"sim_[a-z0-9]+", secret, here), cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        told += done.stdout.splitlines()
    assert told[0] == "match True"
    assert told[2].startswith("purpose-not-allowed caller ")
    assert "outcome='match'" in told[3]


def test_the_tests_pass(tmp_path):
    [block] = TESTING
    (tmp_path / "test_readme.py").write_text(block)
    done = _run("-m", "pytest", "-q", "--no-cov", "--rootdir", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{block.count('def test_')} passed" in done.stdout
