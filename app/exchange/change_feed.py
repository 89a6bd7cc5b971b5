"""The change feed: what life events changed, told to an agency page by page, without gaps.

How a page is made:
1. The gate decides from the caller's access, and on the slice that is asked for.
2. The registry gives the changes behind the cursor: of the kinds, provinces and fields that the
   grant covers, in the order in which they were recorded.
3. Read who they are about, and the values that were asked for, as of the world's today.
4. The leaf is durable, with one salted entry for each change told, before
5. the answer, with its receipt and the cursor that goes on from here.

A page may be asked for again: delivery is at least once, and `id` says what was told before. Each
change told counts as a question.
"""

from __future__ import annotations

import datetime as dt
import hmac
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from app.exchange import answered, cursors, disclosing, gate, proof, sharing
from app.exchange.callers import CHANGES, Caller, Room
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Entry, Kind, entry_tree
from app.exchange.proof import LeafPlace, Proof
from app.exchange.sharing import DISCLOSED, FIELD_UNKNOWN, Withheld
from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import changes, events, units, world_events
from app.registry.changes import ALL, START, WATCHED, Change, Place, Slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.platform.world import WorldSpec
    from app.registry.changes import Passing

#: The most that one page holds.
MOST_CHANGES: Final = 200
TOLD, NOTHING_NEW = "told", "nothing_new"
_ID_BYTES: Final = 16

SLICE_UNKNOWN = errors.declare(
    code="changes-slice-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Không có loại sự kiện hoặc tỉnh, thành phố này",
    title_en="There is no such kind of life event or no such province",
    next_vi="Sửa các mục nêu trong invalid_params; xem tài liệu và GET /v1/units.",
    next_en="Correct what invalid_params names; see the docs and GET /v1/units.",
)


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader of the feed asks for; None is whatever its grant gives.

    `fields` are those whose values are told beside the names of what changed; none: names only.
    Without a `cursor` the feed begins with the world's first event, or behind its latest one.
    """

    errand: Errand
    fields: tuple[str, ...] = ()
    kinds: frozenset[str] | None = None
    provinces: frozenset[str] | None = None
    start: Literal["first", "latest"] = "first"
    cursor: str | None = None
    limit: int = 50


class ChangeItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event as far as it changed one person's record.

    `id` is the same whenever this agency is told of it, `person` whenever it is told of the
    person: it is not there of what happened to everybody. `pin` is there where the grant covers
    it. `changed` are the fields that changed, of those the grant covers. `values` are what was
    asked for, as of today: not of the event.
    """

    id: str
    kind: str
    occurred_on: dt.date
    recorded_on: dt.date
    changed: tuple[str, ...]
    person: str | None = None
    pin: str | None = None
    values: dict[str, Any] | None = None


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `next_cursor` is always there: what comes later is behind it.

    `more` says that there was more to look at already, even where `items` is empty.
    """

    items: tuple[ChangeItem, ...]
    next_cursor: str
    more: bool
    withheld: dict[str, Withheld]
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One change as it is told, and how the log names the person and what they were told of."""

    item: ChangeItem
    subject: str | None
    fields: tuple[str, ...]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A page that has been decided and read, before it is logged."""

    caller: Caller
    poll: Poll
    verdict: Admitted | Refused
    outcome: str
    told: tuple[Told, ...] = ()
    next_cursor: str = ""
    more: bool = False


_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, poll: Poll) -> Prepared:
    """Take steps 1 to 3 with a session that only reads.

    Raises `field-unknown`, `changes-slice-unknown`, `changes-cursor-invalid` and
    `changes-cursor-outlived`, which are not logged: nothing is told.
    """
    check(session, poll)
    # 1.
    verdict = admit(caller, poll, within_quota=access.take(caller))
    if isinstance(verdict, Refused):
        outcome = proof.refusal_outcome(verdict)
        return Prepared(caller=caller, poll=poll, verdict=verdict, outcome=outcome)
    # 2.
    asked = _asked(caller, poll)
    place = _place(session, access, poll, asked)
    wanted, passed = covered(poll, verdict), lived(access.world.spec, poll.errand.today)
    limit = min(poll.limit, MOST_CHANGES)
    stretch = changes.after(session, place, wanted, limit=limit, passed=passed)
    # 3.
    if len(stretch.changes) > 1:
        access.take(caller, len(stretch.changes) - 1)
    return Prepared(
        caller=caller,
        poll=poll,
        verdict=verdict,
        outcome=TOLD if stretch.changes else NOTHING_NEW,
        told=tuple(tell(session, access, caller, poll, verdict, stretch.changes)),
        next_cursor=cursors.write(access.world, asked, stretch.place),
        more=stretch.more,
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 4 and 5 inside a job of the world's writer; send nothing before it commits."""
    verdict, errand = prepared.verdict, prepared.poll.errand
    named = {name for told in prepared.told for name in told.fields}
    leaf = proof.draft(
        prepared.caller,
        errand,
        verdict,
        kind=Kind.CHANGES,
        outcome=prepared.outcome,
        fields=tuple(name for name in WATCHED if name in named),
        about=None,
        entries=None if isinstance(verdict, Refused) else entry_tree(_entries(prepared)),
    )
    body = None if isinstance(verdict, Refused) else partial(_body, prepared, verdict)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def check(session: Session, poll: Poll) -> None:
    """Raise `field-unknown` and `changes-slice-unknown` for names that there are not."""
    unknown = tuple(
        InvalidParam(f"fields.{place}", "not watched", "không được theo dõi")
        for place, name in enumerate(poll.fields)
        if name not in WATCHED
    )
    if unknown:
        raise FIELD_UNKNOWN.error(params=unknown)
    wrong = tuple(_wrong_slice(session, poll))
    if wrong:
        raise SLICE_UNKNOWN.error(params=wrong)


