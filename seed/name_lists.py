"""The name tables as arrays: one vocabulary of words, and one cumulative table per kind of draw.

A *lineage* is what a child inherits: the index of a surname in the vocabulary, or 0 for "no
surname": then the particle of one's people and sex stands in its place (A Huy, Y Đai, Điểu Sơn).
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from app.matching.names import fold
from seed import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

#: First birth years of the naming cohorts after the first ("before1955").
COHORT_STARTS = (1955, 1975, 1990, 2000, 2010)
COHORTS = ("before1955", "1955-1974", "1975-1989", "1990-1999", "2000-2009", "2010-")
REGIONS = ("north", "centre", "south")
SEXES = ("M", "F")
KINH = "Kinh"
NAME_ORDERS = ("family_first", "family_last", "given_only")


class Draw:
    """Draws from many weighted lists at once, by Vose's alias method (1991): two look-ups each."""

    def __init__(self, rows: Iterable[tuple[int, int, float]], keys: int) -> None:
        """Take `(key, item, weight)` rows; weights within a key need not sum to one."""
        ordered = sorted(rows, key=lambda row: row[0])
        key = np.array([row[0] for row in ordered], dtype=np.int64)
        weight = np.array([row[2] for row in ordered], dtype=np.float64)
        self._first = np.searchsorted(key, np.arange(keys))
        self._count = np.bincount(key, minlength=keys)
        mean = (np.bincount(key, weight, keys) / np.maximum(self._count, 1))[key]
        items = np.array([row[1] for row in ordered], dtype=np.int32)
        self._keep, other = _aliases(weight / mean, self._first, self._count)
        # What a place gives if its own item is not kept, then that item: one look-up for both.
        self._items = np.stack((items[other], items), axis=1).ravel()

    def has(self, key: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say where a key has a list at all."""
        return self._count[key] > 0

    def take(self, rng: np.random.Generator, key: NDArray[np.int64]) -> NDArray[np.int32]:
        """Draw one item for each key; every key must have a list."""
        # `take` and sums in place: names are most of what a population draws.
        draw = rng.random(len(key))
        draw *= self._count.take(key)
        whole = draw.astype(np.int64)
        draw -= whole
        place = self._first.take(key)
        place += whole
        kept = draw < self._keep.take(place)
        place *= 2
        place += kept
        return self._items.take(place)


def _aliases(
    scaled: NDArray[np.float64], first: NDArray[np.int64], count: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return for each row its own share of its place, and which row of its list has the rest.

    `scaled` are weights whose mean is 1 in each list. Rows short of their place's share are filled
    up by rows that have more.
    """
    keep, other = scaled.tolist(), list(range(len(scaled)))
    for start, length in zip(first.tolist(), count.tolist(), strict=True):
        rows = range(start, start + length)
        short = [row for row in rows if keep[row] < 1.0]
        long = [row for row in rows if keep[row] >= 1.0]
        while short and long:
            row = short.pop()
            other[row] = long[-1]
            keep[long[-1]] -= 1.0 - keep[row]
            if keep[long[-1]] < 1.0:
                short.append(long.pop())
    return np.array(keep), np.array(other, dtype=np.int64)


class Words:
    """A vocabulary that grows while the tables are read; index 0 is the empty word."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {"": 0}

    def add(self, word: str) -> int:
        """Return the word's index, giving it one if it is new."""
        return self._index.setdefault(word, len(self._index))

    def all(self) -> list[str]:
        """Return the words in the order of their indices."""
        return list(self._index)

    def __len__(self) -> int:
        return len(self._index)


@dataclasses.dataclass(frozen=True)
class Forms:
    """How full names are formed: one entry per pattern, drawn by (group, sex, has a surname)."""

    draw: Draw
    family: NDArray[np.int32]  # a word, or −1 where the lineage itself is printed
    middle: NDArray[np.int32]  # a middle word, or −1 where the middle is drawn
    prefix: NDArray[np.int8]  # 0 none, 1 H', 2 K'
    order: NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class Gendered:
    """A lineage whose women write it otherwise: Tôn Thất and Tôn Nữ, Chau and Néang."""

    surname_list: int
    man: int
    women: NDArray[np.int32]
    shares: NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class NameLists:
    """Every table of names, indexed; group arrays are by ethnicity code 0–99."""

    words: list[str]
    middles: list[str]
    group: NDArray[np.int64]
    surname_list: NDArray[np.int64]
    given_list: NDArray[np.int64]
    middle_list: NDArray[np.int64]
    maternal: NDArray[np.bool_]
    patronymic: NDArray[np.bool_]  # [ethnicity, region]
    surnames: Draw  # by surname_list × region
    given: Draw  # by (given_list × sex) × cohort
    kinh_given: NDArray[np.float64]  # [given_list, cohort] share that uses the Kinh list
    kinh_given_list: int
    first_middle: Draw  # by (middle_list × sex) × cohort
    second_middle: Draw  # by sex × cohort, Kinh only
    length: Draw  # words in a Kinh name, by sex × cohort
    pair_share: NDArray[np.float64]  # [sex, cohort]
    pairs: Draw  # by sex × cohort, item = row of the two arrays below
    pair_middle: NDArray[np.int32]
    pair_given: NDArray[np.int32]
    kinh_middle_list: int
    kinh_group: int
    forms: Forms
    kinh_surname: NDArray[np.bool_]  # by word
    prefixed: NDArray[np.int32]  # [prefix, word] → word
    gendered: tuple[Gendered, ...]


def _rows(name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tables.table(name).to_pylist()
    return rows


def _number(names: Iterable[str]) -> dict[str, int]:
    return {name: index for index, name in enumerate(dict.fromkeys(names))}


def _cohort_key(row: Mapping[str, str], list_index: int = 0) -> int:
    """Return the key of a row's (list, sex, cohort): the same formula the draws use."""
    return (list_index * 2 + SEXES.index(row["sex"])) * len(COHORTS) + COHORTS.index(row["cohort"])


def _surnames(words: Words, lists: dict[str, int]) -> Draw:
    """Index surnames by (list, region); the sex-specific particles become the lineage 0."""
    rows = _rows("surnames_by_ethnicity_region")
    regional = {(row["ethnicity"], row["region"]) for row in rows}
    out: list[tuple[int, int, float]] = []
    for row in rows:
        if row["sex"] == "F":
            continue  # the same lineages as the men's rows, in the women's form
        particle = row["sex"] == "M" and row["system"] == "particle"
        lineage = 0 if particle else words.add(row["surname"])
        for index, region in enumerate(REGIONS):
            own = (row["ethnicity"], region) in regional
            if row["region"] == region or (row["region"] == "all" and not own):
                out.append((lists[row["ethnicity"]] * 3 + index, lineage, float(row["weight"])))
    return Draw(out, len(lists) * len(REGIONS))


def _gendered(words: Words, lists: dict[str, int]) -> tuple[Gendered, ...]:
    """Find the surnames that only men bear, and what their daughters write instead."""
    rows = [r for r in _rows("surnames_by_ethnicity_region") if r["system"] != "particle"]
    men = {(row["ethnicity"], row["surname"]) for row in rows if row["sex"] == "M"}
    found = []
    for ethnicity, man in sorted(men):
        forms: dict[str, float] = {}
        for row in rows:
            if row["ethnicity"] == ethnicity and row["sex"] == "F":
                forms[row["surname"]] = forms.get(row["surname"], 0.0) + float(row["weight"])
        weights = np.array(list(forms.values()))
        women = np.array([words.add(form) for form in forms], np.int32)
        shares = weights / weights.sum()
        found.append(Gendered(lists[ethnicity], words.add(man), women, shares))
    return tuple(found)


def _patronymic(surname_list: NDArray[np.int64], lists: dict[str, int]) -> NDArray[np.bool_]:
    found = np.zeros((100, len(REGIONS)), dtype=bool)
    for row in _rows("surnames_by_ethnicity_region"):
        if row["system"] == "patronymic":
            found[surname_list == lists[row["ethnicity"]], REGIONS.index(row["region"])] = True
    return found


def _forms(words: Words, middles: Words, groups: dict[str, int]) -> Forms:
    rows = _rows("name_patterns")
    draw = Draw(
        (
            (
                (groups[row["group"]] * 2 + SEXES.index(row["sex"])) * 2
                + (row["lineage"] == "surname"),
                index,
                float(row["weight"]),
            )
            for index, row in enumerate(rows)
        ),
        len(groups) * 4,
    )
    return Forms(
        draw=draw,
        family=np.array(
            [-1 if r["family"] == "*" else words.add(r["family"]) for r in rows], np.int32
        ),
        middle=np.array(
            [-1 if r["middle"] == "*" else middles.add(r["middle"]) for r in rows], np.int32
        ),
        prefix=np.array([("", "H'", "K'").index(r["given_prefix"]) for r in rows], np.int8),
        order=np.array([NAME_ORDERS.index(r["order"]) for r in rows], np.uint8),
    )


def _prefixed(words: Words, given: list[str]) -> NDArray[np.int32]:
    """Give every given name its forms with H' and K' (H'Hoa, K'Brêm) and map word → word."""
    spelled = [[words.add(prefix + name) for name in given] for prefix in ("", "H'", "K'")]
    table = np.zeros((3, len(words)), dtype=np.int32)
    for prefix, forms in enumerate(spelled):
        table[prefix, spelled[0]] = forms
    return table


def _middle_draws(middles: Words, lists: dict[str, int]) -> tuple[Draw, Draw]:
    """Index middle names by slot; a Kinh name's missing middle is decided by its length alone."""
    first: list[tuple[int, int, float]] = []
    second: list[tuple[int, int, float]] = []
    for row in _rows("middle_names"):
        none = row["name"] == "(none)"
        if none and row["group"] == KINH:
            continue
        item = 0 if none else middles.add(row["name"])
        if row["slot"] == "1":
            first.append((_cohort_key(row, lists[row["group"]]), item, float(row["weight"])))
        else:
            second.append((_cohort_key(row), item, float(row["weight"])))
    return Draw(first, len(lists) * 12), Draw(second, 12)


def _by_ethnicity(
    rows: list[dict[str, str]], column: str, index: dict[str, int]
) -> NDArray[np.int64]:
    values = np.zeros(100, dtype=np.int64)
    for row in rows:
        values[int(row["ethnicity"])] = index[row[column]]
    return values


@functools.cache
def load() -> NameLists:
    """Read and index every table of names, once a process (about 40 ms)."""
    words, middles = Words(), Words()
    people = _rows("name_groups")
    groups = _number(row["group"] for row in people)
    surname_lists = _number(row["ethnicity"] for row in _rows("surnames_by_ethnicity_region"))
    middle_lists = _number(row["group"] for row in _rows("middle_names"))
    given_rows = _rows("given_names_full")
    given_lists = _number(row["group"] for row in given_rows)
    surnames = _surnames(words, surname_lists)
    first_middle, second_middle = _middle_draws(middles, middle_lists)
    pair_rows = _rows("given_pairs")
    pair_given = [words.add(row["given"]) for row in pair_rows]
    given = Draw(
        (
            (_cohort_key(r, given_lists[r["group"]]), words.add(r["name"]), float(r["weight"]))
            for r in given_rows
        ),
        len(given_lists) * 12,
    )
    forms = _forms(words, middles, groups)
    gendered = _gendered(words, surname_lists)
    prefixed = _prefixed(words, [r["name"] for r in given_rows] + [r["given"] for r in pair_rows])
    surname_list = _by_ethnicity(people, "surname_list", surname_lists)
    pair_middle = [middles.add(row["middle"]) for row in pair_rows]
    return NameLists(
        words=words.all(),
        middles=middles.all(),
        group=_by_ethnicity(people, "group", groups),
        surname_list=surname_list,
        given_list=_by_ethnicity(people, "given_list", given_lists),
        middle_list=_by_ethnicity(people, "middle_list", middle_lists),
        maternal=_by_ethnicity(people, "surname_from", {"father": 0, "mother": 1}).astype(bool),
        patronymic=_patronymic(surname_list, surname_lists),
        surnames=surnames,
        given=given,
        kinh_given=_kinh_given(given_lists),
        kinh_given_list=given_lists[KINH],
        first_middle=first_middle,
        second_middle=second_middle,
        length=Draw(
            ((_cohort_key(r), int(r["words"]), float(r["weight"])) for r in _rows("name_length")),
            12,
        ),
        pair_share=_pair_share(),
        pairs=Draw(((_cohort_key(r), i, float(r["weight"])) for i, r in enumerate(pair_rows)), 12),
        pair_middle=np.array(pair_middle, np.int32),
        pair_given=np.array(pair_given, np.int32),
        kinh_middle_list=middle_lists[KINH],
        kinh_group=groups[KINH],
        forms=forms,
        kinh_surname=_kinh_surnames(words),
        prefixed=prefixed,
        gendered=gendered,
    )


def _kinh_given(given_lists: dict[str, int]) -> NDArray[np.float64]:
    share = np.zeros((len(given_lists), len(COHORTS)))
    for row in _rows("given_name_kinh_share"):
        if row["group"] in given_lists:
            share[given_lists[row["group"]], COHORTS.index(row["cohort"])] = float(
                row["share_using_kinh_list"]
            )
    return share


def _pair_share() -> NDArray[np.float64]:
    share = np.zeros((2, len(COHORTS)))
    for row in _rows("given_pair_share"):
        share[SEXES.index(row["sex"]), COHORTS.index(row["cohort"])] = float(
            row["share_using_a_pair"]
        )
    return share


def _kinh_surnames(words: Words) -> NDArray[np.bool_]:
    kinh = {
        row["surname"] for row in _rows("surnames_by_ethnicity_region") if row["ethnicity"] == KINH
    }
    return np.array([word in kinh for word in words.all()])


def fold_tokens(vocabulary: list[str]) -> list[list[str]]:
    """Return each word's folded tokens, as `app.matching.names.name_key` counts them."""
    return [fold(word).split() for word in vocabulary]
