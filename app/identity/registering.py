"""Registering for an eID account: who may, by what proofs, and until when it is decided.

Level 1 is applied for on the phone, by the holder or, for somebody under 14 or with a guardian, by
the representative. Level 2 is applied for in person, with the police. Every refusal is a value:
failures are counted, so commit whatever comes of it.

An application runs so:
1. A decree on accounts is in force.
2. The number is in the population database, and what is claimed agrees with it.
3. The person may have that level, acts alone or is represented by who may (Decree 69/2024, Art 7).
4. The card is valid, or the foreigner's permit; in person the card may be applied for with it.
5. There is no such account yet.
6. The telephone number is in own name (the representative's), and serves no other account.
7. Face, fingerprint, one-time code.
8. It is filed, and decided in working days (Art 10-13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.identity import (
    account_law,
    accounts,
    applications,
    authentication,
    biometrics,
    card_life,
    card_requests,
    cards,
    messages,
    papers,
)
from app.identity import account_problems as p
from app.identity.account_problems import Refused
from app.identity.models import Account as AccountRow
from app.identity.models import AccountContact
from app.matching import verdicts
from app.matching.findings import Verdict
from app.platform.errors import DancuError
from app.registry import citizens, kinship, lookup
from app.sectors import subscribers

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.account_law import Law
    from app.identity.accounts import Account
    from app.identity.applications import Application
    from app.matching.dates import PartialDate
    from app.platform.errors import Problem
    from app.platform.world import World
    from app.registry.lookup import Hit

#: What a representative may be to somebody.
_REPRESENTING: Final = ("father", "mother", "guardian", "representative")
#: What keeps an account from being opened, but not where a card is applied for with it.
_MENDED_BY_A_CARD: Final = (p.CARD_MISSING, p.CARD_EXPIRED, p.CARD_LOST)
#: The forms of an application (Decree 69/2024, annex): on the phone, in person.
_ON_PHONE, _IN_PERSON = "VNeID", "TK01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who somebody claims to be; name and date of birth are compared where they are given."""

    number: str
    full_name: str | None = None
    birth_date: PartialDate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPhone:
    """An application for level 1 on a phone: `face` is a template token, `code` a one-time one."""

    claim: Claim
    phone: str
    face: str | None
    code: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InPerson:
    """An application taken down by an officer. `card_issue`: the card is applied for with it.

    `representative` is the number of who comes along with somebody under 14.
    """

    claim: Claim
    level: int
    phone: str
    face: str
    fingerprint: str
    filed_by: str
    officer: str
    email: str | None = None
    representative: str | None = None
    card_issue: bool = False


def code_purpose(phone: str) -> str:
    """Return the purpose of a code that proves to have this number: one for another does not."""
    return f"registration/{phone}"


def on_phone(
    session: Session, world: World, owner_id: int, asked: OnPhone, now: dt.datetime
) -> Application | Refused:
    """Apply for level 1 on the phone of `owner_id`, in the world's writer."""
    case = _case(session, world, asked.claim, (1, False), now)
    if isinstance(case, Refused):
        return case
    representative = None if case.hit.citizen_id == owner_id else owner_id
    problem = _may(case, representative) or _has_phone(
        case, asked.phone, owner_id, by_representative=representative is not None
    )
    if problem is not None:
        return Refused(problem)
    refused = _face(case, asked.face, now) or messages.use_code(
        session, owner_id, code_purpose(asked.phone), asked.code, now
    )
    if refused is not None:
        return refused
    by = "holder" if representative is None else "representative"
    return _file(
        case,
        applications.New(
            citizen_id=case.hit.citizen_id,
            kind="register",
            level=1,
            filed_on=world.today,
            due_on=account_law.due(world.today, 1),
            filed_by=by,
            form=_ON_PHONE,
            law=case.law.name,
            reason="registration",
            phone=asked.phone if representative is None else None,
            email=asked.email,
            representative_id=representative,
        ),
    )


