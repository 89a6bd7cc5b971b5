"""A keeper that refuses to share: what it supplied is kept back, by a code of its own."""

from __future__ import annotations

import json

import pytest

from app.exchange import access_check, fresh_start, gate, sharing, withholding
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.sharing import Ask
from app.platform import clock
from app.registry import provenance
from app.registry.fields import FIELDS
from tests.exchange import people
from tests.exchange.people import TODAY, errand

PROVINCE, MINISTRY = "ha-noi", "btp"
KIN = ("father", "mother")


@pytest.fixture
def keep_back(world, access):
    def put(register, reason="không chia sẻ"):
        world.writer.submit(lambda session: withholding.put(session, register, reason, TODAY))
        access.poll()

    return put


@pytest.fixture
def ask(world, access):
    """Ask for fields as a province does, for a dossier."""

    def disclose(disclosure, fields, client_id=PROVINCE, purpose="administrative-procedure"):
        caller = access.snapshot().callers[client_id]
        said = errand(purpose, officer="cb-1", dossier="H26-1")
        asked = Ask(errand=said, disclosure=disclosure, number=people.AN_PIN, fields=fields)
        with world.session() as session:
            prepared = sharing.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: sharing.record(session, access, prepared, now=clock.now())
        )

    return disclose


def test_each_register_has_a_keeper_and_fields():
    for register in provenance.REGISTERS:
        keeper, fields = provenance.supplied(register)
        assert keeper in {"bca", "btp"}
        assert fields <= set(FIELDS)
        assert fields
    assert provenance.supplied("civil_status")[1] >= {"father", "spouse", "marital_status"}


def test_what_is_kept_back_is_told_so_and_the_rest_is_given(keep_back, ask):
    asked = ("full_name", "old_numbers")
    before = json.loads(ask("identity", asked).body)
    assert before["data"].keys() == {"full_name", "old_numbers"}
    keep_back("card")
    answer = json.loads(ask("identity", asked).body)
    assert answer["data"].keys() == {"full_name"}
    assert answer["withheld"]["old_numbers"]["reason"] == "supplier-refuses"


def test_where_nothing_else_is_left_the_question_is_refused(keep_back, ask):
    keep_back("civil_status")
    refused = ask("kinship", KIN)
    assert refused.verdict.reason is Reason.SUPPLIER_REFUSES
    assert refused.verdict.fields == KIN
    assert refused.outcome == "refused:SUPPLIER_REFUSES"


def test_the_keeper_goes_on_reading_what_it_supplied(keep_back, ask):
    keep_back("civil_status")
    answered = ask("kinship", KIN, MINISTRY, "civil-status")
    assert isinstance(answered.verdict, Admitted)


def test_a_question_that_is_whole_or_nothing_is_refused_whole(keep_back, access):
    keep_back("contact")
    caller = access.snapshot().callers[PROVINCE]
    asked = gate.Request(
        service="contact",
        fields=("phone",),
        errand=Errand(
            request_id="0" * 32,
            purpose="administrative-procedure",
            today=TODAY,
            officer="cb-1",
            dossier="H26-1",
            consent="x",
        ),
    )
    verdict = gate.admit(caller, asked)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.SUPPLIER_REFUSES


def test_the_rights_question_tells_it(keep_back, access):
    keep_back("residence")
    caller = access.snapshot().callers[PROVINCE]
    [found] = access_check.check(
        caller,
        purpose="administrative-procedure",
        fields=("permanent_residence",),
        today=TODAY,
        service="residence",
    )
    assert (found.allowed, found.reason) == (False, "supplier-refuses")


def test_it_is_noted_in_the_gates_reasoning(keep_back, ask):
    keep_back("card")
    answered = ask("identity", ("full_name", "old_numbers"))
    assert gate.reasoning(answered.verdict).endswith("withheld old_numbers")


def test_a_register_is_shared_again_and_a_fork_shares_all(world, access, keep_back):
    keep_back("card", "một")
    keep_back("card", "hai")
    keep_back("contact")
    with world.session() as session:
        found = withholding.all_of_them(session)
    assert [(each.register, each.keeper, each.reason) for each in found] == [
        ("card", "bca", "hai"),
        ("contact", "bca", "không chia sẻ"),
    ]
    for _ in range(2):
        world.writer.submit(lambda session: withholding.end(session, "card"))
    access.poll()
    assert "old_numbers" not in access.snapshot().callers[PROVINCE].unshared
    world.writer.submit(fresh_start.begin)
    with world.session() as session:
        assert withholding.all_of_them(session) == []
