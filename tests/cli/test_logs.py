"""`dancu log …` finds every kind of damage, in a database and in an export."""

import datetime as dt
import io
import sys

import pytest
from sqlalchemy import text

from app.cli import failing
from app.exchange.log import checkpointing, keys, leaves, receipts, store
from app.platform import clock

SALT = "00" * 16


def drafts():
    """Three leaves to be logged."""
    return [
        leaves.LeafDraft(
            agency="X31",
            system="vietcombank-basic",
            purpose="ekyc",
            legal_basis="",
            kind=leaves.Kind.VERIFICATION,
            outcome="match",
            fields=("full_name",),
            request_id=f"{number:032x}",
            domain_time="2026-01-01",
            salt=SALT,
        )
        for number in range(3)
    ]


@pytest.fixture
def logged(world_rw):
    """A world whose log has three leaves under a checkpoint."""

    def append(session):
        store.append(session, world_rw, drafts(), now=clock.now())
        checkpointing.make(session, world_rw, now=clock.now())

    world_rw.writer.submit(append)
    return world_rw


@pytest.fixture
def on_log(on_worlds, logged):
    return lambda *arguments: on_worlds("log", *arguments, DANCU_DEFAULT_WORLD=logged.name)


def _change(world, statement):
    world.writer.submit(lambda session: session.execute(text(statement)))


def test_a_whole_log_holds_and_says_what_was_checked(on_log):
    told = on_log("verify", "--json").json
    assert told["holds"] is True
    assert (told["leaves"], told["covered"], told["findings"]) == (3, 3, [])
    shown = on_log("verify").out
    assert "the log holds" in shown
    assert "3, each hashed again" in shown


def test_what_a_killed_process_leaves_is_told_apart_from_damage(on_log, logged):
    earlier = clock.now() - dt.timedelta(minutes=1)
    logged.writer.submit(lambda session: store.append(session, logged, drafts(), now=earlier))
    told = on_log("verify", "--json")
    assert told.status == failing.FAILED
    assert (told.json["holds"], told.json["unfinished"]) == (False, True)
    assert [each["fault"] for each in told.json["findings"]] == ["unfinished"]
    shown = on_log("verify")
    assert shown.status == failing.FAILED
    assert "UNFINISHED: the first 3 leaves hold" in shown.out
    assert "dancu serve" in shown.out
    assert "DOES NOT HOLD" not in shown.out
    signed = clock.now()
    logged.writer.submit(lambda session: checkpointing.make(session, logged, now=signed))
    assert on_log("verify", "--json").json["unfinished"] is False
    assert on_log("verify").status == 0


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("UPDATE leaf SET body = replace(body, 'match', 'no_match') WHERE seq = 1", "altered"),
        ("DELETE FROM leaf WHERE seq = 1", "gap"),
        ("DELETE FROM leaf WHERE seq = 2", "truncated"),
        ("UPDATE leaf SET body = NULL WHERE seq = 0", "text_missing"),
        ("UPDATE leaf SET subject = 'x' WHERE seq = 0", "derived_wrong"),
        (
            "UPDATE checkpoint SET note = replace(note, 'inspectorate', 'nobody')",
            "cosignature_missing",
        ),
    ],
)
def test_damage_is_found_and_named(on_log, logged, damage, fault):
    _change(logged, damage)
    told = on_log("verify", "--json")
    assert told.status == failing.FAILED
    assert told.json["holds"] is False
    assert fault in {each["fault"] for each in told.json["findings"]}
    shown = on_log("verify")
    assert shown.status == failing.FAILED
    assert "DOES NOT HOLD" in shown.out
    assert fault in shown.out
    assert shown.err == ""


def test_an_export_is_checked_with_the_worlds_own_keys_or_with_kept_ones(on_log, tmp_path):
    file = tmp_path / "log.jsonl"
    keys = on_log("keys", "--json").json
    assert on_log("export", file, "--json").json["bytes"] == file.stat().st_size
    assert on_log("verify", "--file", file, "--json").json["holds"] is True
    kept = ("--log-key", keys["log_key"], "--witness-key", keys["witness_key"])
    assert on_log("verify", "--file", file, *kept).status == 0


def test_an_altered_export_does_not_hold(on_log, tmp_path):
    file = tmp_path / "log.jsonl"
    on_log("export", file)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
    assert on_log("verify", "--file", file).status == failing.FAILED


def test_what_is_no_export_is_told(on_log, tmp_path):
    file = tmp_path / "no-log"
    file.write_text("hello\n")
    asked = on_log("verify", "--file", file)
    assert asked.status == failing.FAILED
    assert "dancu log export" in asked.err


def test_a_key_alone_is_wrong_usage(on_log, tmp_path):
    file = tmp_path / "log.jsonl"
    on_log("export", file)
    key = on_log("keys", "--json").json["log_key"]
    asked = on_log("verify", "--file", file, "--log-key", key)
    assert asked.status == failing.USAGE
    assert "--witness-key" in asked.err


@pytest.mark.parametrize("said", ["", "a.b.c", "hello"])
def test_what_is_no_receipt_does_not_hold(on_log, said):
    asked = on_log("receipt", said, "--json")
    assert asked.status == failing.FAILED
    told = asked.json
    assert told["holds"] is False
    assert "receipt" in told["reason"]


@pytest.fixture
def receipt(logged):
    """The receipt of a fourth leaf."""

    def append(session):
        draft = store.own_draft("verification", "test", logged.today)
        [appended] = store.append(session, logged, [draft], now=clock.now())
        checkpointing.make(session, logged, now=clock.now())
        return appended

    appended = logged.writer.submit(append)
    signer = logged.signer("receipt")
    issued = receipts.issue(appended, log=keys.origin(logged), issuer="x", signer=signer)
    return issued.decode()


def test_a_receipt_holds_however_often_keys_were_rotated_since(on_log, on_worlds, logged, receipt):
    for _ in range(3):
        assert on_log("receipt", receipt, "--json").json["holds"] is True
        assert on_worlds("world", "rotate-keys", logged.name).status == 0
    assert on_log("receipt", receipt, "--json").json["seq"] == 3


def test_a_receipt_from_before_a_world_was_rekeyed_is_told_so(on_log, on_worlds, logged, receipt):
    assert on_worlds("world", "rekey", logged.name).status == 0
    asked = on_log("receipt", receipt, "--json")
    assert asked.status == failing.FAILED
    assert asked.json["holds"] is False
    assert "re-keyed" in asked.json["reason"]


def test_a_receipt_can_come_by_standard_input(on_log, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a.b.c\n"))
    from_input = on_log("receipt", "-", "--json")
    assert from_input.json == on_log("receipt", "a.b.c", "--json").json
