"""The documents say what the code does: generated parts are fresh, links lead somewhere."""

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest

import app
from app.exchange import disclosing
from app.platform import errors
from app.platform.settings import Settings
from app.registry import events
from tests.project import files
from tests.support import chips
from tools import generate_docs

DOCUMENTS = generate_docs.documents()
PART = re.compile(r"<!-- generated: ([a-z-]+) -->")
LINK = re.compile(r"\[[^\]]*\]\((?!https?://)([^)#]*)(#[^)]*)?\)")
#: A path, unless it has a part that stands for others (`app/sectors/NAME.py`).
PLACE = re.compile(r"`((?:app|seed|tests|tools|migrations|benchmarks)/[a-z0-9_/.-]+)`")
OUTSIDE = re.compile(r"https?://(?!127\.0\.0\.1|localhost|dancu\.example)[\w.-]+")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_generated_is_fresh(path):
    text = path.read_text(encoding="utf-8")
    assert generate_docs.filled(text) == text, "run `make docs`"


def test_every_part_that_can_be_generated_stands_in_a_document():
    shown = {name for path in DOCUMENTS for name in PART.findall(path.read_text("utf-8"))}
    assert shown == set(generate_docs.PARTS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading_of_the_project(path):
    for target, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        found = (path.parent / target).resolve() if target else path
        assert found.is_file(), target
        if anchor:
            assert anchor[1:] in _anchors(found), f"{target}{anchor}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_in_the_project_that_is_named_is_there(path):
    named = PLACE.findall(path.read_text(encoding="utf-8"))
    assert [name for name in named if not (files.ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_needs_the_internet(path):
    assert OUTSIDE.findall(path.read_text(encoding="utf-8")) == []


def test_every_error_setting_disclosure_and_life_event_is_documented():
    for module in walk_packages(app.__path__, "app."):
        import_module(module.name)
    everything = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    named = [
        *errors.CATALOGUE,
        *(f"DANCU_{name.upper()}" for name in Settings.model_fields),
        *disclosing.all_of_them(),
        *events.kinds(),
    ]
    assert [name for name in named if f"`{name}`" not in everything] == []


def test_every_code_of_the_command_itself_is_documented():
    told = {
        code
        for path in files.tracked()
        if path.startswith("app/cli/")
        for code in re.findall(r"""code(?:: str)? ?= ?"([a-z-]+)\"""", files.text(path))
    }
    assert "port-taken" in told
    text = files.text("docs/commands.md")
    assert [code for code in sorted(told) if f"`{code}`" not in text] == []


def test_coverage_names_every_life_event_there_is():
    (row,) = [line for line in files.text("docs/coverage.md").splitlines() if "| life ev" in line]
    assert set(re.findall("`([a-z-]+)`", row)) == {*events.kinds()}


def test_coverage_lists_every_unverified_fact_that_is_relied_on():
    """Those that later parts rely on are named as not relied on yet."""
    text = files.text("docs/coverage.md")
    relied_on = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    (later,) = re.findall(r"^Not relied on yet.*$", text, re.MULTILINE)
    waiting = {int(number) for number in re.findall(r"\((\d+)\)", later)}
    assert relied_on | waiting | {18} == set(range(1, 20))
    assert relied_on & waiting == set()


def _anchors(path):
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def test_the_document_on_chips_says_of_each_card_what_a_reading_of_it_comes_to():
    """The tests of chip verification hold the service to the same list."""
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \|.*\| `([a-z_]+)` \|$", files.text("docs/chip.md"), re.MULTILINE
    )
    assert {name: verdict for name, verdict in rows if "-" in name or name == "deceased"} == (
        chips.EXPECTED
    )
