"""Every `dancu` command that the documents show is one that the real parser takes."""

import re
import shlex

import pytest
from typer.main import get_command

from app.cli.program import app
from tools import generate_docs

BLOCK = re.compile(r"^```(?:sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(dancu [^`]+)`")
#: Before a command there may be settings, a substitution, another container's name.
LINE = re.compile(r"(?:^|\$\(|exec dancu )(?:[A-Z_]+=\S+ )*(dancu .*)$")
ENDS = {"|", ">", "&&", "||", ";"}
PROGRAM = get_command(app)


def shown(text):
    """Give each command of a document, and whether it stands on a line of its own to be run."""
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            found = LINE.search(line.strip())
            if found:
                yield found[1], True
    for command in SPAN.findall(FENCED.sub("", text)):
        yield command, False


def words(command):
    """Split as a shell does, up to where another command begins."""
    command = re.sub(r"\$\((?!dancu).*\)", "SUBSTITUTED", command).removesuffix(")")
    found = shlex.split(command, comments=True)
    end = next((place for place, word in enumerate(found) if word in ENDS), len(found))
    return found[1:end]


def parse(arguments, *, whole):
    """Parse as the program does; what is only mentioned may leave arguments out."""
    command = PROGRAM
    while arguments and getattr(command, "commands", None):
        assert arguments[0] in command.commands, arguments[0]
        command = command.commands[arguments[0]]
        arguments = arguments[1:]
    is_group = bool(getattr(command, "commands", None))
    if is_group or not (whole or arguments):
        return
    command.make_context(command.name, list(arguments))


ALL = sorted(
    {
        (command, whole, path.name)
        for path in generate_docs.documents()
        if path.name != "commands.md"  # its commands are the parser's own help
        for command, whole in shown(path.read_text(encoding="utf-8"))
    }
)


def test_commands_are_found_on_lines_and_in_sentences():
    assert len({command for command, whole, _ in ALL if whole}) > 15
    assert len({command for command, whole, _ in ALL if not whole}) > 20
    assert {"README.md", "personas.md", "worlds.md", "operations.md", "log.md"} <= {
        name for _, _, name in ALL
    }


@pytest.mark.parametrize(
    ("command", "whole"),
    [pytest.param(command, whole, id=f"{name}: {command}") for command, whole, name in ALL],
)
def test_a_command_that_is_shown_is_one_that_there_is(command, whole):
    parse(words(command), whole=whole)
