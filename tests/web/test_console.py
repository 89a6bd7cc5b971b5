"""The console: who may see it, what its pages show, and what can be done there."""

import html
import re
import time

import pytest

from app.platform.writer import LATER_SECONDS
from app.web import console_door
from app.web import pages as pages_
from app.web.console_door import apps, menu
from app.web.console_page import GROUPS, number
from tests.api.conftest import as_operator, bearer, secret, served
from tests.project import files
from tests.support.copies import copy
from tests.support.receiving import receiver
from tests.web import pages

CLIENT = "vietcombank-basic"
PIN = "901090990001"
ADDRESSES = sorted(pages.addresses())


def ask(client, world, **changed):
    """Ask a question as a bank; return its request id, once the call is in the log."""
    token = client.post(
        "/oidc/token",
        auth=(CLIENT, secret(world, CLIENT)),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    claim = {"number": PIN, "claims": {"full_name": "Nguyễn Văn An"}, "purpose": "ekyc"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/v1/verifications", json=claim | changed, headers=headers)
    time.sleep(4 * LATER_SECONDS)
    return answer.headers["x-request-id"]


def shown(client, path, status=200):
    page = client.get(path)
    assert page.status_code == status, path
    return html.unescape(page.text)


def test_the_menu_is_made_of_the_declarations(as_server):
    page = shown(as_server, "/console?lang=en")
    for group, declared in menu().items():
        assert f"<h2>{group}</h2>" in page
        for each in declared:
            assert f'href="{each.address}"' in page
            assert each.group in GROUPS
    assert page.count('aria-current="page"') == 1


@pytest.mark.parametrize("path", ADDRESSES)
def test_without_the_token_there_is_nothing_to_see(client, path):
    client.cookies.clear()
    page = shown(client, path)
    assert 'data-testid="token"' in page
    assert 'class="menu"' not in page


def test_nothing_is_done_without_the_token(client):
    client.cookies.clear()
    for each in (*(page for group in menu().values() for page in group), *apps()):
        for below in each.acts:
            path = re.sub("{[a-z_]+}", "x", each.address + below)
            assert client.post(path).status_code == 403


def test_the_cookie_is_that_of_the_token_and_ends_when_left(as_world, world):
    name = f"dancu-console-{world.name}"
    of_world = as_world.cookies.get(name, path="/console")
    token = as_world.app._server.operator_token
    as_world.post("/console", data={"token": token})
    assert as_world.cookies.get(name, path="/console") not in {of_world, token}
    as_world.post("/console/leave")
    assert 'data-testid="token"' in shown(as_world, "/console")


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_page_is_told_in_both_languages(as_world, world, path):
    ask(as_world, world)
    join = "&" if "?" in path else "?"
    titles = set()
    for language in ("vi", "en"):
        page = shown(as_world, f"{path}{join}lang={language}")
        assert f'<html lang="{language}"' in page
        titles.add(pages.title(page))
    names_somebody = any(path.endswith(below) for below in pages.BELOW["citizens"])
    assert names_somebody or path == "/console/webhooks" or len(titles) == 2


def test_calls_are_found_by_system_address_and_what_came_of_them(as_world, world):
    good, bad = ask(as_world, world), ask(as_world, world, purpose="nothing")
    for query, found in (
        (f"client_id={CLIENT}", {good, bad}),
        ("client_id=bca", set()),
        ("path=/v1/verif", {good, bad}),
        ("path=/v1/disclosures", set()),
        ("told=match", {good}),
        ("told=purpose-not-allowed", {bad}),
        ("failed=1", {bad}),
    ):
        page = shown(as_world, f"/console/requests?{query}")
        assert {each for each in (good, bad) if each in page} == found, query


def test_a_call_is_shown_whole_and_sent_again(as_world, world):
    first = ask(as_world, world)
    page = shown(as_world, f"/console/requests/{first}")
    assert "admitted by grant" in page
    assert f"dancu token {CLIENT}" in page


def test_the_tail_gives_what_came_after_a_call(as_world, world):
    ask(as_world, world)
    newest = int(re.search(r'data-since="(\d+)"', shown(as_world, "/console/requests"))[1])
    assert "data-id" not in shown(as_world, f"/console/requests/tail?since={newest}")
    later = ask(as_world, world)
    assert later in shown(as_world, f"/console/requests/tail?since={newest}")


def test_what_is_not_there_is_told_so(as_world):
    for path in (
        f"/console/requests/{'0' * 32}",
        "/console/citizens/999999999999",
        "/console/agencies/nobody",
        "/console/webhooks/none",
    ):
        page = shown(as_world, path, 404)
        assert 'data-testid="problem"' in page, path
        assert 'class="menu"' in page, path


def test_a_call_that_is_not_kept_whole_is_not_sent_again(as_world):
    as_world.get("/control/v1/clock", headers=as_operator(as_world))
    time.sleep(4 * LATER_SECONDS)
    page = shown(as_world, "/console/requests?path=/control/v1/clock")
    request_id = re.search("requests/([0-9a-f]{32})", page)[1]
    assert "send-again" not in shown(as_world, f"/console/requests/{request_id}")
    answer = as_world.post(f"/console/requests/{request_id}/again")
    assert "request-not-repeatable" in answer.text


def test_people_are_found_by_number_by_name_and_by_what_they_are_like(as_world):
    answer = as_world.get(f"/console/citizens?number={PIN}", follow_redirects=False)
    assert answer.headers["location"].endswith(f"/console/citizens/{PIN}")
    for born in ("1990-09-03", "03/09/1990", "1990"):
        by_name = f"/console/citizens?full_name=Nguyen+Van+An&born={born}"
        assert f"/console/citizens/{PIN}" in shown(as_world, by_name)
    for born in ("soon", "31/02/1990"):
        wrong = f"/console/citizens?full_name=Nguyen+Van+An&born={born}"
        assert "search-criterion-invalid" in shown(as_world, wrong, 400)
    old = shown(as_world, "/console/citizens?state=alive&age_from=100&lang=en")
    assert 'data-testid="person"' in old
    assert 'data-testid="none"' in shown(as_world, "/console/citizens?age_from=130")
    assert 'data-testid="none"' in shown(as_world, "/console/citizens?number=123")
    assert "search-too-broad" in shown(as_world, "/console/citizens?full_name=An", 400)


def test_a_citizen_is_shown_as_of_any_day(as_world):
    today = shown(as_world, f"/console/citizens/{PIN}?lang=en")
    assert 'class="subject"' in today  # where the household is drawn
    assert "Phường Hồng Hà" in today
    before = shown(as_world, f"/console/citizens/{PIN}?lang=en&as_of=2025-06-30")
    assert "Phường Phúc Xá" in before
    assert shown(as_world, f"/console/citizens/{PIN}?as_of=soon")
    for side in ("front", "back"):
        card = as_world.get(f"/console/citizens/{PIN}/card-{side}.svg")
        assert card.headers["content-type"] == "image/svg+xml"
        assert "sandbox" in card.headers["content-security-policy"]
    newborn = re.search(
        r"/console/citizens/(\d{12})\"><code>newborn<", shown(as_world, "/console/citizens")
    )
    assert as_world.get(f"/console/citizens/{newborn[1]}/card-front.svg").status_code == 404


def test_the_map_has_every_commune_of_either_era(as_world):
    for era, provinces in (("2025", 34), ("2004", 63)):
        page = shown(as_world, f"/console/map?era={era}")
        assert page.count('data-testid="province"') == provinces
        assert len(page.encode()) < 500_000
    chosen = shown(as_world, "/console/map?province=01&lang=en")
    assert "Map · Hà Nội" in chosen
    assert chosen.count("dots chosen") >= 1


def test_weather_is_put_on_and_taken_off(as_world):
    put = {"name": "gale", "kind": "error", "client_id": CLIENT, "share": "0.5"}
    offered = re.findall('<option value="([a-z-]+)">', shown(as_world, "/console/weather"))
    assert {"error", "latency", "slow-body"} <= set(offered)
    for kind in offered:
        answer = as_world.post("/console/weather/put", data={**put, "kind": kind})
        assert f'<span class="tag warn">{kind}</span>' in answer.text
    assert answer.text.count('data-testid="profile"') == 1
    assert "gale" in shown(as_world, "/console")
    cleared = as_world.post("/console/weather/gale/clear")
    assert 'data-testid="profile"' not in cleared.text
    wrong = as_world.post("/console/weather/put", data={**put, "kind": "frogs"})
    assert 'data-testid="problem"' in wrong.text


def test_a_worlds_token_makes_no_world(as_world):
    asked = {"name": "mine", "size": "10", "seed": "1"}
    answer = as_world.post("/console/worlds/new", data=asked)
    assert answer.status_code == 403
    assert "server-token-required" in answer.text
    assert 'data-testid="new"' not in shown(as_world, "/console/worlds")


def test_a_world_is_forked_and_deleted(as_server, worlds, world):
    forked = as_server.post(
        f"/console/worlds/{world.name}/fork", data={"name": "forked"}, follow_redirects=True
    )
    assert "/console/into/forked/" in forked.text
    asked = 'data-testid="token"'
    there = as_server.get("/console/into/forked/clock")
    assert (there.status_code, there.url.path) == (200, "/w/forked/console/clock")
    assert asked not in there.text
    own = as_server.get(f"/console/into/{world.name}/")
    assert (own.url.path, asked in own.text) == ("/console", False)
    back = as_server.get(f"/w/forked/console/into/{world.name}/map")
    assert (back.url.path, asked in back.text) == (f"/w/{world.name}/console/map", False)
    as_server.post("/console/leave")
    for path in ("/console", "/w/forked/console", f"/w/{world.name}/console", "/w/forked/phone"):
        assert asked in shown(as_server, path)
    as_server.post("/console", data={"token": as_server.app._server.operator_token})
    again = as_server.post(f"/console/worlds/{world.name}/fork", data={"name": "forked"})
    assert "world-exists" in again.text
    gone = as_server.post("/console/worlds/forked/delete")
    assert "/console/into/forked/" not in gone.text
    stays = as_server.post(f"/console/worlds/{world.name}/delete")
    assert "default-world-stays" in stays.text
    assert world.name in worlds.names()


def test_a_worlds_token_leads_to_the_question_of_another_world(as_world, worlds, world):
    with copy(worlds, world.spec) as aside:
        there = as_world.get(f"/console/into/{aside.name}/clock")
        assert there.url.path == f"/w/{aside.name}/console/clock"
        assert 'data-testid="token"' in there.text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/w/nowhere/console", "world-unknown"),
        ("/w/NO/phone", "world-unknown"),
        ("/console/into/nowhere/", "world-unknown"),
        ("/console/nothing", "address-unknown"),
        ("/docs/guide/nothing", "address-unknown"),
        ("/problems/nothing", "problem-unknown"),
    ],
)
def test_a_browser_is_shown_a_page_where_there_is_none(as_server, path, code):
    for language in ("vi", "en"):
        page = as_server.get(path, params={"lang": language}, headers={"Accept": "text/html"})
        assert page.status_code == 404
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert f'data-testid="problem">{code}<' in page.text
    told = as_server.get(path)
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["code"] == code


