"""QR verification: whether a code says what was printed on a card, and the card is still good.

The code is not signed: anybody can make one. So its text is a claim like any other.

How a QR verification runs:
1. The gate decides from the caller's access; each field of the text is a field of the grant.
2. Look up the number, and find the card that was issued to it on the day the text names.
3. Compare each field with what was printed, and with the registry as it is today.
4. The table of outcomes says what that comes to; a text that fits a card that is good for nothing
   gets the card's own word.
5. The leaf is durable before
6. the answer, with its receipt.

`prepare` takes steps 1 to 4 with a session that only reads, `record` 5 and 6 in the writer. Where
there is no such card the same steps are taken with another, whose findings are not told.
"""

from __future__ import annotations

from enum import StrEnum, unique
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import answered, guesses, proof
from app.exchange.callers import QR, Caller
from app.exchange.consent_check import confirm
from app.exchange.errands import Errand
from app.exchange.gate import Reason, Refused
from app.exchange.log.leaves import Kind
from app.exchange.outcomes import Outcome, agreement, row, standing
from app.exchange.proof import LeafPlace, Proof
from app.identity import cards, printed
from app.identity.qr import Payload
from app.matching import dates
from app.matching.addresses import address_key
from app.matching.findings import MATCH, MISMATCH, Finding, Verdict
from app.matching.verdicts import ATTRIBUTES
from app.registry import fields as registry_fields
from app.registry import lookup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.identity.cards import Card
    from app.identity.printed import Printed
    from app.registry.lookup import Found

#: What a grant may allow to be compared, in the order of the text; `card_status` goes with all.
FIELDS: Final = (
    "old_number",
    "full_name",
    "birth_date",
    "sex",
    "residence",
    "issued_on",
    "cancelled_number",
    "father_name",
    "mother_name",
    "card_status",
)
#: Fields that only the form of 2024 carries.
_OF_2024: Final = frozenset({"cancelled_number", "father_name", "mother_name"})
_REGISTRY: Final = (
    "full_name",
    "birth_date",
    "sex",
    "permanent_residence",
    "temporary_residence",
    "current_residence",
    "old_numbers",
    "superseded_pins",
    "father",
    "mother",
)


@unique
class QrOutcome(StrEnum):
    """Words of the table of outcomes, and the standings of a card that the text fits."""

    MATCH = "match"
    NO_MATCH = "no_match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    SUPERSEDED_NUMBER = "superseded_number"
    DECEASED = "deceased"
    MISSING = "missing"
    UNDER_REVIEW = "under_review"
    EMIGRATED = "emigrated"
    EXPIRED = "expired"
    LOST = "lost"
    DAMAGED = "damaged"
    HELD = "held"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class QrQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What was scanned, taken apart."""

    errand: Errand
    payload: Payload

    @property
    def fields(self) -> tuple[str, ...]:
        """What has to be compared of it."""
        is_new = self.payload.form == "2024"
        return tuple(name for name in FIELDS if is_new or name not in _OF_2024)


@unique
class Fit(StrEnum):
    """How one field compares."""

    MATCH = "match"
    MISMATCH = "mismatch"


class QrField(msgspec.Struct, frozen=True, kw_only=True):
    """One field: how it compares with the card, and with the registry as it is today.

    `registry` is None for what only the card has.
    """

    card: Fit
    registry: Fit | None


class QrAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `card` and `fields` are for callers with `outcome_detail`."""

    outcome: QrOutcome
    card: cards.Standing | None
    fields: dict[str, QrField] | None
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller is told, and who the leaf is about."""

    outcome: QrOutcome
    card: cards.Standing | None
    fields: dict[str, QrField] | None
    about: str


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided, before it is logged. A refused one has no judgement."""

    question: QrQuestion
    judgement: Judgement | None = None


