"""The device flow and CIBA: the person decides on another device than the one that waits."""

import datetime as dt

import jwt
import pytest

from app.identity import approvals, attempts, messages
from app.platform import clock, errors
from app.signin import user_codes
from tests.signin.party import Party, Somebody
from tests.support.together import at_once, wins

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"


@pytest.fixture
def patient(monkeypatch):
    """Let time pass for whoever asks again."""
    now = clock.now
    later = [dt.timedelta(0)]
    monkeypatch.setattr(clock, "now", lambda: now() + later[0])

    def wait(seconds):
        later[0] += dt.timedelta(seconds=seconds)

    return wait


def poll(party, grant_type, parameter, handle):
    return party.post("/oidc/token", {"grant_type": grant_type, parameter: handle})


def test_a_device_shows_a_code_and_a_person_signs_it_in(party, person, patient):
    begun = party.post("/oidc/device_authorization", {"scope": "openid profile"}).json()
    pending = poll(party, DEVICE, "device_code", begun["device_code"])
    assert pending.json()["error"] == "authorization_pending"
    hurried = poll(party, DEVICE, "device_code", begun["device_code"])
    assert hurried.json()["error"] == "slow_down"
    page = party.client.get(begun["verification_uri_complete"])
    assert begun["user_code"] in page.text
    wrong = party.client.post("/oidc/device", data={"user_code": "BBBB-BBBB"})
    assert 'data-testid="notice"' in wrong.text
    typed = begun["user_code"].lower().replace("-", " ")
    moved = party.client.post("/oidc/device", data={"user_code": typed}, follow_redirects=False)
    page = party.follow(moved)
    page = party.follow(party.prove(page, person.pin, person.passcode))
    end = party.act(page, "agree-all")
    assert 'data-testid="accepted"' in end.text
    patient(11)
    told = poll(party, DEVICE, "device_code", begun["device_code"])
    assert told.status_code == 200, told.text
    known = party.userinfo(told.json()["access_token"]).json()
    assert known["name"] == person.view.full_name
    again = poll(party, DEVICE, "device_code", begun["device_code"])
    assert again.json()["error"] == "invalid_grant"


def test_of_many_who_poll_for_one_device_one_gets_tokens(party, person, patient):
    begun = party.post("/oidc/device_authorization", {"scope": "openid profile"}).json()
    moved = guess(party, begun["user_code"])
    page = party.follow(party.prove(party.follow(moved), person.pin, person.passcode))
    if 'data-testid="consent-form"' in page.text:
        page = party.act(page, "agree-all")
    assert 'data-testid="accepted"' in page.text
    patient(11)
    answers = at_once(40, lambda: poll(party, DEVICE, "device_code", begun["device_code"]))
    assert wins(answers) == 1
    refused = {answer.json()["error"] for answer in answers if answer.status_code != 200}
    assert refused <= {"invalid_grant", "slow_down"}


def test_of_many_who_decide_on_one_question_one_does(party, person, world):
    answer, question = asked(party, person, world)

    def decided():
        try:
            return decide(world, question, "accepted")
        except errors.ConflictError as error:
            return error.code

    told = at_once(40, decided)
    assert told.count("approval-decided") == 39
    polled = at_once(40, lambda: poll(party, CIBA, "auth_req_id", answer["auth_req_id"]))
    assert wins(polled) == 1


def test_a_device_is_refused_or_comes_too_late(party, patient):
    begun = party.post("/oidc/device_authorization", {"scope": "openid"}).json()
    code = {"user_code": begun["user_code"]}
    page = party.follow(party.client.post("/oidc/device", data=code, follow_redirects=False))
    end = party.act(page, "cancel")
    assert 'data-testid="refused"' in end.text
    denied = poll(party, DEVICE, "device_code", begun["device_code"])
    assert denied.json()["error"] == "access_denied"
    begun = party.post("/oidc/device_authorization", {"scope": "openid"}).json()
    patient(601)
    late = poll(party, DEVICE, "device_code", begun["device_code"])
    assert late.json()["error"] == "expired_token"


def guess(party, code="BBBB-BBBB", language="en"):
    return party.client.post(
        "/oidc/device",
        data={"user_code": code},
        headers={"Accept-Language": language},
        follow_redirects=False,
    )


