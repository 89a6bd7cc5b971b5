"""What an authority does about eID accounts, over HTTP: in the log before it is answered."""

from __future__ import annotations

import pytest

from tests.api.conftest import bearer
from tests.api.phones import Phones

ERRAND = {"purpose": "electronic-identity", "officer": "CB-001", "dossier": "HS-1"}


@pytest.fixture
def world(world_rw):
    return world_rw


@pytest.fixture
def phones(client):
    return Phones(client)


@pytest.fixture
def police(phones, world):
    """Acts as the ministry's system."""
    headers = bearer(phones.client, world, "bca")

    def act(path, who, **said):
        shown = phones.show(who)
        body = {"number": shown["pin"], **ERRAND, **said}
        return phones.client.post(f"/v1/eid-accounts{path}", json=body, headers=headers)

    act.headers = headers
    return act


def taken(phones, who, **said):
    shown = phones.show(who)
    number = shown["numbers"][0]["number"] if shown["numbers"] else "0999990000"
    return {
        "phone": number,
        "face": shown["face"],
        "fingerprint": shown["fingerprint"],
        **said,
    }


def test_level_2_is_registered_in_person_and_activated(phones, police):
    answer = police("", "no-account", **taken(phones, "no-account", full_name="x", email="a@b.c"))
    assert answer.json()["code"] == "identity-mismatch"
    assert answer.json()["receipt"]
    answer = police("", "no-account", **taken(phones, "no-account", birth_date="1901"))
    assert answer.json()["code"] == "identity-mismatch"
    answer = police("", "no-account", **taken(phones, "no-account"))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["application"]["due_on"] == "2026-01-06"
    assert (told["application"]["filed_by"], told["application"]["form"]) == ("bca", "TK01")
    assert (told["level"], told["state"], told["problem"]) == (
        2,
        "pending",
        "eid-application-pending",
    )
    assert "69/2024/NĐ-CP" in told["legal_basis"]
    again = police("", "no-account", **taken(phones, "no-account")).json()
    assert again["code"] == "eid-application-pending"
    phones.let_days_pass(5)
    active = phones.post("no-account", "/activation").json()
    assert (active["level"], active["usable"]) == (2, True)
    assert active["history"][0]["officer"] == "CB-001"


def test_level_1_is_raised_to_level_2(phones, police):
    answer = police("", "adult-level-1", **taken(phones, "adult-level-1"))
    assert answer.json()["application"]["kind"] == "upgrade"
    assert phones.show("adult-level-1")["account"]["level"] == 1
    phones.let_days_pass(5)
    raised = phones.show("adult-level-1")["account"]
    assert (raised["level"], raised["usable"]) == (2, True)
    exists = police("", "adult-level-1", **taken(phones, "adult-level-1")).json()
    assert exists["code"] == "eid-account-exists"
    kinds = [each["kind"] for each in phones.show("adult-level-1")["account"]["history"]]
    assert kinds[-1] == "upgraded"


def test_with_a_card_that_is_issued_it_takes_seven_working_days(phones, police):
    said = taken(phones, "card-lost", card_issue=True)
    assert police("", "card-lost", **said).json()["code"] == "eid-account-exists"
    child = taken(phones, "child-10", phone=phones.number("legal-representative"))
    mother = phones.show("legal-representative")["pin"]
    answer = police("", "child-10", **child, representative=mother, card_issue=True)
    assert answer.json()["application"]["due_on"] == "2026-01-12"
    stranger = police("", "newborn", **taken(phones, "newborn"), level=1, representative=mother)
    assert stranger.json()["code"] == "representation-not-provable"
    nobody = police("", "newborn", **taken(phones, "newborn"), level=1, representative="9" * 12)
    assert nobody.json()["code"] == "representation-not-provable"


def test_an_authority_has_an_account_locked_and_unlocked_in_three_working_days(phones, police):
    filed = police("/locks", "adult-level-2", reason="dieu-tra").json()
    assert (filed["application"]["kind"], filed["application"]["form"]) == ("lock", "TK03")
    assert filed["application"]["due_on"] == "2026-01-06"
    assert filed["state"] == "active"
    assert phones.post("adult-level-2", "/lock").json()["code"] == "eid-application-pending"
    again = police("/locks", "adult-level-2", reason="dieu-tra").json()
    assert again["code"] == "eid-application-pending"
    phones.let_days_pass(5)
    assert phones.show("adult-level-2")["account"]["state"] == "locked"
    assert phones.post("adult-level-2", "/unlock").json()["code"] == "eid-lock-not-theirs"
    assert police("/locks", "adult-level-2", reason="x").json()["code"] == "eid-lock-state"
    police("/unlocks", "adult-level-2", reason="het-ly-do")
    phones.let_days_pass(5)
    assert phones.show("adult-level-2")["account"]["usable"]
    assert phones.post("adult-level-2", "/lock").json()["state"] == "locked"
    assert phones.post("adult-level-2", "/unlock").json()["state"] == "active"


def test_who_has_no_account_or_no_number_is_told_so(phones, police):
    assert police("/locks", "no-account", reason="x").json()["code"] == "eid-account-missing"
    assert police("/activation-notices", "no-account").json()["code"] == "eid-account-missing"
    answer = phones.client.post(
        "/v1/eid-accounts/locks",
        json={"number": "901090999999", "reason": "x", **ERRAND},
        headers=police.headers,
    )
    assert answer.json()["code"] == "number-not-on-record"
    assert answer.json()["leaf"]["seq"] >= 0


def test_the_police_give_a_new_notice_to_activate(phones, police):
    noticed = police("/activation-notices", "ethnic-mong")
    assert noticed.json()["problem"] == "eid-account-not-activated"
    assert noticed.json()["application"] is None
    assert phones.post("ethnic-mong", "/activation").json()["usable"]


def test_only_who_has_the_power_acts_and_every_refusal_is_logged(phones, police, world):
    bank = bearer(phones.client, world)
    pin = phones.show("adult-level-2")["pin"]
    body = {"number": pin, "reason": "x", **ERRAND}
    refused = phones.client.post("/v1/eid-accounts/locks", json=body, headers=bank)
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")
    assert refused.json()["leaf"]
    del body["officer"]
    nameless = phones.client.post("/v1/eid-accounts/locks", json=body, headers=police.headers)
    assert nameless.json()["code"] == "officer-required"


def test_how_an_account_stands_is_a_disclosure_of_its_own(phones, police):
    def ask(who):
        body = {
            "number": phones.show(who)["pin"],
            "fields": ["account_level", "account_state", "account_problem"],
            **ERRAND,
        }
        answer = phones.client.post(
            "/v1/disclosures/eid-account", json=body, headers=police.headers
        )
        return tuple(answer.json()["data"].values())

    assert ask("adult-level-2") == (2, "active", None)
    assert ask("card-expired") == (2, "locked", "card-expired")
    assert ask("foreigner-permit-expired") == (2, "locked", "residence-permit-expired")
    assert ask("account-locked") == (2, "locked", "eid-account-locked")
    assert ask("no-account") == (None, None, None)
