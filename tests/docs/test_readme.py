"""The README as a new user takes it: every command pasted, in its order, from an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.project import files
from tests.support import serving

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not shutil.which("curl"), reason="the README's commands are curl's"),
]
SHOWN = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "@@@ block"


def _blocks(document: str) -> list[tuple[str, str]]:
    return BLOCK.findall(files.text(document))


def _shell(document: str) -> list[str]:
    found = [text for language, text in _blocks(document) if language == "sh"]
    assert found
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder like that of the project after `make run`: with `.venv`, without a world."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    return folder


@pytest.fixture(scope="module")
def served(folder):
    """A server that has just made the default world: a small one, with the same personas."""
    variables = {"DANCU_HOME": str(folder / ".dancu"), "DANCU_DEFAULT_SIZE": "2000"}
    with serving.serve(variables) as running:
        yield running


def _paste(served, folder, commands: list[str]) -> dict[str, str]:
    """Paste shell blocks one after the other; return what each printed."""
    pasted = "".join(f"echo '{MARK}'\n{text}\necho\n" for text in commands)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DANCU_")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=pasted.replace(SHOWN, served.base),
        cwd=folder,
        env=kept | {"PATH": f"{folder}/.venv/bin:{kept['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(zip(commands, done.stdout.split(MARK)[1:], strict=True))


@pytest.fixture(scope="module")
def outputs(served, folder):
    """What each of the README's shell blocks printed."""
    return _paste(served, folder, _shell("README.md"))


def _answers() -> list:
    """The shell blocks after which an answer is shown, and that answer."""
    blocks = _blocks("README.md")
    return [
        pytest.param(text, json.loads(after), id=f"block {number}")
        for number, ((language, text), (kind, after)) in enumerate(pairwise(blocks))
        if language == "sh" and kind == "json"
    ]


@pytest.mark.parametrize(("command", "shown"), _answers())
def test_an_answer_that_is_shown_is_the_answer(outputs, served, command, shown):
    printed = outputs[command].strip().splitlines()[-1]
    _assert_like(json.loads(printed.replace(served.base, SHOWN)), shown)


def _assert_like(answer: object, shown: object) -> None:
    """Equal, but for what is shown as `…`."""
    if shown == "…":
        return
    if isinstance(shown, dict):
        assert list(answer) == list(shown)
        for name, value in shown.items():
            _assert_like(answer[name], value)
    else:
        assert answer == shown


def test_the_tour_shows_what_it_says(outputs):
    everything = "".join(outputs.values())
    assert "no_match" in everything
    assert "deceased" in everything
    assert "the receipt holds" in everything
    assert "the log holds" in everything
    assert "/v1/disclosures/residence" in everything


def test_a_citizen_is_registered_corrected_and_named_as_the_documents_say(served, folder):
    blocks = _paste(served, folder, _shell("docs/life-events.md")).values()
    printed, born, renamed, moved, known, told, lived_through = blocks
    assert "leap-day" in printed
    assert "Lê Thị Thử Việc  match" in printed
    assert json.loads(born.strip())["items"][0]["chosen"] == {}
    assert json.loads(renamed.strip())["receipt"]
    assert json.loads(moved.strip())["items"][0]["chosen"] == {}
    stay = json.loads(known.strip())["fields"]["permanent_residence"]
    assert stay["place"]["commune"]["code"] == "00004"
    kinds = [event["kind"] for event in json.loads(told.strip())["items"]]
    assert kinds[-2:] == ["correction", "registration"]
    assert '"items"' in lived_through


def test_an_answer_is_sealed_and_opened_as_the_documents_say(served, folder):
    *_, registered, asked, opened = _paste(
        served, folder, _shell("docs/sealed-answers.md")
    ).values()
    assert json.loads(registered.strip())["keys"][0]["kid"] == "2026-1"
    assert asked.strip() == ""  # kept in a file
    assert opened.strip() == "match"


def test_a_change_is_read_from_the_feed_as_the_documents_say(served, folder):
    asked, shown = _paste(served, folder, _shell("docs/changes.md")).values()
    [*_, item] = json.loads(asked[asked.index('{"items":[{"id"') :])["items"]
    assert (item["changed"], item["values"]) == (["full_name"], {"full_name": "Nguyễn Văn Ân"})
    assert "901090990001" in shown
    assert "--cursor" in shown


def test_faults_are_met_as_the_documents_say(served, folder):
    twice, rough, one = _paste(served, folder, _shell("docs/faults.md")).values()
    assert twice.index("try 1: failed") < twice.index("try 2: failed") < twice.index("match")
    assert "try 3: failed" not in twice
    assert "rate-limit ×3, then drop-after ×1, then latency exponential 400 ms" in rough
    assert '"status":503' in one
    assert "cut" in one
    assert '"status":429' in one


def test_every_shell_block_is_short_enough_to_paste():
    assert [
        text for language, text in _blocks("README.md") if language == "sh" and len(text) > 700
    ] == []


def test_a_receipt_is_checked_without_any_code_of_ours(served, outputs, folder, tmp_path):
    """The program in docs/log.md, which imports nothing of dancu."""
    assert outputs
    (program,) = [text for language, text in _blocks("docs/log.md") if language == "python"]
    assert "dancu" not in "".join(re.findall(r"^(?:import|from) .*$", program, re.MULTILINE))
    rows = subprocess.run(
        [*serving.COMMAND, "requests", "--json", "--client", "ha-noi"],
        env={**os.environ, **served.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    [*_, row] = [each for each in json.loads(rows.stdout) if each["leaf_seq"] is not None]
    receipt = json.loads(row["response_body"])["receipt"]
    time.sleep(1.2)  # a checkpoint is made each second
    (tmp_path / "check.py").write_text(program)
    check = [sys.executable, str(tmp_path / "check.py"), served.base]
    done = subprocess.run(
        [*check, receipt], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"leaf {row['leaf_seq']} is in the log of ")
    other = receipt.split(".")
    other[1] = other[1][:-8] + "AAAAAAAA"
    forged = subprocess.run(
        [*check, ".".join(other)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert forged.returncode != 0
