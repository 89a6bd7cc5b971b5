"""Classes: opened, entered by codes, looked at, steered, exported and closed."""

from __future__ import annotations

import datetime as dt

import pytest

from app.exchange import agencies
from app.platform import errors
from app.platform.worlds import Worlds
from app.sandbox import faults
from app.sandbox import worlds as lives
from app.sandbox.weather import Profile, Step
from app.training import board, classes, codes, lesson, progress, trainer
from app.training.classes import Opening
from tests.training.conftest import entered, opened, pupil, settle, standing

BANK = "vietcombank-basic"


def code_of(error):
    return error.value.code


def test_each_learner_has_a_world_with_credentials_of_its_own(course, world):
    room, seats = course
    names = [seat.world for seat in seats]
    assert names == [f"{room.world.name}-01", f"{room.world.name}-02"]
    secrets = set()
    for name in [*names, room.world.name, world.name]:
        own = room.worlds.open(name)
        with own.session() as session:
            secrets.add(agencies.secret(session, own, BANK))
        if name in names:
            assert own.facts.training
            assert own.facts.secret is not None
            assert own.facts.parent_name == room.world.name
    assert len(secrets) == 4


def test_a_code_lets_its_learner_in_and_is_not_kept(course):
    room, seats = course
    for seat in seats:
        assert entered(room, seat.code.upper()).number == seat.number
    with room.world.session() as session:
        kept = [each.code_digest for each in classes.learners(session, room.world)]
    assert all(seat.code.rpartition("-")[2] not in "".join(kept) for seat in seats)
    assert len(set(kept)) == 2


@pytest.mark.parametrize(
    "text", ["", "course", "course-01", "course-01-aaaa-bbbb", "-01-aaaa-bbbb-cccc", "x-٣-a-b-c"]
)
def test_what_is_no_code_is_none(text):
    assert codes.read(text) is None


def test_another_s_code_or_a_made_up_one_lets_nobody_in(course):
    room, seats = course
    first, second = (codes.read(seat.code) for seat in seats)
    for wrong in (
        first._replace(secret=second.secret),
        first._replace(number=60),
        first._replace(secret="a" * 12),
    ):
        with pytest.raises(errors.ForbiddenError) as refused:
            classes.come_in(room, wrong)
        assert code_of(refused) == "learner-code-wrong"
    entered(room, seats[0].code)  # which forgets the wrong ones


def test_who_guesses_has_to_wait_and_others_do_not(course, monkeypatch):
    room, seats = course
    wrong = codes.read(seats[0].code)._replace(secret="a" * 12)
    for _ in range(5):
        with pytest.raises(errors.ForbiddenError):
            classes.come_in(room, wrong)
    with pytest.raises(errors.TooManyError) as told:
        entered(room, seats[0].code)
    assert code_of(told) == "learner-code-wait"
    assert 0 < told.value.retry_after <= 60
    assert entered(room, seats[1].code).number == 2
    later = classes.clock.now() + dt.timedelta(seconds=61)
    monkeypatch.setattr(classes.clock, "now", lambda: later)
    assert entered(room, seats[0].code).number == 1


def test_a_new_code_ends_the_old_one(course):
    room, seats = course
    seat = classes.new_code(room, 2)
    assert seat.world == seats[1].world
    with pytest.raises(errors.ForbiddenError):
        entered(room, seats[1].code)
    assert entered(room, seat.code).number == 2
    with pytest.raises(errors.NotFoundError):
        classes.new_code(room, 3)


@pytest.mark.parametrize(
    ("name", "opening", "wrong"),
    [
        ("x" * 38, Opening(learners=("",), lessons=()), "name"),
        ("Upper", Opening(learners=("",), lessons=()), "name"),
        ("fine", Opening(learners=(), lessons=()), "learners"),
        ("fine", Opening(learners=("",) * 61, lessons=()), "learners"),
        ("fine", Opening(learners=("x" * 81,), lessons=()), "names"),
    ],
)
def test_what_cannot_be_opened_is_told(name, opening, wrong):
    with pytest.raises(errors.InvalidError) as told:
        classes.check(name, opening)
    assert code_of(told) == "class-invalid"
    assert [param.name for param in told.value.params] == [wrong]


