"""Scorecards as pages: for whoever holds the operator's token, in both languages."""

import re

import pytest

from app.sandbox import operator
from tests.scenarios.every_story import alike

NAME = "sim-cleanup"
ASKED = {"size": 200, "seed": 9}
PAGE = "/console/scenarios"


@pytest.fixture(scope="module")
def browser(client, world):
    """A browser that showed the token."""
    token = operator.world_token(client.app._server.operator_token, world.id)
    entered = client.post(PAGE, data={"token": token}, follow_redirects=False)
    assert entered.status_code == 303
    assert entered.headers["location"].endswith(PAGE)
    return client


def test_the_token_is_asked_for_first(client, card):
    client.cookies.clear()
    for path in (PAGE, f"{PAGE}/{card['run']}", f"{PAGE}/{card['run']}/1"):
        shown = client.get(path)
        assert 'data-testid="token"' in shown.text
        assert card["run"] not in shown.text.replace(path, "")
    assert client.post(PAGE, data={"token": "sim_operator_x"}).status_code == 403


def test_runs_lead_to_submissions_and_these_to_scorecards(browser, card, story, extract, submit):
    submit(alike(story, extract))
    assert f"{PAGE}/{card['run']}" in browser.get(f"{PAGE}?lang=en").text
    run = browser.get(f"{PAGE}/{card['run']}?lang=en").text
    assert story.title_en in run
    assert run.count('data-testid="submission"') == 2
    assert run.index(f">{card['score']}<") < run.index(f"{PAGE}/{card['run']}/2")
    shown = browser.get(f"{PAGE}/{card['run']}/1?lang=en").text
    for answer in card["answers"]:
        assert f"{answer['accuracy']:.2%}" in shown
        assert f"{answer['bound']:.2%}" in shown
    assert shown.count('data-testid="confusion"') == len(card["answers"])
    assert f"{card['cost']['bound']:,}" in shown


def test_pages_speak_both_languages_and_need_nothing_from_elsewhere(browser, card, story):
    vietnamese = browser.get(f"{PAGE}/{card['run']}/1?lang=vi")
    assert "Nhầm lẫn" in vietnamese.text
    assert story.title_vi in vietnamese.text
    assert "style=" not in vietnamese.text
    for script in re.findall("<script[^>]*>[^<]*", vietnamese.text):
        assert re.fullmatch(r'<script type="module" src="/assets/[^"]+">', script)
    assert "default-src 'none'" in vietnamese.headers["content-security-policy"]
    for address in re.findall(r'(?:href|src)="([^"]*\.(?:css|js|svg|woff2))"', vietnamese.text):
        assert address.startswith("/assets/")
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("path", ["0" * 32, "{run}/99", "{run}/x"])
def test_what_there_is_not_is_told_so(browser, card, path):
    assert browser.get(f"{PAGE}/{path.format(run=card['run'])}").status_code == 404
