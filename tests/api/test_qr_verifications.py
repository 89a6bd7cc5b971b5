"""The text of QR codes, verified over HTTP: cards of the cast, and texts that somebody changed."""

from __future__ import annotations

import base64
import json
import time

import pytest
from sqlalchemy import text as sql

from app.exchange import access, agencies, grants
from app.identity import cards, printed, qr
from app.platform import clock
from app.registry import events
from app.registry.events import Report
from app.sandbox import personas
from tests.api.conftest import bearer, served, token
from tests.support import chips
from tests.support.copies import copy

ADDRESS = "/v1/qr-verifications"


@pytest.fixture(scope="module")
def client(town_client):
    return town_client


@pytest.fixture(scope="module")
def bank(client, town):
    return bearer(client, town)


@pytest.fixture(scope="module")
def detailed(town):
    """A bank's system that is told outcomes in detail."""
    return {"Authorization": f"Bearer {token(town, 'vietcombank-fapi')}"}


def text_of(world, persona, place=0):
    """What the QR code of a persona's card says."""
    with world.session() as session:
        citizen_id = personas.find(session, persona).citizen_id
        card = cards.of_citizen(session, citizen_id, world.today)[place]
        return qr.write(printed.of(session, card))


def ask(client, headers, text, **more):
    body = {"text": text, "purpose": "ekyc", **more}
    return client.post(ADDRESS, headers=headers, json=body)


def outcome(client, headers, text):
    answer = ask(client, headers, text)
    assert answer.status_code == 200, answer.text
    return answer.json()["outcome"]


@pytest.mark.parametrize("persona", [*chips.EXPECTED, "superseded-number", "old-numbers-several"])
def test_each_card_of_the_cast_is_what_it_should_be(client, town, bank, detailed, persona):
    text = text_of(town, persona)
    expected = chips.EXPECTED.get(persona, "match")
    expected = {"genuine": "match", "holder_deceased": "deceased"}.get(expected, expected)
    # What is on the chip is not in the code, and a cloned card's code is the same.
    expected = "match" if persona.startswith("chip-") else expected
    expected = "superseded_number" if persona == "superseded-number" else expected
    assert outcome(client, detailed, text) == expected
    plain = ask(client, bank, text).json()
    assert plain["outcome"] == ("match" if expected == "match" else "no_match")
    assert (plain["card"], plain["fields"]) == (None, None)


@pytest.mark.parametrize(
    ("place", "text", "field"),
    [
        (1, "023456789", "old_number"),
        (2, "Nguyễn Văn Anh", "full_name"),
        (3, "04091990", "birth_date"),
        (3, "", "birth_date"),
        (4, "Nữ", "sex"),
        (5, "Số 1, Phường Khác, Hà Nội", "residence"),
    ],
)
def test_a_field_that_was_changed_is_told(client, town, detailed, place, text, field):
    fields = text_of(town, "adult-level-2").split("|")
    fields[place] = text
    told = ask(client, detailed, "|".join(fields)).json()
    assert (told["outcome"], told["card"]) == ("mismatch", "valid")
    wrong = {name for name, judged in told["fields"].items() if judged["card"] != "match"}
    assert wrong == {field}
    assert told["fields"][field]["registry"] == "mismatch"


def test_a_card_that_was_never_issued_fits_nobody(client, town, detailed):
    fields = text_of(town, "adult-level-2").split("|")
    told = ask(client, detailed, "|".join([*fields[:6], "01012024"])).json()
    assert (told["outcome"], told["card"]) == ("mismatch", None)
    assert {judged["card"] for judged in told["fields"].values()} == {"mismatch"}
    told = ask(client, detailed, "|".join(["901090000009", *fields[1:]])).json()
    assert (told["outcome"], told["card"], told["fields"]) == ("not_found", None, None)


def test_a_whole_answer_of_the_form_of_2024(client, town, detailed):
    told = ask(client, detailed, text_of(town, "card-under-14")).json()
    both = {"card": "match", "registry": "match"}
    names = ("old_number", "full_name", "birth_date", "sex", "residence", "cancelled_number",
             "father_name", "mother_name")  # fmt: skip
    assert told.pop("fields") == {
        **dict.fromkeys(names, both),
        "issued_on": {"card": "match", "registry": None},
    }
    assert (told["outcome"], told["card"], told["simulated"]) == ("match", "valid", True)
    assert told.keys() == {"outcome", "card", "simulated", "request_id", "receipt", "leaf"}


def test_the_answer_is_signed_and_its_leaf_names_the_fields(client, town, bank):
    text = text_of(town, "card-2021")
    answer = ask(client, {**bank, "Accept": "application/jose"}, text)
    assert answer.headers["content-type"] == "application/jose"
    told = json.loads(base64.urlsafe_b64decode(answer.text.split(".")[1] + "=="))
    assert told["outcome"] == "match"
    leaf = client.get(f"/v1/log/leaves/{told['leaf']['seq']}", headers=bank).json()
    said = json.loads(leaf["text"])
    assert said["fields"] == [
        "old_number", "full_name", "birth_date", "sex", "residence", "issued_on", "card_status",
    ]  # fmt: skip
    assert text.split("|")[0] not in leaf["text"]
    assert ask(client, bank, text, signed=True).headers["content-type"] == "application/jose"