def test_a_class_has_known_lessons_and_is_one_once(course):
    room, _ = course
    with pytest.raises(errors.NotFoundError) as told:
        classes.check("fine", Opening(learners=("",), lessons=("nothing",)))
    assert code_of(told) == "lesson-unknown"
    with pytest.raises(errors.ConflictError) as told:
        classes.begin(room, Opening(learners=("",), lessons=()))
    assert code_of(told) == "class-exists"


def test_what_fails_half_way_leaves_no_world(server, world):
    name = f"half-{world.name[-6:]}"
    lives.fork(server.worlds, world.name, name)
    lives.fork(server.worlds, world.name, f"{name}-02")
    room = classes.Room(server.worlds, server.worlds.open(name))
    with pytest.raises(errors.ConflictError):
        classes.begin(room, Opening(learners=("", ""), lessons=()))
    assert f"{name}-01" not in server.worlds.names()
    assert not classes.is_one(room.world)
    for each in (name, f"{name}-02"):
        lives.delete(server.worlds, each)


def test_a_lesson_is_begun_once_and_what_came_before_does_not_count(client, course):
    room, _ = course
    me = pupil(client, room, 1, "first-token")
    me.token(BANK)
    settle(room, 1)
    begun = standing(room, 1, "first-token")
    assert "token" in begun.passed
    progress.begin(room, 1, "first-token")
    assert standing(room, 1, "first-token").begun_at == begun.begun_at
    progress.begin(room, 1, "verify")
    settle(room, 1)
    assert not standing(room, 1, "verify").passed
    with pytest.raises(errors.ConflictError) as told:
        progress.hint(room, 1, "consent")
    assert code_of(told) == "lesson-not-begun"
    with pytest.raises(errors.NotFoundError):
        progress.begin(room, 1, "nothing")


def test_hints_are_counted_and_a_solution_is_the_trainers_to_give(course):
    room, _ = course
    progress.begin(room, 2, "verify")
    assert standing(room, 2, "verify").hints == 0
    most = len(lesson.find("verify").hints)
    for _ in range(most + 2):
        progress.hint(room, 2, "verify")
    assert standing(room, 2, "verify").hints == most
    assert not standing(room, 2, "verify").released
    progress.release(room, 2, "verify")
    assert standing(room, 2, "verify").released


def test_answers_are_kept_as_far_as_they_were_asked_for(course):
    room, _ = course
    progress.begin(room, 2, "verify")
    progress.answer(room, 2, "verify", {"leaf": "  7  ", "other": "x"})
    found = standing(room, 2, "verify")
    assert found.answers == {"leaf": "7"}
    assert "leaf 7" in found.found["leaf"][0].lower()


def test_the_board_shows_who_is_where(client, server):
    with opened(server, "board", 2, lessons=("first-token", "verify")) as (room, _):
        lesson.find("first-token").solve(pupil(client, room, 1, "first-token"))
        me = pupil(client, room, 1, "verify")
        me.token(BANK)
        settle(room, 1)
        first, second = board.view(room).learners
        assert (first.done, first.lesson, first.passed, first.checks) == (1, "verify", 0, 3)
        assert first.waiting is not None
        assert first.last_call is not None
        assert (second.done, second.lesson, second.waiting, second.last_call) == (
            0,
            None,
            None,
            None,
        )
        assert board.line(room).done == 1
        assert board.view(room).lessons == ("first-token", "verify")

        found = {(each.number, each.lesson): each for each in board.results(room)}
        assert len(found) == 4
        assert found[1, "first-token"].passed == 3
        assert found[1, "first-token"].minutes is not None
        assert found[2, "verify"].begun_at is None

        classes.rename(room, 2, "=HYPERLINK(1)")
        table = board.csv(board.results(room)).decode().splitlines()
        assert table[0].startswith("number,name,lesson,passed,checks")
        assert "2,'=HYPERLINK(1),verify,0,3" in "\n".join(table)


