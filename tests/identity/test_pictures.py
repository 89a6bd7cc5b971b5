"""Pictures of cards: both forms, both sides, both kinds, and what machines read of them."""

from __future__ import annotations

import dataclasses
import io
import itertools
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from app.identity import mrz, printed, qr
from app.identity.pictures import forms, png, scene, svg
from app.matching.dates import PartialDate
from tests.identity.test_qr import HOA

SVG = "{http://www.w3.org/2000/svg}"
OLD = HOA
NEW = dataclasses.replace(HOA, form="2024", cancelled_number="001303000123")
CARDS = {"2021": OLD, "2024": NEW}
LONG = " ".join(["Số 123456 ngách 78 ngõ 90 đường Nguyễn Thị Minh Khai kéo dài,"] * 8)


def image(card, side):
    return Image.open(io.BytesIO(png.draw(forms.scene(card, side))))


def drawing(card, side):
    return ET.fromstring(svg.draw(forms.scene(card, side), "title"))  # noqa: S314 - our own


def texts(card, side):
    shapes = forms.scene(card, side)
    return [shape.text for shape in shapes if isinstance(shape, scene.Text)]


@pytest.mark.parametrize("form", CARDS)
@pytest.mark.parametrize("side", forms.SIDES)
def test_a_picture_is_the_same_each_time_and_carries_the_mark(form, side):
    card = CARDS[form]
    assert png.draw(forms.scene(card, side)) == png.draw(forms.scene(card, side))
    assert image(card, side).size == scene.SIZE
    (stamp,) = [shape for shape in forms.scene(card, side) if isinstance(shape, scene.Stamp)]
    assert stamp.lines == ("MẪU – DỮ LIỆU MÔ PHỎNG", "SPECIMEN – SIMULATED")
    told = "".join(drawing(card, side).itertext())
    assert all(line in told for line in stamp.lines)
    bare = [shape for shape in forms.scene(card, side) if shape is not stamp]
    marked = image(card, side).convert("RGB")
    unmarked = Image.open(io.BytesIO(png.draw(bare)))
    left, _, right, _ = ImageChops.difference(marked, unmarked).getbbox()
    assert right - left > scene.SIZE[0] * 0.6  # it goes across


@pytest.mark.parametrize(("form", "side"), [("2021", "front"), ("2024", "back")])
@pytest.mark.parametrize("mark", [None, printed.MARK])
def test_the_code_is_read_back_exactly(form, side, mark):
    card = dataclasses.replace(CARDS[form], mark=mark)
    [read] = zxingcpp.read_barcodes(image(card, side))
    assert (read.text, str(read.ec_level)) == (qr.write(card), "M")


def test_the_longest_code_that_a_registry_gives_is_read_back():
    name = "Công Tằng Tôn Nữ " * 5
    card = dataclasses.replace(NEW, full_name=name.strip(), residence=LONG[:200], father=name)
    [read] = zxingcpp.read_barcodes(image(card, "back"))
    assert read.text.split("|")[5] == card.residence


@pytest.mark.parametrize(("form", "side"), [("2021", "back"), ("2024", "front")])
def test_the_other_side_has_no_code(form, side):
    assert zxingcpp.read_barcodes(image(CARDS[form], side)) == []


