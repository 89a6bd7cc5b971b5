"""Reads the project's own files for the tests that hold them together."""

import re
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Pin:
    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version

    @property
    def applies_here(self) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def toml(name: str) -> dict:
    return tomllib.loads(text(name))


def pyproject() -> dict:
    return toml("pyproject.toml")


def pins(lock: str) -> list[Pin]:
    """Every entry of a lock file; a line that is neither pin nor hash is an error."""
    entries = text(lock).replace(" \\\n", " ").splitlines()
    found = []
    for entry in entries:
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        found.append(Pin(Requirement(requirement), tuple(hashes)))
    return found


@cache
def tracked() -> tuple[str, ...]:
    """Paths of the files that git knows, or is about to: whatever a clone will hold."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for path in listed.split("\0") if path and (ROOT / path).is_file())


def requirements(
    *, extras: tuple[str, ...] = (), groups: tuple[str, ...] = ()
) -> list[Requirement]:
    """What pyproject.toml asks for: the project's own, with these extras and groups."""
    project = pyproject()["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    for group in groups:
        lines += pyproject()["dependency-groups"][group]
    return [Requirement(line) for line in lines]
