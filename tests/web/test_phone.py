"""The phone in the browser: what its holder sees and does there, and who may not."""

import html
import re
import time

import pytest

from app.identity import messages
from app.platform import clock
from app.sandbox import operator
from app.web.console_door import apps
from tests.api.conftest import as_operator, bearer, secret, told
from tests.signin.party import Party, Somebody
from tests.support.copies import copy

WHO, PIN = "adult-level-2", "901090990001"
PHONE = f"/phone/{WHO}"
BANK = "vietcombank-basic"


def shown(client, path, status=200):
    page = client.get(f"{path}{'&' if '?' in path else '?'}lang=en")
    assert page.status_code == status, page.text
    return html.unescape(page.text)


def done(client, path, status=200, **fields):
    """Send a form of the phone's, and follow to what came of it."""
    page = client.post(f"{PHONE}{path}", data=fields, follow_redirects=True)
    assert page.status_code == status, page.text
    return html.unescape(page.text)


def control(client, path):
    return told(client.get(f"/control/v1/phones/{WHO}{path}", headers=as_operator(client)))


def asked_by_ciba(client, world, pin=PIN, **more):
    """Have a bank ask somebody's phone to sign in; return its handle."""
    form = {"scope": "openid profile", "login_hint": pin, "binding_message": "A-17", **more}
    answer = client.post("/oidc/bc-authorize", data=form, auth=(BANK, secret(world, BANK)))
    return told(answer)["auth_req_id"]


