"""`/class`, the trainer's board and `/control/v1/classes`: what they show, to whom, and do."""

from __future__ import annotations

import html
import re
import time

import pytest

from app.sandbox import operator
from app.training import classes, lesson, progress
from app.training.trainer import freeze, thaw
from tests.training.conftest import opened, pupil, settle, standing

BANK = "vietcombank-basic"
AT = "/control/v1/classes"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def visitor(client):
    """A browser that nobody has used."""
    client.cookies.clear()
    yield client
    client.cookies.clear()


@pytest.fixture
def trainer(visitor, server):
    """A browser that has shown the server's token at the default world's console."""
    visitor.post("/console", data={"token": server.operator_token})
    return visitor


@pytest.fixture
def operators(server):
    return {"Authorization": f"Bearer {server.operator_token}"}


def come_in(client, seat, **options):
    return client.post("/class", data={"code": seat.code}, **options)


def home_of(room):
    return f"/w/{room.world.name}/class"


def shown(client, path, status=200):
    page = client.get(path)
    assert page.status_code == status, (path, page.text[:500])
    return html.unescape(page.text)


def test_a_code_leads_to_the_class_from_any_page(visitor, course):
    room, seats = course
    sent = come_in(visitor, seats[0], follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (307, home_of(room))
    page = come_in(visitor, seats[0])
    assert page.url.path == home_of(room)
    assert "Learner 1" in page.text
    cookie = page.history[-1].headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert f"Path={home_of(room)}" in cookie
    assert "SameSite=lax" in cookie
    assert not any(part in cookie for part in seats[0].code.rsplit("-", 3)[1:])


def test_without_a_code_there_is_only_the_question(visitor, course):
    room, _ = course
    for path in ("/class", home_of(room), f"{home_of(room)}/lessons/verify"):
        assert 'data-testid="code"' in shown(visitor, path)
    for act in ("begin", "hint", "answers"):
        answer = visitor.post(f"{home_of(room)}/lessons/verify/{act}", data={"leaf": "1"})
        assert answer.status_code == 403
        assert 'data-testid="code"' in answer.text


@pytest.mark.parametrize("code", ["", "x", "nowhere-01-abcd-efgh-jkmn", "{other}", "{default}"])
def test_a_wrong_code_is_told_alike(visitor, course, world, code):
    room, seats = course
    mixed = "-".join((room.world.name, "02", *seats[0].code.rsplit("-", 3)[1:]))
    text = code.format(other=mixed, default=f"{world.name}-01-abcd-efgh-jkmn")
    answer = visitor.post("/class?lang=en", data={"code": text})
    assert answer.status_code == 403
    assert "learner’s code" in html.unescape(answer.text).replace("'", "’")
    assert set(visitor.cookies) <= {"dancu-lang"}


def test_guesses_are_slowed_down(visitor, server):
    with opened(server, "guessed", 1) as (room, seats):
        guess = seats[0].code[:-4] + "zzzz"
        statuses = [
            visitor.post(home_of(room), data={"code": guess}).status_code for _ in "123456"
        ]
        assert statuses == [403] * 5 + [429]
        waiting = come_in(visitor, seats[0])
        assert waiting.status_code == 429
        assert int(waiting.headers["retry-after"]) <= 60


def test_a_cookie_is_one_learners_and_opens_nothing_else(visitor, course, server):
    room, seats = course
    come_in(visitor, seats[0])
    assert "Learner 1" in shown(visitor, home_of(room))
    [(name, value)] = visitor.cookies.items()
    visitor.cookies.clear()
    for forged in (value.replace("1.", "2.", 1), "2.", "1.", "x", "60." + value[2:], ""):
        visitor.cookies.set(name, forged, path="/")
        assert 'data-testid="code"' in shown(visitor, home_of(room))
    for console in ("/console", f"/w/{room.world.name}/console", f"/w/{seats[1].world}/console"):
        visitor.cookies.set(name, value, path="/")
        visitor.cookies.set(name.replace("class", "console"), value, path="/")
        assert 'data-testid="token"' in shown(visitor, console)
    with opened(server, "beside", 1) as (beside, _):
        visitor.cookies.set(f"dancu-class-{beside.world.name}", value, path="/")
        assert 'data-testid="code"' in shown(visitor, home_of(beside))


def test_a_learners_token_is_for_their_world_alone(visitor, course, server):
    room, seats = course
    own, other = (room.worlds.open(seat.world) for seat in seats)
    token = operator.world_token(server.operator_token, own.id)
    headers = {"Authorization": f"Bearer {token}"}

    def asked(path):
        return visitor.get(path, headers=headers).status_code

    assert asked(f"/w/{own.name}/control/v1/personas") == 200
    assert asked(f"/w/{other.name}/control/v1/personas") == 401
    assert asked(f"/w/{room.world.name}/control/v1/personas") == 401
    assert asked(f"/w/{own.name}{AT}") == 403
    assert asked(f"/w/{own.name}/control/v1/worlds") == 403
    assert asked(AT) == 401


def test_a_new_code_ends_the_cookie_of_the_old_one(visitor, server):
    with opened(server, "renewed", 1) as (room, seats):
        come_in(visitor, seats[0])
        assert "Learner 1" in shown(visitor, home_of(room))
        classes.new_code(room, 1)
        assert 'data-testid="code"' in shown(visitor, home_of(room))


def test_leaving_forgets_who_it_was(visitor, course):
    room, seats = course
    come_in(visitor, seats[0])
    visitor.post(f"{home_of(room)}/leave")
    assert 'data-testid="code"' in shown(visitor, home_of(room))


def exported(page):
    """The variables that a lesson's page has learners paste."""
    return dict(re.findall(r"export (\w+)=(\S+)\n", page))


def test_a_learner_goes_through_a_lesson_by_the_page(visitor, server):
    with opened(server, "by-page", 1) as (room, seats):
        come_in(visitor, seats[0])
        at = f"{home_of(room)}/lessons/first-token"
        assert 'data-testid="begin"' in shown(visitor, at)
        visitor.post(f"{at}/begin")
        shell = exported(shown(visitor, at))
        assert shell["ISSUER"] == room.worlds.open(seats[0].world).issuer
        given = visitor.post(
            f"{shell['ISSUER']}/oidc/token",
            auth=(BANK, shell["VIETCOMBANK_BASIC"]),
            data={"grant_type": "client_credentials"},
        ).json()["access_token"]
        bearer = {"Authorization": f"Bearer {given}"}
        told = visitor.get(f"{shell['ISSUER']}/v1/me", headers=bearer).json()
        settle(room, 1)
        page = shown(visitor, at)
        assert page.count('data-testid="check" class="done"') == 2
        assert page.count('data-testid="call"') == 2
        visitor.post(f"{at}/answers", data={"level": "9"})
        assert "It is not 9." in shown(visitor, f"{at}?lang=en")
        done = visitor.post(f"{at}/answers", data={"level": str(told["system"]["security_level"])})
        assert 'data-testid="finished"' in done.text
        assert "1 / " in shown(visitor, home_of(room))


def test_hints_come_one_by_one_and_the_solution_from_the_trainer(visitor, server):
    with opened(server, "hinted", 1) as (room, seats):
        come_in(visitor, seats[0])
        at = f"{home_of(room)}/lessons/verify"
        missing = visitor.post(f"{at}/hint")
        assert missing.status_code == 409
        assert "lesson-not-begun" in missing.text
        visitor.post(f"{at}/begin")
        visitor.post(f"{at}/hint")
        page = shown(visitor, at)
        assert page.count('data-testid="hint"') == 1
        assert "_solve" not in page
        progress.release(room, 1, "verify")
        assert "def _solve(me: Pupil)" in shown(visitor, at)
        assert shown(visitor, f"{home_of(room)}/lessons/nothing", 404)


def test_a_learner_s_console_opens_with_the_token_on_the_page(visitor, course):
    room, seats = course
    come_in(visitor, seats[1])
    page = shown(visitor, f"{home_of(room)}/lessons/verify")
    [token] = re.findall(r'name="token" value="([^"]+)"', page)
    [address] = re.findall(r'action="([^"]+/console/requests)"', page)
    assert address == f"/w/{seats[1].world}/console/requests"
    answer = visitor.post(address, data={"token": token})
    assert answer.url.path == address
    assert 'class="menu"' in answer.text


def test_answers_that_repeat_mean_nothing(visitor, course):
    room, seats = course
    come_in(visitor, seats[0])
    at = f"{home_of(room)}/lessons/verify"
    visitor.post(f"{at}/begin")
    before = standing(room, 1, "verify").answers
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = visitor.post(f"{at}/answers", content=b"leaf=\xff", headers=headers)
    assert answer.status_code == 200
    assert standing(room, 1, "verify").answers == before
    assert visitor.post("/class", content=b"code=\xff", headers=headers).status_code == 403


def test_a_world_that_is_gone_is_told_on_its_learners_pages(visitor, server):
    with opened(server, "lost", 1) as (room, seats):
        come_in(visitor, seats[0])
        server.worlds.release(seats[0].world)
        server.worlds.store.drop(seats[0].world)
        for path in (home_of(room), f"{home_of(room)}/lessons/verify"):
            assert "Your world is gone" in shown(visitor, f"{path}?lang=en")
        assert visitor.post(f"{home_of(room)}/lessons/verify/begin").status_code == 404


def test_a_closed_class_lets_nobody_in(visitor, server):
    with opened(server, "shut", 1) as (room, seats):
        come_in(visitor, seats[0])
        classes.close(room)
        gone = visitor.get(home_of(room))
        assert (gone.status_code, gone.headers["content-type"]) == (
            404,
            "application/problem+json",
        )
        for path in (home_of(room), f"{home_of(room)}/lessons/verify"):
            page = visitor.get(f"{path}?lang=en", headers=BROWSER)
            assert page.status_code == 404
            assert 'data-testid="problem">world-unknown<' in page.text
        assert come_in(visitor, seats[0]).status_code == 403


def advanced(server, world):
    """Wait until a world's clock has been advanced; by how many days."""
    last = server.advances.last(world.id)
    while not last.is_over:
        time.sleep(0.05)
    world.refresh()
    return (world.today - world.spec.start_date).days


def test_a_trainer_opens_renews_and_closes_by_the_board(trainer, server):
    form = {"name": "evening", "learners": "2", "names": "Lan\nMinh"}
    page = trainer.post(
        "/console/classes/new", data={**form, "world": server.settings.default_world}
    )
    try:
        found = re.findall(r'data-testid="code">([^<]+)<', page.text)
        assert [code.rsplit("-", 3)[0] for code in found] == ["evening-01", "evening-02"]
        assert "evening" in shown(trainer, "/console/classes")
        at = "/console/classes/evening"
        renewed = trainer.post(f"{at}/learners/2/code")
        [code] = re.findall(r'data-testid="code">([^<]+)<', renewed.text)
        assert code != found[1]
        results = trainer.get(f"{at}/results")
        assert results.headers["content-type"].startswith("text/csv")
        assert "1,Lan,first-token,0,3" in results.text
        trainer.post(f"{at}/close")
        assert "evening" not in server.worlds.names()
    finally:
        if "evening" in server.worlds.names():
            classes.close(classes.find(server.worlds, "evening"))


def test_a_trainer_steers_by_the_board(trainer, server):
    with opened(server, "steered", 2) as (room, _):
        lesson.find("first-token").solve(pupil(trainer, room, 1, "first-token"))
        pupil(trainer, room, 1, "verify").token(BANK)
        settle(room, 1)
        at = "/console/classes/steered"
        board = shown(trainer, at)
        assert board.count('data-testid="learner"') == 2
        assert "Learner 2" in board
        trainer.post(f"{at}/push", data={"whom": "1", "kind": "latency"})
        assert shown(trainer, at).count('<span class="tag warn">trainer</span>') == 1
        trainer.post(f"{at}/freeze", data={"whom": ""})
        assert shown(trainer, at).count('<span class="tag warn">frozen</span>') == 2
        trainer.post(f"{at}/thaw", data={})
        trainer.post(f"{at}/lift", data={"whom": "1"})
        assert '<span class="tag warn">' not in shown(trainer, at)
        trainer.post(f"{at}/release", data={"whom": "1"})
        assert standing(room, 1, "verify").released
        trainer.post(f"{at}/clock", data={"whom": "2", "step": "day"})
        assert advanced(server, room.worlds.open("steered-02")) == 1
        assert trainer.post(f"{at}/replay", data={"whom": "2"}).status_code == 409
        everybody = trainer.post(f"{at}/replay", data={"whom": ""})
        assert everybody.status_code == 404
        assert "one learner, not all" in everybody.text


def test_a_class_that_is_stopped_is_told_so_on_its_pages(visitor, server):
    with opened(server, "stopped", 1) as (room, seats):
        come_in(visitor, seats[0])
        pages = (home_of(room), f"{home_of(room)}/lessons/verify")
        assert not any('data-testid="frozen"' in shown(visitor, path) for path in pages)
        freeze(room, [])
        assert all('data-testid="frozen"' in shown(visitor, path) for path in pages)
        thaw(room, [])
        assert not any('data-testid="frozen"' in shown(visitor, path) for path in pages)


def test_with_a_worlds_token_nothing_of_classes_is_seen_or_done(visitor, server, course, world):
    room, _ = course
    token = operator.world_token(server.operator_token, world.id)
    visitor.post("/console", data={"token": token})
    page = shown(visitor, "/console/classes?lang=en")
    assert room.world.name not in page
    assert 'data-testid="new"' not in page
    at = f"/console/classes/{room.world.name}"
    for path in (at, f"{at}/results"):
        assert visitor.get(path).status_code == 403
    acts = [
        f"{at}/{act}" for act in ("push", "lift", "freeze", "thaw", "clock", "replay", "close")
    ]
    for act in (*acts, f"{at}/release", f"{at}/learners/1/code", "/console/classes/new"):
        assert visitor.post(act, data={}).status_code == 403, act


@pytest.fixture
def taught(client, server, operators):
    """A class that was opened over the API, and what was answered."""
    asked = {
        "name": "by-api",
        "learners": 2,
        "names": ["Hoa"],
        "lessons": ["verify"],
        "world": server.settings.default_world,
    }
    made = client.post(AT, json=asked, headers=operators)
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    assert client.post(AT, json=asked, headers=operators).status_code == 409
    yield made.json()
    if "by-api" in server.worlds.names():
        classes.close(classes.find(server.worlds, "by-api"))


def test_a_class_is_listed_shown_renamed_and_closed_by_the_api(client, operators, taught):
    at = f"{AT}/by-api"

    def get(path):
        return client.get(path, headers=operators).json()

    assert [seat["name"] for seat in taught["seats"]] == ["Hoa", ""]
    assert "by-api" in [each["name"] for each in get(AT)]
    assert [each["name"] for each in get(f"{AT}/lessons")] == list(lesson.all_of_them())
    assert get(at)["lessons"] == ["verify"]
    named = client.patch(f"{at}/learners/2", json={"name": "Mai"}, headers=operators)
    assert named.status_code == 204
    assert [(each["name"], each["passed"]) for each in get(f"{at}/results")] == [
        ("Hoa", 0),
        ("Mai", 0),
    ]
    code = client.post(f"{at}/learners/2/code", headers=operators).json()["code"]
    assert code.startswith("by-api-02-")
    assert code != taught["seats"][1]["code"]
    assert client.delete(at, headers=operators).status_code == 204
    assert get(at)["code"] == "class-unknown"


@pytest.mark.usefixtures("taught")
def test_a_class_is_steered_by_the_api(client, server, operators):
    at = f"{AT}/by-api"
    room = classes.find(server.worlds, "by-api")
    me = pupil(client, room, 1, "verify")
    me.token(BANK)
    one = {"worlds": 1, "simulated": True}
    pushed = {"steps": [{"kind": "error", "status": 503}], "learners": [1]}
    assert client.put(f"{at}/faults/storm", json=pushed, headers=operators).json() == one
    assert me.call(BANK, "GET", "/v1/me").status_code == 503
    assert client.delete(f"{at}/faults/storm?learner=1", headers=operators).json() == one
    assert client.put(f"{at}/freeze", json={"learners": [1]}, headers=operators).json() == one
    assert client.delete(f"{at}/freeze", headers=operators).json()["worlds"] == 2
    assert me.call(BANK, "GET", "/v1/me").status_code == 200
    passing = {"days": 1, "learners": [2]}
    assert client.post(f"{at}/clock", json=passing, headers=operators).json() == one
    assert advanced(server, room.worlds.open("by-api-02")) == 1
    solution = f"{at}/learners/1/lessons/verify/solution"
    assert client.put(solution, headers=operators).status_code == 204
    assert standing(room, 1, "verify").released
    refused = client.post(f"{at}/learners/2/replay", headers=operators)
    assert refused.json()["code"] == "request-not-repeatable"


def test_a_class_that_cannot_be_opened_leaves_no_world(client, server, operators):
    asked = {"name": "never", "learners": 1, "world": server.settings.default_world}
    wrong = client.post(AT, json={**asked, "lessons": ["nothing"]}, headers=operators)
    assert wrong.json()["code"] == "lesson-unknown"
    unknown = client.post(AT, json={**asked, "world": "nowhere"}, headers=operators)
    assert unknown.json()["code"] == "world-unknown"
    assert "never" not in server.worlds.names()
