"""Disclosures as of an earlier day: in today's shape, for who may, logged with the day."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select

from app.exchange import sharing
from app.exchange.gate import Reason
from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.exchange.sharing import Ask
from app.platform import clock
from app.platform.errors import DancuError
from tests.exchange.people import AN_PIN, BINH_PIN, TODAY, errand
from tests.exchange.test_change_feed import correct, happen
from tests.registry.registering import newborn

EVE = TODAY - dt.timedelta(days=1)
MINISTRY = "bca"


@pytest.fixture
def put(world, access):
    """Ask for fields as a client and return what was answered."""

    def ask(*fields, client_id=MINISTRY, number=AN_PIN, as_of=None, name="identity"):
        told = errand(purpose="linked-procedures", officer="cb-01", dossier="H26-1")
        caller = access.snapshot().callers[client_id]
        asked = Ask(errand=told, disclosure=name, number=number, fields=fields, as_of=as_of)
        with world.session() as session:
            prepared = sharing.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: sharing.record(session, access, prepared, now=clock.now())
        )

    return ask


def logged(world, answered):
    with world.session() as session:
        body = session.scalar(select(Leaf.body).where(Leaf.seq == answered.proof.leaf.seq))
    return leaves.parse(body)


def test_what_stood_on_record_is_told_in_the_shape_of_today(put, world):
    before = json.loads(put("full_name", "sex").body)
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    now = json.loads(put("full_name", "sex").body)
    answered = put("full_name", "sex", as_of=EVE)
    then = json.loads(answered.body)
    assert then["data"] == before["data"]
    assert now["data"]["full_name"] == "Nguyễn Văn Ân"
    assert (then["as_of"], "as_of" in now) == ("2025-12-31", False)
    assert then["outcome"] == answered.outcome == "disclosed"
    leaf = logged(world, answered)
    assert (leaf.outcome, leaf.domain_time) == ("disclosed:as_of:2025-12-31", "2026-01-01")
    assert json.loads(put("full_name", as_of=TODAY).body)["data"] == {"full_name": "Nguyễn Văn Ân"}


def test_who_was_not_on_record_yet_is_not_found(put, world):
    [born] = happen(world, "registration", newborn(mother={"pin": BINH_PIN}))
    answered = put("full_name", number=born.pin, as_of=EVE)
    told = json.loads(answered.body)
    assert (told["outcome"], told["data"]) == ("not_found", None)
    assert logged(world, answered).outcome == "not_found:as_of:2025-12-31"
    assert json.loads(put("full_name", number=born.pin).body)["outcome"] == "disclosed"


def test_who_is_told_no_details_may_not_ask_about_the_past(put, world, change):
    change(MINISTRY, outcome_detail=False)
    answered = put("full_name", as_of=EVE)
    assert answered.body is None
    assert answered.verdict.reason == Reason.PAST_NOT_ALLOWED
    assert logged(world, answered).outcome == "refused:PAST_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("as_of", "name", "field", "where"),
    [
        (TODAY + dt.timedelta(days=1), "identity", "full_name", "as_of"),
        (dt.date(2015, 12, 31), "identity", "full_name", "as_of"),
        (EVE, "card-status", "card_status", "fields.0"),
    ],
)
def test_what_has_no_past_is_told_before_anything_is_read(put, as_of, name, field, where):
    with pytest.raises(DancuError) as raised:
        put(field, as_of=as_of, name=name)
    assert raised.value.code == "as-of-impossible"
    assert [each.name for each in raised.value.params] == [where]
