"""The lock files pin and hash what pyproject.toml asks for, and nothing else."""

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project import files
from tests.support import spark

RUN = {"extras": ("postgres",), "groups": ("build",)}
DEV = {"extras": ("postgres", "otel"), "groups": ("build", "dev")}
WITH_OTEL = {"extras": ("postgres", "otel"), "groups": ("build",)}
WITH_SPARK = {"extras": ("postgres", "spark"), "groups": ("build",)}
LOCKS = [("requirements.lock", RUN), ("requirements-dev.lock", DEV)]
ALL = [
    *LOCKS,
    ("requirements-spark.lock", WITH_SPARK),
    ("requirements-otel.lock", WITH_OTEL),
]
INSTALLED = [*LOCKS, pytest.param(*ALL[2], marks=spark.needed), ALL[3]]
FILES = [*(lock for lock, _ in ALL), "requirements-bench.lock"]


@pytest.mark.parametrize(("lock", "asked"), ALL)
def test_every_requirement_is_pinned_to_a_version_it_allows(lock, asked):
    pinned = files.pins(lock)
    for requirement in files.requirements(**asked):
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        name = canonicalize_name(requirement.name)
        versions = [pin.version for pin in pinned if pin.name == name and pin.applies_here]
        assert len(versions) == 1, f"{name} in {lock}: run `make lock`"
        assert Version(versions[0]) in requirement.specifier, f"{name}: run `make lock`"


@pytest.mark.parametrize("lock", FILES)
def test_every_pin_is_one_version_with_sha256_hashes_and_no_address(lock):
    for pin in files.pins(lock):
        assert pin.requirement.url is None
        assert [each.operator for each in pin.requirement.specifier] == ["=="], pin.name
        assert pin.hashes, f"{pin.name} has no hash"
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in pin.hashes), pin.name


@pytest.mark.parametrize(("lock", "asked"), INSTALLED)
def test_the_lock_holds_what_is_needed_here_and_nothing_more(lock, asked):
    locked = {pin.name for pin in files.pins(lock) if pin.applies_here}
    assert _closure(files.requirements(**asked)) == locked


@pytest.mark.parametrize(
    "more", ["requirements-dev.lock", "requirements-spark.lock", "requirements-otel.lock"]
)
def test_what_comes_beside_dancu_leaves_it_the_versions_that_run_it(more):
    with_more = {(pin.name, pin.version) for pin in files.pins(more)}
    to_run = {(pin.name, pin.version) for pin in files.pins("requirements.lock")}
    assert to_run < with_more


def test_what_dancu_is_measured_against_changes_no_version_of_what_checks_it():
    asked = {"duckdb", "splink"}
    to_test = {(pin.name, pin.version) for pin in files.pins("requirements-dev.lock")}
    to_bench = {pin.name: pin.version for pin in files.pins("requirements-bench.lock")}
    assert asked <= set(to_bench)
    names = {name for name, _ in to_test}
    assert {each for each in to_bench.items() if each[0] in names} <= to_test


def test_one_numpy_serves_every_python_because_worlds_are_drawn_with_it():
    found = [pin for pin in files.pins("requirements.lock") if pin.name == "numpy"]
    assert [pin.requirement.marker for pin in found] == [None]


def test_the_build_backend_is_locked_as_it_is_asked_for():
    assert (
        files.pyproject()["build-system"]["requires"]
        == files.pyproject()["dependency-groups"]["build"]
    )


def _closure(requirements: list[Requirement]) -> set[str]:
    """Names of everything that these need in this environment, by the installed metadata."""
    seen: set[tuple[str, str]] = set()
    waiting = [(each, "") for each in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in {"", *requirement.extras}:
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(each), wanted) for each in metadata.requires(name) or []]
    return {name for name, _ in seen}
