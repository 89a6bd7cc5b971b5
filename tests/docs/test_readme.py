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
    pytest.mark.unmeasured,
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


def test_the_first_five_minutes_are_as_the_documents_say(served, folder):
    _, asked, wrong, played, forked, taught = _paste(
        served, folder, _shell("docs/five-minutes.md")
    ).values()
    assert '"outcome":"match"' in asked
    assert '"status":503' in wrong
    assert "sim-cleanup" in played
    assert "test-1" in forked
    assert "Anna has to wait" in taught


def test_the_recipes_do_what_they_say(served, folder):
    recipes = _paste(served, folder, _shell("docs/recipes.md"))
    told = "".join(recipes.values())
    _, found, own, whose, _, batch, may, register, outage, slow, *_ = recipes.values()
    assert "my-customer" in own
    assert "dead" in found
    assert '"fault_of":"caller"' in whose
    assert '"results":[{"outcome":"match"},{"outcome":"no_match"}]' in batch
    findings = json.loads(may.strip())["findings"]
    assert {each["field"]: each["allowed"] for each in findings} == {
        "full_name": True,
        "religion": False,
    }
    assert "receipt   holds" in register
    assert outage.split()[-4:] == ["503", "503", "503", "200"]
    assert float(slow.split()[-3]) >= 1
    assert "refused, and logged" in told
    assert "the log holds" in told
    assert "kitchen" not in {world["name"] for world in _worlds(folder)}


def _worlds(folder):
    listed = subprocess.run(
        [f"{folder}/.venv/bin/dancu", "world", "list", "--json"],
        env=os.environ | {"DANCU_HOME": str(folder / ".dancu")},
        capture_output=True,
        check=True,
    )
    return json.loads(listed.stdout)


def test_a_file_is_reconciled_as_the_documents_say(served, folder):
    """Before the documents that give somebody in the file another name."""
    told, corrected, less_strict = _paste(
        served, folder, _shell("docs/reconciliation.md")
    ).values()
    rows = [
        "1,match,1.0,,",
        "2,near_match,1.0,diacritics,",
        "3,other_person,0.0002,name_differs birth_date_differs,",
        "4,near_match,1.0,number_digit_wrong,",
    ]
    assert told.strip().splitlines()[-4:] == rows
    pins = ["901090990001", "901090990001", "", "901090990001"]
    assert corrected.strip().splitlines()[-4:] == [
        f"{row},{pin}" for row, pin in zip(rows, pins, strict=True)
    ]
    assert "results in found.csv" in less_strict
    assert (folder / "found.csv").read_text().splitlines()[1:] == rows


def test_a_slice_is_extracted_as_the_documents_say(served, folder):
    [told] = _paste(served, folder, _shell("docs/extracts.md")).values()
    lines = told.strip().splitlines()
    assert lines[0].split()[1:] == ["pin,", "full_name,", "birth_date"]
    assert lines[1].split() == ["withheld", "religion:", "field-not-allowed"]
    assert lines[-2:-1] == ["pin,full_name,birth_date,simulated"]
    assert lines[-1].endswith(",true")


def test_a_citizen_is_registered_corrected_and_named_as_the_documents_say(served, folder):
    blocks = _paste(served, folder, _shell("docs/life-events.md")).values()
    printed, reported, born, renamed, moved, known, told, supplied, lived_through = blocks
    assert "number" in reported
    assert "leap-day" in printed
    assert "Lê Thị Thử Việc  match" in printed
    assert json.loads(born.strip())["items"][0]["chosen"] == {}
    assert json.loads(renamed.strip())["receipt"]
    assert json.loads(moved.strip())["items"][0]["chosen"] == {}
    stay = json.loads(known.strip())["fields"]["permanent_residence"]
    assert stay["place"]["commune"]["code"] == "00004"
    kinds = [event["kind"] for event in json.loads(told.strip())["items"]]
    assert kinds[-2:] == ["correction", "registration"]
    assert '"full_name"' in supplied
    assert '"items"' in lived_through


def test_an_answer_is_sealed_and_opened_as_the_documents_say(served, folder):
    *_, registered, asked, opened = _paste(
        served, folder, _shell("docs/sealed-answers.md")
    ).values()
    assert json.loads(registered.strip())["keys"][0]["kid"] == "2026-1"
    assert asked.strip() == ""  # kept in a file
    assert opened.strip() == "match"