@pytest.mark.parametrize("form", CARDS)
def test_the_zone_stands_on_the_back_a_character_to_a_cell(form):
    card = CARDS[form]
    lines = [shape for shape in forms.scene(card, "back") if isinstance(shape, scene.Cells)]
    assert tuple(line.text for line in lines) == mrz.td1(printed.document(card))
    assert not [shape for shape in forms.scene(card, "front") if isinstance(shape, scene.Cells)]
    picture = image(card, "back").convert("L")
    for line in lines:
        for number, character in enumerate(line.text):
            left = line.x + number * line.pitch
            cell = picture.crop((left, line.y - 32, left + line.pitch, line.y + 10))
            alone = Image.new("L", cell.size, 255)
            png.ImageDraw.Draw(alone).text(
                (line.pitch // 2, 32), character, 0, scene.font("Semibold", line.size), "ms"
            )
            assert ImageChops.difference(cell, alone).getextrema()[1] < 60, (line.text, number)


def test_the_zone_of_an_svg_has_a_place_for_each_character():
    lines = drawing(NEW, "back").findall(f".//{SVG}text[@class='mrz']")
    assert [line.text for line in lines] == list(mrz.td1(printed.document(NEW)))
    for line in lines:
        places = list(map(int, line.get("x").split()))
        assert [b - a for a, b in itertools.pairwise(places)] == [30] * 29


def test_what_stands_on_the_form_of_2021():
    front, back = texts(OLD, "front"), texts(OLD, "back")
    for value in (
        "CĂN CƯỚC CÔNG DÂN",
        OLD.number,
        "NGUYỄN THỊ HOA",
        "15/07/2004",
        "Nữ",
        "Việt Nam",
        OLD.origin,
        OLD.residence,
        "15/07/2029",
    ):
        assert value in front
    assert OLD.marks in back
    assert "20/08/2022" in back


def test_what_stands_on_the_form_of_2024():
    front, back = texts(NEW, "front"), texts(NEW, "back")
    for value in ("CĂN CƯỚC", NEW.number, "NGUYỄN THỊ HOA", "15/07/2004", "Nữ", "Việt Nam"):
        assert value in front
    assert NEW.origin not in front
    for value in (NEW.residence, "20/08/2022", "15/07/2029", "BỘ CÔNG AN"):
        assert value in back
    assert NEW.marks not in back


def test_there_is_a_photo_from_the_age_of_six():
    for age, has_photo in ((5, False), (6, True)):
        shapes = forms.scene(dataclasses.replace(NEW, age=age), "front")
        assert any(isinstance(shape, scene.Photo) for shape in shapes) is has_photo
        assert (
            "dưới 6 tuổi" in texts(dataclasses.replace(NEW, age=age), "front")
        ) is not has_photo


def test_what_is_not_known_or_does_not_end_is_told_so():
    card = dataclasses.replace(OLD, expires_on=None, birth_date=PartialDate(1950))
    assert "Không thời hạn" in texts(card, "front")
    assert "1950" in texts(card, "front")
    monthly = dataclasses.replace(OLD, birth_date=PartialDate(1950, 3))
    assert "03/1950" in texts(monthly, "front")


def test_no_text_leaves_the_card_however_long():
    for card in CARDS.values():
        long = dataclasses.replace(
            card, full_name=LONG, residence=LONG, birth_registration_place=LONG, marks=LONG
        )
        for side in forms.SIDES:
            lines = [one for one in forms.scene(long, side) if isinstance(one, scene.Text)]
            left = [one for one in lines if one.anchor == "left"]
            assert all(one.x + one.width <= scene.SIZE[0] for one in left)
            assert any(one.text.endswith("…") for one in left)


def test_a_name_of_one_long_word_is_made_smaller():
    word = "Đ" * 60
    for card in CARDS.values():
        lines = forms.scene(dataclasses.replace(card, full_name=word), "front")
        [line] = [one for one in lines if isinstance(one, scene.Text) and one.text == word]
        assert line.x + line.width <= scene.SIZE[0]


def test_vietnamese_letters_have_a_shape_of_their_own():
    letters = "ĂÂĐÊÔƠƯăâđêôơưẮẰẲẴẶấầẩẫậếềểễệốồổỗộớờởỡợứừửữựỳỵỷỹịọụ"
    font = scene.font("Regular", 30)
    missing = bytes(font.getmask("\uffff"))
    assert all(bytes(font.getmask(letter)) != missing for letter in letters)
    assert len({bytes(font.getmask(letter)) for letter in letters}) == len(letters)


def test_what_a_name_says_is_text_and_nothing_else():
    evil = '<script>alert(1)</script>&"\u0000\u202e'
    root = drawing(dataclasses.replace(NEW, residence=evil, full_name=evil), "back")
    assert not root.findall(f".//{SVG}script")
    assert '<script>alert(1)</script>&"' in [text.text for text in root.iter(f"{SVG}text")]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.text(max_size=120))
def test_any_name_and_place_can_be_drawn(name, place):
    card = dataclasses.replace(NEW, full_name=name, residence=place)
    for side in forms.SIDES:
        ET.fromstring(svg.draw(forms.scene(card, side), "title"))  # noqa: S314 - our own
        assert png.draw(forms.scene(card, side))


def test_a_shape_that_nobody_knows_is_not_drawn():
    with pytest.raises(TypeError, match="no shape"):
        png.draw([object()])
    with pytest.raises(TypeError, match="no shape"):
        svg.draw([object()], "title")