def test_a_browser_guesses_at_user_codes_only_so_often(party, patient):
    begun = party.post("/oidc/device_authorization", {"scope": "openid"}).json()
    party.client.get("/oidc/device")
    for _ in range(attempts.MOST_FAILURES - 1):
        assert guess(party).status_code == 200
    assert guess(party, begun["user_code"]).status_code == 303  # a right one: counted anew
    for _ in range(attempts.MOST_FAILURES):
        assert 'data-testid="notice"' in guess(party).text
    for code in ("BBBB-BBBB", begun["user_code"]):
        for language, words in (("en", "Too many wrong codes"), ("vi", "Quá nhiều mã sai")):
            barred = guess(party, code, language)
            assert barred.status_code == 429
            assert "user-codes-too-many" in barred.text
            assert words in barred.text
            assert 0 < int(barred.headers["retry-after"]) <= 900
    party.client.cookies.clear()  # somebody else's browser is not held up
    party.client.get("/oidc/device")
    assert guess(party).status_code == 200
    patient(901)
    begun = party.post("/oidc/device_authorization", {"scope": "openid"}).json()
    assert guess(party, begun["user_code"]).status_code == 303


def test_whoever_throws_the_cookie_away_is_one_browser_and_the_world_has_a_limit(
    party, patient, monkeypatch
):
    patient(2_700 - clock.epoch() % 900)  # to the beginning of a window
    answers = []
    for _ in range(attempts.MOST_FAILURES + 1):
        party.client.cookies.clear()
        answers.append(guess(party).status_code)
    assert answers == [200] * attempts.MOST_FAILURES + [429]
    patient(1_800)
    monkeypatch.setattr(user_codes, "MOST_IN_WORLD", 7)
    answers = []
    for _ in range(8):
        party.client.cookies.clear()
        party.client.get("/oidc/device")  # a browser of its own for each
        answers.append(guess(party).status_code)
    assert answers == [200] * 7 + [429]
    patient(901)
    assert guess(party).status_code == 200


def test_the_code_is_a_picture_to_photograph(client):
    picture = client.get("/oidc/device/BCDF-GHJK.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")


def asked(party, person, world, **changes):
    form = {"scope": "openid profile", "login_hint": person.pin, "binding_message": "W4SCT"}
    answer = party.post("/oidc/bc-authorize", form | changes)
    assert answer.status_code == 200, answer.text
    with world.session() as session:
        question = approvals.of_citizen(session, person.citizen_id, clock.now())[0]
    return answer.json(), question


def decide(world, question, decision, proofs=("device", "passcode")):
    world.writer.submit(
        lambda session: approvals.decide(
            session, question.id, decision, proofs=proofs, now=clock.now()
        )
    )


def test_a_system_has_the_phone_ask_and_gets_its_tokens(party, person, world, patient):
    begun, question = asked(party, person, world, acr_values="urn:dancu:acr:level2")
    assert question.details["binding_message"] == "W4SCT"
    pending = poll(party, CIBA, "auth_req_id", begun["auth_req_id"])
    assert pending.json()["error"] == "authorization_pending"
    decide(world, question, "accepted")
    patient(6)
    told = poll(party, CIBA, "auth_req_id", begun["auth_req_id"])
    assert told.status_code == 200, told.text
    known = party.userinfo(told.json()["access_token"]).json()
    assert known["name"] == person.view.full_name
    again = poll(party, CIBA, "auth_req_id", begun["auth_req_id"])
    assert again.json()["error"] == "invalid_grant"


def test_a_refusal_on_the_phone_is_told(party, person, world):
    begun, question = asked(party, person, world)
    decide(world, question, "refused")
    denied = poll(party, CIBA, "auth_req_id", begun["auth_req_id"])
    assert denied.json()["error"] == "access_denied"


