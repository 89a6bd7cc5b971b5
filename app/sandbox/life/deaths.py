"""Deaths of a month, by age and sex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.sandbox.life import drawing, rates

if TYPE_CHECKING:
    from app.sandbox.life.drawing import Month


def draw(month: Month) -> None:
    """Draw who dies. Whoever leads a household is followed by rule (`registry`'s `homes`)."""
    people = month.people
    age = people.ages(month.first_day)
    chance = rates.deaths(people.sex, age) * month.years * ~month.busy
    dying = drawing.chosen(month.stream("deaths"), chance, people.sex, people.province)
    for who, day in zip(dying, month.draw_days("deaths", len(dying)), strict=True):
        month.happens(day, "death", {"pin": people.pin[who]})
    month.busy[dying] = True
