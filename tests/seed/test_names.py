"""Names follow each people's own way of naming, and read the same however they are computed."""

from __future__ import annotations

import functools
import zlib

import numpy as np
import pytest

from app.matching.names import name_key
from seed import name_lists, names

KINH, KHMER, GIA_RAI, E_DE, BA_NA, CO_HO, CHAM = 1, 5, 10, 12, 13, 16, 17
PEOPLES = (KINH, 2, 3, 4, KHMER, 6, 8, 9, GIA_RAI, E_DE, BA_NA, CO_HO, CHAM, 20, 21, 26)


@functools.cache
def tables() -> names.Names:
    return names.Names()


def streams(*name: object) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(repr(name).encode()))


def families(ethnicity: int, *, region: int = 1, couples: int = 400) -> names.People:
    """Couples (men first, then women), then one son and one daughter each."""
    count = couples * 4
    ids = np.arange(count, dtype=np.int32)
    child = ids >= couples * 2
    return names.People(
        ethnicity=np.full(count, ethnicity, np.uint8),
        sex=np.where(child, ids % 2, ids >= couples).astype(np.uint8),
        birth_year=np.where(child, 2005, 1975).astype(np.int16),
        region=np.full(count, region, np.uint8),
        father=np.where(child, (ids - couples * 2) // 2, -1).astype(np.int32),
        mother=np.where(child, (ids - couples * 2) // 2 + couples, -1).astype(np.int32),
        level=child.astype(np.uint8),
    )


def written(people: names.People) -> tuple[names.NameCodes, list[str]]:
    codes = tables().assign(streams, people)
    return codes, tables().texts(codes).full_name.to_pylist()


@pytest.mark.parametrize("ethnicity", PEOPLES)
def test_the_search_key_is_the_one_that_matching_computes(ethnicity: int) -> None:
    codes, full = written(families(ethnicity))
    assert tables().texts(codes).name_key.to_pylist() == [name_key(name) for name in full]


@pytest.mark.parametrize("ethnicity", PEOPLES)
def test_a_full_name_is_made_of_its_parts_in_display_order(ethnicity: int) -> None:
    codes, full = written(families(ethnicity))
    texts = tables().texts(codes)
    rows = zip(
        texts.family_name.to_pylist(),
        texts.middle_name.to_pylist(),
        texts.given_name.to_pylist(),
        texts.name_order.to_pylist(),
        full,
        strict=True,
    )
    for family, middle, given, order, name in rows:
        parts = (middle, given, family) if order == "family_last" else (family, middle, given)
        assert name == " ".join(part for part in parts if part)
        assert given
        assert (family == "") == (order == "given_only")


def test_kinh_children_take_the_fathers_surname_unless_a_note_says_why() -> None:
    people = families(KINH, couples=4_000)
    codes, _ = written(people)
    child = people.level == 1
    lineage = _lineage(codes.family)
    same = lineage == lineage[people.father]
    assert np.all(same[child] | (codes.surname_note[child] > 0))
    assert 0.95 < same[child].mean() < 1


def test_e_de_children_take_the_mothers_clan_and_write_it_last() -> None:
    people = families(E_DE)
    codes, full = written(people)
    child = people.level == 1
    assert np.array_equal(codes.family[child], codes.family[people.mother[child]])
    assert not codes.surname_note[child].any()
    words = name_lists.load().words
    for at in np.flatnonzero(child)[:50]:
        assert full[at].endswith(f" {words[codes.family[at]]}")
        assert full[at].startswith("Y " if people.sex[at] == 0 else "H")


def test_men_and_women_of_a_particle_people_bear_their_own_particle() -> None:
    people = families(BA_NA)
    _, full = written(people)
    men = [name for name, sex in zip(full, people.sex, strict=True) if sex == 0]
    women = [name for name, sex in zip(full, people.sex, strict=True) if sex == 1]
    assert any(name.startswith("A ") for name in men)
    assert not any(name.startswith("A ") for name in women)
    assert any(name.startswith("Y ") for name in women)
    assert not any(name.startswith("Y ") for name in men)


def test_a_cham_of_the_mekong_bears_the_fathers_given_name() -> None:
    people = families(CHAM, region=2)
    codes, _ = written(people)
    child = people.level == 1
    assert np.array_equal(codes.family[child], codes.given[people.father[child]])


def test_a_child_without_a_father_on_record_bears_the_mothers_surname_with_a_note() -> None:
    people = families(KINH)
    people.father[people.level == 1] = -1
    codes, _ = written(people)
    child = people.level == 1
    assert np.array_equal(codes.family[child], codes.family[people.mother[child]])
    assert {names.SURNAME_NOTES[note] for note in codes.surname_note[child]} == {
        "Họ theo mẹ: chưa xác định được cha"
    }


def test_an_absent_father_bears_the_surname_that_he_handed_down() -> None:
    people = families(KINH)
    codes, _ = written(people)
    founders = np.flatnonzero(people.level == 0)
    fathers = tables().absent_parents(streams, codes, people, founders, 0)
    assert np.array_equal(_lineage(fathers.family), _lineage(codes.family[founders]))


def _lineage(family: np.ndarray) -> np.ndarray:
    for form in name_lists.load().gendered:
        family = np.where(np.isin(family, form.women), form.man, family)
    return family


def test_surnames_of_founders_have_the_shares_of_their_table() -> None:
    people = families(KINH, region=0, couples=20_000)
    codes, _ = written(people)
    words = name_lists.load().words
    family = np.array(words, dtype=object)[codes.family[people.level == 0]]
    assert (family == "Nguyễn").mean() == pytest.approx(0.3527, abs=0.01)
    assert (family == "Trần").mean() == pytest.approx(0.1030, abs=0.01)


def test_brothers_and_sisters_seldom_share_a_given_name() -> None:
    people = families(KINH, couples=5_000)
    codes, _ = written(people)
    child = np.flatnonzero(people.level == 1)
    first, second = codes.given[child[::2]], codes.given[child[1::2]]
    assert (first == second).mean() < 0.002


def test_the_same_streams_give_the_same_names() -> None:
    people = families(KHMER)
    assert written(people)[1] == written(people)[1]
