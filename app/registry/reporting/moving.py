"""Moving: checks and effects that events of residence share, where several change household.

The checks look at a report's members of these names: `pin` reports, `members` come along,
`household` is where they go, `new_head` leads those who stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.platform.errors import InvalidParam
from app.registry import codes
from app.registry.reporting import checks, home_checks, homes, residing, stays
from app.registry.reporting.facts import Wanted, given
from app.registry.reporting.payloads import JoinedHousehold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.registry.models import Citizen, Household
    from app.registry.reporting.reports import Case, Effect


def no_number(_case: Case[Any]) -> None:
    """Nobody gets a number by the event."""


def wants(said: Any) -> Wanted:
    """Ask for those who are named, all they live with, and the household they join."""
    movers = frozenset(named(said).values())
    home, new_head = getattr(said, "household", None), getattr(said, "new_head", None)
    joined = (home.member, home.file_number) if isinstance(home, JoinedHousehold) else (None, None)
    return Wanted(
        pins=given(joined[0], new_head),
        subjects=movers,
        heads=movers,
        file_numbers=given(joined[1]),
        house_ids=given(getattr(home, "house_id", None)),
    )


def named(said: Any) -> Mapping[str, str]:
    """Return whom a report names, by the member that does: the reporter, and who comes along."""
    found = {"pin": said.pin}
    for index, one in enumerate(getattr(said, "members", ())):
        if isinstance(one, str):
            found[f"members.{index}"] = one
        else:
            found[f"members.{index}.pin"] = one.pin
    return found


def known(case: Case[Any]) -> dict[str, Citizen]:
    """Return those who are named and on record, by the member that names them."""
    people_ = case.facts.people
    return {at: people_[pin] for at, pin in named(case.payload).items() if pin in people_}


def old_home(case: Case[Any]) -> Household | None:
    """Return the household to which the reporter belongs."""
    own = case.facts.people.get(case.payload.pin)
    return None if own is None else residing.of(case.facts, own.id)


def people(case: Case[Any]) -> Iterator[InvalidParam]:
    """Whoever is named is on record and here, is named once, and is in no earlier row."""
    yield from home_checks.people(case, named(case.payload))


def one_household(case: Case[Any]) -> Iterator[InvalidParam]:
    """Those who come along belong to the reporter's household, or to none: others report apart."""
    home = old_home(case)
    for member, person in known(case).items():
        theirs = residing.of(case.facts, person.id)
        if theirs is not None and theirs is not home:
            yield InvalidParam(
                member,
                "belongs to another household: report it on its own",
                "người này thuộc hộ khác: hãy khai riêng",
            )


def in_household(case: Case[Any]) -> Iterator[InvalidParam]:
    """All who are named belong to the reporter's household."""
    home = old_home(case)
    for member, person in known(case).items():
        theirs = residing.of(case.facts, person.id)
        if theirs is None:
            yield InvalidParam(
                member, "the person is in no household", "người này không thuộc hộ nào"
            )
        elif theirs is not home:
            yield InvalidParam(member, "belongs to another household", "người này thuộc hộ khác")


def citizens(case: Case[Any]) -> Iterator[InvalidParam]:
    """Permanent residence is for citizens, and for those whose nationality is not determined."""
    for member, person in known(case).items():
        if not {person.nationality, person.second_nationality} & {"VN", "XX"}:
            yield InvalidParam(
                member,
                "is a foreign national: they register no permanent residence",
                "người này mang quốc tịch nước ngoài: không đăng ký thường trú",
            )


def destination(case: Case[Any]) -> Iterator[InvalidParam]:
    """The household they go to exists, is another one, and keeps one head."""
    said = case.payload.household
    yield from home_checks.household(case, said)
    own, joined = old_home(case), residing.joined(case.facts, said)
    if own is not None and own.id == joined:
        yield InvalidParam(
            "household", "they belong to it already", "những người này đã thuộc hộ đó"
        )
    home = case.facts.households.get(joined)
    if home is not None and home.from_date > case.happened:
        yield InvalidParam("household", "it began after that day", "hộ này được lập sau ngày đó")


def relationships(case: Case[Any]) -> Iterator[InvalidParam]:
    """Everybody who comes along is something to the head there, and nobody is a second head."""
    for index, one in enumerate(case.payload.members):
        at = f"members.{index}.relationship"
        yield from checks.code(at, one.relationship, case.facts.codes.relationships)
        if one.relationship == codes.HEAD:
            yield InvalidParam(
                at,
                "the household has one head: the one it has, or who reports",
                "hộ chỉ có một chủ hộ: chủ hộ hiện có, hoặc người khai",
            )