def _wrong_slice(session: Session, poll: Poll) -> Iterator[InvalidParam]:
    for kind in sorted(poll.kinds or ()):
        if kind not in events.kinds() and kind not in world_events.NAMES:
            yield InvalidParam("kinds", f"no such life event: {kind}", f"không có sự kiện {kind}")
    yield from wrong_provinces(session, poll.provinces or ())


def wrong_provinces(session: Session, codes: Iterable[str]) -> Iterator[InvalidParam]:
    """Yield which of these two-digit codes are no province's, of either era."""
    known = units.of(session)
    for code in sorted(codes):
        if all(units.find(known, code, era) is None for era in ("2004", "2025")):
            yield InvalidParam("provinces", f"no such province: {code}", f"không có tỉnh {code}")


def admit(caller: Caller, poll: Poll, *, within_quota: Room = Room.ENOUGH) -> Admitted | Refused:
    """Step 1. Fields without a grant are withheld; where none is named, all watched are asked."""
    errand = poll.errand
    verdict = gate.admit(
        caller,
        gate.Request(
            service=CHANGES,
            errand=errand,
            fields=poll.fields or WATCHED,
            partial=True,
            within_quota=within_quota,
        ),
    )
    if isinstance(verdict, Refused):
        return verdict
    kinds = None if poll.kinds is None else poll.kinds - world_events.NAMES
    return gate.within(verdict, kinds, poll.provinces)


def covered(poll: Poll, admitted: Admitted) -> Slice:
    """Return the slice that was asked for, as far as the grant goes.

    What happened to everybody is told to whoever has a grant, unless other kinds are named.
    """
    grant = admitted.grant
    granted = None if grant.kinds is None else grant.kinds | world_events.NAMES
    return Slice(
        fields=grant.fields,
        kinds=granted if poll.kinds is None else poll.kinds,
        provinces=grant.provinces if poll.provinces is None else poll.provinces,
    )


def lived(spec: WorldSpec, today: dt.date) -> Passing:
    """Return what tells what a world has lived through by today, or a later day on record."""
    start = spec.start_date
    return lambda day: world_events.passed(start, max(day, today))


def _asked(caller: Caller, poll: Poll) -> object:
    """Return what a cursor is bound to: whose feed it is, and of which slice."""
    slices = [None if names is None else sorted(names) for names in (poll.kinds, poll.provinces)]
    return (caller.agency_code, poll.errand.purpose, *slices)


def _place(session: Session, access: Access, poll: Poll, asked: object) -> Place:
    if poll.cursor is not None:
        return cursors.read(access.world, asked, poll.cursor)
    return (
        START
        if poll.start == "first"
        else changes.latest(session, lived(access.world.spec, poll.errand.today))
    )


def tell(
    session: Session,
    access: Access,
    caller: Caller,
    poll: Poll,
    admitted: Admitted,
    found: Sequence[Change],
) -> Iterator[Told]:
    """Take step 3: yield each change with its number and values, where the grant covers them."""
    values = admitted.fields if poll.fields else ()
    numbered = admitted.grant.fields & {"pin"}
    people = (change.citizen_id for change in found if change.citizen_id < ALL)
    ids = list(dict.fromkeys(people))
    names = tuple(dict.fromkeys((*numbered, *values)))
    read = disclosing.read(session, ids, names, poll.errand.today)
    known = dict(zip(ids, read, strict=True))
    for change in found:
        if change.citizen_id not in known:
            yield _told_to_all(access, caller, change)
            continue
        of_person = known[change.citizen_id]
        item = ChangeItem(
            id=_opaque(access, caller, f"change:{change.event_id}:{change.citizen_id}"),
            kind=change.kind,
            person=_opaque(access, caller, f"person:{change.citizen_id}"),
            occurred_on=change.occurred_on,
            recorded_on=change.recorded_on,
            changed=change.fields,
            pin=of_person.get("pin") if numbered else None,
            values={name: of_person[name] for name in values} if values else None,
        )
        told = {*change.fields, *names}
        yield Told(
            item=item,
            subject=proof.citizen_subject(access, change.citizen_id),
            fields=tuple(name for name in WATCHED if name in told),
        )


def _told_to_all(access: Access, caller: Caller, change: Change) -> Told:
    item = ChangeItem(
        id=_opaque(access, caller, f"world:{change.kind}"),
        kind=change.kind,
        occurred_on=change.occurred_on,
        recorded_on=change.recorded_on,
        changed=(),
    )
    return Told(item=item, subject=None, fields=())


def _opaque(access: Access, caller: Caller, what: str) -> str:
    """Return a name that is this agency's alone: two agencies cannot join what they are told."""
    key = access.world.root_key("changes")
    return hmac.digest(key, f"{caller.agency_code}\0{what}".encode(), "sha256")[:_ID_BYTES].hex()


def _entries(prepared: Prepared) -> list[Entry]:
    request_id = prepared.poll.errand.request_id
    return [
        Entry(
            fields=told.fields,
            outcome=DISCLOSED,
            position=position,
            request_id=request_id,
            salt=proof.salt(),
            subject=told.subject,
        )
        for position, told in enumerate(prepared.told)
    ]


def _body(prepared: Prepared, admitted: Admitted, proved: Proof) -> bytes:
    poll = prepared.poll
    return _encoder.encode(
        ChangePage(
            items=tuple(told.item for told in prepared.told),
            next_cursor=prepared.next_cursor,
            more=prepared.more,
            withheld=sharing.withheld(admitted, poll.errand) if poll.fields else {},
            legal_basis=admitted.grant.legal_basis,
            simulated=True,
            request_id=poll.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