def collected(client, world, handle):
    form = {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": handle}
    return client.post("/oidc/token", data=form, auth=(BANK, secret(world, BANK)))


def asked_for_consent(client, world):
    """Have a bank ask for two fields; return the question's id."""
    body = {
        "number": PIN,
        "purpose": "account-data",
        "fields": ["permanent_residence", "current_residence"],
        "why": "Mở tài khoản",
    }
    answer = client.post("/v1/consent-requests", json=body, headers=bearer(client, world, BANK))
    return told(answer, 201)["id"]


def test_a_phone_is_chosen_by_a_word_or_a_number(as_world):
    assert 'data-testid="persona"' in shown(as_world, "/phone")
    found = shown(as_world, "/phone?q=locked+account")
    assert "/phone/account-locked" in found
    assert f'"{PHONE}"' not in found
    assert 'data-testid="none"' in shown(as_world, "/phone?q=nobody-at-all")
    assert 'data-testid="none"' in shown(as_world, "/phone?q=999999999999")
    answer = as_world.get(f"/phone?q={PIN[:6]}+{PIN[6:]}", follow_redirects=False)
    assert answer.headers["location"] == f"/phone/{PIN}"


def test_a_persona_and_a_number_open_the_same_phone(as_world):
    for who in (WHO, PIN):
        page = shown(as_world, f"/phone/{who}")
        assert "Nguyễn Văn An" in page
        for app in apps():
            assert f'href="{app.address.format(who=who)}"' in page
    assert "persona-unknown" in shown(as_world, "/phone/nobody", 404)
    assert "citizen-unknown" in shown(as_world, "/phone/999999999999/wallet", 404)


def test_a_code_is_sent_and_is_good_for_signing_in(as_world, world):
    page = done(as_world, "/codes")
    code = re.search(r'data-testid="code">(\d{6})<', page)[1]
    assert "good once" in page
    with world.session() as session:
        inbox = messages.inbox(session, Somebody(world, WHO).citizen_id, clock.now())
    assert inbox[0].code == code


def test_who_asks_for_what_is_shown_and_accepted(as_world, world):
    handle = asked_by_ciba(as_world, world)
    page = shown(as_world, f"{PHONE}/approvals")
    assert "Vietcombank" in page
    assert 'data-testid="binding">A-17<' in page
    assert "Full name" in page
    question = re.search(r"approvals/([0-9a-f]{32})/accept", page)[1]
    wrong = done(as_world, f"/approvals/{question}/accept", 403, passcode="000000")
    assert "passcode-wrong" in wrong
    done(as_world, f"/approvals/{question}/accept", passcode=Somebody(world, WHO).passcode)
    assert told(collected(as_world, world, handle))["id_token"]
    assert "approval-decided" in done(as_world, f"/approvals/{question}/accept", 409)


def test_a_question_is_refused(as_world, world):
    handle = asked_by_ciba(as_world, world)
    page = shown(as_world, f"{PHONE}/approvals")
    question = re.search(r"approvals/([0-9a-f]{32})/refuse", page)[1]
    assert ">refused<" in done(as_world, f"/approvals/{question}/refuse")
    assert told(collected(as_world, world, handle), 400)["error"] == "access_denied"


def test_anothers_question_is_nobodys(as_world, world):
    asked_by_ciba(as_world, world)
    page = shown(as_world, f"{PHONE}/approvals")
    question = re.search(r"approvals/([0-9a-f]{32})/accept", page)[1]
    other = as_world.post(f"/phone/adult-level-1/approvals/{question}/accept")
    assert "approval-unknown" in other.text
    done(as_world, f"/approvals/{question}/refuse")


def test_consent_is_given_field_by_field_and_withdrawn(as_world, world):
    consent = asked_for_consent(as_world, world)
    page = shown(as_world, f"{PHONE}/approvals")
    assert "Permanent residence" in page
    assert "checked" not in page  # silence is no consent
    done(as_world, f"/approvals/consents/{consent}", field="permanent_residence")
    [given] = [each for each in control(as_world, "/consents") if each["id"] == consent]
    assert (given["state"], given["fields"]) == ("given", ["permanent_residence"])
    question = {
        "number": PIN,
        "fields": ["permanent_residence"],
        "purpose": "account-data",
        "consent": consent,
    }
    headers = bearer(as_world, world, BANK)
    told(as_world.post("/v1/disclosures/residence", json=question, headers=headers))
    page = done(as_world, f"/consents/{consent}/withdraw")
    assert ">withdrawn<" in page
    refused = as_world.post("/v1/disclosures/residence", json=question, headers=headers)
    assert told(refused, 403)["code"] == "no-consent"
    assert "consent-ended" in done(as_world, f"/consents/{consent}/withdraw", 409)


def test_to_tick_nothing_is_to_refuse(as_world, world):
    consent = asked_for_consent(as_world, world)
    done(as_world, f"/approvals/consents/{consent}")
    [given] = [each for each in control(as_world, "/consents") if each["id"] == consent]
    assert given["state"] == "refused"


def test_a_document_is_integrated_shared_refreshed_and_taken_out(as_world, world):
    page = done(as_world, "/wallet/add", kind="driver-licence")
    assert 'data-testid="state">integrated<' in page
    document = re.search(r"/wallet/(\d+)/share", page)[1]
    assert f"/wallet/{document}" in shown(as_world, f"{PHONE}/wallet")
    page = done(as_world, f"/wallet/{document}/share", claim=["full_name", "classes"])
    assert "<svg width" in page
    code = re.search(r'data-testid="share-code">([A-Z2-7]{16})<', page)[1]
    asked = {"code": code, "purpose": "linked-procedures", "officer": "cb-1", "dossier": "H-1"}
    headers = bearer(as_world, world, "bca")
    seen = told(as_world.post("/v1/share-codes/redemptions", json=asked, headers=headers))
    assert set(seen["claims"]) == {"full_name", "classes"}
    page = done(as_world, f"/wallet/{document}/refresh")
    assert "refreshed" in page
    done(as_world, f"/wallet/{document}/remove")
    assert 'data-testid="state">removed<' in shown(as_world, f"{PHONE}/wallet/{document}")
    assert "document-unknown" in shown(as_world, f"{PHONE}/wallet/x", 404)
    assert "document-kind-unknown" in done(as_world, "/wallet/add", 404, kind="passport")


def test_the_card_and_its_code_are_drawn(as_world):
    for side in ("front", "back"):
        picture = as_world.get(f"{PHONE}/wallet/card-{side}.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
    page = shown(as_world, f"{PHONE}/wallet/qr")
    assert f'data-testid="qr-text">{PIN}|' in page
    assert "<svg" in page
    assert "There is no identity card." in shown(as_world, "/phone/newborn/wallet/qr")


def test_who_looked_is_told_with_a_proof(as_world, world):
    claim = {"number": PIN, "claims": {"full_name": "Nguyễn Văn An"}, "purpose": "ekyc"}
    answer = as_world.post("/v1/verifications", json=claim, headers=bearer(as_world, world, BANK))
    seq = told(answer)["leaf"]["seq"]
    assert f"{PHONE}/looks/{seq}" in shown(as_world, f"{PHONE}/looks")
    end = time.monotonic() + 10
    while as_world.get(f"{PHONE}/looks/{seq}").status_code == 503:  # till the next checkpoint
        assert time.monotonic() < end
        time.sleep(0.2)
    page = shown(as_world, f"{PHONE}/looks/{seq}")
    assert "c2sp.org/tlog-proof@v1" in page
    assert "access-unknown" in shown(as_world, f"/phone/adult-level-1/looks/{seq}", 404)
    assert "access-unknown" in shown(as_world, f"{PHONE}/looks/x", 404)


def test_the_holder_locks_and_unlocks_the_account(as_world):
    assert 'data-testid="state">locked<' in done(as_world, "/account/lock")
    assert "eid-account-locked" in shown(as_world, PHONE)
    assert 'data-testid="state">active<' in done(as_world, "/account/unlock")
    assert "eid-lock-state" in done(as_world, "/account/unlock", 409)


def test_the_holder_activates_within_the_notice(as_world):
    path = "/phone/account-collected/account"
    assert 'data-testid="activate"' in shown(as_world, path)
    again = as_world.post(f"{path}/notice", follow_redirects=True)
    assert "noticed" in again.text
    page = as_world.post(f"{path}/activate", follow_redirects=True)
    assert 'data-testid="state">active<' in page.text
    assert "eid-account-activated-already" in as_world.post(f"{path}/activate").text


def test_the_holder_chooses_a_passcode_and_another_device(as_world):
    old = control(as_world, "")["passcode"]
    page = done(as_world, "/account/device", name="Điện thoại mới", passcode=old)
    assert 'data-testid="device">Điện thoại mới<' in page
    assert "passcode-wrong" in done(as_world, "/account/passcode", 403, old="000001", new="240680")
    done(as_world, "/account/forget")
    page = done(as_world, "/account/passcode", old=old, new="240680")
    assert "its holder chose one" in page
    done(as_world, "/account/passcode", old="240680", new=old)


def test_whoever_has_no_account_is_told_so(as_world):
    for page in ("", "/approvals", "/wallet", "/consents", "/looks", "/account"):
        assert 'data-testid="standing">none<' in shown(as_world, f"/phone/no-account{page}")
    answer = as_world.post("/phone/no-account/wallet/add", data={"kind": "tax-code"})
    assert "eid-account-missing" in answer.text


def test_another_worlds_cookie_and_token_open_no_phone(as_world, worlds, small_start, world):
    with copy(worlds, small_start) as other:
        path = f"/w/{other.name}{PHONE}"
        assert 'data-testid="token"' in shown(as_world, path)
        mine = operator.world_token(as_world.app._server.operator_token, world.id)
        wrong = as_world.post(path, data={"token": mine})
        assert wrong.status_code == 403
        stolen = as_world.cookies.get(f"dancu-console-{world.name}", path="/phone")
        as_world.cookies.set(f"dancu-console-{other.name}", stolen)
        assert 'data-testid="token"' in shown(as_world, path)
        assert as_world.post(f"{path}/account/lock").status_code == 403


def test_a_form_of_another_site_does_nothing(as_world):
    foreign = {"Origin": "https://elsewhere.example"}
    answer = as_world.post(f"{PHONE}/account/lock", headers=foreign)
    assert answer.json()["code"] == "origin-not-allowed"
    assert control(as_world, "")["account"]["state"] == "active"


def test_a_phone_stands_in_no_frame(as_world):
    page = as_world.get(f"{PHONE}/approvals")
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    token = {"token": as_world.app._server.operator_token}
    answer = as_world.post("/phone", data=token, follow_redirects=False)
    kept = answer.headers.get_list("set-cookie")
    assert {"Path=/console", "Path=/phone"} == {
        part for cookie in kept for part in cookie.split("; ") if part.startswith("Path")
    }
    for cookie in kept:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie


@pytest.mark.usefixtures("as_world")
def test_the_page_that_waits_asks_without_taking_a_step(client, world):
    party, person = Party(client, world), Somebody(world, WHO)
    page = party.follow(party.open(prompt="login consent"))
    waiting = f"{page.url}/waiting"
    assert client.get(waiting).status_code == 204  # nothing was asked of the phone yet
    party.follow(party.act(page, "phone", number=person.pin))
    assert client.get(waiting).status_code == 202
    found = shown(client, f"{PHONE}/approvals")
    question = re.search(r"approvals/([0-9a-f]{32})/accept", found)[1]
    done(client, f"/approvals/{question}/accept")
    assert client.get(waiting).status_code == 204
    assert client.get(waiting).status_code == 204  # whoever asks changes nothing
    party.follow(client.get(page.url, follow_redirects=False))
    party.client.cookies.clear()
    assert client.get(waiting).status_code == 204
