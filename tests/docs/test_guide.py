"""The guide: every document is a page whose links lead on, to be read and searched offline."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from app.web import documents
from tests.api.conftest import served
from tests.support.copies import copy
from tools import site

NAMES = documents.names()
FRAME = documents.Frame(where=lambda name: f"/docs/guide/{name}", copy="Copy", copied="Copied")


class Page(HTMLParser):
    """What a test wants to know of a page: ids, links, tags that were left open."""

    VOID = ("meta", "link", "br", "hr", "img", "input")

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told["href"]] if tag == "a" else []
        self.open += [tag] if tag not in self.VOID else []

    def handle_startendtag(self, tag, attrs):
        """A tag that is its own end."""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def guide(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        yield client


def shown(name):
    document = documents.find(name)
    title = f'<h1 id="{document.headings[0].anchor}">…</h1>'
    return title + documents.show(document, FRAME)


def test_every_document_has_its_place_in_the_menu():
    listed = [name for group in documents.GROUPS.values() for name in group]
    assert len(listed) == len(set(listed))
    decisions = {name for name in NAMES if name.startswith("decisions/")}
    assert set(NAMES) - set(listed) == decisions - {"decisions/README"}
    assert all(documents.find(name) for name in listed)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_to_a_part_of_a_page(name):
    page = Page(shown(name))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        if link.startswith("/docs/guide/"):
            other, _, anchor = link.removeprefix("/docs/guide/").partition("#")
            assert not anchor or anchor in Page(shown(other)).ids, link
        elif link.startswith("#"):
            assert link[1:] in page.ids, link
        else:
            assert re.match(r"https?://", link), link


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_document_is_lost_or_taken_for_html(name):
    document = documents.find(name)
    page = shown(name)
    assert page.count("<pre ") == sum(token.type == "fence" for token in document.tokens)
    assert page.count("<table>") == sum(token.type == "table_open" for token in document.tokens)
    assert "&lt;!--" not in page
    assert [heading.anchor for heading in document.headings] == [
        each for each in Page(page).ids if not each.startswith("block-")
    ]


def test_a_link_to_another_file_of_the_project_is_text(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "one.md").write_text(
        "# One\n\n[a file](../app/main.py), [gone](two.md), [itself](one.md#one), "
        "[`<b>`](https://dancu.example/?a=1&b)\n"
    )
    monkeypatch.setattr(documents, "_ROOTS", (tmp_path,))
    monkeypatch.setattr(documents, "GROUPS", {})
    for cached in (documents.names, documents.find):
        cached.cache_clear()
    try:
        page = shown("one")
    finally:
        for cached in (documents.names, documents.find):
            cached.cache_clear()
    assert Page(page).links == ["/docs/guide/one#one", "https://dancu.example/?a=1&b"]
    assert "a file, gone," in page
    assert "<code>&lt;b&gt;</code>" in page


def test_both_first_pages_have_the_same_commands():
    english, vietnamese = (documents.find(name) for name in ("five-minutes", "vi/nam-phut"))
    assert vietnamese.language == "vi"
    blocks = [
        [token.content for token in document.tokens if token.type == "fence"]
        for document in (english, vietnamese)
    ]
    assert blocks[0] == blocks[1]


def test_what_is_looked_for_is_found_under_its_heading_first():
    found = documents.search("webhook secret")
    assert found
    assert all(
        "webhook" in f"{each.heading} {each.excerpt} {each.document.text}".lower()
        for each in found
    )
    [first, *_] = documents.search("a yes-or-no QUESTION")
    assert (first.document.name, first.heading.anchor) == (
        "extending",
        "a-yes-or-no-question-to-a-register",
    )
    assert documents.search("   ") == documents.search("xyzzy plugh") == []
    assert len(documents.search("the")) == 30


def test_one_begins_in_ones_own_language(guide):
    for language, name in (("en", "tour"), ("vi", "vi/nam-phut")):
        at = f"/docs/guide/{name}"
        answer = guide.get(
            "/docs/guide", headers={"Accept-Language": language}, follow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (303, at)
        answer = guide.get(f"/docs/guide?lang={language}", follow_redirects=False)
        assert answer.headers["location"] == f"{at}?lang={language}"


def test_a_page_says_where_one_is_and_in_which_language(guide):
    page = guide.get("/docs/guide/webhooks", headers={"Accept-Language": "vi"})
    assert page.status_code == 200
    assert '<html lang="vi"' in page.text
    assert '<article class="document" lang="en">' in page.text
    assert re.search(r'href="/docs/guide/webhooks" lang="en" aria-current="page"', page.text)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    Page(page.text)


def test_the_guide_is_searched(guide):
    page = guide.get("/docs/guide", params={"q": "dead letters", "lang": "en"})
    assert 'href="/docs/guide/webhooks#' in page.text
    nothing = guide.get("/docs/guide", params={"q": "<script>xyzzy", "lang": "en"})
    assert "Nothing in the guide holds all of these words." in nothing.text
    assert "<script>xyzzy" not in nothing.text


def test_a_page_that_is_not_there_is_a_problem(guide):
    for name in ("nothing", "../../pyproject.toml", "%2e%2e/LICENSE", "tour.md"):
        assert guide.get(f"/docs/guide/{name}").status_code == 404


def test_commands_call_the_server_that_shows_them(settings, worlds, small_start):
    at = settings.model_copy(update={"public_url": "http://127.0.0.1:8123"})
    with (
        copy(worlds, small_start) as world,
        copy(worlds, small_start) as other,
        served(at, world) as client,
    ):
        here = client.get("/docs/guide/tour").text
        there = client.get(f"/w/{other.name}/docs/guide/tour").text
    assert "http://127.0.0.1:8123/v1/verifications" in here
    assert documents.SHOWN not in here
    assert f"{documents.SHOWN}/v1/verifications" in there
    assert f'href="/w/{other.name}/docs/guide/chip"' in there


def test_the_site_is_whole_wherever_it_lies(tmp_path):
    site.write(tmp_path)
    pages = {file: Page(file.read_text("utf-8")) for file in tmp_path.rglob("*.html")}
    assert {file.relative_to(tmp_path).as_posix() for file in pages} == {
        "index.html",
        *(f"{name}.html" for name in NAMES),
    }
    for file, page in pages.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            if not re.match(r"https?://", link):
                target = (file.parent / path).resolve() if path else file
                assert not anchor or anchor in pages[target].ids, (file.name, link)
        for asset in re.findall(r'(?:href|src)="([^"]*assets/[^"]+)"', file.read_text("utf-8")):
            assert (file.parent / asset).is_file(), asset
    for sheet in (tmp_path / "assets").glob("*.css"):
        for asset in re.findall(r'url\("([^"]+)"\)', sheet.read_text("utf-8")):
            assert (sheet.parent / asset).is_file(), asset
