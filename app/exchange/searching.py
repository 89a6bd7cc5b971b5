"""Searching: finding people by other things than their number, for those with a grant for it.

How a search runs:
1. The gate decides from the caller's access.
2. The registry finds a page of people, by an index or not at all.
3. Read the granted fields of each.
4. The leaf is durable, with one salted entry for each person shown, before
5. the answer, with its receipt.

Each person shown counts as a question.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange import answered, disclosing, gate, proof, sharing
from app.exchange.callers import SEARCH, Caller
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Entry, Kind, entry_tree
from app.exchange.proof import LeafPlace, Proof
from app.exchange.sharing import DISCLOSED, FIELD_UNKNOWN, Withheld
from app.platform.errors import InvalidParam
from app.registry import search
from app.registry.search import Criteria

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered

FOUND, NOBODY_FOUND = "found", "not_found"


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a person, and the fields to be shown of those whom it fits.

    `cursor` is that of an answer to this same search; `limit` is at most 200.
    """

    errand: Errand
    criteria: Criteria
    fields: tuple[str, ...]
    limit: int = 50
    cursor: str | None = None


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON; without `next_cursor` there is nobody else."""

    items: tuple[dict[str, Any], ...]
    next_cursor: str | None
    withheld: dict[str, Withheld]
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A search that has been decided and read, before it is logged."""

    search: Search
    items: tuple[dict[str, Any], ...] = ()
    subjects: tuple[str, ...] = ()
    next_cursor: str | None = None

    @property
    def decision(self) -> str | None:
        """What stands for all that was decided, None for a refusal: see `proof.decision`."""
        return proof.decision(self.verdict, self.outcome, *self.subjects)


_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, asked: Search) -> Prepared:
    """Take steps 1 to 3. Raises `field-unknown` and the registry's `search-too-broad` and others.

    Errors are not logged: nothing was looked at, or nothing is told.
    """
    _check_known(asked)
    # 1.
    verdict = _admit(access, caller, asked)
    if isinstance(verdict, Refused):
        outcome = proof.refusal_outcome(verdict)
        return Prepared(caller=caller, search=asked, verdict=verdict, outcome=outcome)
    # 2.
    errand = asked.errand
    page = search.find(
        session, asked.criteria, today=errand.today, limit=asked.limit, cursor=asked.cursor
    )
    # 3.
    ids = [brief.id for brief in page.items]
    if len(ids) > 1:
        access.take(caller, len(ids) - 1)
    return Prepared(
        caller=caller,
        search=asked,
        verdict=verdict,
        outcome=FOUND if ids else NOBODY_FOUND,
        items=tuple(disclosing.read(session, ids, verdict.fields, errand.today)),
        subjects=tuple(proof.citizen_subject(access, citizen_id) for citizen_id in ids),
        next_cursor=page.next_cursor,
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 4 and 5 inside a job of the world's writer; send nothing before it commits."""
    verdict, errand = prepared.verdict, prepared.search.errand
    is_refused = isinstance(verdict, Refused)
    leaf = proof.draft(
        prepared.caller,
        errand,
        verdict,
        kind=Kind.SEARCH,
        outcome=prepared.outcome,
        fields=() if is_refused else verdict.fields,
        about=None,
        entries=None if is_refused else entry_tree(_entries(prepared)),
    )
    body = None if isinstance(verdict, Refused) else partial(_body, prepared, verdict)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def _check_known(asked: Search) -> None:
    unknown = tuple(
        InvalidParam(f"fields.{place}", "no such field", "không có trường này")
        for place, name in enumerate(asked.fields)
        if name not in disclosing.CATALOGUE
    )
    if unknown:
        raise FIELD_UNKNOWN.error(params=unknown)


def _admit(access: Access, caller: Caller, asked: Search) -> Admitted | Refused:
    errand = asked.errand
    return gate.admit(
        caller,
        gate.Request(
            service=SEARCH,
            errand=errand,
            fields=asked.fields,
            partial=True,
            within_quota=access.take(caller),
        ),
    )


def _entries(prepared: Prepared) -> list[Entry]:
    request_id = prepared.search.errand.request_id
    return [
        Entry(
            fields=prepared.verdict.fields,
            outcome=DISCLOSED,
            position=position,
            request_id=request_id,
            salt=proof.salt(),
            subject=subject,
        )
        for position, subject in enumerate(prepared.subjects)
    ]


def _body(prepared: Prepared, admitted: Admitted, proved: Proof) -> bytes:
    return _encoder.encode(
        SearchAnswer(
            items=prepared.items,
            next_cursor=prepared.next_cursor,
            withheld=sharing.withheld(admitted, prepared.search.errand),
            legal_basis=admitted.grant.legal_basis,
            simulated=True,
            request_id=prepared.search.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