def test_a_cookie_ends_on_the_server_too(as_server, monkeypatch):
    entered = console_door.clock.epoch()
    monkeypatch.setattr(console_door.clock, "epoch", lambda: entered + 8 * 3600 - 60)
    assert 'data-testid="token"' not in shown(as_server, "/console")
    monkeypatch.setattr(console_door.clock, "epoch", lambda: entered + 8 * 3600 + 60)
    assert 'data-testid="token"' in shown(as_server, "/console")


@pytest.mark.parametrize("value", ["", "x", "9999999999", "9999999999.", "1.00", "-1." + "0" * 64])
def test_a_cookie_that_was_made_up_opens_nothing(client, world, value):
    client.cookies.clear()
    client.cookies.set(f"dancu-console-{world.name}", value)
    assert 'data-testid="token"' in shown(client, "/console")
    client.cookies.clear()


def test_a_page_of_a_problem_stays_in_its_world_and_tells_what_to_report(as_server, world):
    here = as_server.get("/console/nothing", headers={"Accept": "text/html"})
    assert f"/w/{world.name}/" not in here.text
    assert here.headers["x-request-id"] in here.text
    there = as_server.get(f"/w/{world.name}/console/nothing", headers={"Accept": "text/html"})
    assert f'href="/w/{world.name}/' in there.text
    metrics = as_server.get("/metricsx", headers={"Accept": "text/html"})
    assert metrics.headers["content-type"] == "application/problem+json"


