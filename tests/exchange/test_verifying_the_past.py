"""Verifications as of an earlier day: what was true then, for who may, logged with the day."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from app.exchange import verification
from app.exchange.gate import Reason
from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.exchange.verification import Question
from app.platform import clock
from app.platform.errors import InvalidError
from tests.exchange import people
from tests.exchange.people import AN_PIN, BINH_PIN, TODAY, claim, errand
from tests.exchange.test_change_feed import correct, happen
from tests.registry.registering import newborn

EVE = TODAY - dt.timedelta(days=1)
DETAIL, PLAIN = "bca", "vietcombank-basic"


PURPOSES = {DETAIL: "linked-procedures", PLAIN: "ekyc"}


@pytest.fixture
def verify(world, access):
    def ask(number=AN_PIN, client_id=DETAIL, as_of=EVE, **claimed):
        question = Question(
            errand=errand(PURPOSES[client_id]),
            number=number,
            claim=claim(**claimed),
            explain=False,
            as_of=as_of,
        )
        caller = access.snapshot().callers[client_id]
        with world.session() as session:
            prepared = verification.prepare(session, access, caller, question)
        return world.writer.submit(
            lambda session: verification.record(session, access, prepared, now=clock.now())
        )

    return ask


def logged(world, answered):
    with world.session() as session:
        return leaves.parse(session.get_one(Leaf, answered.proof.leaf.seq).body)


def test_what_was_true_then_fits_then_and_not_now(verify, world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    then = verify(full_name="Nguyễn Văn An")
    told = json.loads(then.body)
    assert (told["outcome"], told["attributes"]) == ("match", {"full_name": "match"})
    assert (told["as_of"], then.outcome) == (EVE.isoformat(), "match")
    leaf = logged(world, then)
    assert (leaf.outcome, leaf.domain_time) == (f"match:as_of:{EVE}", TODAY.isoformat())
    now = json.loads(verify(as_of=None, full_name="Nguyễn Văn An").body)
    assert (now["outcome"], "as_of" in now) == ("mismatch", False)
    assert verify(as_of=TODAY, full_name="Nguyễn Văn Ân").outcome == "match"


@pytest.mark.parametrize("as_of", [None, EVE])
@pytest.mark.parametrize(
    ("number", "claimed"),
    [
        (AN_PIN, {**people.AN_CLAIM, "sex": "M", "nationality": "VN", "ethnicity": "01"}),
        (AN_PIN, {"full_name": "Nguyễn Văn An", "residence_province": "01"}),
        (AN_PIN, {"full_name": "Nguyễn Văn An", "origin_province": "36"}),
        (AN_PIN, {"full_name": "Nguyễn Văn An", "father_name": "Nguyễn Văn Giang"}),
        (people.LUA_PIN, {"full_name": "Nguyễn Thị Lụa", "mother_name": "Trần Thị Bính"}),
        (people.AN_CANCELLED, {"full_name": "Nguyễn Văn An"}),
        (people.AN_OLD, {"full_name": "Nguyễn Văn An"}),
        (people.SHARED_OLD, {"full_name": "Đỗ Thị Bình"}),
        (people.EM_PIN, {"full_name": "Lê Thị Em"}),
        (people.HUNG_PIN, {"full_name": "Phạm Văn Hùng"}),
        (people.NOBODYS, {"full_name": "Lê Văn Tám"}),
    ],
)
def test_of_whom_nothing_changed_the_past_is_as_today(verify, number, claimed, as_of):
    """The same answers by both ways of looking: each of them is asked both."""
    told = verify(number, as_of=as_of, **claimed)
    other = verify(number, as_of=EVE if as_of is None else None, **claimed)
    names = ("outcome", "attributes")
    first, second = json.loads(told.body), json.loads(other.body)
    assert [first.get(name) for name in names] == [second.get(name) for name in names]


def test_who_was_not_on_record_and_what_number_was_not_given(verify, world):
    [born] = happen(world, "registration", newborn(mother={"pin": BINH_PIN}))
    assert verify(born.pin, full_name=newborn()["name"]).outcome == "not_found"
    assert verify(born.pin, as_of=TODAY, full_name=newborn()["name"]).outcome == "match"
    correct(world, AN_PIN, new_pin="936080000099", ground="entry_error")
    assert verify("936080000099", full_name="Nguyễn Văn An").outcome == "not_found"
    assert verify(AN_PIN, full_name="Nguyễn Văn An").outcome == "match"
    assert verify(AN_PIN, as_of=None, full_name="Nguyễn Văn An").outcome == "superseded_number"


def test_who_is_told_no_details_may_not_verify_the_past(verify, world):
    answered = verify(client_id=PLAIN, full_name="Nguyễn Văn An")
    assert (answered.body, answered.verdict.reason) == (None, Reason.PAST_NOT_ALLOWED)
    assert logged(world, answered).outcome == "refused:PAST_NOT_ALLOWED"


@pytest.mark.parametrize("day", [TODAY + dt.timedelta(days=1), dt.date(2015, 12, 31)])
def test_a_day_that_is_not_over_or_not_kept_is_refused(verify, day):
    with pytest.raises(InvalidError) as raised:
        verify(as_of=day, full_name="Nguyễn Văn An")
    assert raised.value.code == "as-of-impossible"