def test_a_webhook_is_listened_to_and_subscribed_as_the_documents_say(served, folder):
    heard, arranged, subscribed = _paste(served, folder, _shell("docs/webhooks.md")).values()
    assert "verified" in heard
    assert "webhook.test" in arranged
    added, listed = subscribed.strip().splitlines()[-1].replace("}[", "}\n[").splitlines()
    assert json.loads(added)["kinds"] == ["birth", "death"]
    assert json.loads(listed)[-1]["id"] == json.loads(added)["id"]


def test_a_class_is_opened_steered_and_closed_as_the_documents_say(served, folder):
    opened, steered, closed = _paste(served, folder, _shell("docs/classroom.md")).values()
    assert "/w/monday/class" in opened
    assert re.search(r"monday-01(-\w{4}){3}  Lan", opened)
    assert "Minh" in steered
    assert steered.count("Done in 3 worlds.") == 3
    assert steered.count("Done in 1 world.") == 2
    assert "monday is closed." in closed
    assert (folder / "results.csv").read_text(encoding="utf-8").startswith("number,name,lesson")


def test_a_scenario_is_played_and_answered_as_the_documents_say(served, folder):
    played, started, scored = _paste(served, folder, _shell("docs/scenarios.md")).values()
    assert "sim-cleanup" in played
    assert "of 100" in played
    assert "practice" in started
    assert "submission 1" in scored
    assert "better on" in scored


def test_a_change_is_read_from_the_feed_as_the_documents_say(served, folder):
    asked, shown = _paste(served, folder, _shell("docs/changes.md")).values()
    [*_, item] = json.loads(asked[asked.index('{"items":[{"id"') :])["items"]
    assert (item["changed"], item["values"]) == (["full_name"], {"full_name": "Nguyễn Văn Ân"})
    assert "901090990001" in shown
    assert "--cursor" in shown


def test_a_register_is_asked_as_the_documents_say(served, folder):
    claimed, shares, asked = _paste(served, folder, _shell("docs/registers.md")).values()
    assert "health-insurance-in-force" in claimed
    assert claimed.strip().splitlines()[-1].strip()
    assert "no_account" in shares
    data = json.loads(asked.strip().splitlines()[-1])["data"]
    assert data["health_insurance_cards"][0]["number"].startswith("DN4")
    assert data["health_insurance_valid"] is True


def test_a_citizen_agrees_and_withdraws_as_the_documents_say(served, folder):
    told = _paste(served, folder, _shell("docs/citizens.md")).values()
    asked, read, gone, looked, proved, mine = told
    assert "asked" in asked
    assert "given" in asked
    assert json.loads(read.strip())["outcome"] == "disclosed"
    assert json.loads(gone.strip().splitlines()[-1])["code"] == "no-consent"
    assert "Vietcombank (simulated)" in looked
    assert "2026-01-16" in mine
    assert proved.count("the proof holds") == proved.count("vietcombank-basic") == 2


def test_credit_is_assessed_and_looked_at_again_as_the_documents_say(served, folder):
    scored, seen, again = _paste(served, folder, _shell("docs/credit.md")).values()
    assert "SYNTHETIC" in scored
    assert "credit_assessment" in seen
    assert "unchanged" in again


def test_a_dossier_and_a_birth_go_their_way_as_the_documents_say(served, folder):
    told = _paste(served, folder, _shell("docs/public-services.md")).values()
    filled, acted, owned, wanted, born, died, helped = told
    assert "8 of 10 members came from registers" in filled
    assert '"owner":"applicant"' in owned
    assert "house-not-owned" in wanted
    assert "holds, of 2026-01-01" in helped
    assert "identity-card at bca: submitted" in helped
    assert "identity-card at bca: delivered" in acted
    for step in ("birth at ha-noi: done", "residence at bca: done", "insurance at bhxh: done"):
        assert step in born
    assert "deregistration at bca: done" in died
    assert "deceased" in died


def test_a_clock_is_advanced_as_the_documents_say(served, folder):
    advanced, told = _paste(served, folder, _shell("docs/clock.md")).values()
    assert "administrative-merger" in advanced
    assert "2025-08-15" in advanced
    said, shown, lived_through = told.strip().splitlines()[-1].replace("}{", "}\n{").splitlines()
    assert json.loads(said)["today"] == json.loads(shown)["today"] == "2025-09-04"
    assert json.loads(lived_through)["items"][0]["name"] == "administrative-merger"


