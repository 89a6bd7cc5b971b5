"""Reads a Dockerfile into stages of instructions, as far as this project's goes."""

import json
import shutil
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.project import files


@dataclass(frozen=True)
class Instruction:
    word: str
    rest: str

    @property
    def command(self) -> list[str]:
        """The exec form: a JSON array after the word, or after HEALTHCHECK's options."""
        return json.loads(self.rest[self.rest.index("[") :])


@dataclass
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        return [each for each in self.instructions if each.word == word]

    @property
    def environment(self) -> dict[str, str]:
        pairs = [pair for each in self.all("ENV") for pair in each.rest.split()]
        return dict(pair.split("=", 1) for pair in pairs)


def stages(text: str) -> list[Stage]:
    found: list[Stage] = []
    for instruction in _instructions(text):
        if instruction.word == "FROM":
            base, *name = instruction.rest.split(" AS ")
            found.append(Stage(base, "".join(name)))
        else:
            found[-1].instructions.append(instruction)
    return found


def _instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [Instruction(*line.split(None, 1)) for line in joined.splitlines()]


def build_context(into: Path) -> None:
    """Copies what the builder would be sent: the tracked files that .dockerignore lets through."""
    for path in files.tracked():
        if not _ignored(path):
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(files.ROOT / path, target)


def _ignored(path: str) -> bool:
    ignored = False
    for rule in files.text(".dockerignore").split("\n"):
        pattern = rule.removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        names = [path, *(str(parent) for parent in Path(path).parents if str(parent) != ".")]
        if any(fnmatch(name, pattern.removeprefix("**/")) for name in names):
            ignored = not rule.startswith("!")
    return ignored