class _Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What steps 2 and 3 found; `card` is None where the text is of no card."""

    card: cards.Standing | None
    printed: dict[str, Finding]
    registry: dict[str, Finding]


_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, question: QrQuestion) -> Prepared:
    """Take steps 1 to 4."""
    # 1.
    guess = guesses.Guess(QR, question.fields, question.payload.number)
    verdict = guesses.admit(access, caller, question.errand, guess)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    # 2.
    found = lookup.find(session, question.payload.number)
    verdict = confirm(session, caller, question.errand, verdict, found)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    # 3.
    compared = _compare(session, question, found)
    # 4.
    judgement = _judge(access, caller, question, found, compared)
    if judgement is None:
        barred = Refused(reason=Reason.TOO_MANY_GUESSES, grant=verdict.grant)
        return _refused(access, caller, question, barred)
    return Prepared(
        caller=caller,
        question=question,
        verdict=verdict,
        outcome=judgement.outcome,
        about=judgement.about,
        judgement=judgement,
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 5 and 6 inside a job of the world's writer; send nothing before it commits."""
    leaf = proof.draft(
        prepared.caller,
        prepared.question.errand,
        prepared.verdict,
        kind=Kind.QR,
        outcome=prepared.outcome,
        fields=prepared.question.fields,
        about=prepared.about,
    )
    judgement = prepared.judgement
    body = None if judgement is None else partial(_body, prepared.question, judgement)
    return answered.log(session, access, leaf, verdict=prepared.verdict, body=body, now=now)


def _compare(session: Session, question: QrQuestion, found: Found) -> _Compared:
    """Take steps 2 and 3, with any card where there is no such one."""
    payload, today = question.payload, question.errand.today
    card = _card_of(session, payload, found, today)
    subject = card or cards.first_issued(session, today)
    nothing = dict.fromkeys(_claim(payload), MISMATCH)
    if subject is None:
        return _Compared(card=None, printed=nothing, registry=nothing)
    shown = printed.of(session, subject)
    [known] = registry_fields.read(session, [subject.citizen_id], _REGISTRY, today)
    status = cards.status(session, subject, today).code
    with_card = _findings(payload, _of_card(shown))
    with_registry = _findings(payload, _of_registry(payload, shown, known))
    if card is None:
        return _Compared(card=None, printed=nothing, registry=nothing)
    return _Compared(card=status, printed=with_card, registry=with_registry)


def _card_of(session: Session, payload: Payload, found: Found, today: dt.date) -> Card | None:
    """Return the card of that number and day, the present one if there were several that day."""
    hit = found.only
    held = cards.of_citizen(session, 0 if hit is None else hit.citizen_id, today)
    of_the_day = [
        card
        for card in held
        if (card.number, card.issued_on) == (payload.number, payload.issued_on)
        and card.state not in cards.UNDER_WAY
    ]
    return max(of_the_day, key=lambda card: (card.state == "active", card.id), default=None)


def _claim(payload: Payload) -> dict[str, Any]:
    """Return what the text says, by field; None is nothing."""
    claim: dict[str, Any] = {
        "old_number": payload.old_number,
        "full_name": payload.full_name,
        "birth_date": payload.birth,
        "sex": payload.sex,
        "residence": payload.residence,
        "issued_on": payload.issued_on,
    }
    if payload.form == "2024":
        claim |= {
            "cancelled_number": payload.cancelled_number,
            "father_name": payload.father,
            "mother_name": payload.mother,
        }
    return claim


def _of_card(shown: Printed) -> dict[str, tuple[Any, ...]]:
    """Return what each field may say by the card."""
    return {
        "old_number": (shown.old_number,),
        "full_name": (shown.full_name,),
        "birth_date": (shown.birth_date,),
        "sex": (shown.sex,),
        "residence": (shown.residence,),
        "issued_on": (shown.issued_on,),
        "cancelled_number": (shown.cancelled_number,),
        "father_name": (shown.father,),
        "mother_name": (shown.mother,),
    }


