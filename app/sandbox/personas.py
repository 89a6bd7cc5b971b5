"""Personas: the citizens with a fixed name and a purpose, and people found by what they are like.

A persona's purpose holds on the world's start date; what is shown and searched is as of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.identity import accounts, cards
from app.platform import errors
from app.registry import citizens, properties
from app.registry.pages import Page
from app.sandbox.models import Persona

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from app.matching.dates import PartialDate
    from app.registry.citizens import Brief
    from app.registry.properties import Properties

#: Pages of the registry's search that one call reads at most to fill its own.
MOST_PAGES = 25

UNKNOWN = errors.declare(
    code="persona-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có nhân vật mẫu tên đó",
    title_en="There is no persona of that name",
    next_vi="Xem danh sách bằng `dancu persona list`.",
    next_en="See them all with `dancu persona list`.",
)
EXISTS = errors.declare(
    code="persona-exists",
    kind="conflict",
    fault_of="caller",
    title_vi="Đã có nhân vật mẫu tên đó",
    title_en="There is a persona of that name already",
    next_vi="Chọn tên khác.",
    next_en="Choose another name.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaView:
    """A persona with the citizen it stands for; `needs` are the dates its purpose needs."""

    name: str
    purpose: str
    purpose_en: str
    needs: str | None
    citizen_id: int
    pin: str
    full_name: str
    birth_date: PartialDate
    sex: str
    state: str


class Documents(NamedTuple):
    """What a search asks of somebody's documents; None is "does not matter".

    `card` is a state of the current card (`active`, `expired`, `lost`…) or `none`; `account` is a
    state of the eID account or `none`; `level` is that of an active account.
    """

    card: str | None = None
    account: str | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """Somebody found: in brief, their documents, and the persona's name if they are one."""

    person: Brief
    card: str
    account: str
    level: int | None
    persona: str | None


def all_of_them(session: Session) -> list[PersonaView]:
    """Return every persona, in the order in which they were made."""
    return _views(session, session.scalars(select(Persona).order_by(Persona.citizen_id)).all())


def some(session: Session, names: Sequence[str]) -> list[PersonaView]:
    """Return the personas of these names, in this order; those that were removed are left out."""
    rows = session.scalars(select(Persona).where(Persona.name.in_(names))).all()
    return sorted(_views(session, rows), key=lambda each: names.index(each.name))


def find(session: Session, name: str) -> PersonaView:
    """Return the persona of that name; raise `persona-unknown`."""
    row = session.get(Persona, name)
    if row is None:
        raise UNKNOWN.error(f"persona {name}")
    return _views(session, [row])[0]


def whose(session: Session, who: str) -> int:
    """Return the id of the citizen whose personal number, or name as a persona, this is.

    Raises `citizen-unknown` and `persona-unknown`.
    """
    if not who.isdigit():
        return find(session, who).citizen_id
    citizen = citizens.find(session, who)
    if citizen is None:
        raise citizens.UNKNOWN.error()
    return citizen.id


def add(session: Session, name: str, citizen_id: int, purpose: str, purpose_en: str) -> None:
    """Make a citizen a persona of this world; raise `persona-exists`."""
    if session.get(Persona, name) is not None:
        raise EXISTS.error(f"persona {name}")
    session.add(Persona(name=name, citizen_id=citizen_id, purpose=purpose, purpose_en=purpose_en))
    session.flush()


def describe(session: Session, name: str, purpose: str, purpose_en: str) -> None:
    """Give a persona another purpose; raise `persona-unknown`."""
    row = session.get(Persona, name)
    if row is None:
        raise UNKNOWN.error(f"persona {name}")
    row.purpose, row.purpose_en = purpose, purpose_en
    session.flush()


def search(
    session: Session,
    wanted: Properties,
    documents: Documents = Documents(),  # noqa: B008 - a value that cannot change
    *,
    today: dt.date,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[Somebody]:
    """Return people who are like that and have such documents on `today`.

    Reads a limited number of pages: an empty page with a cursor says "none so far, go on". Raises
    what `properties.find` raises.
    """
    found: list[Somebody] = []
    for _ in range(MOST_PAGES):
        page = properties.find(
            session, wanted, today=today, limit=limit - len(found), cursor=cursor
        )
        found += _with_documents(session, page.items, documents, today)
        cursor = page.next_cursor
        if cursor is None or len(found) >= limit:
            break
    return Page(tuple(found), cursor)


def _with_documents(
    session: Session, people: Sequence[Brief], documents: Documents, today: dt.date
) -> Iterable[Somebody]:
    ids = [person.id for person in people]
    held, opened = cards.current(session, ids, today), accounts.current(session, ids, today)
    names = {
        row.citizen_id: row.name
        for row in session.scalars(select(Persona).where(Persona.citizen_id.in_(ids)))
    }
    for person in people:
        card, account = held.get(person.id), opened.get(person.id)
        somebody = Somebody(
            person=person,
            card="none" if card is None else card.state,
            account="none" if account is None else account.state,
            level=None if account is None else account.level,
            persona=names.get(person.id),
        )
        if _has(somebody, documents):
            yield somebody


def _has(somebody: Somebody, wanted: Documents) -> bool:
    level = somebody.level if somebody.account == "active" else None
    return (
        wanted.card in {None, somebody.card}
        and wanted.account in {None, somebody.account}
        and wanted.level in {None, level}
    )


def _views(session: Session, rows: Sequence[Persona]) -> list[PersonaView]:
    people = {
        person.id: person for person in citizens.read(session, [row.citizen_id for row in rows])
    }
    return [_view(row, people[row.citizen_id]) for row in rows]


def _view(row: Persona, person: Brief) -> PersonaView:
    return PersonaView(
        name=row.name,
        purpose=row.purpose,
        purpose_en=row.purpose_en,
        needs=row.needs,
        citizen_id=person.id,
        pin=person.pin,
        full_name=person.full_name,
        birth_date=person.birth_date,
        sex=person.sex,
        state=person.state,
    )
