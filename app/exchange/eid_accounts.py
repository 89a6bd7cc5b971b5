"""eID accounts on request of an authority: registered in person, locked, unlocked, noticed anew.

How such a request runs, in one transaction of the world's writer:
1. The gate decides from the caller's access: the acts are the fields of the grant.
2. The act itself, by the identity room, which may refuse it.
3. The leaf is durable, with the effect, before
4. the answer, with its receipt. What was refused in 2 is told as its problem, with the same proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from app.exchange import answered, gate, proof
from app.exchange.answered import Answered
from app.exchange.callers import EID
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Kind
from app.exchange.proof import LeafPlace
from app.identity import account_problems, accounts, locking, phones, registering
from app.identity.applications import Application
from app.identity.phones import Phone
from app.registry import citizens

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.log.leaves import LeafDraft
    from app.exchange.proof import Proof
    from app.identity.registering import InPerson
    from app.platform.world import World

    Effect = Callable[[Session, int], Application | account_problems.Refused | None]

Act = Literal["register", "lock", "unlock", "notice"]

#: What a grant for this service may give.
ACTS: Final[tuple[Act, ...]] = ("register", "lock", "unlock", "notice")
_DONE: Final = "done"
NO_SUCH_NUMBER: Final = account_problems.Refused(account_problems.NUMBER_NOT_ON_RECORD)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done about the account of a number's bearer, and on whose behalf."""

    errand: Errand
    act: Act
    number: str


class EidAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was done. `application` is None where that was at once; the rest is the account today.

    `problem` is the code of what stands against the account's use.
    """

    application: Application | None
    level: int
    state: str
    problem: str | None
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request, logged; `withheld` is why the identity room refused it."""

    answered: Answered
    withheld: account_problems.Refused | None


_encoder = msgspec.json.Encoder()


def carry_out(
    session: Session,
    access: Access,
    caller: Caller,
    request: Request,
    effect: Effect,
    now: dt.datetime,
) -> Done:
    """Take all steps inside a job of the world's writer; send nothing before it commits."""
    # 1.
    verdict = _admit(access, caller, request)
    if isinstance(verdict, Refused):
        leaf = _leaf(access, caller, request, verdict, proof.refusal_outcome(verdict))
        logged = answered.log(session, access, leaf, verdict=verdict, body=None, now=now)
        return Done(answered=logged, withheld=None)
    # 2.
    person = citizens.find(session, request.number)
    citizen_id = None if person is None else person.id
    done = NO_SUCH_NUMBER if citizen_id is None else effect(session, citizen_id)
    withheld = done if isinstance(done, account_problems.Refused) else None
    # 3.
    outcome = _DONE if withheld is None else f"refused:{withheld.code}"
    leaf = _leaf(access, caller, request, verdict, outcome, citizen_id)
    # 4.
    body = None
    if citizen_id is not None and not isinstance(done, account_problems.Refused):
        body = partial(_body, _Act(session, request, verdict, citizen_id, done))
    logged = answered.log(session, access, leaf, verdict=verdict, body=body, now=now)
    return Done(answered=logged, withheld=withheld)


def register(world: World, asked: InPerson, now: dt.datetime) -> Effect:
    """Return the effect of an application taken down in person."""
    return lambda session, _citizen_id: registering.in_person(session, world, asked, now)


def lock(world: World, asked: Callable[[int], locking.Request], now: dt.datetime) -> Effect:
    """Return the effect of an authority's request by form TK03."""
    return lambda session, citizen_id: locking.by_authority(
        session, asked(citizen_id), world.today, now
    )


def notice(world: World, officer: str | None, now: dt.datetime) -> Effect:
    """Return the effect of a new notice to activate an account."""

    def effect(session: Session, citizen_id: int) -> account_problems.Refused | None:
        done = phones.notice_again(Phone(session, world, citizen_id, now), "police", officer)
        return done if isinstance(done, account_problems.Refused) else None

    return effect


@dataclass(frozen=True, slots=True)
class _Act:
    """What was done, before it is told."""

    session: Session
    request: Request
    verdict: Admitted
    citizen_id: int
    application: Application | None


def _admit(access: Access, caller: Caller, request: Request) -> Admitted | Refused:
    errand = request.errand
    return gate.admit(
        caller,
        gate.Request(
            service=EID,
            errand=errand,
            fields=(request.act,),
            within_quota=access.take(caller),
        ),
    )


def _leaf(
    access: Access,
    caller: Caller,
    request: Request,
    verdict: Admitted | Refused,
    outcome: str,
    citizen_id: int | None = None,
) -> LeafDraft:
    if citizen_id is None:
        about = proof.number_subject(access, request.number)
    else:
        about = proof.citizen_subject(access, citizen_id)
    return proof.draft(
        caller,
        request.errand,
        verdict,
        kind=Kind.ACCOUNT,
        outcome=outcome,
        fields=(request.act,),
        about=about,
    )


def _body(act: _Act, proved: Proof) -> bytes:
    errand = act.request.errand
    account = accounts.current(act.session, [act.citizen_id], errand.today)[act.citizen_id]
    return _encoder.encode(
        EidAnswer(
            application=act.application,
            level=account.level,
            state=account.state,
            problem=account.problem,
            legal_basis=act.verdict.grant.legal_basis,
            simulated=True,
            request_id=errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