def _of_registry(
    payload: Payload, shown: Printed, known: Mapping[str, Any]
) -> dict[str, tuple[Any, ...]]:
    """Return what each field may say by the registry today: what a person has several of, fits.

    An address that has not been left since the card was printed may be written in the units of
    either day.
    """
    names = ("permanent", "temporary", "current")
    stays = [stay for name in names if (stay := known[f"{name}_residence"]) is not None]
    homes = tuple(stay.place.text for stay in stays)
    if any(stay.from_date <= payload.issued_on for stay in stays[:1]):
        homes += (shown.residence,)
    father, mother = known["father"], known["mother"]
    return {
        "old_number": tuple(old.number for old in known["old_numbers"]) or (None,),
        "full_name": (known["full_name"],),
        "birth_date": (dates.parse(known["birth_date"]),),
        "sex": (known["sex"],),
        "residence": homes or (None,),
        "cancelled_number": tuple(old.pin for old in known["superseded_pins"]) or (None,),
        "father_name": (father and father.full_name,),
        "mother_name": (mother and mother.full_name,),
    }


def _findings(payload: Payload, recorded: Mapping[str, tuple[Any, ...]]) -> dict[str, Finding]:
    """Judge each field that there is something to compare with; the best of several counts."""
    found = {}
    for name, claimed in _claim(payload).items():
        if name in recorded:
            judged = [_finding(name, claimed, one) for one in recorded[name]]
            found[name] = next((one for one in judged if one == MATCH), judged[0])
    return found


def _finding(name: str, claimed: Any, recorded: Any) -> Finding:
    if claimed == recorded:
        return MATCH
    if not claimed or not recorded:
        return MATCH if not claimed and not recorded else MISMATCH
    if name in ATTRIBUTES:
        finding = ATTRIBUTES[name].compare(claimed, recorded)
        # A machine wrote the text: what is nearly right was changed.
        return MISMATCH if finding.verdict is not Verdict.MATCH else MATCH
    if name == "residence":
        return MATCH if address_key(claimed) == address_key(recorded) else MISMATCH
    return MISMATCH


def _judge(
    access: Access, caller: Caller, question: QrQuestion, found: Found, compared: _Compared
) -> Judgement | None:
    """Take step 4; None if the caller has guessed too often about this number or its bearer."""
    hit, detail = found.only, caller.outcome_detail
    told = row(standing(found), agreement(compared.printed), "alive" if hit is None else hit.state)
    fits = told.plain is Outcome.MATCH
    is_good = fits and compared.card is cards.Standing.VALID
    counted = guesses.count(access, caller, question.payload.number, hit, failed=not fits)
    if counted is None:
        return None
    plain = QrOutcome.MATCH if is_good else QrOutcome.NO_MATCH
    word: str = compared.card if fits and compared.card and not is_good else told.outcome
    return Judgement(
        outcome=QrOutcome(word) if detail else plain,
        card=compared.card if detail else None,
        fields=_told(compared) if detail and told.attributes else None,
        about=counted.bearer if hit is not None and (is_good or detail) else counted.asked,
    )


def _told(compared: _Compared) -> dict[str, QrField]:
    return {
        name: QrField(card=_fit(finding), registry=None if now is None else _fit(now))
        for name, finding in compared.printed.items()
        for now in [compared.registry.get(name)]
    }


def _fit(finding: Finding) -> Fit:
    return Fit.MATCH if finding == MATCH else Fit.MISMATCH


def _refused(access: Access, caller: Caller, question: QrQuestion, refused: Refused) -> Prepared:
    refusal = answered.refusal(access, refused, question.payload.number)
    return Prepared(caller=caller, question=question, **refusal)


def _body(question: QrQuestion, judgement: Judgement, proved: Proof) -> bytes:
    return _encoder.encode(
        QrAnswer(
            outcome=judgement.outcome,
            card=judgement.card,
            fields=judgement.fields,
            simulated=True,
            request_id=question.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
