"""Personal names: search keys, parts in display order, and whether two spellings are one name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Finding, Reason, near
from app.matching.folding import TONES, fold, spelled
from app.matching.tidying import UntidyTextError, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LONGEST_NAME",
    "NameOrder",
    "NameParts",
    "UntidyTextError",
    "compare_name",
    "fold",
    "join",
    "name_key",
    "split",
    "tidy",
]

NameOrder = Literal["family_first", "family_last", "given_only"]

LONGEST_NAME = 400
"""In code points: 100 letters (the longest HoVaTen at the ministry) with their marks apart."""

_FEWEST_LETTERS_FOR_A_TYPO = 6  # in shorter names one letter is another name: Lê An, Lê Anh

# Families and clans of several words; of any other name the first word (or last, or none) is it.
_COMPOUND_FAMILIES = frozenset(
    spelled(family)
    for family in (
        # The imperial clan by sex and generation; Sino-Vietnamese double surnames
        *("Tôn Thất", "Tôn Nữ", "Huyền Tôn Nữ", "Huyền Tằng Tôn Nữ"),
        *("Công Tằng Tôn Nữ", "Công Huyền Tôn Nữ"),
        *("Âu Dương", "Tư Mã", "Tư Đồ", "Thượng Quan", "Gia Cát", "Hạ Hầu", "Độc Cô"),
        # Clans of the Central Highlands and the Trường Sơn range
        *("Niê Kdăm", "Niê Siêng", "Buôn Yă", "Buôn Krông", "Bon Niêng", "Bon Yong"),
        *("Ê Ban", "Ê Nuôl", "Cil Múp", "Dak Cat", "Đa Gout", "Jơ Lơng", "Ka Dá", "Kon Sa"),
        *("Kơ Să", "La O", "Liêng Hót", "Lơ Liêng", "Lơ Mu", "A Viết", "Păng Ting"),
        *("Patâu Axá", "Pi Năng", "Ra Pát", "Rơ Châm", "Rơ Lan", "Rơ Mah", "Rơ Ô", "Rơ Ông"),
        *("Sơ Ao", "Bo Bo"),
    )
)
_MOST_FAMILY_WORDS = max(len(family.split()) for family in _COMPOUND_FAMILIES)

# y and i spell one vowel where it stands alone in an open syllable, and after qu.
_Y_ALONE = re.compile(f"(QU|[BCDĐGHKLMNPRSTVX]*)Y([{TONES}]?)")
_JOINERS = str.maketrans(dict.fromkeys(" '-.,·"))


class NameParts(NamedTuple):
    """Họ, chữ đệm, tên; a part that a person does not have is empty."""

    family: str
    middle: str
    given: str


def name_key(full_name: str) -> str:
    """Return the search key of a name: its folded words in code-point order."""
    return " ".join(sorted(fold(full_name).split()))


def split(full_name: str, order: NameOrder = "family_first") -> NameParts:
    """Divide a name into its parts: of what is not family, the last word is the given name (tên).

    A clan of several words stays whole where it is a known one. A double surname such as Đỗ Nguyễn
    cannot be told from a surname with a middle name, and counts as one. Particles that stand alone
    (Y, A, Ka) are middle names; attached ones (H'Hoa) stay with the given name. A single word is a
    given name. `join` gives the name back, with single spaces.
    """
    words = full_name.split()
    if order == "given_only" or len(words) < 2:
        return NameParts("", " ".join(words[:-1]), " ".join(words[-1:]))
    sizes = range(1, min(_MOST_FAMILY_WORDS, len(words) - 1) + 1)
    if order == "family_last":
        size = _family_size([words[-size:] for size in sizes])
        family, rest = words[-size:], words[:-size]
    else:
        size = _family_size([words[:size] for size in sizes])
        family, rest = words[:size], words[size:]
    return NameParts(" ".join(family), " ".join(rest[:-1]), rest[-1])


def join(parts: NameParts, order: NameOrder = "family_first") -> str:
    """Return the full name as displayed; no space follows a part that ends in an apostrophe."""
    family, middle, given = parts
    shown = {
        "family_first": (family, middle, given),
        "family_last": (middle, given, family),
        "given_only": (middle, given),
    }[order]
    return " ".join(filter(None, shown)).replace("' ", "'").replace("’ ", "’")


def compare_name(claimed: str, recorded: str | None) -> Finding:
    """Compare a claimed full name with the one on record.

    | finding | when |
    |---|---|
    | not_on_record | no name is recorded |
    | match | one spelling: case, Unicode form, spaces, look-alike signs, the tone's place aside |
    | near_match | separators, y/i or diacritics differ, or several of them; word order; one typo |
    | mismatch | anything else: also an empty claim, and unequal names over `LONGEST_NAME` |

    A word left out or added is a mismatch; so are variants that are other legal names (Hoàng and
    Huỳnh). Between two names the finding is the same whichever is the claim.
    """
    if claimed == recorded and claimed:
        return MATCH
    if not recorded:
        return NOT_ON_RECORD
    if len(claimed) > LONGEST_NAME or len(recorded) > LONGEST_NAME:
        return MISMATCH
    ours, theirs = spelled(claimed), spelled(recorded)
    if ours == theirs:
        return MATCH
    reason = _likeness(ours, theirs)
    return MISMATCH if reason is None else near(reason)


def _likeness(ours: str, theirs: str) -> Reason | None:
    our_words, their_words = _loose_words(ours), _loose_words(theirs)
    our_letters, their_letters = "".join(our_words), "".join(their_words)
    if our_letters == their_letters:
        return _spelling_reason(ours, theirs) if our_letters else None
    if sorted(our_words) == sorted(their_words):
        return Reason.WORD_ORDER
    if min(len(our_letters), len(their_letters)) < _FEWEST_LETTERS_FOR_A_TYPO:
        return None
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - 48 modules, for the names that come so far

    typos = OSA.distance(our_letters, their_letters, score_cutoff=1)
    return Reason.TYPO if typos <= 1 else None


def _spelling_reason(ours: str, theirs: str) -> Reason:
    for reason, key in _SPELLING_KEYS:
        if key(ours) == key(theirs):
            return reason
    return Reason.SPELLING


def _joined(text: str) -> str:
    return text.translate(_JOINERS)


def _with_i(text: str) -> str:
    return " ".join(
        _Y_ALONE.sub(r"\1I\2", word) if _Y_ALONE.fullmatch(word) else word for word in text.split()
    )


def _loose_words(text: str) -> list[str]:
    return fold(text).replace("Y", "I").split()


_SPELLING_KEYS: tuple[tuple[Reason, Callable[[str], str]], ...] = (
    (Reason.SEPARATORS, _joined),
    (Reason.Y_I, _with_i),
    (Reason.DIACRITICS, fold),
)


def _family_size(candidates: list[list[str]]) -> int:
    known = (len(words) for words in candidates if spelled(" ".join(words)) in _COMPOUND_FAMILIES)
    return max(known, default=1)
