"""Licence, changelog, version and dependencies say the same everywhere."""

import ast
import re
from importlib import metadata

import yaml
from packaging.utils import canonicalize_name

from tests.project import files

PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|BSD|BSD-[23]-Clause|0BSD|Apache|ISC|PSF|Python Software Foundation|HPND|MPL"
    r"|Zlib|CC0|Unlicense|OFL-1\.1)\b",
    re.IGNORECASE,
)
COPYLEFT = {
    # Optional, unchanged and replaceable: what the LGPL asks of a program that uses a library.
    "psycopg",
    "psycopg-binary",
}
NOT_IMPORTED = {
    "uvloop": "uvicorn's event loop",
    "httptools": "uvicorn's HTTP parser",
    "psycopg": "SQLAlchemy loads it by the database's address",
    "adbc-driver-manager": "adbc-driver-sqlite stands on it",
    "fastapi-standalone-docs": "/docs serves its files",
    "font-source-sans-pro": "pictures are written with its files",
}


def test_the_licence_is_mit_in_every_place_that_says_so():
    project = files.pyproject()["project"]
    assert project["license"] == "MIT"
    assert files.text("LICENSE").startswith(
        "MIT License\n\nCopyright (c) 2026 dancu contributors\n"
    )


def test_the_changelog_speaks_of_this_version():
    version = files.pyproject()["project"]["version"]
    changelog = files.text("CHANGELOG.md")
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", changelog, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert f"Will be {version}" in changelog or headings[1][0] == version


def test_changelog_entries_stand_under_the_words_of_keep_a_changelog():
    kinds = set(re.findall(r"^### (.+)$", files.text("CHANGELOG.md"), re.MULTILINE))
    assert kinds
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_image_carries_the_version():
    compose = yaml.safe_load(files.text("compose.yaml"))
    version = files.pyproject()["project"]["version"]
    assert compose["services"]["dancu"]["image"] == f"dancu:{version}"


def test_every_library_that_dancu_runs_on_has_a_permissive_licence():
    for pin in files.pins("requirements.lock"):
        if pin.applies_here and pin.name not in COPYLEFT:
            said = _licence(pin.name)
            assert PERMISSIVE.search(said), f"{pin.name}: {said}"
            assert "GPL" not in said, f"{pin.name}: {said}"


def test_every_declared_dependency_is_used():
    imported = _imported_packages()
    for requirement in files.requirements(extras=("postgres",)):
        name = canonicalize_name(requirement.name)
        assert name in imported or name in NOT_IMPORTED, f"nothing imports {name}"


def test_everything_imported_is_declared():
    asked = files.requirements(extras=("postgres", "spark", "otel"))
    declared = {canonicalize_name(each.name) for each in asked}
    imported = _imported_packages()
    part_of_another = {"starlette", "pydantic-core"}  # of FastAPI and Pydantic, by exact version
    # All of them share one namespace, so that an import does not tell which is meant.
    part_of_another |= {name for name in imported if name.startswith("opentelemetry-")}
    assert imported - part_of_another <= declared


def _licence(name: str) -> str:
    about = metadata.metadata(name)
    classifiers = [each for each in about.get_all("Classifier", []) if each.startswith("License")]
    # Some put the whole text in the field; its first line names the licence.
    declared = (about.get("License") or "").strip().split("\n")[0]
    return " ".join([about.get("License-Expression") or declared, *classifiers])


def _imported_packages() -> set[str]:
    """Distributions that the modules of dancu import, by the installed metadata."""
    distributions = metadata.packages_distributions()
    found = set()
    for path in files.tracked():
        if path.endswith(".py") and path.startswith(("app/", "seed/", "migrations/")):
            for module in _imports(ast.parse(files.text(path))):
                found |= {canonicalize_name(each) for each in distributions.get(module, [])}
    return found - {"dancu"}


def _imports(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names
