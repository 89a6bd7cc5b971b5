"""What a claim to a register of others is: a question of yes or no, and how it is decided.

A claim says something of the bearer of a number: that a telephone is theirs, that they are insured
today. The register is asked; what it holds does not leave. A reason says which kind of thing stood
against the claim, never a date, a name or a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from app.exchange import register_claims
from app.platform import discovery
from app.registry import lookup
from app.sectors import register

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.orm import Session


@unique
class RegisterOutcome(StrEnum):
    """Whether a register bears a claim out."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@unique
class RegisterReason(StrEnum):
    """Why the answer is what it is; told to callers with `outcome_detail`."""

    HOLDS = "holds"
    NOT_IN_FORCE = "not_in_force"
    NOTHING_HELD = "nothing_held"
    ANOTHER_HOLDER = "another_holder"
    DIFFERS = "differs"
    PERSON_DECEASED = "person_deceased"
    NOT_IN_REGISTER = "not_in_register"
    HOLDER_UNCLEAR = "holder_unclear"
    NUMBER_UNKNOWN = "number_unknown"
    NUMBER_SHARED = "number_shared"


class Judged(NamedTuple):
    """What a register says to a claim."""

    held: RegisterOutcome
    why: RegisterReason


YES = Judged(RegisterOutcome.YES, RegisterReason.HOLDS)
DIFFERS = Judged(RegisterOutcome.NO, RegisterReason.DIFFERS)
#: Each reason in words, and the answer it goes with: the docs are printed from it.
MEANINGS: Mapping[RegisterReason, tuple[RegisterOutcome, str, str]] = {
    RegisterReason.HOLDS: (RegisterOutcome.YES, "Đúng như đã khai.", "It is as claimed."),
    RegisterReason.NOT_IN_FORCE: (
        RegisterOutcome.NO,
        "Có, nhưng hôm nay không còn (hoặc chưa có) giá trị.",
        "There is one, which does not count today.",
    ),
    RegisterReason.NOTHING_HELD: (
        RegisterOutcome.NO,
        "Cơ quan quản lý không có gì đứng tên người này.",
        "Nothing stands in the person's name.",
    ),
    RegisterReason.ANOTHER_HOLDER: (
        RegisterOutcome.NO,
        "Đứng tên người khác.",
        "It stands in another's name.",
    ),
    RegisterReason.DIFFERS: (
        RegisterOutcome.NO,
        "Của người này và còn giá trị, nhưng không đúng như đã khai.",
        "It is theirs and counts, and is not what was claimed.",
    ),
    RegisterReason.PERSON_DECEASED: (
        RegisterOutcome.NO,
        "Người này đã mất.",
        "The person has died.",
    ),
    RegisterReason.NOT_IN_REGISTER: (
        RegisterOutcome.UNKNOWN,
        "Cơ quan quản lý không có số này.",
        "The register does not have what was named.",
    ),
    RegisterReason.HOLDER_UNCLEAR: (
        RegisterOutcome.UNKNOWN,
        "Số giấy tờ của người đứng tên không dẫn đến một người duy nhất.",
        "The number it stands under leads to nobody, or to several people.",
    ),
    RegisterReason.NUMBER_UNKNOWN: (
        RegisterOutcome.UNKNOWN,
        "Không ai mang số này.",
        "Nobody bears this number.",
    ),
    RegisterReason.NUMBER_SHARED: (
        RegisterOutcome.UNKNOWN,
        "Số CMND này từng cấp cho nhiều người.",
        "Several people had this old number.",
    ),
}


class Bearer(NamedTuple):
    """Whom a claim is about; for a number that leads to no one person, nobody with that number."""

    citizen_id: int
    pin: str


#: What was claimed besides the number, by name.
Said: TypeAlias = "Mapping[str, str]"
Ask: TypeAlias = "Callable[[Session, Bearer, Said, dt.date], Judged]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One thing claimed besides the number, as a text of `pattern` (of ECMA 262).

    `identifying`: who knows it, knows more than a personal number gives away.
    """

    name: str
    label_vi: str
    label_en: str
    pattern: str
    example: str
    required: bool = True
    identifying: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClaim:
    """A yes/no question to the register of that name. `ask` answers it of a day.

    `ends_with_death`: of the dead the answer is no, whatever the register has not been told.
    """

    name: str
    register: str
    label_vi: str
    label_en: str
    ask: Ask
    named: tuple[Named, ...] = ()
    ends_with_death: bool = False
    sensitivity: Literal["basic", "sensitive"] = "basic"

    @property
    def field(self) -> str:
        """How grants, consents and leaves name it: fields are words with underscores."""
        return self.name.replace("-", "_")

    @property
    def law(self) -> str:
        """The law by which the register is kept."""
        return register.all_of_them()[self.register].law


@cache
def all_of_them() -> Mapping[str, RegisterClaim]:
    """Return every claim by name."""
    return discovery.declarations(register_claims, "CLAIM", RegisterClaim)


@cache
def by_field() -> Mapping[str, RegisterClaim]:
    """Return every claim by the name that grants have for it."""
    return {claim.field: claim for claim in all_of_them().values()}


def of_named(
    session: Session, bearer: Bearer, holders: tuple[str | None, ...] | None, *, in_force: bool
) -> Judged:
    """Decide on one entry that was named by its number: whose it is, and whether it counts.

    `holders` are the numbers it stands under, None where the register has no such entry. A
    paper's number that several people had is nobody's own: the keeper has to put it right.
    """
    if holders is None:
        return Judged(RegisterOutcome.UNKNOWN, RegisterReason.NOT_IN_REGISTER)
    found = [lookup.find(session, number).only for number in holders if number is not None]
    known = {holder.citizen_id for holder in found if holder is not None}
    if not known:
        return Judged(RegisterOutcome.UNKNOWN, RegisterReason.HOLDER_UNCLEAR)
    if bearer.citizen_id not in known:
        return Judged(RegisterOutcome.NO, RegisterReason.ANOTHER_HOLDER)
    return YES if in_force else Judged(RegisterOutcome.NO, RegisterReason.NOT_IN_FORCE)


def of_entry(session: Session, bearer: Bearer, entry: Any, *states: str) -> Judged:
    """Decide like `of_named` on an entry with one holder, which counts in one of these states."""
    if entry is None:
        return of_named(session, bearer, None, in_force=False)
    return of_named(session, bearer, (entry.holder_number,), in_force=entry.state in states)


def by_entry(find: Callable[[Session, str], Any], name: str, *states: str) -> Ask:
    """Return an `ask` that decides like `of_entry` on the entry `find` finds by what is named."""

    def ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
        return of_entry(session, bearer, find(session, said[name]), *states)

    return ask


def of_entries(
    entries: Iterable[Any],
    is_in_force: Callable[[Any], bool],
    is_as_said: Callable[[Any], bool] = lambda _entry: True,
) -> Judged:
    """Decide on all that stands in the person's name: whether any that counts is as claimed."""
    held = list(entries)
    if not held:
        return Judged(RegisterOutcome.NO, RegisterReason.NOTHING_HELD)
    counting = list(filter(is_in_force, held))
    if not counting:
        return Judged(RegisterOutcome.NO, RegisterReason.NOT_IN_FORCE)
    return YES if any(map(is_as_said, counting)) else DIFFERS
