"""What the pages say: everything is in the catalogue, nothing in it is unused."""

import re

import pytest

from app.identity import models as identity
from app.procedures import models as procedures
from app.sectors import models as sectors
from app.web import languages, pages, values
from tools import words

#: What differs from one showing to the next.
_PLACES = re.compile(r"%\([a-z_]+\)s|\{[a-z_]*\}")


def test_the_catalogue_holds_what_the_pages_say_and_nothing_else():
    assert words.known().keys() == words.said()


def test_every_text_is_translated():
    assert [text for text, translation in words.known().items() if not translation] == []


def test_a_translation_keeps_the_places_and_the_breath_of_its_text():
    for text, translation in words.known().items():
        assert _PLACES.findall(translation) == _PLACES.findall(text)
        assert translation == translation.strip(), text
        assert text.endswith(":") == translation.endswith(":"), text


def test_a_text_is_found_in_each_language():
    assert languages.translate("Request log", "en") == "Request log"
    assert languages.translate("Request log", "vi") == "Nhật ký yêu cầu"


def test_what_make_words_writes_is_what_is_there(monkeypatch, tmp_path):
    before = languages.CATALOGUE.read_text(encoding="utf-8")
    monkeypatch.setattr(words, "CATALOGUE", tmp_path / "vi.po")
    words.CATALOGUE.write_text(before, encoding="utf-8")
    words.write(words.said(), words.known())
    assert words.CATALOGUE.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_each_language_has_a_name_of_its_own(language):
    assert languages.OWN_NAMES[language]


STATES = {
    *procedures.STATES,
    *procedures.STEP_STATES,
    *identity.CARD_STATES,
    *identity.DOCUMENT_STATES,
    *identity.ACCOUNT_STATES,
    *identity.APPLICATION_STATES,
    *identity.APPROVAL_STATES,
    *sectors.SUBSCRIBER_STATES,
    "filed",  # of requests of data subjects
    "acknowledged",
    "granted",
}


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_state_has_words(state):
    assert values.coded(state, "vi") != state
    assert "_" not in values.coded(state, "en")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See `dancu persona list`.", "See <code>dancu persona list</code>."),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
        ("none", "none"),
    ],
)
def test_what_stands_between_backticks_is_code(text, shown):
    assert pages._marked(text) == shown