def test_the_exchange_is_governed_as_the_documents_say(served, folder):
    told = _paste(served, folder, _shell("docs/governance.md")).values()
    life, listed, paced, paid, ranked, good, of_file, kept_back, inventory, reused = told
    assert life.count("đã khắc phục") == 2  # as it is done, and in the history
    assert '"client_id":"vib-loans"' in listed
    assert "21 of 100 fail the security gate" in listed
    assert "too fast" in paced  # whenever it is pasted: three questions, two windows of one
    assert json.loads(paid.strip().splitlines()[-1])["spent"] >= 3000
    assert '"ranked":' in ranked
    assert "provinces whose value is told" in ranked
    keepers = json.loads(good.strip().splitlines()[-1])["items"]
    assert {"population", "health-insurance"} <= {each["register"] for each in keepers}
    file = json.loads(of_file.strip().splitlines()[-1])
    assert (file["rows"], file["asked"], file["faults"][0]["line"]) == (3, 2, 4)
    assert "Everything is shared." in kept_back
    assert '"gap":' in inventory
    assert "byt: complete." in inventory
    assert '"required":' in reused


def test_faults_are_met_as_the_documents_say(served, folder):
    twice, rough, one, forged = _paste(served, folder, _shell("docs/faults.md")).values()
    assert twice.index("try 1: failed") < twice.index("try 2: failed") < twice.index("match")
    assert "try 3: failed" not in twice
    assert "rate-limit ×3, then drop-after ×1, then latency exponential 400 ms" in rough
    assert '"status":503' in one
    assert "cut" in one
    assert '"status":429' in one
    assert "webhook-wrong-signature" in forged


def test_soap_is_spoken_as_the_documents_say(served, folder):
    called, in_pieces, away, record = _paste(served, folder, _shell("docs/soap.md")).values()
    assert "<TonTai>true</TonTai>" in called
    assert called.count("<CongDan><SoDinhDanh>") == in_pieces.count("<CongDan><SoDinhDanh>") == 1
    assert served.base in (folder / "dancu.wsdl").read_text("utf-8")
    assert "fault-maintenance" in away
    assert "a Fault" in away
    assert "<SoDinhDanh>901090990001</SoDinhDanh>" in record
    assert "dancu-receipt: ey" in record


def test_cards_and_chips_are_read_as_the_documents_say(served, folder):
    listed, held = _paste(served, folder, _shell("docs/cards.md")).values()
    assert "active" in listed
    assert (folder / "front.png").stat().st_size > 10_000
    assert '"outcome":"match"' in held
    read, verified, _ = _paste(served, folder, _shell("docs/chip.md")).values()
    assert "chip id" in read
    assert (folder / "files" / "DG1.bin").is_file()
    assert "lost" in verified
    signed = (folder / "chip" / "EF.SOD.bin").read_bytes()
    assert (folder / "content").read_bytes() in signed


def test_kits_and_sites_are_prepared_as_the_documents_say(served, folder):
    [secrets] = _paste(served, folder, _shell("docs/client.md")).values()
    assert "vietcombank-basic" in secrets
    [read] = _paste(served, folder, _shell("docs/sites.md")).values()
    assert '"challenge":"0011223344556677"' in read


def test_people_sign_in_as_the_documents_say(served, folder):
    signed, who, registered, headless = _paste(served, folder, _shell("docs/sign-in.md")).values()
    assert "vietcombank-fapi" in signed
    assert '"client_id":"vietcombank-fapi"' in who
    assert "https://dancu.example/callback" in registered
    assert "location: http://127.0.0.1:5000/callback?code=" in headless


def test_a_wallet_is_filled_and_shown_as_the_documents_say(served, folder):
    added, presented, redeemed, offered = _paste(served, folder, _shell("docs/wallet.md")).values()
    assert "holder_name_differs" in added
    assert "genuine" in presented
    assert "A1, B2" in redeemed
    assert "openid-credential-offer://" in offered


@pytest.mark.parametrize("name", ["verification", "disclosures"])
def test_the_past_is_asked_for_as_the_documents_say(served, folder, name):
    [told] = _paste(served, folder, _shell(f"docs/{name}.md")).values()
    assert '"as_of":"2024-05-01"' in told


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
    read = [each for each in json.loads(rows.stdout) if "/disclosures/" in each["path"]]
    told = [each for each in read if each["leaf_seq"] is not None]
    [*_, row] = [each for each in told if each["response_body"].startswith("{")]
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