@pytest.mark.parametrize("text", ["hello", "001|x", "9" * 2_001, "||||||"])
def test_what_no_card_says_is_refused(client, bank, text):
    answer = ask(client, bank, text)
    assert answer.status_code == 400
    assert answer.json()["code"] in {"qr-text-malformed", "invalid-request"}
    assert answer.json()["invalid_params"]


def test_who_has_no_grant_is_refused_and_that_is_logged(client, town, bank):
    answer = ask(client, bank, text_of(town, "card-2021"), purpose="account-data")
    assert answer.status_code == 403
    assert answer.json()["leaf"]


def test_a_grant_may_demand_consent(client, town, bank):
    asked = ("old_number", "full_name", "birth_date", "sex", "residence", "issued_on",
             "card_status")  # fmt: skip

    def give(session):
        new = grants.NewGrant(
            agency_id=agencies.find(session, "vietcombank").id,
            service="qr-verification",
            purpose="credit-scoring",
            fields=asked,
            legal_basis="test",
            valid_from=town.today,
            consent_required=True,
        )
        grants.add(session, new)

    town.writer.submit(give)
    access.of(town).poll()
    text = text_of(town, "card-2021")
    operator = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    consent = {"pin": text.split("|")[0], "agency": "vietcombank", "purpose": "credit-scoring",
               "fields": list(asked[:-1]), "evidence": "test"}  # fmt: skip
    for fields, status in ((["full_name"], 403), ([*asked], 200)):
        made = client.post(
            "/control/v1/consents", json=consent | {"fields": fields}, headers=operator
        )
        assert made.status_code == 201, made.text
        more = {"purpose": "credit-scoring", "consent": made.json()["id"]}
        for _ in range(50):
            answer = ask(client, bank, text, **more)
            if answer.json().get("code") != "purpose-not-allowed":
                break
            time.sleep(0.1)  # the server's own snapshot follows within a second
        assert answer.status_code == status, answer.text
        assert "consent" in answer.json().get("code", "consent")


def test_guesses_are_counted(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        headers = bearer(client, world)
        right = text_of(world, "adult-level-2")
        fields = right.split("|")
        wrong = [
            "|".join([*fields[:2], f"Nguyễn Văn {name}", *fields[3:]]) for name in "ABCDEFGHIJ"
        ]
        assert {outcome(client, headers, text) for text in wrong} == {"no_match"}
        for text in (wrong[0], right):
            refused = ask(client, headers, text)
            assert (refused.status_code, refused.json()["code"]) == (429, "too-many-guesses")


def test_guesses_are_counted_about_the_bearer_of_several_numbers(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        headers = bearer(client, world)
        cancelled = text_of(world, "superseded-number", 0)
        for _ in range(10):
            assert outcome(client, headers, cancelled) == "no_match"
        refused = ask(client, headers, text_of(world, "superseded-number", 1))
        assert refused.json()["code"] == "too-many-guesses"


def test_a_correction_since_then_does_not_make_the_card_a_forgery(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        text = text_of(world, "adult-level-2")
        report = Report(
            today=world.today,
            now=clock.now(),
            seed=1,
            pin_style="reserved",
            reported_by="test",
            reason="test",
        )
        said = {"pin": text.split("|")[0], "name": "Nguyễn Văn Ân"}
        world.writer.submit(lambda session: events.apply(session, "correction", said, report))
        headers = {"Authorization": f"Bearer {token(world, 'vietcombank-fapi')}"}
        told = ask(client, headers, text).json()
        assert told["outcome"] == "match"
        assert told["fields"]["full_name"] == {"card": "match", "registry": "mismatch"}


def test_in_a_world_without_cards_nothing_fits(settings, worlds, api_spec):
    with copy(worlds, api_spec) as world, served(settings, world) as client:
        world.writer.submit(lambda session: session.execute(sql("DELETE FROM card")))
        text = "936080000001||Nguyễn Văn An|12051980|Nam|Số 5|20082022"
        assert outcome(client, bearer(client, world), text) == "no_match"


def test_the_status_of_a_card_is_disclosed(client, town):
    with town.session() as session:
        pin = personas.find(session, "card-held").pin
    asked = {
        "number": pin,
        "purpose": "administrative-procedure",
        "officer": "can-bo-1",
        "dossier": "H26-1",
        "fields": ["card_status", "card_status_since", "card_number"],
    }
    answer = client.post(
        "/v1/disclosures/card-status", json=asked, headers=bearer(client, town, "ha-noi")
    )
    assert answer.json()["data"] == {
        "card_status": "held",
        "card_status_since": "2025-11-17",
        "card_number": pin,
    }
