"""Rows of `citizen`: names, numbers, births, codes and states of a chunk's people."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seed import absences, dates, identities, numbers, traits, units
from seed.names import SURNAME_NOTES, NameCodes
from seed.people import NEVER
from seed.rows import arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.names import Names, NameTexts
    from seed.rows.whole import Whole

SEXES = ("M", "F")
MARITAL = ("never_married", "married", "widowed", "divorced", "separated")
HOME, UNDETERMINED = "VN", "XX"
MAIL_DOMAIN = "thudientu.invalid"


def rows(whole: Whole, names: Names, codes: NameCodes) -> pa.RecordBatch:
    """Return the citizens, ordered by id."""
    # Absent relatives are named behind the chunk's own people.
    codes = NameCodes(*(getattr(codes, f.name)[whole.order] for f in dataclasses.fields(codes)))
    texts = names.texts(codes)
    chunk, order = whole.chunk, whole.order
    columns = {
        "id": arrow.whole(whole.citizen_id[order]),
        "pin": numbers.text(whole.identities.number[order], 12),
        **{field.name: getattr(texts, field.name) for field in dataclasses.fields(texts)},
        **_birth(whole),
        "sex": arrow.words(chunk.people.sex[order], SEXES),
        **_places(whole),
        "ethnicity": _two_digits(chunk.origins.people[order]),
        "marital_status": arrow.words(chunk.people.marital[order], MARITAL),
        **_state(whole),
        **_traits(whole, texts),
        "number_note": arrow.words(whole.identities.note[order], identities.NUMBER_NOTES),
        "surname_note": arrow.words(codes.surname_note, SURNAME_NOTES),
    }
    return arrow.batch(columns)


def _birth(whole: Whole) -> dict[str, pa.Array[Any]]:
    """Birth dates as precise as known; some of the old are written down as of 1 January."""
    order, known = whole.order, whole.traits
    born = whole.chunk.people.born[order]
    month, day = dates.months_and_days(born)
    january, precision = known.first_of_january[order], known.precision[order]
    month, day = np.where(january, 1, month), np.where(january, 1, day)
    return {
        "birth_year": arrow.whole(dates.years(born)),
        "birth_month": arrow.whole(month, precision != traits.YEAR),
        "birth_day": arrow.whole(day, precision == traits.DAY),
    }


def _places(whole: Whole) -> dict[str, pa.Array[Any]]:
    """Where they were born, registered and come from (the father's place of origin)."""
    order, homes = whole.order, whole.dwellings
    at_home = whole.traits.abroad[order] < 0
    countries = [country for country, _, _ in traits.ABROAD]
    abroad = np.where(at_home, len(countries), whole.traits.abroad[order])
    unit = units.wards().of_day(homes.birth_ward[order], homes.registered[order])
    home = arrow.constant(HOME, len(order))
    return {
        "birth_country": arrow.words(abroad, [*countries, HOME]),
        "birth_unit_id": arrow.whole(unit, at_home),
        "birth_place": arrow.words(abroad, [*(place for _, place, _ in traits.ABROAD), None]),
        "registration_country": home,
        "registration_unit_id": arrow.whole(unit),
        "origin_country": home,
        "origin_unit_id": arrow.whole(units.wards().unit[whole.origin_ward[order]]),
    }


def _state(whole: Whole) -> dict[str, pa.Array[Any]]:
    order, absent = whole.order, whole.chunk.absent
    state, since = absent.state[order], absent.since[order]
    return {
        "state": arrow.words(state, absences.STATES),
        "death_date": arrow.days(whole.chunk.people.died[order]),
        "missing_since": arrow.days(np.where(state == absences.MISSING, since, NEVER)),
        "state_since": arrow.days(since),
    }


def _traits(whole: Whole, names: NameTexts) -> dict[str, pa.Array[Any]]:
    order, found = whole.order, whole.traits
    phone = found.phone[order]
    countries = [country for country, _, _ in traits.ABROAD]
    second = found.second_nationality[order]
    undetermined = found.undetermined[order]
    return {
        "religion": arrow.words(found.religion[order], list(traits.RELIGIONS)),
        "nationality": arrow.words(undetermined.astype(np.int8), (HOME, UNDETERMINED)),
        "second_nationality": arrow.words(
            np.where((second >= 0) & ~undetermined, second, len(countries)), [*countries, None]
        ),
        "blood_type": arrow.words(found.blood[order] + 1, (None, *traits.BLOOD)),
        "phone": arrow.entries(np.cumsum(phone >= 0) - 1, _phone_texts(phone), phone < 0),
        "email": _mail(whole, names),
        "other_name": arrow.words(found.other_name[order], traits.OTHER_NAMES),
    }


def _mail(whole: Whole, names: NameTexts) -> pa.Array[Any]:
    """Make e-mail addresses of a name's letters and the id, at a domain that cannot exist."""
    has = whole.traits.email[whole.order]
    where = np.flatnonzero(has)
    key = arrow.take(names.name_key, where)
    letters = pc.replace_substring(pc.utf8_lower(key), " ", ".")
    number = arrow.whole(whole.citizen_id[whole.order[where]]).cast(pa.string())
    some = arrow.joined(letters, number, pa.scalar(f"@{MAIL_DOMAIN}", pa.string()))
    return arrow.entries(np.cumsum(has) - 1, some, ~has)


def _phone_texts(phone: NDArray[np.int64]) -> pa.Array[Any]:
    return numbers.text(phone[phone >= 0], 10)


def _two_digits(codes: NDArray[Any]) -> pa.Array[Any]:
    return arrow.words(codes, [f"{code:02d}" for code in range(100)])
