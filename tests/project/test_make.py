"""The two commands that do all the set-up, on machines that are not like this one."""

import os
import re
import shutil
import subprocess

import pytest

from tests.project import files

TOO_OLD = "#!/bin/sh\nexit 1\n"
SUITABLE = """#!/bin/sh
case "$1" in
  -c) exit 0 ;;
  --version) echo "Python of $0" ;;
  -m) mkdir -p "$4/bin" && echo "$0" > "$4/made-by" ;;
esac
"""
WITHOUT_VENV = SUITABLE.replace("mkdir", 'echo "ensurepip is not available"; exit 1; mkdir')


@pytest.fixture
def make_environment(tmp_path):
    """Runs tools/make-venv.sh on a machine that has only the given commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "mkdir", "rm"):
        (folder / tool).symlink_to(shutil.which(tool))

    def run(pythons: dict[str, str], **variables: str) -> subprocess.CompletedProcess:
        for name, script in pythons.items():
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        return subprocess.run(
            ["sh", str(files.ROOT / "tools/make-venv.sh"), str(tmp_path / "venv")],
            env={"PATH": str(folder), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_first_suitable_python_is_taken(make_environment, tmp_path):
    made = make_environment({"python3": TOO_OLD, "python3.12": SUITABLE})
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "venv/made-by").read_text().endswith("/python3.12\n")


def test_a_python_named_by_hand_is_the_only_one_tried(make_environment):
    made = make_environment({"python3": SUITABLE, "old": TOO_OLD}, PYTHON="old")
    assert made.returncode == 1
    assert "found none (looked for: old)" in made.stderr


def test_without_a_suitable_python_the_reason_and_the_way_out_are_said(make_environment):
    made = make_environment({"python3": TOO_OLD})
    assert made.returncode == 1
    assert "needs CPython 3.11 or newer" in made.stderr
    assert "PYTHON=" in made.stderr


def test_a_python_without_venv_names_the_package_that_brings_it(make_environment, tmp_path):
    made = make_environment({"python3": WITHOUT_VENV})
    assert made.returncode == 1
    assert "ensurepip is not available" in made.stderr
    assert "apt install python3-venv" in made.stderr
    assert not (tmp_path / "venv").exists()


def test_make_help_names_every_target_a_person_may_call():
    shown = subprocess.run(
        ["make", "help"], cwd=files.ROOT, capture_output=True, text=True, check=True
    ).stdout
    phony = re.search(r"^\.PHONY: (.+)$", files.text("Makefile"), re.MULTILINE)[1].split()
    assert re.findall(r"^  make (\S+)", shown, re.MULTILINE) == [
        name for name in phony if name != "always"
    ]


@pytest.mark.slow
def test_a_clean_clone_installs_itself_whatever_the_persons_pip_settings_are(tmp_path):
    clone = tmp_path / "a clone"
    subprocess.run(["git", "clone", "--quiet", str(files.ROOT), str(clone)], check=True)
    hostile = {
        **os.environ,
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_USER": "1",
        "PIP_TARGET": str(tmp_path / "elsewhere"),
        "PIP_REQUIRE_HASHES": "1",
        "PYTHONPATH": str(tmp_path),
    }
    run = ["make", "run", "ARGS=--help"]
    first = subprocess.run(
        run, cwd=clone, env=hostile, capture_output=True, text=True, check=False
    )
    assert first.returncode == 0, first.stderr
    assert "--port" in first.stdout
    second = subprocess.run(
        run, cwd=clone, env=hostile, capture_output=True, text=True, check=True
    )
    assert "Installing" not in second.stdout
