"""Chip verification: whether a card is genuine, is no copy, and still counts.

How a chip verification runs:
1. The gate decides from the caller's access; each check is a field of the grant.
2. Look up the number.
3. Find which of its holder's cards the evidence is of: by its own key in DG15, or by its signer.
4. Check passively, actively, the card's standing, the holder's state, the face; the table of
   verdicts says what that comes to.
5. The challenge is used up and the leaf is durable before
6. the answer, with its receipt.

`prepare` takes steps 1 to 4 with a session that only reads, `record` 5 and 6 in the writer.

Who hands over a signed object has had the card; what the registry knows of it is told to them. A
signer's certificate is in every card of a quarter: who has no more than that is told in detail
only with `outcome_detail`, and guesses are counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import answered, chip_verdicts, guesses, proof
from app.exchange.callers import CHIP, Caller
from app.exchange.chip_evidence import Evidence
from app.exchange.chip_verdicts import CHECKS, Active, ChipVerdict, Found
from app.exchange.consent_check import confirm
from app.exchange.errands import Errand
from app.exchange.gate import Reason, Refused
from app.exchange.log.leaves import Kind
from app.exchange.proof import LeafPlace, Proof
from app.identity import biometrics, cards
from app.identity.chip import active, challenges, files, passive, personalising
from app.identity.pki import authority as authorities
from app.identity.pki import eras
from app.registry import lookup

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.identity.cards import Card
    from app.identity.chip.personalising import Stock
    from app.registry.lookup import Hit

_ACTIVE_KEY_GROUP: Final = 15


class ChipQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A card's evidence, and the number of 9 or 12 digits that its bearer goes by."""

    errand: Errand
    number: str
    evidence: Evidence

    @property
    def checks(self) -> tuple[str, ...]:
        """What has to be checked of it."""
        asked = {"passive_authentication", "card_status", "person_status"}
        if self.evidence.challenge is not None:
            asked.add("active_authentication")
        if self.evidence.face is not None:
            asked.add("face")
        return tuple(check for check in CHECKS if check in asked)


class PassiveCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Each step of Passive Authentication; `groups` by number, `signature` None without EF.SOD."""

    groups: dict[str, passive.Hashing]
    signature: passive.Signature | None
    chain: passive.Chain
    revocation: passive.Revocation


class FaceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """How a face compares with the card's: `score` and `threshold` from 0 to 1."""

    verdict: biometrics.Verdict
    score: float
    threshold: float
    live: bool | None
    quality: int


class ChipChecks(msgspec.Struct, frozen=True, kw_only=True):
    """Each check and its outcome. `card` and `person` are None where they are not told."""

    passive: PassiveCheck
    active: Active
    card: cards.Standing | None
    person: str | None
    face: FaceCheck | None


class ChipAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON."""

    outcome: ChipVerdict
    checks: ChipChecks
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller is told."""

    outcome: ChipVerdict
    checks: ChipChecks


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided, before it is logged. A refused one has no judgement.

    `unproved` is what is told if the challenge turns out to be no good any more.
    """

    question: ChipQuestion
    judgement: Judgement | None = None
    unproved: Judgement | None = None


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a judgement is made from."""

    access: Access
    question: ChipQuestion
    hit: Hit | None
    card: Card | None

    @property
    def evidence(self) -> Evidence:
        return self.question.evidence

    @property
    def today(self) -> dt.date:
        return self.question.errand.today


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judgement, what it is if the challenge is no good, and who the leaf is about."""

    judgement: Judgement
    unproved: Judgement
    about: str


_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, question: ChipQuestion) -> Prepared:
    """Take steps 1 to 4."""
    # 1.
    guess = guesses.Guess(CHIP, question.checks, question.number)
    verdict = guesses.admit(access, caller, question.errand, guess)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    # 2.
    found = lookup.find(session, question.number)
    verdict = confirm(session, caller, question.errand, verdict, found)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    # 3.
    hit = found.only
    matter = _Matter(access, question, hit, _card_of(session, access, question, hit))
    # 4.
    judged = _judge(session, matter, caller)
    if judged is None:
        barred = Refused(reason=Reason.TOO_MANY_GUESSES, grant=verdict.grant)
        return _refused(access, caller, question, barred)
    return Prepared(
        caller=caller,
        question=question,
        verdict=verdict,
        outcome=judged.judgement.outcome,
        about=judged.about,
        judgement=judged.judgement,
        unproved=judged.unproved,
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 5 and 6 inside a job of the world's writer; send nothing before it commits."""
    # 5.
    judgement, outcome = prepared.judgement, prepared.outcome
    if judgement is not None and outcome != proof.REPLAYED and not _take(session, prepared, now):
        judgement = prepared.unproved or judgement
        outcome = judgement.outcome
    leaf = proof.draft(
        prepared.caller,
        prepared.question.errand,
        prepared.verdict,
        kind=Kind.CHIP,
        outcome=outcome,
        fields=prepared.question.checks,
        about=prepared.about,
    )
    # 6.
    body = None if judgement is None else partial(_body, prepared.question, judgement)
    return answered.log(session, access, leaf, verdict=prepared.verdict, body=body, now=now)


def _card_of(
    session: Session, access: Access, question: ChipQuestion, hit: Hit | None
) -> Card | None:
    """Return the card that the evidence is of, the present one if it may be several."""
    stock = personalising.stock(access.world)
    citizen_id = 0 if hit is None else hit.citizen_id
    issued = [
        card
        for card in cards.of_citizen(session, citizen_id, question.errand.today)
        if card.issued_on is not None
    ]
    latest_first = sorted(
        issued, key=lambda card: (card.state == "active", card.issued_on, card.id), reverse=True
    )
    return next(
        (card for card in latest_first if _is_of(access, stock, question.evidence, card)), None
    )