def test_a_page_that_cannot_be_made_is_a_document(as_server, monkeypatch):
    monkeypatch.setattr(pages_, "in_place", lambda *_: 1 / 0)
    told = as_server.get("/console/nothing", headers={"Accept": "text/html"})
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["code"] == "address-unknown"


def test_a_world_that_cannot_be_is_refused_before_it_is_begun(as_server):
    for asked, code in (
        ({"name": "No Name", "size": "10", "seed": "1"}, "world-name-invalid"),
        ({"name": "mine", "size": "none", "seed": "1"}, "world-spec-invalid"),
        (
            {"name": "mine", "size": "10", "seed": "1", "start_date": "1066-10-14"},
            "world-spec-invalid",
        ),
    ):
        answer = as_server.post("/console/worlds/new", data=asked)
        assert code in answer.text
    assert "world-unknown" in as_server.post("/console/worlds/nowhere/reset").text


def test_webhooks_are_shown_with_what_was_sent(as_world, world):
    assert 'data-testid="none"' in shown(as_world, "/console/webhooks")
    system = bearer(as_world, world, "bhxh")
    with receiver() as inbox:
        asked = {"url": inbox.url, "purpose": "social-insurance", "officer": "cb-01"}
        hook = as_world.post("/v1/webhooks", json=asked, headers=system).json()["id"]
        assert f"/console/webhooks/{hook}" in shown(as_world, "/console/webhooks")
        page = as_world.post(f"/console/webhooks/{hook}/test")
        assert 'data-testid="message"' in page.text
        inbox.wait_for(1)
        end = time.monotonic() + 20
        while ">delivered<" not in shown(as_world, f"/console/webhooks/{hook}"):
            assert time.monotonic() < end


