"""Full names as each people of Vietnam forms them: surnames handed down, other parts drawn.

Patrilineal groups hand down the father's surname, matrilineal ones (Ê Đê, Gia Rai, Ra Glai,
Cơ Ho…) the mother's clan, some write a particle of people and sex in its place, and the Chăm of
the Mekong use the father's given name. Where a child departs from its group's rule, a note says
why.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seed import name_lists
from seed.name_lists import NAME_ORDERS, fold_tokens
from seed.people import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Strings = pa.Array[Any]

Streams = Callable[..., np.random.Generator]

#: What `citizen.surname_note` says; 0 is "by the rule of the family's naming system".
SURNAME_NOTES: tuple[str | None, ...] = (
    None,
    "Họ theo mẹ: chưa xác định được cha",
    "Họ theo mẹ theo thỏa thuận của cha mẹ (Điều 26 Bộ luật Dân sự 2015)",
    "Họ theo cha: chưa xác định được mẹ",
    "Họ theo mẹ: cha không dùng họ",
    "Họ theo cha: mẹ không dùng họ",
    "Họ theo tập quán: cha mẹ không dùng họ",
)
_FATHER_UNKNOWN, _AGREED, _MOTHER_UNKNOWN, _FATHER_HAS_NONE, _MOTHER_HAS_NONE, _NEITHER_HAS_ONE = (
    range(1, 7)
)

#: Share of couples who agree on the mother's surname against custom (our estimate).
AGREED_SHARE = 0.01
#: Years between a child's birth and that of a parent of whom only the name is known.
PARENT_AGE = 28
#: A vocabulary's codes fit into so many bits.
_WORD_BITS = 20
#: With their type, without which Arrow looks for one at length (see `rows.arrow`).
_NOTHING, _SPACE = pa.scalar("", pa.string()), pa.scalar(" ", pa.string())


@dataclasses.dataclass(frozen=True)
class People:
    """One chunk's people; `father` and `mother` index the same chunk, −1 when not in the world.

    `level` 0 has no parent in the world; parents always have a lower level than their children.
    """

    ethnicity: NDArray[np.uint8]
    sex: NDArray[np.uint8]
    birth_year: NDArray[np.int16]
    region: NDArray[np.uint8]
    father: NDArray[np.int32]
    mother: NDArray[np.int32]
    level: NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class NameCodes:
    """Names as codes: `family` and `given` index the words, `middle` packs up to three."""

    family: NDArray[np.int32]
    middle: NDArray[np.int32]
    given: NDArray[np.int32]
    order: NDArray[np.uint8]
    surname_note: NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class NameTexts:
    """Names as text, no nulls; `name_key` equals `app.matching.names.name_key(full_name)`.

    All but the full name and its key are dictionary-encoded.
    """

    family_name: Strings
    middle_name: Strings
    given_name: Strings
    name_order: Strings
    full_name: Strings
    name_key: Strings


class Names:
    """The tables of names, ready to draw from."""

    def __init__(self) -> None:
        """Load the tables; their arrays are shared by all instances of a process."""
        self._lists = name_lists.load()
        self._words = pa.array(self._lists.words)
        self._first = pa.array([f"{word} " if word else "" for word in self._lists.words])
        self._last = pa.array([f" {word}" if word else "" for word in self._lists.words])
        self._middles = pa.array([f" {word}" if word else "" for word in self._lists.middles])
        self._tokens = _Tokens(self._lists)

    @property
    def words(self) -> Strings:
        """The vocabulary of family and given names, which codes index; 0 is the empty one."""
        return self._words

    def assign(self, streams: Streams, people: People) -> NameCodes:
        """Name a chunk: founders first, then level by level what parents hand down."""
        lineage, notes = self._lineages(streams, people)
        codes = self._compose(streams("names", "parts"), people, lineage)
        again = _siblings_with_one_name(people.mother, codes.given)
        redrawn = self._compose(streams("names", "again"), _subset(people, again), lineage[again])
        for part in ("middle", "given", "family", "order"):
            getattr(codes, part)[again] = getattr(redrawn, part)
        self._hand_down_given(people, codes, notes)
        return dataclasses.replace(codes, surname_note=notes)

    def absent_parents(
        self,
        streams: Streams,
        children: NameCodes,
        people: People,
        which: NDArray[np.int64],
        sex: int,
    ) -> NameCodes:
        """Name the fathers (`sex` 0) or mothers (1), not in the world, of the persons `which`."""
        side = "mother" if sex else "father"
        there = _subset(people, which)
        there = dataclasses.replace(
            there,
            sex=np.full(len(which), sex, np.uint8),
            birth_year=(there.birth_year - PARENT_AGE).astype(np.int16),
        )
        lists = self._lists
        lineage = self._found(streams("names", side), there)
        from_mother = lists.maternal[there.ethnicity] | (
            children.surname_note[which] == _FATHER_UNKNOWN
        )
        hands_down = (from_mother == bool(sex)) & ~lists.patronymic[there.ethnicity, there.region]
        lineage = np.where(hands_down, self._lineage_of(children, people, which), lineage)
        return self._compose(streams("names", side, "parts"), there, lineage)

    def newborns(
        self, streams: Streams, people: People, surnames: Strings, givers: NDArray[np.uint8]
    ) -> NameTexts:
        """Name children whose parents have been on record for long.

        `surnames` are those that are handed down, as they are printed, `givers` the sexes of whose
        they are. One that the tables do not have is handed down as it is.
        """
        found = cast("Any", pc.index_in(cast("Any", surnames), cast("Any", self._words)))
        code = np.asarray(found.fill_null(-1)).astype(np.int32)
        blank = np.zeros(len(code), np.uint8)
        printed = NameCodes(np.maximum(code, 0), np.zeros(len(code), np.int32), code, blank, blank)
        parents = dataclasses.replace(people, sex=givers)
        lineage = self._lineage_of(printed, parents, np.arange(len(code)))
        bare = (lineage == 0) & ~self._has_particle(people, np.arange(len(code)))
        lineage = np.where(bare, self._found(streams("names", "surname"), people), lineage)
        codes = self._compose(streams("names", "parts"), people, lineage.astype(np.int32))
        texts = self.texts(codes)
        strange = pa.array(code < 0)
        family = cast("Any", pc.if_else)(strange, surnames, texts.family_name.cast(pa.string()))
        return dataclasses.replace(texts, family_name=family)

    def texts(self, codes: NameCodes) -> NameTexts:
        """Write the names out, by taking from the vocabularies and joining column by column."""
        middle, place = self._middle_names(codes.middle)
        return NameTexts(
            family_name=_encoded(self._words, codes.family),
            middle_name=_encoded(middle, place),
            given_name=_encoded(self._words, codes.given),
            name_order=_encoded(pa.array(NAME_ORDERS, pa.string()), codes.order),
            full_name=self._full_names(codes, middle, place),
            name_key=self._tokens.keys(codes, _unpack(codes.middle, len(self._lists.middles))),
        )

    def full_names(self, codes: NameCodes) -> Strings:
        """Write full names only, in display order."""
        return self._full_names(codes, *self._middle_names(codes.middle))

    def _full_names(self, codes: NameCodes, middle: Strings, place: NDArray[Any]) -> Strings:
        some = cast("Any", middle)
        space: Any = pc.if_else(pc.not_equal(some, _NOTHING), _SPACE, _NOTHING)
        spaced = _concatenate(middle, space)
        last = codes.order == NAME_ORDERS.index("family_last")
        columns = [
            _take(self._first, np.where(last, 0, codes.family)),
            _take(spaced, place),
            _take(self._words, codes.given),
        ]
        if last.any():
            columns.append(_take(self._last, np.where(last, codes.family, 0)))
        return _concatenate(*columns)

    def _middle_names(self, middle: NDArray[np.int32]) -> tuple[Strings, NDArray[np.int64]]:
        """Write the different middle names, and say which is where."""
        order = in_order(middle)
        new = np.append(True, np.diff(middle[order]) != 0)[: len(order)]
        place = np.empty(len(order), np.int64)
        place[order] = np.cumsum(new) - 1
        parts = _unpack(middle[order][new], len(self._lists.middles))
        joined = _concatenate(*(_take(self._middles, part) for part in parts))
        return cast("Strings", pc.utf8_ltrim_whitespace(cast("Any", joined))), place

    def _found(self, rng: np.random.Generator, people: People) -> NDArray[np.int32]:
        """Draw a lineage for each person from the shares of their people in their region."""
        key = self._lists.surname_list[people.ethnicity] * 3 + people.region
        return self._lists.surnames.take(rng, key)

    def _lineages(
        self, streams: Streams, people: People
    ) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        lineage = self._found(streams("names", "surname"), people)
        fresh = lineage.copy()
        notes = np.zeros(len(lineage), np.uint8)
        agreed = streams("names", "agreed").random(len(lineage)) < AGREED_SHARE
        for level in range(1, int(people.level.max(initial=0)) + 1):
            at = np.flatnonzero(people.level == level)
            lineage[at], notes[at] = self._inherit(people, at, lineage, fresh, agreed)
        return lineage, notes

    def _inherit(
        self,
        people: People,
        at: NDArray[np.int64],
        lineage: NDArray[np.int32],
        fresh: NDArray[np.int32],
        agreed: NDArray[np.bool_],
    ) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Hand down to the persons `at`: the rule of the child's people, and what bends it."""
        father, mother = people.father[at], people.mother[at]
        maternal = self._lists.maternal[people.ethnicity[at]]
        both = (father >= 0) & (mother >= 0)
        by_agreement = both & ~maternal & agreed[mother] & (lineage[mother] > 0)
        from_mother = np.where(both, maternal | by_agreement, mother >= 0)
        giver = np.where(from_mother, mother, father)
        other = np.where(both, np.where(from_mother, father, mother), giver)
        particles = self._has_particle(people, at)
        bare = (lineage[giver] == 0) & ~particles
        rescued = bare & (lineage[other] > 0)
        passed = np.where(rescued, lineage[other], np.where(bare, fresh[at], lineage[giver]))
        notes = np.zeros(len(at), np.uint8)
        notes[from_mother & ~maternal & (father < 0)] = _FATHER_UNKNOWN
        notes[~from_mother & maternal] = _MOTHER_UNKNOWN
        notes[by_agreement] = _AGREED
        notes[bare] = _NEITHER_HAS_ONE
        notes[rescued] = np.where(from_mother, _MOTHER_HAS_NONE, _FATHER_HAS_NONE)[rescued]
        return passed.astype(np.int32), notes

    def _has_particle(self, people: People, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        group = self._lists.group[people.ethnicity[at]]
        return self._lists.forms.draw.has((group * 2 + people.sex[at]) * 2)

    def _hand_down_given(self, people: People, codes: NameCodes, notes: NDArray[np.uint8]) -> None:
        """Give the children of patronymic families their father's given name as family name."""
        patronymic = self._lists.patronymic[people.ethnicity, people.region] & (people.father >= 0)
        codes.family[patronymic] = codes.given[people.father[patronymic]]
        notes[patronymic] = 0

    def _lineage_of(
        self, children: NameCodes, people: People, which: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """Read a lineage back from print: a particle is none, Tôn Nữ is Tôn Thất."""
        family = children.family[which].copy()
        for form in self._lists.gendered:
            theirs = self._lists.surname_list[people.ethnicity[which]] == form.surname_list
            family[theirs & np.isin(family, form.women)] = form.man
        group = self._lists.group[people.ethnicity[which]]
        forms = self._lists.forms
        key = (group * 2 + people.sex[which]) * 2
        particle = np.zeros(len(which), np.int32)
        has = forms.draw.has(key)
        # One particle a people and sex, so the draw is no draw: any generator gives the same.
        particle[has] = forms.family[forms.draw.take(np.random.default_rng(0), key[has])]
        family[has & (family == particle)] = 0
        return family

    def _compose(
        self, rng: np.random.Generator, people: People, lineage: NDArray[np.int32]
    ) -> NameCodes:
        """Draw the form, then given and middle names, for people whose lineage is settled."""
        lists, forms = self._lists, self._lists.forms
        cohort = np.searchsorted(name_lists.COHORT_STARTS, people.birth_year, side="right")
        form = self._form(rng, people, lineage)
        given, kinh = self._given(rng, people, cohort)
        middle, given = self._middle(rng, people, cohort, given, kinh)
        fixed = forms.middle[form]
        middle = np.where(fixed >= 0, fixed, middle)
        family = np.where(forms.family[form] >= 0, forms.family[form], lineage)
        given = lists.prefixed[forms.prefix[form], given]
        return NameCodes(
            family=self._womens_forms(rng, family.astype(np.int32), people.sex),
            middle=middle.astype(np.int32),
            given=given.astype(np.int32),
            order=forms.order[form],
            surname_note=np.zeros(len(form), np.uint8),
        )

    def _form(
        self, rng: np.random.Generator, people: People, lineage: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Choose the pattern; where clans stand last, a Kinh surname still stands first."""
        lists, forms = self._lists, self._lists.forms
        key = (lists.group[people.ethnicity] * 2 + people.sex) * 2 + (lineage > 0)
        form = forms.draw.take(rng, key)
        last = forms.order[form] == NAME_ORDERS.index("family_last")
        kinh_key = (lists.kinh_group * 2 + people.sex.astype(np.int64)) * 2 + 1
        return np.where(last & lists.kinh_surname[lineage], forms.draw.take(rng, kinh_key), form)

    def _given(
        self, rng: np.random.Generator, people: People, cohort: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Draw given names; also say who drew from the Kinh list."""
        lists = self._lists
        own = lists.given_list[people.ethnicity]
        kinh = (own == lists.kinh_given_list) | (
            rng.random(len(own)) < lists.kinh_given[own, cohort]
        )
        used = np.where(kinh, lists.kinh_given_list, own)
        return lists.given.take(
            rng, (used * 2 + people.sex) * len(name_lists.COHORTS) + cohort
        ), kinh

    def _middle(
        self,
        rng: np.random.Generator,
        people: People,
        cohort: NDArray[np.int64],
        given: NDArray[np.int32],
        kinh: NDArray[np.bool_],
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Draw middle names, packed; three words or more may end in a pair (Bảo Ngọc)."""
        lists = self._lists
        sex_cohort = people.sex.astype(np.int64) * len(name_lists.COHORTS) + cohort
        own = lists.middle_list[people.ethnicity]
        first = lists.first_middle.take(rng, own * 2 * len(name_lists.COHORTS) + sex_cohort)
        second = lists.second_middle.take(rng, sex_cohort)
        words = lists.length.take(rng, sex_cohort)
        pair = lists.pairs.take(rng, sex_cohort)
        kinh_form = (own == lists.kinh_middle_list) & kinh
        paired = (
            kinh_form & (words > 2) & (rng.random(len(own)) < lists.pair_share[people.sex, cohort])
        )
        paired |= kinh_form & (words > 4)
        first = np.where(kinh_form & (words == 2), 0, first)
        # With a pair, a three-word name has nothing before it, a four-word name the first middle.
        second = np.where(
            kinh_form & (words == 4) & ~paired, second, np.where(words > 4, second, 0)
        )
        second = np.where(kinh_form, second, 0)
        second = np.where(second == first, 0, second)
        first = np.where(paired & (words == 3), 0, first)
        third = np.where(paired, lists.pair_middle[pair], 0)
        third = np.where((third == first) | (third == second), 0, third)
        given = np.where(paired, lists.pair_given[pair], given)
        base = len(lists.middles)
        return (first + base * (second + base * third)).astype(np.int32), given.astype(np.int32)

    def _womens_forms(
        self, rng: np.random.Generator, family: NDArray[np.int32], sex: NDArray[np.uint8]
    ) -> NDArray[np.int32]:
        for form in self._lists.gendered:
            daughters = (family == form.man) & (sex == 1)
            family[daughters] = rng.choice(form.women, int(daughters.sum()), p=form.shares)
        return family


class _Tokens:
    """Sorted folded tokens of a name, through the rank that each token has in the alphabet."""

    def __init__(self, lists: name_lists.NameLists) -> None:
        words, middles = fold_tokens(lists.words), fold_tokens(lists.middles)
        alphabet = sorted({token for tokens in (*words, *middles) for token in tokens})
        rank = {token: index for index, token in enumerate(alphabet)}
        self._none = len(alphabet)
        self._first = pa.array([*alphabet, ""])
        self._others = pa.array([*(f" {token}" for token in alphabet), ""])
        self._words = self._ranks(words, rank)
        self._middles = self._ranks(middles, rank)

    def _ranks(self, tokens: list[list[str]], rank: dict[str, int]) -> NDArray[np.int16]:
        width = max(map(len, tokens))
        ranks = np.full((len(tokens), width), self._none, np.int16)
        for row, listed in enumerate(tokens):
            ranks[row, : len(listed)] = [rank[token] for token in listed]
        return ranks

    def keys(self, codes: NameCodes, parts: tuple[NDArray[np.int32], ...]) -> Strings:
        """Return each name's tokens in alphabetical order, joined by spaces."""
        columns = [self._words[codes.family], self._words[codes.given]]
        columns += [self._middles[part] for part in parts]
        ranks = np.concatenate(columns, axis=1)
        ranks.sort(axis=1)
        used = int((ranks < self._none).sum(axis=1).max(initial=0))
        texts = [self._first, *[self._others] * (used - 1)]
        return _concatenate(
            *(_take(text, ranks[:, index]) for index, text in enumerate(texts[:used]))
        )


def _unpack(middle: NDArray[np.int32], base: int) -> tuple[NDArray[np.int32], ...]:
    return middle % base, middle // base % base, middle // (base * base)


def _take(texts: Strings, codes: NDArray[Any]) -> Strings:
    return texts.take(cast("pa.Array[Any]", pa.array(codes)))


def _encoded(texts: Strings, codes: NDArray[Any]) -> Strings:
    index = cast("pa.Array[Any]", pa.array(codes.astype(np.int32)))
    return cast("Strings", pa.DictionaryArray.from_arrays(index, cast("Any", texts)))


def _concatenate(*columns: Strings) -> Strings:
    """Join columns without nulls, row by row."""
    if not columns:
        return cast("Strings", pa.array([], pa.string()))
    return cast("Strings", pc.binary_join_element_wise(*cast("list[Any]", columns), _NOTHING))


def _subset(people: People, at: NDArray[np.int64]) -> People:
    return People(
        **{field.name: getattr(people, field.name)[at] for field in dataclasses.fields(people)}
    )


def _siblings_with_one_name(
    mother: NDArray[np.int32], given: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Find children whose mother already gave that name to another child."""
    known = np.flatnonzero(mother >= 0)
    pairs = mother[known].astype(np.int64) << _WORD_BITS | given[known]
    order = in_order(pairs)
    again = order[1:][np.diff(pairs[order]) == 0]
    found: NDArray[np.int64] = known[np.sort(again)]
    return found
