"""The commands beside a server that runs, on both databases."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import httpx
import msgspec
import pytest

from app.cli import banner, failing, remote, requests, verifying
from app.cli.telling import Teller
from tests.support import serving


def test_the_banner_names_addresses_personas_and_ready_systems(served):
    told = served.banner
    assert told["addresses"]["token"] == f"{served.base}/w/{told['world']}/oidc/token" or (
        told["addresses"]["token"] == f"{served.base}/oidc/token"
    )
    assert [each["name"] for each in told["personas"]] == list(banner._PERSONAS)
    assert all(each["purpose"] and each["number"] for each in told["personas"])
    first = told["agencies"][0]
    assert first["client_id"] == "vietcombank-basic"
    assert all(each["client_secret"].startswith("sim_") for each in told["agencies"])


@pytest.mark.skipif(not shutil.which("curl"), reason="the banner's command is curl's")
def test_the_banners_command_verifies_a_persona_as_it_is(served):
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", served.banner["curl"]],
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "match"
    assert answer["simulated"] is True


def test_a_token_alone_is_printed_so_that_a_shell_can_keep_it(dancu, told):
    done = dancu("token", "vietcombank-basic")
    assert done.status == 0, done.err
    assert done.out.count(".") == 2
    assert done.out.count("\n") == 1
    assert told("token", "vietcombank-basic")["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("client", "names"),
    [("vietcombank-basic", ["Authorization"]), ("vietcombank-fapi", ["Authorization", "DPoP"])],
)
def test_headers_for_one_request_are_what_curl_takes(dancu, served, client, names, told):
    headers = told("token", client, "--headers", "get /v1/me")
    assert list(headers) == names
    for status in (200, 200 if len(names) == 1 else 401):  # a proof is used once
        assert httpx.get(f"{served.base}/v1/me", headers=headers).status_code == status
    printed = dancu("token", client, "--headers", "GET /v1/me").out
    assert [line.partition(": ")[0] for line in printed.splitlines()] == names
    assert told("token", client)["token_type"] == ("DPoP" if names[1:] else "Bearer")


def test_headers_are_asked_for_by_method_and_path(dancu):
    for wrong in ("/v1/me", "GET", "GET v1/me"):
        done = dancu("token", "vietcombank-basic", "--headers", wrong)
        assert (done.status, done.out) == (failing.FAILED, "")
        assert "'GET /v1/me'" in done.err


def test_a_fapi_system_verifies_by_the_command(told):
    shown = told("verify", "adult-level-2", "--client", "vietcombank-fapi")
    assert shown["answer"]["outcome"] == "match"


def test_a_wrong_secret_is_told_with_where_the_right_one_is(dancu):
    done = dancu("token", "vietcombank-basic", "--secret", "sim_wrong")
    assert done.status == failing.FAILED
    assert "dancu agency show" in done.err
    assert done.out == ""


def test_an_unknown_client_is_told_by_name(dancu):
    done = dancu("token", "nobody")
    assert done.status == failing.FAILED
    assert "nobody" in done.err


def test_a_persona_is_verified_by_what_is_on_record(told):
    shown = told("verify", "adult-level-2")
    assert shown["answer"]["outcome"] == "match"
    assert shown["claims"].keys() == {"full_name", "birth_date", "sex"}
    assert shown["purpose"] == "ekyc"
    assert shown["receipt_holds"] is True


def test_a_claim_that_differs_is_no_match_for_a_bank_and_a_mismatch_for_a_ministry(told):
    wrong = ("verify", "adult-level-2", "--name", "Nguyễn Văn Anh", "--sex", "M")
    assert told(*wrong)["answer"]["outcome"] == "no_match"
    shown = told(*wrong, "--client", "bca")["answer"]
    assert shown["outcome"] == "mismatch"
    assert shown["attributes"] == {"full_name": "mismatch", "sex": "match"}


def test_the_change_feed_is_read_page_by_page(dancu, told):
    first = told("changes", "--latest")
    assert (first["items"], first["more"]) == ([], False)
    asked = ("changes", "--cursor", first["next_cursor"], "--limit", "1")
    assert told(*asked)["next_cursor"] == first["next_cursor"]
    assert "Nothing new." in dancu(*asked).out
    narrow = told("changes", "--kind", "registration", "--province", "01")
    assert narrow["simulated"] is True


def test_who_has_no_feed_is_told_who_has(dancu):
    done = dancu("changes", "--client", "vietcombank-basic")
    assert done.status != 0
    assert "has no grant for the change feed" in done.err


def test_verdicts_are_a_table_for_people(dancu):
    shown = dancu("verify", "deceased", "--client", "bca").out
    assert "deceased" in shown
    assert "holds; leaf" in shown
    assert "attribute" in shown


def test_a_number_without_a_claim_is_asked_for_one(dancu):
    done = dancu("verify", "901090990001")
    assert done.status == failing.FAILED
    assert "--name" in done.err


def test_a_refusal_is_told_with_its_code_and_next_step(dancu):
    done = dancu("verify", "adult-level-2", "--purpose", "tax-administration", "--json")
    assert done.status == failing.FAILED
    told = json.loads(done.err)["error"]
    assert told["code"] == "purpose-not-allowed"
    assert told["next"]


def test_claims_that_no_grant_allows_are_told_before_they_are_sent(dancu):
    done = dancu("verify", "adult-level-2", "--mother", "Đỗ Thị Sen")
    assert done.status == failing.FAILED
    assert "dancu agency show vietcombank-basic" in done.err


def test_a_receipt_is_checked_without_the_server(dancu, told):
    receipt = told("verify", "adult-level-2")["answer"]["receipt"]
    time.sleep(1.5)  # a checkpoint is made each second
    checked = told("log", "receipt", receipt)
    assert checked["holds"] is True
    assert checked["leaf"]["seq"] == checked["seq"] < checked["size"]
    assert checked["leaf"]["system"] == "vietcombank-basic"
    head, payload, signature = receipt.split(".")
    forged = dancu("log", "receipt", f"{head}.{payload}.{signature[::-1]}", "--json")
    assert forged.status == failing.FAILED
    assert json.loads(forged.out)["holds"] is False


def test_the_log_of_a_world_that_is_served_holds(told):
    told("verify", "adult-level-2")
    shown = told("log", "verify")
    assert shown["holds"] is True
    assert shown["leaves"] >= 1
    assert shown["findings"] == []


def test_the_latest_calls_are_shown_and_one_of_them_whole(dancu, told):
    asked = told("verify", "adult-level-2")["answer"]["request_id"]
    time.sleep(0.3)  # rows ride along with the next batch
    rows = told("requests", "--client", "vietcombank-basic", "--limit", "3")
    assert rows[-1]["request_id"] == asked
    assert rows[-1]["outcome"] == "match"
    whole = told("requests", asked)
    assert json.loads(whole["request_body"])["number"] == "901090990001"
    assert "Nguyễn Văn An" in dancu("requests", asked).out


def test_only_failed_calls_are_shown_when_that_is_asked(dancu, told):
    dancu("verify", "adult-level-2", "--purpose", "tax-administration")
    time.sleep(0.3)
    rows = told("requests", "--failed")
    assert rows
    assert all(row["status"] >= 400 for row in rows)


def test_calls_are_followed_as_they_come_in(served, told):
    with _following(served) as follower:
        asked = told("verify", "adult-level-2")["answer"]["request_id"]
        lines = (json.loads(line) for line in follower.stdout)
        assert any(row["request_id"] == asked for row in lines)


@contextlib.contextmanager
def _following(served):
    follower = subprocess.Popen(
        [*serving.COMMAND, "requests", "--follow", "--json"],
        env={**os.environ, **served.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.5)  # until it looks
    try:
        yield follower
    finally:
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=20)
        assert "Traceback" not in errors


def test_a_request_that_was_never_made_is_told(dancu):
    done = dancu("requests", "0" * 32)
    assert done.status == failing.FAILED
    assert "dancu requests" in done.err


def test_a_rotated_secret_ends_the_old_one_at_the_server(dancu, told):
    before = {each["client_id"]: each["client_secret"] for each in told("agency", "list")}
    rotated = told("agency", "rotate-secret", "evn")
    assert rotated["client_secret"] != before["evn"]
    time.sleep(1.2)  # every process sees it within a second
    old = dancu("token", "evn", "--secret", before["evn"])
    assert old.status == failing.FAILED
    assert dancu("token", "evn").status == 0


def test_a_second_server_on_the_port_is_told_another_port(served, dancu):
    port = served.base.rpartition(":")[2]
    done = dancu("serve", "--port", port)
    assert done.status == failing.FAILED
    assert f"--port {int(port) + 1}" in done.err


def test_another_world_of_the_server_has_secrets_of_its_own(served, dancu, told):
    name = f"mine-{uuid.uuid4().hex[:8]}"
    told("world", "fork", served.banner["world"], name)
    try:
        shown = told("verify", "adult-level-2", "--world", name)
        assert shown["answer"]["outcome"] == "match"
        foreign = told("agency", "show", "bidv-basic", "--world", name)
        secret = foreign["credentials"][0]["client_secret"]
        assert dancu("token", "bidv-basic", "--secret", secret).status == failing.FAILED
    finally:
        assert dancu("world", "delete", name, "--yes").status == 0


def test_the_default_world_may_be_named(served, told):
    shown = told("verify", "adult-level-2", "--world", served.banner["world"])
    assert shown["answer"]["outcome"] == "match"
    assert shown["receipt_holds"]  # checked against the issuer of its metadata


def test_the_banner_is_drawn_for_people(served, capfd):
    banner.tell(Teller(as_json=False), msgspec.convert(served.banner, banner.Banner))
    drawn = capfd.readouterr().out
    assert served.banner["curl"] in drawn.splitlines()  # whole, on one line
    assert "Ctrl-C stops the server" in drawn
    for each in (*served.banner["personas"], *served.banner["agencies"]):
        assert each.get("number", each.get("client_id")) in drawn


def test_following_begins_with_the_latest_calls_and_ends_quietly(dancu, monkeypatch, told):
    told("verify", "adult-level-2")
    wanted = ("--client", "vietcombank-basic")
    end = time.monotonic() + 20  # a call is in the log with the batch after its answer
    while "/v1/verifications" not in str(told("requests", *wanted)):
        assert time.monotonic() < end
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(requests, "time", SimpleNamespace(sleep=nap))
    followed = dancu("requests", "--follow", *wanted)
    assert followed.status == 0
    assert "POST /v1/verifications" in followed.out
    assert followed.err == ""


def test_an_answer_is_explained_in_a_world_set_to_training(served, dancu, told):
    told("world", "set", served.banner["world"], "--training")
    time.sleep(1.2)  # every process sees it within a second
    shown = dancu("verify", "adult-level-2", "--name", "Nguyen Van An", "--explain")
    assert "diacritics" in shown.out
    told("world", "set", served.banner["world"], "--no-training")


def test_a_receipt_of_another_is_not_held_to_be_good(dancu, monkeypatch):
    monkeypatch.setattr(verifying, "receipt_fault", lambda _asked, _receipt: "no key of that kid")
    done = dancu("verify", "adult-level-2")
    assert done.status == failing.FAILED
    assert "DOES NOT HOLD: no key of that kid" in done.out


def test_a_new_secret_is_shown(dancu):
    done = dancu("agency", "rotate-secret", "mobifone")
    assert "mobifone  secret sim_" in done.out


class Stranger(BaseHTTPRequestHandler):
    """Something else than dancu."""

    def do_POST(self):
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"<h1>Not here</h1>")

    def log_message(self, *_arguments):
        """Say nothing."""


def test_what_is_not_dancu_is_told(dancu):
    with HTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        threading.Thread(target=stranger.handle_request, daemon=True).start()
        address = f"http://127.0.0.1:{stranger.server_port}"
        done = dancu("token", "vpcp", "--server", address)
    assert done.status == failing.FAILED
    assert "answered 404" in done.err


def test_a_server_that_takes_too_long_is_not_told_as_none(dancu, monkeypatch):
    monkeypatch.setattr(remote, "_PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes calls, and answers none
        port = silent.getsockname()[1]
        done = dancu("token", "vpcp", "--server", f"http://127.0.0.1:{port}", "--json")
    assert json.loads(done.err)["error"]["code"] == "server-slow"


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1"])
def test_where_nobody_answers_is_told_how_to_start_a_server(dancu, address):
    done = dancu("token", "vpcp", "--server", address)
    assert done.status == failing.FAILED
    assert "dancu serve" in done.err


def test_a_phone_shows_its_account_and_registers_one(dancu, told):
    shown = told("phone", "show", "adult-level-2")
    assert (shown["account"]["level"], shown["account"]["usable"]) == (2, True)
    assert len(shown["passcode"]) == 6
    said = dancu("phone", "show", "newborn")
    assert "account" in said.out
    code = told("phone", "code", "adult-level-2")
    inbox = dancu("phone", "inbox", "adult-level-2").out
    assert code["code"] in inbox
    assert re.search(r"\d\d:\d\d:\d\dZ", inbox)  # to the second
    number = shown["numbers"][0]["number"]
    told("phone", "code", "adult-level-2", "--registration", number)
    filed = told("phone", "register", "no-account")
    assert (filed["state"], filed["due_on"]) == ("pending", "2026-01-02")
    early = dancu("phone", "activate", "no-account", "--json")
    assert "eid-application-pending" in early.err
    waiting = dancu("phone", "show", "no-account").out
    assert "2026-01-02, or now: dancu phone decide no-account" in waiting
    assert "passcode" not in waiting
    assert "collected" not in waiting
    assert told("phone", "decide", "no-account")["state"] == "approved"
    assert dancu("phone", "decide", "no-account").status == failing.FAILED
    assert told("phone", "activate", "no-account")["level"] == 1
    assert "passcode" in dancu("phone", "show", "no-account").out
    assert told("phone", "activate", "account-collected")["state"] == "active"


def test_a_citizen_accepts_or_refuses_on_the_phone(dancu):
    assert "Nothing" in dancu("phone", "approvals", "adult-level-1").out
    unknown = dancu("phone", "approve", "adult-level-1", "0" * 32, "--passcode", "1", "--json")
    assert "approval-unknown" in unknown.err
    assert dancu("phone", "refuse", "adult-level-1", "0" * 32).status != 0


def test_a_wallet_is_filled_shown_shared_and_offered(dancu, told):
    who = "adult-level-2"
    added = told("wallet", "add", who, "driver-licence")
    assert added["state"] == "integrated"
    said = dancu("wallet", "add", "double-surname", "driver-licence")
    assert "holder_name_differs" in said.out
    document = str(added["id"])
    assert told("wallet", "refresh", who, document)["state"] == "integrated"
    assert "driver-licence" in dancu("wallet", "show", who).out
    assert dancu("wallet", "show", "guardian").out.strip() == "The wallet is empty."
    text = told("wallet", "credential", who, document)["text"]
    assert dancu("wallet", "credential", who, document).out.strip() == text
    shown = told("wallet", "present", who, "driver-licence", "-c", "full_name")
    assert (shown["outcome"], shown["claims"]) == ("genuine", {"full_name": "Nguyễn Văn An"})
    assert "genuine" in dancu("wallet", "present", who, "driver-licence", "-c", "classes").out
    assert "code" in dancu("wallet", "share", who, document, "-c", "classes").out
    code = told("wallet", "share", who, document, "-c", "classes")["code"]
    assert told("wallet", "redeem", code)["claims"] == {"classes": ["A1", "B2"]}
    assert "used" in dancu("wallet", "redeem", code).out
    uses = told("phone", "uses", who, "--limit", "3")
    assert [each["outcome"] for each in uses] == ["shared", "genuine", "genuine"]
    assert "Ministry of Public Security" in dancu("phone", "uses", who).out
    assert dancu("phone", "uses", "guardian").out.strip() == "There are no uses."
    wrong = dancu("wallet", "redeem", "WRONG")
    assert "code: " in wrong.err
    assert "Next: " in wrong.err
    offered = told("wallet", "offer", who, document)
    assert offered["uri"].startswith("openid-credential-offer://")
    number = ("--number", "10AA-00001")
    assert told("wallet", "add", who, "vehicle-registration", *number)["claims"]


def test_a_citizen_agrees_to_a_part_of_what_is_asked_and_withdraws(dancu, served, told):
    headers = {"Authorization": f"Bearer {dancu('token', 'vietcombank-basic').out.strip()}"}
    asked = {
        "number": told("phone", "show", "child-10")["pin"],
        "purpose": "account-data",
        "fields": ["permanent_residence", "phone"],
        "why": "Mở thẻ",
    }
    issuer = served.banner["addresses"]["token"].removesuffix("/oidc/token")
    answer = httpx.post(f"{issuer}/v1/consent-requests", json=asked, headers=headers)
    consent_id = answer.json()["id"]
    assert "asked" in dancu("phone", "consents", "child-10").out
    said = ("--fields", "phone", "--child-agrees", "--passcode")
    mother = "legal-representative"
    passcode = told("phone", "show", mother)["passcode"]
    given = dancu("phone", "consent", mother, consent_id, *said, passcode)
    assert "declined" in given.out
    assert "permanent_residence" in given.out
    assert told("phone", "withdraw", "child-10", consent_id)["state"] == "withdrawn"


def test_a_citizen_sees_who_looked_and_checks_the_proof(dancu, tmp_path, told):
    told("verify", "adult-level-2")
    looks = told("my", "accesses", "adult-level-2")
    assert looks[0]["kind"] == "sign_in"  # the citizen's own, at the portal
    looks = [each for each in looks if each["purpose"] == "ekyc"]
    assert "Vietcombank" in dancu("my", "accesses", "adult-level-2").out
    kept = tmp_path / "proof.json"
    said = ("my", "proof", "adult-level-2", looks[0]["id"], "--out", str(kept))
    assert "the proof holds" in dancu(*said).out
    assert told("log", "opening", str(kept))["seq"] == looks[0]["seq"]
    kept.write_text(kept.read_text().replace("ekyc", "eKYC"))
    assert dancu("log", "opening", str(kept)).status == failing.FAILED
    assert dancu("my", "proof", "adult-level-2", "999999").status == failing.FAILED
    assert "ward out" in dancu("my", "consents", "adult-level-2", "--ward", "901090990003").err
    told("signin", "adult-level-2")
    given = told("my", "consents", "adult-level-2")
    assert "sign-in" in dancu("my", "consents", "adult-level-2").out
    assert "withdrawn" in dancu("my", "withdraw", "adult-level-2", given[0]["id"]).out
