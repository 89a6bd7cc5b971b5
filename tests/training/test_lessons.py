"""Every lesson that is there: its solution passes, and doing nothing passes nothing."""

from __future__ import annotations

import inspect
import re

import pytest

from app.sandbox import personas
from app.training import lesson, progress
from app.web import documents
from tests.training.conftest import pupil, settle, standing

LESSONS = lesson.all_of_them()


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_can_be_passed_and_is_not_passed_by_itself(name, client, course):
    room, _ = course
    progress.begin(room, 2, name)
    me = pupil(client, room, 1, name)
    settle(room, 2)
    untouched = standing(room, 2, name)
    assert not untouched.passed
    assert untouched.found.keys() == {check.name for check in LESSONS[name].checks}

    LESSONS[name].solve(me)
    settle(room, 1)

    done = standing(room, 1, name)
    assert not done.found, done.found
    assert done.finished_at is not None


@pytest.mark.parametrize("each", LESSONS.values(), ids=LESSONS)
def test_a_lesson_is_whole(each, world):
    texts = [each.title, each.goal, *each.hints, *(step.text for step in each.steps)]
    texts += [question.text for question in each.questions]
    texts += [check.title for check in each.checks]
    assert all(text.en and text.vi for text in texts)
    assert len(each.hints) >= 2
    assert len({check.name for check in each.checks}) == len(each.checks)
    assert all(documents.find(name) is not None for name in each.reading)
    with world.session() as session:
        for name in each.personas:
            personas.find(session, name)


@pytest.mark.parametrize("each", LESSONS.values(), ids=LESSONS)
def test_a_command_names_what_the_page_gives(each):
    known = {"ISSUER", "OPERATOR", *map(lesson.variable, (*each.clients, *each.personas))}
    commands = "\n".join(step.command for step in each.steps if step.command)
    set_by_hand = set(re.findall(r"(?:^|\s)([A-Z_0-9]+)=", commands)) | {"TOKEN"}
    assert set(re.findall(r"\$([A-Z][A-Z_0-9]*)", commands)) <= known | set_by_hand


def test_lessons_are_in_an_order_of_their_own():
    orders = [each.order for each in LESSONS.values()]
    assert len(set(orders)) == len(orders)
    assert orders == sorted(orders)


def test_a_solution_is_shown_as_it_stands():
    for each in LESSONS.values():
        assert inspect.getsource(each.solve).startswith("def _solve(me: Pupil) -> None:")