def test_the_clock_is_advanced_and_what_happened_is_told(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        client.post("/console", data={"token": client.app._server.operator_token})
        client.post("/console/clock/advance", data={"step": "month"})
        end = time.monotonic() + 60
        while 'data-testid="advancing"' in (page := shown(client, "/console/clock?lang=en")):
            assert time.monotonic() < end
        assert '<dd data-testid="today">2026-02-01</dd>' in page
        assert "<code>birth</code>" in page
        assert "2026-02-01" in shown(client, "/console?lang=en")


def test_a_world_is_made_and_how_far_it_is_is_shown(as_server, worlds):
    asked = {"name": "made-here", "size": "60", "seed": "7", "pin_style": "realistic"}
    page = as_server.post("/console/worlds/new", data=asked)
    assert 'data-testid="making"' in page.text
    end = time.monotonic() + 60
    while 'data-testid="making"' in shown(as_server, "/console/worlds?made=made-here"):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert "/console/into/made-here/" in shown(as_server, "/console/worlds")
    as_server.post("/console/worlds/made-here/delete")
    assert "made-here" not in worlds.names()


def test_a_token_is_read_and_who_signed_it_is_told(as_world, world):
    token = bearer(as_world, world, CLIENT)["Authorization"].removeprefix("Bearer ")
    head, claims, signature = token.split(".")
    other = "B" if signature.startswith("A") else "A"
    changed = ".".join((head, claims, other + signature[1:]))
    for pasted, told in (
        (token, "signed by this world"),
        (f"{token}~disclosure~", "signed by this world"),
        (changed, "not signed by this world, or changed since"),
    ):
        page = as_world.post("/console/tokens/look?lang=en", data={"token": pasted}).text
        assert f">{told}<" in page
        assert f"&#34;client_id&#34;: &#34;{CLIENT}&#34;" in page
        assert ">expired<" not in page
        assert 'href="/console/tokens?lang=vi"' in page
    for pasted in ("", "x", "a.b.c", "x" * 20_000):
        answer = as_world.post("/console/tokens/look", data={"token": pasted})
        assert "token-unreadable" in answer.text


def test_the_page_of_leaves_proves_one(as_world, world):
    ask(as_world, world)
    page = shown(as_world, "/console/log?seq=0")
    assert 'data-testid="proof"' in page
    assert '"outcome"' in page
    assert 'data-testid="proof"' not in shown(as_world, "/console/log?seq=x")
    assert 'data-testid="problem"' in shown(as_world, "/console/log?seq=99999", 404)


def test_the_document_names_every_page():
    text = files.text("docs/console.md")
    for group in menu().values():
        for page in group:
            assert f"| `{page.address}` |" in text


@pytest.mark.parametrize(
    ("text", "read"),
    [("0", 0), ("017", 17), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5_000, None)]
    + [(text, None) for text in (None, "", "-1", "1.5", "²", "\uff11", "1 ", "x")],
)
def test_a_number_of_an_address_or_a_form_is_one_that_a_row_may_have(text, read):
    assert number(text) == read
