"""Portraits: the same each time, plainly drawn, of a size that fits a chip."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from app.identity import portrait

EVERYBODY = [(sex, age) for sex in "MFU" for age in (7, 30, 50, 66, 99)]


@pytest.mark.parametrize(("sex", "age"), EVERYBODY)
def test_a_portrait_is_the_same_each_time_and_of_a_size_that_fits_a_chip(sex, age):
    made = portrait.jpeg(b"seed", sex, age)
    portrait.jpeg.cache_clear()
    assert portrait.jpeg(b"seed", sex, age) == made
    assert 5_000 < len(made) < 20_000
    image = Image.open(io.BytesIO(made))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", portrait.SIZE)


def test_people_look_different():
    assert len({portrait.jpeg(bytes([n]), "F", 30) for n in range(60)}) == 60


def test_a_face_ages_and_stays_itself():
    young, old = (portrait.draw(b"seed", "M", age) for age in (30, 70))
    assert young != old
    assert young.getpixel((180, 330)) == old.getpixel((180, 330))  # the chin