def in_person(
    session: Session, world: World, asked: InPerson, now: dt.datetime
) -> Application | Refused:
    """Take down an application for level 1 or 2, or to raise 1 to 2, in the world's writer."""
    case = _case(session, world, asked.claim, (asked.level, asked.card_issue), now)
    if isinstance(case, Refused):
        return case
    representative = _bearer(session, asked.representative)
    owner = case.hit.citizen_id if representative is None else representative
    problem = _may(case, representative) or _has_phone(
        case, asked.phone, owner, by_representative=representative is not None
    )
    if problem is not None:
        return Refused(problem)
    refused = _face(case, asked.face, now) or _fingerprint(case, asked.fingerprint)
    if refused is not None:
        return refused
    refused = _ask_for_card(case, by_representative=representative is not None, now=now)
    if refused is not None:
        return refused
    raised = case.account is not None
    return _file(
        case,
        applications.New(
            citizen_id=case.hit.citizen_id,
            kind="upgrade" if raised else "register",
            level=asked.level,
            filed_on=world.today,
            due_on=account_law.due(world.today, asked.level, with_card=asked.card_issue),
            filed_by=asked.filed_by,
            officer=asked.officer,
            form=_IN_PERSON,
            law=case.law.name,
            reason="card_issue" if asked.card_issue else "registration",
            phone=asked.phone if representative is None else None,
            email=asked.email,
            representative_id=representative,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """An application that may be taken down, as far as its person goes."""

    session: Session
    world: World
    hit: Hit
    law: Law
    level: int
    card_issue: bool
    account: Account | None

    @property
    def age(self) -> int:
        [person] = citizens.read(self.session, [self.hit.citizen_id])
        return citizens.age_on(person.birth_date, self.world.today)


def _case(
    session: Session, world: World, claim: Claim, wanted: tuple[int, bool], now: dt.datetime
) -> _Case | Refused:
    """Take steps 1 and 2; `wanted` is the level, and whether the card is applied for with it."""
    # 1.
    law = account_law.of(world.today)
    if law is None:
        return Refused(p.NOT_IN_FORCE)
    # 2.
    hits = lookup.find(session, claim.number).hits
    hit = next((hit for hit in hits if hit.via == "pin"), None)
    if hit is None:
        return Refused(p.NUMBER_NOT_ON_RECORD)
    said: dict[str, verdicts.ClaimedValue] = {}
    if claim.full_name is not None:
        said["full_name"] = claim.full_name
    if claim.birth_date is not None:
        said["birth_date"] = claim.birth_date
    found = verdicts.compare(said, hit.record())
    if any(finding.verdict is not Verdict.MATCH for finding in found.values()):
        return Refused(p.IDENTITY_MISMATCH)
    applications.settle(session, hit.citizen_id, world.today, now)
    account = accounts.of(session, hit.citizen_id)
    return _Case(session, world, hit, law, *wanted, account)


def _may(case: _Case, representative_id: int | None) -> Problem | None:
    """Take steps 3 to 5."""
    if case.hit.state == "dead":
        return p.HOLDER_DECEASED
    # 3.
    least = case.law.level_2_from if case.level == 2 else 0
    if case.age < least:
        return p.UNDER_AGE
    problem = _represented(case, representative_id)
    if problem is not None:
        return problem
    # 4.
    if case.age >= account_law.SCHOOL_AGE:
        problem = papers.hinders(case.session, case.hit.citizen_id, case.world.today)
        if problem is not None and not (case.card_issue and problem in _MENDED_BY_A_CARD):
            return problem
    # 5.
    return _exists(case)


def _represented(case: _Case, representative_id: int | None) -> Problem | None:
    related = {
        relative.relative_id: relative.kind
        for relative in kinship.stated(case.session, [case.hit.citizen_id])
        if relative.kind in _REPRESENTING and relative.holds(case.world.today)
    }
    needed = case.age < account_law.OWN_AGE or "guardian" in related.values()
    if representative_id is None:
        return p.REPRESENTATIVE_REQUIRED if needed else None
    if not needed or representative_id not in related:
        return p.REPRESENTATION_NOT_PROVABLE
    account = accounts.of(case.session, representative_id)
    if account is None:
        return p.REPRESENTATIVE_LEVEL
    standing = accounts.standing(case.session, account, case.world.today)
    return None if accounts.require(standing, 2) is None else p.REPRESENTATIVE_LEVEL


def _exists(case: _Case) -> Problem | None:
    if case.account is None:
        return None
    if applications.pending(case.session, case.hit.citizen_id) is not None:
        return p.APPLICATION_PENDING
    if case.account.state == "closed":
        return p.ACCOUNT_CLOSED
    return p.ACCOUNT_EXISTS if case.account.level >= case.level else None


def _has_phone(
    case: _Case, phone: str, owner_id: int, *, by_representative: bool
) -> Problem | None:
    """Take step 6."""
    if not subscribers.is_own_name(case.session, phone, owner_id):
        return p.PHONE_NOT_OWN_NAME
    bound = accounts.bound_to(case.session, phone)
    own = None if case.account is None else case.account.id
    return p.PHONE_BOUND if bound not in {None, own} and not by_representative else None


def _face(case: _Case, token: str | None, now: dt.datetime) -> Refused | None:
    """Take step 7 for the face; of children under six none is taken."""
    if case.age < account_law.SCHOOL_AGE:
        return None
    return authentication.check_face(
        case.session, case.world, case.hit.citizen_id, token or "", now
    )


def _fingerprint(case: _Case, token: str) -> Refused | None:
    if case.age < account_law.SCHOOL_AGE:
        return None
    known = biometrics.enrolled(case.world, case.hit.citizen_id, "fingerprint")
    return None if biometrics.match(token, known).is_match else Refused(p.FINGERPRINT_MISMATCH)


#: Why a card is asked for, by the state of the one there is.
_REASONS: Final = {"expired": "age_milestone", "lost": "lost", "damaged": "damaged"}


def _ask_for_card(case: _Case, *, by_representative: bool, now: dt.datetime) -> Refused | None:
    """Ask for the card that is applied for with the account, unless that is under way already."""
    if not case.card_issue:
        return None
    today, citizen_id = case.world.today, case.hit.citizen_id
    last = cards.current(case.session, [citizen_id], today).get(citizen_id)
    reason = "first" if last is None else _REASONS.get(last.state, "information_changed")
    by: card_life.By = "representative" if by_representative else "holder"
    try:
        occasion = card_life.Occasion(today=today, now=now, by=by)
        card_requests.request(case.session, citizen_id, reason, occasion)
    except DancuError as error:
        return None if error.problem is card_requests.UNDER_WAY else Refused(error.problem)
    return None


def _file(case: _Case, new: applications.New) -> Application:
    """Take step 8: a first application opens an account that is collected, and not yet granted."""
    if new.kind == "register":
        row = AccountRow(
            citizen_id=new.citizen_id,
            level=new.level,
            state="collected",
            state_since=new.filed_on,
            collected_on=new.filed_on,
            activated_on=None,
        )
        case.session.add(row)
        case.session.flush()
        account_id = row.id
    else:
        account_id = case.account.id if case.account is not None else 0
    if new.phone is not None:
        _bind(case.session, account_id, new.phone, new.email)
    return applications.file(case.session, new)


def _bind(session: Session, account_id: int, phone: str, email: str | None) -> None:
    contact = session.get(AccountContact, account_id)
    if contact is None:
        contact = AccountContact(account_id=account_id, phone=phone, email=email)
        session.add(contact)
    contact.phone, contact.email = phone, email or contact.email
    session.flush()


def _bearer(session: Session, number: str | None) -> int | None:
    """Return who has this number; −1, who represents nobody, for a number that nobody has."""
    if number is None:
        return None
    person = citizens.find(session, number)
    return -1 if person is None else person.id