def _is_of(access: Access, stock: Stock, evidence: Evidence, card: Card) -> bool:
    if evidence.sod is not None:
        claimed = evidence.sod.hashes.get(_ACTIVE_KEY_GROUP)
        key = files.dg15(personalising.active_key(stock, cards.serial(access.world, card)))
        name = evidence.sod.hash_name
        return name is not None and claimed == hashlib.new(name, key).digest()
    number = None if evidence.certificate is None else evidence.certificate.serial_number
    return card.issued_on is not None and number == _signer_number(stock, card, card.issued_on)


def _signer_number(stock: Stock, card: Card, issued_on: dt.date) -> int:
    authority = stock.untrusted if card.variant == "untrusted_signer" else stock.trusted
    is_revoked = card.variant == "revoked_signer"
    return authorities.signer_serial(authority, eras.quarter(issued_on), revoked=is_revoked)


def _judge(session: Session, matter: _Matter, caller: Caller) -> _Judged | None:
    """Take step 4; None if the caller has guessed too often about this number or its bearer."""
    access, evidence, hit = matter.access, matter.evidence, matter.hit
    all_found = _check(session, matter)
    in_detail = caller.outcome_detail or evidence.sod is not None
    judgement = _judgement(all_found, in_detail=in_detail)
    is_failed = judgement.outcome is not ChipVerdict.GENUINE and not in_detail
    is_failed = is_failed or matter.card is None
    counted = guesses.count(access, caller, matter.question.number, hit, failed=is_failed)
    if counted is None:
        return None
    unproved = _judgement(_without_challenge(all_found), in_detail=in_detail)
    return _Judged(judgement, unproved, counted.asked if is_failed else counted.bearer)


def _check(session: Session, matter: _Matter) -> Found:
    evidence, card, hit = matter.evidence, matter.card, matter.hit
    believed = passive.trust(
        personalising.stock(matter.access.world).trusted, matter.access.world.today
    )
    checked = None
    if evidence.sod is None:
        signer = passive.verify_signer(evidence.certificate, believed, matter.today)
    else:
        checked = passive.verify(evidence.sod, evidence.groups, believed, matter.today)
        signer = checked.signer
    standing = None if card is None else cards.status(session, card, matter.today).code
    return Found(
        passive=checked,
        signer=signer,
        active=_active(matter),
        card=standing,
        person=hit.state if hit is not None and card is not None else None,
        face=_face(matter),
    )


def _active(matter: _Matter) -> Active:
    """Check the proof, as if the challenge were good: `record` sees to that."""
    challenge, card = matter.evidence.challenge, matter.card
    if challenge is None or card is None:
        return Active.NOT_CHECKED
    world = matter.access.world
    key = personalising.active_key(personalising.stock(world), cards.serial(world, card))
    is_signed = active.is_signed(key, challenge, matter.evidence.signature)
    return Active.PROVED if is_signed else Active.NOT_PROVED


def _face(matter: _Matter) -> biometrics.Match | None:
    face, card = matter.evidence.face, matter.card
    if face is None or card is None:
        return None
    return biometrics.match(face, biometrics.enrolled(matter.access.world, card.citizen_id))


def _without_challenge(found: Found) -> Found:
    """Return what is found where the challenge is no good: nothing was proved by it."""
    return Found(
        passive=found.passive,
        signer=found.signer,
        active=Active.CHALLENGE_NOT_VALID,
        card=found.card,
        person=found.person,
        face=found.face,
    )


def _judgement(found: Found, *, in_detail: bool) -> Judgement:
    row = chip_verdicts.decide(found)
    outcome = chip_verdicts.told(row, in_detail=in_detail)
    is_hidden = outcome is ChipVerdict.CARD_NOT_VALID
    checked = found.passive
    groups = {} if checked is None else checked.groups
    return Judgement(
        outcome=outcome,
        checks=ChipChecks(
            passive=PassiveCheck(
                groups={str(number): hashing for number, hashing in groups.items()},
                signature=None if checked is None else checked.signature,
                chain=found.signer.chain,
                revocation=found.signer.revocation,
            ),
            active=Active.NOT_CHECKED if is_hidden else found.active,
            card=found.card if in_detail else None,
            person=found.person if in_detail else None,
            face=None if found.face is None or is_hidden else _told_of(found.face),
        ),
    )


def _told_of(match: biometrics.Match) -> FaceCheck:
    return FaceCheck(
        verdict=match.verdict,
        score=match.score,
        threshold=match.threshold,
        live=match.live,
        quality=match.quality,
    )


def _take(session: Session, prepared: Prepared, now: dt.datetime) -> bool:
    """Use the challenge up; True where there is none."""
    challenge = prepared.question.evidence.challenge
    if challenge is None:
        return True
    return challenges.take(session, challenge, prepared.caller.client_id, now=now)


def _refused(access: Access, caller: Caller, question: ChipQuestion, refused: Refused) -> Prepared:
    refusal = answered.refusal(access, refused, question.number)
    return Prepared(caller=caller, question=question, **refusal)


def _body(question: ChipQuestion, judgement: Judgement, proved: Proof) -> bytes:
    return _encoder.encode(
        ChipAnswer(
            outcome=judgement.outcome,
            checks=judgement.checks,
            simulated=True,
            request_id=question.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
