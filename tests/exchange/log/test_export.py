"""A whole stored log is audited, from its world or from a file, and tampering is found in both."""

from __future__ import annotations

import datetime as dt

import pytest

from app.exchange.log import export, leaves, nodes, store
from app.exchange.log.errors import MalformedExportError
from app.exchange.log.offline import GRACE, Fault

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def grown(log):
    """Three checkpoints over 450 leaves, one of them a batch; two newer leaves, a minute later."""
    log.grow(200)
    log.checkpoint()
    log.append(log.batch(7))
    log.grow(49)
    log.checkpoint()
    log.grow(200)
    log.checkpoint()
    log.grow(2, now=log.now + MINUTE)
    return log


@pytest.fixture
def exported(grown, tmp_path):
    """Writes the log to a file and audits that."""
    path = tmp_path / "log.jsonl"

    def audit(tail: int = 2):
        with path.open("wb") as file, grown.world.session() as session:
            export.write(session, grown.world, file)
        return export.audit_file(
            path, log_key=grown.log_key, witness_key=grown.witness_key, tail=tail
        )

    return audit


def audited(log, *, after: dt.timedelta = dt.timedelta(0)):
    with log.world.session() as session:
        return export.audit(session, log.world, now=log.now + MINUTE + after)


def faults(report) -> list[tuple[Fault, int]]:
    return [(finding.fault, finding.at) for finding in report.findings]


def test_an_honest_log_is_whole_in_its_world_and_in_a_file(grown, exported):
    report = audited(grown)
    assert report.ok
    assert (report.size, report.checkpoints, report.covered) == (452, 3, 450)
    assert exported() == report
    assert faults(exported(tail=1)) == [(Fault.UNCOVERED, 450)]


def test_an_empty_log_is_whole(log, tmp_path):
    assert audited(log).ok
    path = tmp_path / "log.jsonl"
    with path.open("wb") as file, log.world.session() as session:
        export.write(session, log.world, file)
    assert export.audit_file(path, log_key=log.log_key, witness_key=log.witness_key).ok


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE leaf SET body = replace(body, '\"match\"', '\"no_match\"') WHERE seq = 260",
            [(Fault.ALTERED, 260)],
        ),
        ("DELETE FROM leaf WHERE seq = 260", [(Fault.GAP, 260)]),
        (
            "UPDATE leaf SET body = NULL, subject = NULL WHERE seq = 260",
            [(Fault.TEXT_MISSING, 260)],
        ),
        (
            "DELETE FROM leaf WHERE seq >= 440",
            [(Fault.TRUNCATED, 450), (Fault.UNCOVERED, 250), (Fault.TRUNCATED, 440)],
        ),
        ("DELETE FROM leaf WHERE seq = 451", [(Fault.TRUNCATED, 451)]),
        ("DELETE FROM leaf WHERE seq >= 450", [(Fault.TRUNCATED, 450)]),
        (
            (
                "UPDATE leaf_entry SET body = replace(body, '\"match\"', '\"no_match\"') "
                "WHERE position = 3"
            ),
            [(Fault.ALTERED, 200)],
        ),
        ("DELETE FROM leaf_entry WHERE position = 6", [(Fault.ENTRIES_WRONG, 200)]),
        (
            "UPDATE checkpoint SET note = replace(note, 'inspectorate', 'other') WHERE size = 250",
            [(Fault.COSIGNATURE_MISSING, 250)],
        ),
        (
            "UPDATE checkpoint SET note = replace(note, 'A', 'B') WHERE size = 250",
            None,
        ),
    ],
    ids=[
        "altered",
        "removed",
        "hidden",
        "cut",
        "last",
        "tail",
        "entry",
        "entries",
        "cosignature",
        "checkpoint",
    ],
)
def test_what_was_done_to_the_database_is_found(grown, exported, statement, expected):
    grown.tamper(statement)
    report = audited(grown)
    assert not report.ok
    assert expected is None or faults(report) == expected
    assert faults(exported()) == faults(report)


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE leaf SET subject = 'x' WHERE seq = 260", 260),
        ("UPDATE leaf SET subject = NULL WHERE seq = 451", 451),
        ("UPDATE leaf SET recorded_at = '2026-01-01T12:00:00.251Z' WHERE seq = 260", 260),
        ("UPDATE leaf_entry SET subject = 'x' WHERE position = 3", 200),
        ("UPDATE leaf_entry SET position = 7 WHERE position = 6", 200),
        ("UPDATE checkpoint SET root = hash FROM leaf WHERE size = 250 AND seq = 0", 250),
        ("UPDATE checkpoint SET size = 249 WHERE size = 250", 250),
        ("UPDATE tree_node SET hash = leaf.hash FROM leaf WHERE seq = 0", 255),
        ("DELETE FROM tree_node", 255),
        ("INSERT INTO tree_node SELECT 8, 1, hash FROM tree_node", 452),
        ("UPDATE log_head SET frontier = hash FROM leaf WHERE seq = 0", 452),
        ("UPDATE log_head SET size = 451", 452),
        ("DELETE FROM log_head", 452),
    ],
)
def test_what_does_not_follow_from_texts_and_notes_is_found(grown, statement, at):
    grown.tamper(statement)
    assert faults(audited(grown)) == [(Fault.DERIVED_WRONG, at)]


def test_a_subject_that_outlived_its_text_is_found(grown):
    grown.tamper("UPDATE leaf SET body = NULL WHERE seq = 260")
    assert faults(audited(grown)) == [(Fault.DERIVED_WRONG, 260), (Fault.TEXT_MISSING, 260)]


