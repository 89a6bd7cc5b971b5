"""Style sheets, fonts and scripts: kept for good at an address that changes with them."""

import re

import pytest

from app.web import assets, pages

MOST_OF_A_FONT = 20_000


def test_an_asset_is_kept_for_good_at_the_address_of_its_version(client):
    answer = client.get(assets.address("style.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


def test_at_the_address_of_another_version_it_is_not_kept(client):
    answer = client.get("/assets/0123456789ab/style.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["other.css", "..%2fpages.py", "__init__.py"])
def test_nothing_else_is_given(client, name):
    assert client.get(f"/assets/{assets.VERSION}/{name}").status_code == 404
    with pytest.raises(KeyError):
        assets.address(name)


def test_what_style_sheets_and_templates_name_is_there(client):
    named = set()
    for sheet in assets.FOLDER.glob("*.css"):
        named |= set(re.findall(r'url\("([^"]+)"\)', sheet.read_text()))
    for template in pages.TEMPLATES.glob("*.html"):
        named |= set(re.findall(r"asset\('([^']+)'\)", template.read_text()))
    assert named
    for name in named:
        assert client.get(assets.address(name)).status_code == 200


def test_templates_carry_neither_script_nor_style_nor_handler():
    for template in pages.TEMPLATES.glob("*.html"):
        text = template.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), template.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template.name


def test_a_font_is_small_and_called_otherwise_than_what_it_was_cut_from(client):
    for weight in ("400", "600"):
        font = client.get(assets.address(f"sans-{weight}.woff2"))
        assert font.headers["content-type"] == "font/woff2"
        assert len(font.content) < MOST_OF_A_FONT