def test_weather_is_pushed_to_one_or_all_and_a_freeze_is_before_all(client, course):
    room, _ = course
    me = pupil(client, room, 1, "verify")
    me.token(BANK)
    narrow = Profile(name="narrow", path="/v1/me", client_id=BANK, steps=(Step(kind="fine"),))
    assert trainer.push(room, [1], narrow) == 1
    assert me.call(BANK, "GET", "/v1/me").status_code == 200
    assert trainer.freeze(room, []) == 2
    frozen = me.call(BANK, "GET", "/v1/me")
    assert (frozen.status_code, frozen.headers["retry-after"]) == (503, "10")
    assert [each.frozen for each in board.view(room).learners] == [True, True]
    assert trainer.thaw(room, [1]) == 1
    assert me.call(BANK, "GET", "/v1/me").status_code == 200
    assert [each.frozen for each in board.view(room).learners] == [False, True]
    assert trainer.thaw(room, []) == 2  # twice is as once
    assert trainer.lift(room, [], "narrow") == 2
    for own in trainer.worlds(room, []):
        with own.session() as session:
            assert faults.all_of_them(session) == []
    with pytest.raises(errors.NotFoundError):
        trainer.freeze(room, [9])


def test_a_world_that_is_gone_is_told_and_harms_nobody(server):
    with opened(server, "gone", 2) as (room, seats):
        lives.delete(room.worlds, seats[0].world)
        first, second = board.view(room).learners
        assert (first.present, second.present) == (False, True)
        assert trainer.freeze(room, []) == 1
        with pytest.raises(errors.NotFoundError):
            progress.begin(room, 1, "verify")


def test_a_class_outlives_a_restart(server, settings):
    with opened(server, "restart", 1) as (room, seats):
        progress.begin(room, 1, "verify")
        progress.hint(room, 1, "verify")
        others = Worlds(settings)
        try:
            again = classes.find(others, "restart")
            assert entered(again, seats[0].code).number == 1
            assert standing(again, 1, "verify").hints == 1
        finally:
            others.close_all()


def test_a_closed_class_leaves_nothing(server):
    with opened(server, "closed", 2) as (room, seats):
        assert "closed" in [each.world.name for each in classes.all_of_them(server.worlds)]
        classes.close(room)
        assert not {"closed", *(seat.world for seat in seats)} & set(server.worlds.names())
        with pytest.raises(errors.NotFoundError) as told:
            classes.find(server.worlds, "closed")
    assert code_of(told) == "class-unknown"


def test_a_fork_of_a_class_is_no_class(server):
    with opened(server, "forked", 1) as (room, _):
        lives.fork(server.worlds, "forked", "forked-copy")
        try:
            copy = server.worlds.open("forked-copy")
            assert not classes.is_one(copy)
            with copy.session() as session:
                assert list(classes.learners(session, copy)) == []
        finally:
            lives.delete(server.worlds, "forked-copy")
        assert room.world.name == "forked"


STRANGE = [
    {"number": [], "claims": [], "items": {}, "fields": {}, "purpose": 1, "signed": "x"},
    {"number": {}, "claims": {"full_name": {}}, "items": [1, None], "subject": [], "url": 7},
    {"claims": None, "items": None, "fields": None, "consent": {}, "card": [], "size": "x"},
    [],
]
ADDRESSES = (
    "/v1/verifications",
    "/v1/verifications/batch",
    "/v1/disclosures/identity",
    "/v1/access-check",
    "/v1/consent-requests",
    "/v1/register-verifications/phone-owner",
    "/v1/chip-verifications",
    "/v1/webhooks",
    "/v1/reconciliations",
    "/v1/scenarios/sim-cleanup/runs",
    "/v1/credit-assessments",
)


def test_whatever_a_learner_sends_is_looked_at(client, server):
    """No check counts on a call's being of the right form."""
    with opened(server, "strange", 1) as (room, _):
        lessons = lesson.all_of_them().values()
        for each in lessons:
            me = pupil(client, room, 1, each.name)
            for question in each.questions:
                me.write(question.name, "x")
        for address in ADDRESSES:
            for body in STRANGE:
                me.call(BANK, "POST", address, json=body)
        settle(room, 1)
        for each in lessons:
            found = standing(room, 1, each.name).found
            assert found, each.name
            assert "could not be looked at" not in str(found), each.name


def test_a_check_that_fails_ends_no_look_of_others():
    def looks(error):
        def look(_seen):
            raise error

        return progress._looked(lesson.Check("any", lesson.Text("any", "any"), look), None)

    gone = looks(classes.UNKNOWN.error())
    assert (gone.passed, gone.said.en) == (False, classes.UNKNOWN.title_en)
    broken = looks(ZeroDivisionError())
    assert not broken.passed
    assert "could not be looked at" in broken.said.en
