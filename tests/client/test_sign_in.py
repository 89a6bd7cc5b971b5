"""Signing somebody in: by whom it holds, and every way in which it does not."""

from types import SimpleNamespace

import pytest
from dancu_client import LEVEL_1, LEVEL_2, DancuClientError, NotProvedError, OAuthError

from tests.client.conftest import BANK, FAPI

CALLBACK = "http://127.0.0.1:5000/callback"


@pytest.mark.parametrize("client_id", [BANK, FAPI])
@pytest.mark.parametrize("level", [LEVEL_1, LEVEL_2])
def test_a_person_signs_in_and_tells_what_they_agree_to(system, dancu_world, an, client_id, level):
    party = system(client_id)
    begun = party.begin_sign_in(CALLBACK, level=level)
    back = dancu_world.sign_in(begun.address, an.name, level=level, fields="full_name")
    person = party.finish_sign_in(begun, back)
    assert person.claims["acr"] == level
    told = party.userinfo(person)
    assert (told["sub"], told["name"]) == (person.subject, an.full_name)
    assert "birthdate" not in told


def test_a_sign_in_is_renewed_where_that_was_asked_for(system, dancu_world, an):
    party = system(BANK)
    begun = party.begin_sign_in(CALLBACK, scope="openid profile offline_access")
    person = party.finish_sign_in(begun, dancu_world.sign_in(begun.address, an.name))
    again = party.refresh_sign_in(person)
    assert again.access.token != person.access.token
    assert party.userinfo(again)["sub"] == person.subject


def test_what_was_not_asked_for_is_not_renewed(system, dancu_world, an):
    party = system(BANK)
    begun = party.begin_sign_in(CALLBACK)
    person = party.finish_sign_in(begun, dancu_world.sign_in(begun.address, an.name))
    with pytest.raises(DancuClientError, match="offline_access"):
        party.refresh_sign_in(person)


def test_a_person_who_refuses_is_not_signed_in(system, dancu_world, an):
    party = system(BANK)
    begun = party.begin_sign_in(CALLBACK)
    back = dancu_world.operator.sign_in(begun.address, f"{an.name}; refuse")
    with pytest.raises(OAuthError) as refused:
        party.finish_sign_in(begun, back)
    assert refused.value.error == "access_denied"


def test_an_answer_to_another_request_is_refused(system, dancu_world, an):
    party = system(BANK)
    begun, other = party.begin_sign_in(CALLBACK), party.begin_sign_in(CALLBACK)
    back = dancu_world.sign_in(other.address, an.name)
    with pytest.raises(NotProvedError, match="another request"):
        party.finish_sign_in(begun, back)


FAULTS = [
    "wrong-issuer",
    "wrong-audience",
    "expired",
    "not-yet-valid",
    "wrong-nonce",
    "missing-claim",
    "wrong-at-hash",
    "wrong-acr",
    "bad-signature",
    "unknown-key",
    "alg-none",
    "hs256-public-key",
    "wrong-userinfo-subject",
    "wrong-state",
    "wrong-answer-issuer",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_sign_in_is_not_trusted(dancu_world, an, fault):
    party = dancu_world.client(BANK)
    dancu_world.operator.set_fault("bad", client_id=BANK, tokens=[fault])
    begun = party.begin_sign_in(CALLBACK, level=LEVEL_2)
    back = dancu_world.sign_in(begun.address, an.name, level=LEVEL_2)

    def rest():
        return party.userinfo(party.finish_sign_in(begun, back))

    with pytest.raises(NotProvedError):
        rest()


@pytest.mark.parametrize("fault", ["token-unavailable", "token-no-json"])
def test_tokens_that_come_late_are_waited_for(dancu_world, an, fault):
    """The code stays good: the fault is over when the client asks again."""
    party = dancu_world.client(BANK)
    begun = party.begin_sign_in(CALLBACK)
    back = dancu_world.sign_in(begun.address, an.name)
    dancu_world.operator.set_fault("bad", client_id=BANK, tokens=[fault])
    waited = []

    def pause(seconds, clear=dancu_world.operator.clear_faults):
        waited.append(seconds)
        clear()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dancu_client.transports.time", SimpleNamespace(sleep=pause))
        assert party.finish_sign_in(begun, back).subject
    assert waited


def test_every_fault_of_sign_ins_was_tried(dancu_world):
    """A new one has to be told apart, too."""
    kinds = dancu_world.operator._get("/control/v1/faults/kinds", list)
    found = dancu_world.operator.run(kinds)
    of_tokens = {each["name"] for each in found if each["of"] == "token"}
    lived_through = {"token-unavailable", "token-no-json", "slow-token", "replayed-code"}
    assert of_tokens == {*FAULTS, *lived_through}
