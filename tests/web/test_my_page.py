"""The citizen's own page: signing in at it, what it shows, and who gets nothing from it."""

import html
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from app.sandbox import operator
from app.signin import own_page
from app.web import my_pages
from tests.api.conftest import as_operator, bearer, told
from tests.signin.party import Party, Somebody
from tests.support.copies import copy

WHO, PIN = "adult-level-2", "901090990001"
OTHER = "double-surname"
BANK = "vietcombank-basic"


def begun(client, root=""):
    """Press the button; return the page of signing in."""
    answer = client.post(f"{root}/me/sign-in", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{root}/oidc/authorize?client_id=vpcp&request_")
    answer = client.get(answer.headers["location"], follow_redirects=False)
    return client.get(answer.headers["location"])


def proved(client, world, person, page):
    """Prove two factors and agree; return the address that the browser is sent back to."""
    party = Party(client, world)
    page = party.follow(party.prove(page, person.pin, person.passcode))
    if 'data-testid="step-up-form"' in page.text:
        page = party.follow(party.act(page, "send-code"))
        page = party.follow(party.act(page, "code", code=person.code()))
    answer = page if page.status_code == 303 else party.act(page, "agree-all")
    return answer.headers["location"]


def answered(client, world, who=WHO, root=""):
    """Have somebody sign in without pages, by two factors; return where the browser is sent."""
    answer = client.post(f"{root}/me/sign-in", follow_redirects=False)
    token = operator.world_token(client.app._server.operator_token, world.id)
    said = {"Dancu-Sign-In": f"{who}; factors=pin otp", "Authorization": f"Bearer {token}"}
    answer = client.get(answer.headers["location"], headers=said, follow_redirects=False)
    return answer.headers["location"]


def signed_in(client, world, who=WHO):
    """Sign somebody in at the page, in a browser that nobody has used."""
    client.cookies.clear()
    answer = client.get(answered(client, world, who), follow_redirects=False)
    assert answer.headers["location"] == "/me", answer.text
    return client


@pytest.fixture
def mine(client, world):
    """A browser in which the persona has signed in."""
    return signed_in(client, world)


def shown(client, path, status=200):
    page = client.get(f"{path}?lang=en")
    assert page.status_code == status, page.text
    return html.unescape(page.text)


def csrf(client):
    return re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/me/consents").text)[1]


def done(client, path, status=200, **fields):
    fields = {"csrf": csrf(client), **fields}
    page = client.post(path, data=fields, follow_redirects=True)
    assert page.status_code == status, page.text
    return html.unescape(page.text)


def test_nobody_sees_anything_before_signing_in(client):
    client.cookies.clear()
    for path in my_pages.VIEWS:
        page = shown(client, re.sub("{[a-z_]+}", "1", path))
        assert 'data-testid="sign-in"' in page
        assert 'data-testid="sign-out"' not in page
    for path in my_pages.ACTS:
        answer = client.post(re.sub("{[a-z_]+}", "1", path))
        assert answer.status_code == 403
        assert 'data-testid="sign-in"' in answer.text


def test_two_factors_and_a_yes_lead_to_the_page(client, world):
    client.cookies.clear()
    back = proved(client, world, Somebody(world, WHO), begun(client))
    page = client.get(back)
    assert page.url.path == "/me"
    assert f'data-testid="pin">{PIN}<' in page.text


def test_each_page_is_told_in_both_languages(mine):
    for path in my_pages.MENU:
        for language in ("vi", "en"):
            page = mine.get(f"{path}?lang={language}")
            assert f'<html lang="{language}"' in page.text
            assert page.text.count('aria-current="page"') == 1
            assert page.headers["cache-control"] == "no-store"


def test_my_data_says_who_supplied_each_field_and_is_in_the_log(mine):
    page = shown(mine, "/me")
    assert 'data-testid="name">Nguyễn Văn An<' in page
    assert f'data-testid="pin">{PIN}<' in page
    assert "Permanent residence" in page
    assert page.count('data-testid="field"') > 20
    assert 'data-testid="entry"' in page
    assert "own_data" in shown(mine, "/me/looks")


def test_a_consent_is_withdrawn_and_the_agency_is_refused(mine, world):
    headers = bearer(mine, world, BANK)
    fields = ["permanent_residence"]
    body = {"number": PIN, "purpose": "account-data", "fields": fields, "why": "Mở tài khoản"}
    asked = told(mine.post("/v1/consent-requests", json=body, headers=headers), 201)["id"]
    decision = f"/control/v1/phones/{WHO}/consents/{asked}/decision"
    told(mine.post(decision, json={"decision": "accept"}, headers=as_operator(mine)))
    question = {
        "number": PIN,
        "fields": fields,
        "purpose": "account-data",
        "consent": asked,
    }
    told(mine.post("/v1/disclosures/residence", json=question, headers=headers))
    assert ">withdrawn<" in done(mine, f"/me/consents/{asked}/withdraw")
    answer = mine.post("/v1/disclosures/residence", json=question, headers=headers)
    assert told(answer, 403)["code"] == "no-consent"
    # What the agency has already is asked for by itself.
    assert "Rút lại sự đồng ý" in shown(mine, "/me/corrections")


def test_a_correction_is_asked_for_and_followed(mine):
    wrong = {"field": "religion", "right": "many words", "said": "Ghi sai", "document": "Giấy 12"}
    assert "own-correction-unclear" in done(mine, "/me/corrections", 400, **wrong)
    assert "own-correction-unclear" in done(mine, "/me/corrections", 400, **wrong | {"said": ""})
    unknown = wrong | {"field": "state", "right": "dead"}
    assert "own-correction-unclear" in done(mine, "/me/corrections", 400, **unknown)
    page = done(mine, "/me/corrections", **wrong | {"right": "01"})
    assert 'data-testid="state">filed<' in page
    assert "religion: 01" in page


def test_a_dossier_is_followed_answered_and_taken_back(mine, world):
    token = mine.cookies.get(f"dancu-me-{world.name}")
    headers = {"Authorization": f"Bearer {token}"}
    new = {"service": SERVICE, "submit": False}
    made = told(mine.post("/v1/dossiers", json=new, headers=headers), 201)["dossier"]
    code = made["code"]
    assert code in shown(mine, "/me/dossiers")
    page = shown(mine, f"/me/dossiers/{code}")
    assert 'data-testid="state">draft<' in page
    answers = {f"answer-{name}": "2" for name in made["missing"]}
    for name in made["missing"]:
        assert f'name="answer-{name}"' in page
    assert "dossier-incomplete" in done(mine, f"/me/dossiers/{code}/submit", 400)
    page = done(mine, f"/me/dossiers/{code}/submit", **answers)
    assert 'data-testid="state">submitted<' in page
    page = done(mine, f"/me/dossiers/{code}/withdraw", reason="không cần nữa")
    assert 'data-testid="state">withdrawn<' in page


#: A service whose form asks something of the citizen.
SERVICE = "temporary-residence"


def test_anothers_ids_are_nobodys(client, world):
    first = signed_in(client, world, OTHER)
    token = first.cookies.get(f"dancu-me-{world.name}")
    theirs = {"Authorization": f"Bearer {token}"}
    new = {"service": SERVICE, "submit": False}
    code = told(first.post("/v1/dossiers", json=new, headers=theirs), 201)["dossier"]["code"]
    shown(first, "/me")
    look = re.search(r"/me/looks/(\d+)", shown(first, "/me/looks"))[1]
    body = {
        "number": Somebody(world, OTHER).pin,
        "purpose": "account-data",
        "fields": ["permanent_residence"],
        "why": "x",
    }
    bank = bearer(first, world, BANK)
    asked = told(first.post("/v1/consent-requests", json=body, headers=bank), 201)["id"]
    mine = signed_in(client, world)
    assert "access-unknown" in shown(mine, f"/me/looks/{look}", 404)
    assert "dossier-unknown" in shown(mine, f"/me/dossiers/{code}", 404)
    assert "consent-unknown" in done(mine, f"/me/consents/{asked}/withdraw", 404)
    assert "dossier-unknown" in done(mine, f"/me/dossiers/{code}/withdraw", 404, reason="x")
    assert "dossier-unknown" in done(mine, f"/me/dossiers/{code}/submit", 404)
    assert "access-unknown" in shown(mine, "/me/looks/x", 404)


def test_a_form_that_is_not_ours_does_nothing(mine):
    for address in (*my_pages.ACTS, "/me/sign-out"):
        path = re.sub("{[a-z_]+}", "1", address)
        for fields in ({}, {"csrf": "0" * 64}):
            answer = mine.post(path, data=fields)
            assert answer.status_code == 403
            assert "sign-in-form-forged" in answer.text
        twice = mine.post(path, content="csrf=1&csrf=%ff", headers=FORM)
        assert "sign-in-form-forged" in twice.text
        foreign = mine.post(path, headers={"Origin": "https://elsewhere.example"})
        assert foreign.json()["code"] == "origin-not-allowed"
    assert 'data-testid="sign-out"' in shown(mine, "/me/consents")


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_nobody_is_signed_in_by_what_another_browser_began(client, world):
    client.cookies.clear()
    back = answered(client, world)
    client.cookies.clear()  # the victim's browser is sent to it
    assert_refused(client, back)
    begun(client)  # one that has begun as well, but something else
    assert_refused(client, back)
    # And what the victim's own browser brings back is its own state with another's code.
    own = client.cookies.get(f"dancu-me-begun-{world.name}")
    state = own_page.walks.csrf(own)
    stolen = re.sub("state=[^&]+", f"state={state}", back)
    assert_refused(client, stolen)


def assert_refused(client, back):
    page = client.get(back)
    assert page.status_code == 400
    assert 'data-code="own-page-sign-in"' in page.text
    assert 'data-testid="sign-out"' not in page.text


@pytest.mark.parametrize("query", ["", "?state=1&state=2", "?error=access_denied&state=x"])
def test_an_answer_without_a_code_signs_nobody_in(client, query):
    client.cookies.clear()
    begun(client)
    assert_refused(client, f"/me/back{query}")


def test_whoever_refuses_is_not_signed_in(client, world):
    client.cookies.clear()
    party = Party(client, world)
    answer = party.act(begun(client), "cancel")
    assert "error=access_denied" in answer.headers["location"]
    assert_refused(client, answer.headers["location"])


def test_a_cookie_that_was_there_before_is_replaced(mine, world):
    name = f"dancu-me-{world.name}"
    first = mine.cookies.get(name)
    mine.cookies.clear()
    mine.cookies.set(name, "planted", path="/me")
    assert 'data-testid="sign-in"' in shown(mine, "/me")
    signed_in(mine, world)
    assert mine.cookies.get(name, path="/me") not in {first, "planted"}


def test_a_code_is_good_once(client, world):
    client.cookies.clear()
    back = answered(client, world)
    kept = client.cookies.get(f"dancu-me-begun-{world.name}")
    client.get(back)
    token = client.cookies.get(f"dancu-me-{world.name}")
    client.cookies.clear()
    client.cookies.set(f"dancu-me-begun-{world.name}", kept, path="/me")
    assert_refused(client, back)
    # Whoever replays it has ended what it gave.
    client.cookies.set(f"dancu-me-{world.name}", token, path="/me")
    assert 'data-testid="sign-in"' in shown(client, "/me")


def test_signing_out_ends_the_token_and_leads_to_the_end_of_the_session(mine, world):
    token = mine.cookies.get(f"dancu-me-{world.name}")
    page = done(mine, "/me/sign-out")
    assert "/oidc/end_session" in page
    headers = {"Authorization": f"Bearer {token}"}
    assert told(mine.get("/v1/my/consents", headers=headers), 401)["code"] == "token-invalid"
    mine.cookies.set(f"dancu-me-{world.name}", token, path="/me")
    assert 'data-testid="sign-in"' in shown(mine, "/me")
    assert "sign-in-form-forged" not in mine.post("/me/corrections", data={}).text


def test_level_one_is_not_enough(client, world):
    client.cookies.clear()
    party, person = Party(client, world), Somebody(world, "adult-level-1")
    answer = party.prove(begun(client), person.pin, person.passcode)
    answer = client.get(answer.headers["location"], follow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["error"] == ["unmet_authentication_requirements"]
    assert_refused(client, answer.headers["location"])


def test_an_account_that_is_locked_meanwhile_shows_nothing_more(mine):
    phone = f"/control/v1/phones/{WHO}"
    told(mine.post(f"{phone}/lock", headers=as_operator(mine)))
    assert "sign-in-account" in shown(mine, "/me", 403)
    told(mine.post(f"{phone}/unlock", headers=as_operator(mine)))
    shown(mine, "/me")


def test_another_worlds_cookie_opens_nothing(mine, worlds, small_start, world):
    with copy(worlds, small_start) as other:
        token = mine.cookies.get(f"dancu-me-{world.name}")
        mine.cookies.set(f"dancu-me-{other.name}", token)
        page = shown(mine, f"/w/{other.name}/me")
        assert 'data-testid="sign-in"' in page
        back = answered(mine, other, root=f"/w/{other.name}")
        answer = mine.get(back, follow_redirects=False)
        assert answer.headers["location"] == f"/w/{other.name}/me"


def test_a_system_may_not_have_the_pages_answer_sent_anywhere(client, world):
    client.cookies.clear()
    party = Party(client, world, "vpcp")
    answer = party.open(redirect_uri="http://127.0.0.1:8000/me/back")
    assert answer.status_code == 400
    assert "invalid_request" in answer.text


def test_the_page_stands_in_no_frame_and_its_cookie_is_no_scripts(mine, client, world):
    page = mine.get("/me")
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    client.cookies.clear()
    back = answered(client, world)
    [kept, _dropped] = client.get(back, follow_redirects=False).headers.get_list("set-cookie")
    assert {"HttpOnly", "Path=/me", "SameSite=lax"} <= set(kept.split("; "))


def test_a_world_without_a_portal_says_so(client, monkeypatch):
    client.cookies.clear()
    monkeypatch.setattr(own_page.acting, "portal_grant", lambda *_: None)
    answer = client.post("/me/sign-in")
    assert "citizen-system-not-allowed" in answer.text


def test_who_looked_has_a_proof(mine):
    shown(mine, "/me")
    look = re.search(r"/me/looks/(\d+)", shown(mine, "/me/looks"))[1]
    end = time.monotonic() + 10
    while (page := mine.get(f"/me/looks/{look}")).status_code == 503:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert "c2sp.org/tlog-proof@v1" in page.text
