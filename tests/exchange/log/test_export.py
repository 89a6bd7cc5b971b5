"""A whole stored log is audited, from its world or from a file, and tampering is found in both."""

from __future__ import annotations

import pytest

from app.exchange.log import export
from app.exchange.log.errors import MalformedExportError
from app.exchange.log.offline import Fault


@pytest.fixture
def grown(log):
    """Three checkpoints over 450 leaves, one of them a batch, and two leaves that none covers."""
    log.grow(200)
    log.checkpoint()
    log.append(log.batch(7))
    log.grow(49)
    log.checkpoint()
    log.grow(200)
    log.checkpoint()
    log.grow(2)
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


def audited(log):
    with log.world.session() as session:
        return export.audit(session, log.world)


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
        ("UPDATE leaf SET body = NULL WHERE seq = 260", [(Fault.TEXT_MISSING, 260)]),
        (
            "DELETE FROM leaf WHERE seq >= 440",
            [(Fault.TRUNCATED, 450), (Fault.UNCOVERED, 250)],
        ),
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
    ids=["altered", "removed", "hidden", "cut", "entry", "entries", "cosignature", "checkpoint"],
)
def test_what_was_done_to_the_database_is_found(grown, exported, statement, expected):
    grown.tamper(statement)
    report = audited(grown)
    assert not report.ok
    assert expected is None or faults(report) == expected
    assert exported().findings == report.findings


def test_a_forged_leaf_whose_hash_fits_is_found_by_the_next_checkpoint(grown):
    (forged,) = grown.grow(1)
    values = {"hash": forged.leaf_hash, "body": forged.leaf_text.decode()}
    grown.tamper("UPDATE leaf SET hash = :hash, body = :body WHERE seq = 260", **values)
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
        b'{"type":"log","origin":"another"}\n',
        b'{"type":"log","origin":"ORIGIN"}\nnothing\n',
        b'{"type":"log","origin":"ORIGIN"}\n{"type":"leaf","seq":0,"hash":"xy","body":null}\n',
        b'{"type":"log","origin":"ORIGIN"}\n{"type":"leaf","seq":"0","hash":"00","body":null}\n',
    ],
)
def test_a_file_that_is_no_export_is_refused(log, tmp_path, content):
    path = tmp_path / "log.jsonl"
    path.write_bytes(content.replace(b"ORIGIN", log.log_key.name.encode()))
    with pytest.raises(MalformedExportError):
        export.audit_file(path, log_key=log.log_key, witness_key=log.witness_key)
