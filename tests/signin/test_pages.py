"""What the pages of a sign-in say: dates, coded values, laws, and what is still to be proved."""

from __future__ import annotations

import pytest

from app.registry.codes import STATE_WORDS
from app.web import values

LEVEL_2 = "urn:dancu:acr:level2"


def shown(party, page, lang):
    return party.client.get(page.url.copy_set_param("lang", lang)).text


def has(text, *tests):
    return [f'data-testid="{each}"' in text for each in tests]


def test_the_consent_page_writes_each_language_its_way(party, person):
    page = party.follow(party.open(prompt="login consent"))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    vietnamese, english = shown(party, page, "vi"), shown(party, page, "en")
    assert "03/09/1990" in vietnamese
    assert "1990-09-03" not in vietnamese
    assert "1990-09-03" in english
    assert ">Nam<" in vietnamese
    assert ">Male<" in english
    # Laws go by their Vietnamese titles, which a reader of the page is told.
    assert '<dd lang="vi">Luật' in english


@pytest.mark.parametrize(
    ("field", "value", "vietnamese", "english"),
    [
        ("birth_date", "1990-09-03", "03/09/1990", "1990-09-03"),
        ("birth_date", "1990-09", "09/1990", "1990-09"),
        ("birth_date", "1926", "1926", "1926"),
        ("birth_date", None, None, None),
        ("card_issued_on", "2024-07-15", "15/07/2024", "2024-07-15"),
        ("card_form", "2024", "2024", "2024"),
        ("sex", "F", "Nữ", "Female"),
        ("state", "alive", *STATE_WORDS["alive"]),
        ("state", "unheard-of", "unheard-of", "unheard-of"),
        ("ethnicity", {"code": "01", "name": "Kinh"}, "Kinh", "Kinh"),
        ("permanent_residence", {"place": {"text": "Số 15"}, "to_date": None}, "Số 15", "Số 15"),
        ("children", [{"pin": "9", "full_name": "An"}, {"full_name": "Bình"}], *["An; Bình"] * 2),
        ("children", [], None, None),
        ("account_level", 2, "2", "2"),
        ("absence", {"reason": "study"}, None, None),
    ],
)
def test_a_value_is_a_line_in_the_language_of_the_page(field, value, vietnamese, english):
    assert values.written(field, value, "vi") == vietnamese
    assert values.written(field, value, "en") == english


def test_who_has_used_the_passcode_is_asked_for_the_phone_alone(party, person):
    party.sign_in(person, prompt="login")
    page = party.follow(party.open(acr_values=LEVEL_2))
    assert has(page.text, "step-up-form", "send-code", "phone") == [True] * 3
    assert has(page.text, "passcode", "code") == [False] * 2
    assert "Bạn đã dùng mật mã" in shown(party, page, "vi")
    page = party.follow(party.act(page, "send-code"))
    assert has(page.text, "passcode", "code") == [False, True]
    assert "If this number has an account" not in shown(party, page, "en")
    # Whoever sends it all the same is where they were.
    page = party.follow(party.act(page, "passcode", passcode=person.passcode))
    assert has(page.text, "step-up-form", "passcode") == [True, False]


def test_who_has_used_the_phone_is_asked_for_the_passcode_alone(party, person):
    page = party.follow(party.open(prompt="login"))
    page = party.follow(party.act(page, "send-code", number=person.pin))
    answer = party.act(page, "code", number=person.pin, code=person.code())
    answer = party.client.get(answer.headers["location"], follow_redirects=False)
    if answer.status_code == 200:  # the consent of this system, where nobody has given it before
        party.act(answer, "agree-all")
    page = party.follow(party.open(acr_values=LEVEL_2))
    assert has(page.text, "step-up-form", "passcode") == [True] * 2
    assert has(page.text, "send-code", "phone", "code") == [False] * 3
    done = party.act(page, "passcode", passcode=person.passcode)
    done = party.client.get(done.headers["location"], follow_redirects=False)
    assert "code=" in done.headers["location"]
