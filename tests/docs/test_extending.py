"""What docs/extending.md shows as a whole file is one: put into its folder, it works."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.exchange import disclosing, disclosures, register_claim, register_claims
from app.exchange.register_claim import DIFFERS, YES, Bearer
from app.exchange.requests import Row
from app.registry import events, fields, history, life_events, lookup
from app.sandbox import personas
from app.training import lesson, lessons
from app.training.evidence import Call, Evidence
from tests.docs.test_readme import BLOCK
from tests.project import files
from tests.registry.registering import report


def example(heading):
    """The one block of code under a heading of the document."""
    parts = re.split(r"^## (.+)$", files.text("docs/extending.md"), flags=re.MULTILINE)
    under = dict(zip(parts[1::2], parts[2::2], strict=True))
    (code,) = [code for language, code in BLOCK.findall(under[heading]) if language == "python"]
    return code


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Puts an example beside what is in a folder that is discovered, and takes it out again."""

    @contextmanager
    def add(heading, package, *caches):
        (tmp_path / "shown.py").write_text(example(heading), encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
            for cache in caches:
                cache.cache_clear()
            try:
                yield
            finally:
                sys.modules.pop(f"{package.__name__}.shown")
                for cache in caches:
                    cache.cache_clear()

    return add


def person(session):
    pin = personas.find(session, "adult-level-2").pin
    return lookup.find(session, pin).only


def test_a_disclosure_reads_its_fields(world, added):
    with added("A disclosure", disclosures, disclosing.all_of_them), world.session() as session:
        shown = disclosing.all_of_them()["representation"]
        [told] = disclosing.read(session, [person(session).citizen_id], shown.fields, world.today)
    assert told == {"guardians": [], "representatives": []}
    assert "representation" not in disclosing.all_of_them()


@pytest.mark.parametrize(("kind", "judged"), [("car", YES), ("motorcycle", DIFFERS)])
def test_a_claim_is_answered(world, added, kind, judged):
    caches = (register_claim.all_of_them, register_claim.by_field)
    owner = text(
        "SELECT c.id, c.pin FROM vehicle v JOIN citizen c ON c.pin = v.holder_number"
        " WHERE v.state = 'registered' GROUP BY c.id, c.pin HAVING min(v.kind) = :kind"
        " ORDER BY c.id LIMIT 1"
    )
    with (
        added("A yes-or-no question to a register", register_claims, *caches),
        world.session() as session,
    ):
        claim = register_claim.all_of_them()["car-owner"]
        bearer = Bearer(*session.execute(owner, {"kind": kind}).one())
        assert claim.ask(session, bearer, {}, world.today) == judged


def test_a_life_event_happens_and_is_kept(world, added):
    with added("A life event", life_events, events.kinds):
        with world.session() as session:
            who = person(session)
            [before] = fields.read(session, [who.citizen_id], ["blood_type"], world.today)
        typed = "AB" if before["blood_type"] != "AB" else "O"
        said = {"pin": who.pin, "blood_type": typed}
        told = report(today=world.today, reported_by="Bệnh viện Bạch Mai", reason="xét nghiệm")
        world.writer.submit(lambda session: events.apply(session, "blood-typed", said, told))
        with world.session() as session:
            [after] = fields.read(session, [who.citizen_id], ["blood_type"], world.today)
            latest = history.of(session, who.citizen_id)[0]
    assert after == {"blood_type": typed}
    assert latest.kind == "blood-typed"


def test_a_lesson_checks_what_was_called(world, added):
    called = dict.fromkeys(Row.__struct_fields__)
    called |= {"path": "/v1/me", "status": 200, "client_id": "bca"}
    with added("A lesson", lessons, lesson.all_of_them), world.session() as session:
        shown = lesson.find("who-am-i")
        assert list(lesson.all_of_them())[:3] == ["first-token", "who-am-i", "verify"]
        for calls, passed in (((), False), ((Call(Row(**called)),), True)):
            seen = Evidence(calls=calls, answers={}, prepared={}, world=world, session=session)
            assert [check.look(seen).passed for check in shown.checks] == [passed]
