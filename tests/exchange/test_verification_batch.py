"""Verification in batches: the answers of single questions, one leaf, a proof for each person."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.exchange import consents, proof, verification, verification_batch
from app.exchange.consents import NewConsent
from app.exchange.gate import Reason, Refused
from app.exchange.log import leaves, merkle
from app.exchange.models import Leaf, LeafEntry
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.exchange.verification_batch import Batch, Item
from app.platform import clock
from tests.exchange import people
from tests.exchange.people import claim, errand, question

PLAIN, DETAIL, TELCO = "vietcombank-basic", "vietcombank-fapi", "viettel"
RIGHT = Item(number=people.AN_PIN, claim=claim(**people.AN_CLAIM))
WRONG = Item(number=people.AN_PIN, claim=claim(full_name="Lê Văn Tám"))
DEAD = Item(number=people.EM_PIN, claim=claim(full_name="Lê Thị Em"))
NOBODY = Item(number=people.NOBODYS, claim=claim(full_name="Lê Văn Tám"))
SHARED = Item(number=people.SHARED_OLD, claim=claim(full_name="Đỗ Thị Bình"))


@pytest.fixture
def put(world, access):
    """Put a batch as a client and return what was answered."""

    def ask(client_id, *items, purpose="ekyc", **columns):
        caller = access.snapshot().callers[client_id]
        batch = Batch(errand=errand(purpose, **columns), items=items)
        with world.session() as session:
            prepared = verification_batch.prepare(session, access, caller, batch)
        return world.writer.submit(
            lambda session: verification_batch.record(session, access, prepared, now=clock.now())
        )

    return ask


def results(answered):
    assert answered.body is not None, answered.verdict
    return json.loads(answered.body)["results"]


def test_a_batch_answers_in_order_what_single_questions_are_answered(world, access, put):
    items = (RIGHT, WRONG, DEAD, NOBODY, SHARED, RIGHT)
    for client_id in (PLAIN, DETAIL):
        caller = access.snapshot().callers[client_id]
        singly = []
        for item in items:
            asked = question(item.number, claimed={})
            asked = verification.Question(
                errand=asked.errand, number=item.number, claim=item.claim
            )
            with world.session() as session:
                judged = verification.prepare(session, access, caller, asked).judgement
            single = {"outcome": str(judged.outcome)}
            if judged.attributes is not None:
                single["attributes"] = judged.attributes
            singly.append(single)
        assert results(put(client_id, *items)) == singly


def test_a_batch_has_one_leaf_whose_root_proves_each_entry(world, access, put):
    answered = put(DETAIL, RIGHT, DEAD, NOBODY)
    seq = answered.proof.leaf.seq
    with world.session() as session:
        leaf = leaves.parse(session.scalar(select(Leaf.body).where(Leaf.seq == seq)))
        rows = session.scalars(
            select(LeafEntry).where(LeafEntry.seq == seq).order_by(LeafEntry.position)
        ).all()
    assert (leaf.outcome, leaf.subject, leaf.entries) == ("answered", None, 3)
    assert leaf.fields == ("full_name", "birth_date")
    entries = [leaves.parse_entry(row.body) for row in rows]
    assert [entry.outcome for entry in entries] == ["match", "deceased", "not_found"]
    assert len({entry.salt for entry in entries}) == 3
    assert entries[0].subject == proof.citizen_subject(access, 1)
    assert entries[2].subject == proof.number_subject(access, people.NOBODYS)
    tree = merkle.HashTree([row.hash for row in rows])
    assert tree.root().hex() == leaf.entries_root


def test_the_statements_do_not_grow_with_the_batch(world, access, statements):
    caller = access.snapshot().callers[DETAIL]

    def taken(count):
        items = (RIGHT, DEAD, NOBODY) * count
        batch = Batch(errand=errand(), items=items)
        statements.clear()
        with world.session() as session:
            verification_batch.prepare(session, access, caller, batch)
        return len(statements)

    assert taken(1) == taken(50)


def test_each_claim_counts_as_a_question(access, change, put):
    change(PLAIN, daily_quota=5)
    assert len(results(put(PLAIN, RIGHT, RIGHT, RIGHT))) == 3
    refused = put(PLAIN, RIGHT, RIGHT, RIGHT)
    assert refused.verdict.reason is Reason.QUOTA_EXCEEDED
    assert access.asked_today(PLAIN) == 6


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ((RIGHT, Item(number=people.AN_PIN, claim={"sex": "M"})), Reason.CLAIM_TOO_WEAK),
        (
            (RIGHT, Item(number=people.AN_PIN, claim={"full_name": "A", "ethnicity": "01"})),
            Reason.FIELD_NOT_ALLOWED,
        ),
        ((), Reason.FIELD_NOT_ALLOWED),
    ],
)
def test_one_claim_that_may_not_be_made_refuses_the_batch_and_is_logged(world, put, items, reason):
    answered = put(PLAIN, *items)
    assert isinstance(answered.verdict, Refused)
    assert answered.verdict.reason is reason
    assert answered.body is None
    with world.session() as session:
        body = session.scalar(select(Leaf.body).where(Leaf.seq == answered.proof.leaf.seq))
    leaf = leaves.parse(body)
    assert leaf.outcome == f"refused:{reason}"
    assert leaf.entries is None


def test_guessing_within_one_batch_is_limited_like_guessing_one_by_one(put):
    told = results(put(PLAIN, *[WRONG] * (MOST_FAILED_GUESSES + 2), RIGHT, DEAD))
    assert told[:MOST_FAILED_GUESSES] == [{"outcome": "no_match"}] * MOST_FAILED_GUESSES
    assert told[MOST_FAILED_GUESSES:-1] == [{"refused": "too-many-guesses"}] * 3
    assert told[-1] == {"outcome": "no_match"}


def test_where_consent_is_demanded_each_claim_brings_its_own(world, put):
    given = NewConsent(
        citizen_id=1,
        agency_id=23,
        purpose="credit-scoring",
        fields=("full_name",),
        from_date=people.TODAY,
        to_date=None,
        evidence="Phiếu số 2",
    )
    consent = world.writer.submit(lambda session: consents.create(session, given))

    def item(number, consent, **claimed):
        return Item(number=number, claim=claim(**claimed), consent=consent)

    name = {"full_name": "Nguyễn Văn An"}
    told = results(
        put(
            PLAIN,
            item(people.AN_PIN, consent, **name),
            item(people.AN_PIN, consent, **name, birth_date="1980-05-12"),
            item(people.AN_PIN, "another", **name),
            item(people.BINH_PIN, consent, **name),
            item(people.NOBODYS, consent, **name),
            purpose="credit-scoring",
        )
    )
    assert told == [{"outcome": "match"}] + [{"refused": "no-consent"}] * 4
    lacking = put(PLAIN, item(people.AN_PIN, None, **name), purpose="credit-scoring")
    assert lacking.verdict.reason is Reason.CONSENT_REQUIRED