def test_a_head_that_counts_more_than_there_are_is_found(grown):
    grown.tamper("UPDATE log_head SET size = 453")
    assert faults(audited(grown)) == [(Fault.TRUNCATED, 452)]


def test_checkpoints_that_were_removed_are_missed_once_the_grace_is_over(grown):
    assert audited(grown, after=GRACE).ok  # the last two leaves still wait
    late = audited(grown, after=GRACE + dt.timedelta(milliseconds=1))
    assert not late.ok
    grown.checkpoint()
    day = dt.timedelta(days=1)
    assert audited(grown, after=day).ok
    grown.tamper("DELETE FROM checkpoint WHERE size > 250")
    cut = audited(grown, after=day)
    assert (faults(cut), cut.unfinished) == ([(Fault.UNCOVERED, 250)], False)
    assert "more than a crash leaves" in cut.findings[0].detail
    grown.tamper("DELETE FROM checkpoint")
    assert faults(audited(grown, after=day)) == [(Fault.UNCOVERED, 0)]


def test_what_a_crash_leaves_is_told_apart_from_what_was_done_to_the_log(grown):
    day = dt.timedelta(days=1)
    left = audited(grown, after=day)
    assert (left.ok, left.unfinished, left.covered) == (False, True, 450)
    assert faults(left) == [(Fault.UNFINISHED, 450)]
    assert "when it next opens the world" in left.findings[0].detail
    grown.grow(1, now=grown.now + MINUTE + GRACE)
    assert audited(grown, after=day).unfinished
    grown.grow(1, now=grown.now + MINUTE + GRACE + dt.timedelta(milliseconds=1))
    assert faults(audited(grown, after=day)) == [(Fault.UNCOVERED, 450)]
    grown.checkpoint()  # which opening does
    assert audited(grown, after=day).ok


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM leaf WHERE seq = 450", Fault.GAP),
        ("UPDATE leaf SET body = replace(body, 'match', 'xxxxx') WHERE seq = 451", Fault.ALTERED),
        ("UPDATE leaf SET body = NULL, subject = NULL WHERE seq = 450", Fault.UNCOVERED),
        ("UPDATE leaf SET body = NULL, subject = NULL WHERE seq = 451", Fault.UNCOVERED),
        ("DELETE FROM log_head", Fault.UNCOVERED),
        ("UPDATE log_head SET size = 453", Fault.UNCOVERED),
        ("UPDATE checkpoint SET note = replace(note, '450', '451')", Fault.BAD_SIGNATURE),
    ],
)
def test_no_crash_is_told_of_where_anything_else_is_wrong(grown, statement, expected):
    grown.tamper(statement)
    report = audited(grown, after=dt.timedelta(days=1))
    found = {finding.fault for finding in report.findings}
    assert expected in found
    assert Fault.UNFINISHED not in found
    assert not report.unfinished


def test_the_real_time_is_asked_unless_one_is_given(log):
    log.grow(1)  # on the first of January 2026
    with log.world.session() as session:
        assert faults(export.audit(session, log.world)) == [(Fault.UNFINISHED, 0)]


def test_an_audit_reads_nodes_of_every_kept_level(log, monkeypatch):
    monkeypatch.setattr(nodes, "STRIDE", 2)
    monkeypatch.setattr(nodes, "WIDTH", 4)
    monkeypatch.setattr(store, "STRIDE", 2)
    log.grow(300)
    log.checkpoint()
    assert audited(log).ok
    log.tamper("DELETE FROM tree_node WHERE level = 6 AND position = 2")
    assert faults(audited(log)) == [(Fault.DERIVED_WRONG, 191)]


def test_a_forged_leaf_whose_hash_fits_is_found_by_the_next_checkpoint(grown):
    (forged,) = grown.grow(1)
    values = {"hash": forged.leaf_hash, "body": forged.leaf_text.decode()}
    values["subject"] = leaves.parse(forged.leaf_text).subject
    change = "SET hash = :hash, body = :body, subject = :subject"
    grown.tamper(f"UPDATE leaf {change} WHERE seq = 260", **values)
    report = audited(grown)
    assert faults(report) == [(Fault.REORDERED, 260), (Fault.WRONG_ROOT, 450)]
    assert report.covered == 250


def test_an_export_of_another_log_is_refused(grown, tmp_path, forked):
    path = tmp_path / "log.jsonl"
    with path.open("wb") as file, grown.world.session() as session:
        export.write(session, grown.world, file)
    fork = forked(grown.checkpoint())
    with pytest.raises(MalformedExportError, match="this key's log"):
        export.audit_file(path, log_key=fork.log_key, witness_key=fork.witness_key)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\n",
        b"{}\n",
        b'{"type":"leaf","seq":0,"hash":"00","body":null}\n',
        b'{"type":"log","origin":"another","size":0}\n',
        b'{"type":"log","origin":"ORIGIN"}\n',
        b'{"type":"log","origin":"ORIGIN","size":0}\nnothing\n',
        b'{"type":"log","origin":"ORIGIN","size":0}\n{"type":"leaf","seq":0,"hash":"xy","body":null}\n',
        b'{"type":"log","origin":"ORIGIN","size":0}\n{"type":"leaf","seq":"0","hash":"00","body":null}\n',
    ],
)
def test_a_file_that_is_no_export_is_refused(log, tmp_path, content):
    path = tmp_path / "log.jsonl"
    path.write_bytes(content.replace(b"ORIGIN", log.log_key.name.encode()))
    with pytest.raises(MalformedExportError):
        export.audit_file(path, log_key=log.log_key, witness_key=log.witness_key)