def test_another_systems_handle_and_another_flows_are_nobodys(party, person, world, client):
    begun, _ = asked(party, person, world)
    other = Party(client, world, "vib-basic")
    stolen = poll(other, CIBA, "auth_req_id", begun["auth_req_id"])
    assert stolen.json()["error"] == "invalid_grant"
    crossed = poll(party, DEVICE, "device_code", begun["auth_req_id"])
    assert crossed.json()["error"] == "invalid_grant"
    missing = party.post("/oidc/token", {"grant_type": CIBA})
    assert missing.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"login_hint": "nobody"}, "unknown_user_id"),
        ({"login_hint": ""}, "invalid_request"),
        ({"id_token_hint": "x"}, "invalid_request"),
        ({"login_hint": "", "id_token_hint": "x"}, "unknown_user_id"),
        ({"binding_message": "x" * 65}, "invalid_binding_message"),
        ({"binding_message": "<b>"}, "invalid_binding_message"),
        ({"requested_expiry": "soon"}, "invalid_request"),
        ({"requested_expiry": "0"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"claims": "{"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_told(party, person, changes, error):
    form = {"scope": "openid", "login_hint": person.pin} | changes
    answer = party.post("/oidc/bc-authorize", form)
    assert answer.json()["error"] == error


def test_a_number_that_nobody_bears_waits_as_any_other(client, world, patient):
    party = Party(client, world, "vib-basic")
    form = {"scope": "openid", "requested_expiry": "30"}
    told = []
    for number in ("901090999999", Somebody(world, "guardian").pin):
        begun = party.post("/oidc/bc-authorize", form | {"login_hint": number})
        handle = begun.json()["auth_req_id"]
        patient(6)
        early = poll(party, CIBA, "auth_req_id", handle)
        patient(40)
        late = poll(party, CIBA, "auth_req_id", handle)
        told.append((begun.status_code, early.json()["error"], late.json()["error"]))
    assert told == [(200, "authorization_pending", "expired_token")] * 2


def test_a_number_is_asked_only_so_often_whoever_bears_it(client, world):
    party = Party(client, world, "vib-basic")
    for number in ("901090888888", Somebody(world, "double-surname").pin):
        form = {"scope": "openid", "login_hint": number}
        answers = [party.post("/oidc/bc-authorize", form) for _ in range(11)]
        assert [each.status_code for each in answers] == [200] * 10 + [400]
        assert answers[-1].json()["error"] == "access_denied"


def test_what_was_accepted_in_time_counts_from_then(party, person, world, patient):
    begun, question = asked(party, person, world, requested_expiry="30")
    decide(world, question, "accepted")
    patient(60)
    told = poll(party, CIBA, "auth_req_id", begun["auth_req_id"])
    assert told.status_code == 200, told.text
    with world.session() as session:
        decided = approvals.decided_at(session, question.id)
    said = jwt.decode(told.json()["id_token"], options={"verify_signature": False})
    assert said["auth_time"] == int(decided.timestamp())


def test_an_id_token_names_the_person_as_well(party, person, world):
    told = party.tokens(person)
    form = {"login_hint": "", "id_token_hint": told["id_token"]}
    _, question = asked(party, person, world, **form)
    assert question.citizen_id == person.citizen_id


def test_the_page_waits_for_the_phone(party, person, world):
    page = party.follow(party.open(scope="openid", prompt="login"))
    waiting = party.follow(party.act(page, "phone", number=person.pin))
    assert 'data-testid="waiting"' in waiting.text
    with world.session() as session:
        question = approvals.of_citizen(session, person.citizen_id, clock.now())[0]
    decide(world, question, "accepted")
    moved = party.client.get(str(waiting.url), follow_redirects=False)
    assert moved.status_code == 303
    end = party.follow(moved)
    assert end.status_code in {200, 303}


def test_a_number_without_a_phone_waits_as_any_other(party):
    page = party.follow(party.open(prompt="login"))
    waiting = party.follow(party.act(page, "phone", number="901090777777"))
    assert 'data-testid="waiting"' in waiting.text
    back = party.follow(party.act(waiting, "leave-phone"))
    assert 'data-testid="sign-in-form"' in back.text


def test_a_question_that_nobody_waits_for_is_taken_back(party, world):
    somebody = Somebody(world, "guardian")
    page = party.follow(party.open(prompt="login"))
    for act in ("leave-phone", "anew", "cancel"):
        waiting = party.follow(party.act(page, "phone", number=somebody.pin))
        page = party.follow(party.act(waiting, act))
    with world.session() as session:
        asked = approvals.of_citizen(session, somebody.citizen_id, clock.now())
    assert [each.state for each in asked if each.kind == "sign-in"] == ["refused"] * 3


def test_codes_are_sent_only_so_often_which_is_not_told(party, world):
    somebody = Somebody(world, "guardian")
    pages = []
    for number in (somebody.pin, "901090666666"):
        page = party.follow(party.open(prompt="login"))
        for _ in range(messages.MOST_CODES + 1):
            page = party.follow(party.act(page, "send-code", number=number))
        pages.append('data-testid="notice"' in page.text)
    assert pages == [False, False]
    with world.session() as session:
        sent = messages.inbox(session, somebody.citizen_id, clock.now())
    assert sum(each.code is not None for each in sent) == messages.MOST_CODES