def adult_leads(case: Case[Any]) -> Iterator[InvalidParam]:
    """A new household is led by an adult, unless all in it are minors (Residence Law, Art 10)."""
    if isinstance(getattr(case.payload, "household", None), JoinedHousehold):
        return
    day, named_ = case.happened, known(case)
    own = named_.pop("pin", None)
    if own is not None and any(home_checks.is_of_age(one, day) for one in named_.values()):
        yield from home_checks.grown("pin", own, day)


def head_left(case: Case[Any]) -> Iterator[InvalidParam]:
    """A head who is named stays in the household that another leaves as its head."""
    home, said = old_home(case), case.payload.new_head
    leaving = known(case).values()
    head = None if home is None else case.facts.head(home.id)
    leaders = [one for one in leaving if head is not None and one.id == head.citizen_id]
    if said is None:
        return
    if not leaders:
        yield InvalidParam(
            "new_head",
            "no head leaves a household: leave it out",
            "không có chủ hộ nào rời hộ: bỏ mục này",
        )
    elif any(one.pin == said for one in leaving):
        yield InvalidParam("new_head", "leaves the household, too", "người này cũng rời hộ")
    else:
        yield from homes.new_head(case, leaders[0], said)
        yield from _leads_adults(case, leaders[0], said)


def _leads_adults(case: Case[Any], leader: Citizen, said: str) -> Iterator[InvalidParam]:
    """Whoever is named head is of age if anybody who stays is (Law on Residence 2020, Art 10)."""
    facts, leaving = case.facts, {person.id for person in known(case).values()}
    rows = facts.open_members(facts.membership[leader.id].household_id)
    members = [facts.people_by_id[row.citizen_id] for row in rows]
    staying = {one.pin: one for one in members if one.id not in leaving}
    grown = [pin for pin, one in staying.items() if home_checks.is_of_age(one, case.happened)]
    if said in staying and grown and said not in grown:
        yield InvalidParam(
            "new_head",
            f"is under {checks.OF_AGE}, and an adult stays",
            f"chưa đủ {checks.OF_AGE} tuổi, trong khi có người lớn ở lại",
        )


def succeed(case: Case[Any], effect: Effect, home: Household) -> None:
    """Give the household a head again if its head has left it by this report."""
    rows = case.facts.members[home.id]
    left = [row for row in rows if row.relationship == codes.HEAD and row in effect.changed]
    for row in left:
        homes.succeed(case, effect, row, case.payload.new_head)


def regroup(case: Case[Any], effect: Effect, home: Household, relationship: str) -> None:
    """Let those named belong to another residence file at the same address.

    `relationship` is what the reporter is to its head; the others say it of themselves.
    """
    said, facts = case.payload, case.facts
    old = facts.households[facts.membership[facts.people[said.pin].id].household_id]
    members = {said.pin: relationship} | {one.pin: one.relationship for one in said.members}
    for pin, code in members.items():
        person_id = facts.people[pin].id
        residing.leave(facts, effect, person_id, case.happened)
        residing.enter(case, effect, person_id, home, code)
        residing.refile(facts, effect, person_id, old, home)


def timely(case: Case[Any]) -> Iterator[InvalidParam]:
    """Nobody concerned came to a household or an address after the day of the event."""
    yield from home_checks.timely(case, known(case).values())


def end_temporary_at(case: Case[Any], effect: Effect, citizen_id: int, home: Household) -> None:
    """End a temporary residence where the person now resides for good (Law on Residence, Art 29).

    Where they live otherwise stays what it is.
    """
    facts, day = case.facts, case.happened
    for kind in ("temporary", "current"):
        stay = stays.in_force(facts, citizen_id, kind, day)
        if stay is not None and stays.is_at(facts, stay, home.unit_id, home.address_key, day):
            effect.change(stay, to_date=day)


def done(case: Case[Any], effect: Effect) -> Effect:
    """Say of whom else the report is, and that no later row of its file changes them again."""
    named_ = known(case).items()
    effect.others += [(at, person) for at, person in named_ if person is not effect.citizen]
    case.facts.touch(effect.added)
    return effect
