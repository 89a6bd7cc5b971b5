"""An agency's own file: the worked example, by what each caller is told, and what is logged."""

from __future__ import annotations

import json

import msgspec
import pytest
from sqlalchemy import func, select

from app.exchange import claim_files, consents, file_quality
from app.exchange.consents import NewConsent
from app.exchange.gate import Reason
from app.exchange.log import leaves
from app.exchange.models import Leaf, LeafEntry
from app.platform import clock
from tests.exchange import people
from tests.exchange.people import errand

PLAIN, DETAIL = "vietcombank-basic", "vietcombank-fapi"
#: The worked example of docs/governance.md.
FILE = f"""number,full_name,birth_date,in_force
{people.AN_PIN},Nguyễn Văn An,1980-05-12,yes
{people.EM_PIN},Lê Thị Em,,yes
{people.AN_OLD},Nguyễn Văn An,,yes
{people.SHARED_OLD},Đỗ Thị Bình,,yes
{people.NOBODYS},Lê Văn Tám,,no
{people.NOBODYS},Lê Văn Tám,,no
12345,Trần Thị Bính,,yes
"""


@pytest.fixture
def measure(access):
    def asked(text, client_id=DETAIL, purpose="ekyc", **columns):
        claims = claim_files.read(text.encode())
        caller = access.snapshot().callers[client_id]
        return file_quality.measure(access, caller, claims, errand(purpose, **columns))

    return asked


def told(answered):
    return json.loads(answered.body)


def shares(found):
    names = ("right", "complete", "clean", "live")
    return {name: (found[name]["good"], found[name]["of"]) for name in names}


def test_the_worked_example_of_the_document(measure):
    found = told(measure(FILE))
    assert (found["rows"], found["asked"]) == (7, 6)
    assert shares(found) == {
        "right": (3, 7),
        "complete": (15, 21),
        "clean": (3, 7),
        "live": (1, 5),
    }
    assert found["score"] == pytest.approx((3 / 7 + 15 / 21 + 3 / 7 + 1 / 5) / 4)
    assert found["outcomes"] == {
        "not_found": 2,
        "match": 1,
        "deceased": 1,
        "old_number_linked": 1,
        "ambiguous": 1,
    }
    assert found["faults"] == [{"line": 8, "column": "number", "reason": "form"}]


def test_who_hears_yes_or_no_only_is_counted_by_that(measure):
    found = told(measure(FILE, PLAIN))
    assert found["outcomes"] == {"no_match": 4, "match": 2}
    assert shares(found) == {
        "right": (2, 7),
        "complete": (15, 21),
        "clean": (4, 7),
        "live": (2, 5),
    }


def test_a_file_of_one_tells_no_more_than_a_verification(measure):
    lines = [
        f"{people.NOBODYS},Lê Văn Tám",
        f"{people.EM_PIN},Lê Thị Em",
        f"{people.SHARED_OLD},Đỗ Thị Bình",
        f"{people.AN_PIN},Lê Văn Tám",
    ]
    found = [told(measure(f"number,full_name\n{line}", PLAIN)) for line in lines]
    own = {"request_id", "receipts", "leaves"}
    assert (
        len({json.dumps({k: v for k, v in each.items() if k not in own}) for each in found}) == 1
    )


def test_an_empty_share_has_no_score(measure):
    found = told(measure(f"number,full_name,in_force\n{people.AN_PIN},Nguyễn Văn An,no"))
    assert (found["live"]["share"], found["score"]) == (None, None)


def test_each_batch_has_a_leaf_with_an_entry_for_each(measure, world, access, monkeypatch):
    monkeypatch.setattr(file_quality, "MOST_CLAIMS", 4)
    before = access.asked_today(DETAIL)
    answered = measure(FILE)
    found = told(answered)
    assert access.asked_today(DETAIL) == before + 6
    assert len(found["leaves"]) == len(found["receipts"]) == 2
    assert answered.outcome == file_quality.MEASURED
    with world.session() as session:
        bodies = [
            leaves.parse(session.get_one(Leaf, place["seq"]).body) for place in found["leaves"]
        ]
        entries = select(func.count()).where(LeafEntry.seq == found["leaves"][1]["seq"])
        assert session.scalar(entries) == 2
    assert [each.entries for each in bodies] == [4, 2]
    assert {each.kind for each in bodies} == {"verification"}


def test_grants_and_quota_hold_for_a_file_as_for_a_batch(measure, change):
    refused = measure(f"number,full_name\n{people.AN_PIN},An", purpose="welfare")
    assert refused.verdict.reason is Reason.PURPOSE_NOT_ALLOWED
    assert refused.body is None
    change(DETAIL, daily_quota=1)
    assert measure(FILE).verdict.reason is Reason.QUOTA_EXCEEDED


def test_a_connection_that_is_suspended_meanwhile_hears_no_more(measure, change, monkeypatch):
    monkeypatch.setattr(file_quality, "MOST_CLAIMS", 2)
    judge = file_quality.verification_batch.judge

    def suspended_after(*said):
        prepared = judge(*said)
        change(DETAIL, state="suspended")
        return prepared

    monkeypatch.setattr(file_quality.verification_batch, "judge", suspended_after)
    assert measure(FILE).verdict.reason is Reason.CONNECTION_SUSPENDED


def test_each_entry_names_its_consent_where_one_is_demanded(world, access):
    caller = access.snapshot().callers["viettel"]
    grants = [
        msgspec.structs.replace(grant, consent_required=True)
        for grant in caller.grants["verification", "subscriber-registration"]
    ]
    bound = msgspec.structs.replace(
        caller, grants={("verification", "subscriber-registration"): tuple(grants)}
    )
    given = world.writer.submit(
        lambda session: consents.record(
            session,
            access,
            NewConsent(
                citizen_id=1,
                agency_id=caller.agency_id,
                purpose="subscriber-registration",
                fields=("full_name",),
                from_date=world.today,
                to_date=None,
                evidence="Phiếu số 1",
            ),
            clock.now(),
        )
    )
    text = (
        f"number,full_name,consent\n{people.AN_PIN},Nguyễn Văn An,{given}\n"
        f"{people.BINH_PIN},Trần Thị Bính,{given}\n"
    )
    access._snapshot = msgspec.structs.replace(
        access.snapshot(), callers={**access.snapshot().callers, "viettel": bound}
    )
    answered = file_quality.measure(
        access, bound, claim_files.read(text.encode()), errand("subscriber-registration")
    )
    assert told(answered)["outcomes"] == {"match": 1, "refused:no-consent": 1}
