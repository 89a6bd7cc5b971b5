"""Somebody else's app, driven by the plugin in its own test suite, alone and by two processes."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.project import files

SHOP = files.ROOT / "clients/python/examples/shop"


@pytest.fixture
def shop(tmp_path):
    """A copy of the shop, elsewhere: what its tests find is what is installed."""
    return shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "side by side"])
def test_the_shops_own_tests_pass(shop, more):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-cov", *more],
        cwd=shop,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    written = len(re.findall(r"^def test_", (shop / "test_shop.py").read_text(), re.MULTILINE))
    assert f"{written} passed" in done.stdout
