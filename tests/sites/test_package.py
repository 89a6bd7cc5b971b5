"""The package by itself: what it imports, what it says in both languages, what it reads."""

import re
import subprocess
import sys
from pathlib import Path

import dancu_sites
import pytest
from dancu_sites import words
from dancu_sites.__main__ import SITES, VARIABLES
from dancu_sites.telco import STATES

from tests.project import files
from tests.sites.conftest import TITLES

HOME = Path(dancu_sites.__file__).parent
#: A text to be translated: in a template, in code, or named to a macro of a template.
_SHOWN = (
    r'_\("([^"]+)"\)',
    r"_\('([^']+)'\)",
    r'(?:step|field)\("[^"]+", "([^"]+)"',
    r'field\([^)]*, "([^"]+\.)"\)',
)
_SAID = (r'\.say\(\s*"([^"]+)"', r'Notice\(\s*"([^"]+)"', r'title="([^"]+)"')


def texts():
    for path in HOME.glob("templates/*.html"):
        for pattern in _SHOWN:
            yield from re.findall(pattern, path.read_text())
    yield from STATES
    for path in HOME.glob("*.py"):
        for pattern in _SAID:
            yield from re.findall(pattern, path.read_text())


def test_every_text_is_translated_and_nothing_else():
    assert {text for text in texts() if text != "…"} == set(words.VIETNAMESE)


def test_the_sites_know_the_server_by_its_client_alone():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, dancu_sites.bank; print(*{each.split('.')[0] for each in sys.modules})",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"app", "seed", "sqlalchemy", "pytest", "fastapi"} & set(said) == set()


def test_the_sites_ask_for_what_the_tests_have():
    declared = {
        requirement.split(">")[0]
        for requirement in files.toml("clients/sites/pyproject.toml")["project"]["dependencies"]
    }
    locked = {pin.name for pin in files.pins("requirements-dev.lock")}
    assert declared - {"dancu-client"} <= locked


def test_the_command_tells_the_variables_it_reads():
    told = subprocess.run(
        [sys.executable, "-m", "dancu_sites", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [each.name for each in VARIABLES if each.name not in told] == []


def test_an_operator_who_is_not_there_is_told():
    done = subprocess.run(
        [sys.executable, "-m", "dancu_sites"],
        env={"DANCU_URL": "http://127.0.0.1:1", "DANCU_OPERATOR_TOKEN": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The agencies' secrets cannot be looked up")


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_each_site_is_one_file_short_enough_to_read(site):
    assert TITLES[site.name] == site.title
    assert len((HOME / f"{site.name}.py").read_text().splitlines()) <= 300
