"""Requests for a card: who may have one, why, and the way from the counter to the holder's hand.

1. `request` checks that the person may have a card, that nothing is under way, and the reason.
2. `advance` takes the request a step on: biometrics, approval, printing, delivery, handing over.
   Printing decides the form, the number, and the days that stand on the card.
3. The card that is handed over supersedes the ones before it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from app.identity import card_life, cards, printed, working_days
from app.identity.expiry import expires_on
from app.identity.models import Card as Row
from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import citizens
from app.registry import fields as registry_fields
from app.registry.countries import HOME

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.identity.card_life import Occasion
    from app.identity.cards import Card
    from app.registry.citizens import Brief

#: The first day on which a form is issued (Circular 06/2021, Circular 16/2024/TT-BCA).
FORMS: Final = (("2021", dt.date(2021, 1, 1)), ("2024", dt.date(2024, 7, 1)))
#: From which age a card is issued: the form of 2021 from 14, that of 2024 to anybody who asks.
FROM_AGE: Final = {"2021": 14, "2024": 0}
#: Below this age the legal representative asks (2023 Law, Art 23).
OF_AGE: Final = 14
#: Working days from the request to the card (2023 Law, Art 26).
TERM: Final = 7
_STEPS: Final = (*cards.UNDER_WAY, "active")
_TWO_YEARS: Final = 2

#: Why a card is issued, changed (Art 24 (1)) or issued again (Art 24 (2)).
ISSUE: Final = ("first",)
CHANGE: Final = (
    "age_milestone",
    "information_changed",
    "features_changed",
    "sex_changed",
    "printing_error",
    "units_rearranged",
    "number_reestablished",
    "residence_reprinted",
)
REISSUE: Final = ("lost", "damaged", "nationality_regained")
REASONS: Final = (*ISSUE, *CHANGE, *REISSUE)
#: In which state the last card has to be for a reason to be one (None: there was no card).
AFTER: Final[dict[str, tuple[str | None, ...]]] = {
    "first": (None, "revoked"),
    **dict.fromkeys(CHANGE, ("active", "expired")),
    "lost": ("lost",),
    "damaged": ("damaged",),
    "nationality_regained": ("revoked",),
}

NOT_ENTITLED = errors.declare(
    code="card-not-entitled",
    kind="unprocessable",
    fault_of="citizen",
    title_vi="Người này không thuộc diện được cấp thẻ",
    title_en="This person may not have a card",
    next_vi="Xem điều kiện trong detail (Luật Căn cước, Điều 19).",
    next_en="The detail says which condition is not met (Law on Identity, Art 19).",
)
UNDER_WAY = errors.declare(
    code="card-request-under-way",
    kind="conflict",
    fault_of="caller",
    title_vi="Đã có một yêu cầu cấp thẻ đang được giải quyết",
    title_en="A request for a card is already under way",
    next_vi="Giải quyết tiếp hoặc hủy yêu cầu đó trước.",
    next_en="Advance or cancel that one first.",
)
UNFOUNDED = errors.declare(
    code="card-request-unfounded",
    kind="unprocessable",
    fault_of="caller",
    title_vi="Lý do yêu cầu không đúng với thẻ hiện có",
    title_en="The reason does not fit the card that the person has",
    next_vi="Dùng lý do phù hợp: cấp, đổi (Điều 24 khoản 1) hoặc cấp lại (khoản 2).",
    next_en="Use a reason that fits: first issue, change (Art 24 (1)) or re-issue (Art 24 (2)).",
)


def form_on(day: dt.date) -> str | None:
    """Return the form that is issued on that day, None before there were chip cards."""
    return next((form for form, since in reversed(FORMS) if since <= day), None)


def due_on(requested_on: dt.date) -> dt.date:
    """Return the last day of the term for a request made on that day."""
    return working_days.after(requested_on, TERM)


def request(session: Session, citizen_id: int, reason: str, occasion: Occasion) -> Card:
    """Ask for a card (step 1). The row is there from then on, in the state `requested`.

    Raises `card-not-entitled`, `card-request-under-way`, `card-reason-unknown` and
    `card-request-unfounded`. Who is under 14 is represented.
    """
    if reason not in REASONS:
        known = ", ".join(REASONS)
        raise card_life.REASON_UNKNOWN.error(params=(InvalidParam("reason", known, known),))
    [holder] = citizens.read(session, [citizen_id])
    form = form_for(holder, _nationality(session, holder, occasion), occasion)
    before = cards.of_citizen(session, citizen_id, occasion.today)
    if any(card.state in cards.UNDER_WAY for card in before):
        raise UNDER_WAY.error()
    last = cards.current(session, [citizen_id], occasion.today).get(citizen_id)
    founded(holder, last, reason, occasion.today)
    row = Row(
        citizen_id=citizen_id,
        number=holder.pin,
        form=form,
        state="requested",
        state_since=occasion.today,
        issue_reason=reason,
    )
    session.add(row)
    session.flush()
    card_life.write(session, row, reason, occasion)
    return cards.as_of(row, occasion.today)


def advance(session: Session, card_id: int, occasion: Occasion, to: str | None = None) -> Card:
    """Take a request one step on, or as many as lead to the state `to` (step 2).

    Who is under six has no biometrics taken. Raises `card-move-refused` where the request is not
    before that step, `card-not-entitled` where the holder may not have a card any more.
    """
    row = session.get_one(Row, card_id, with_for_update=True)
    if row.state not in cards.UNDER_WAY:
        raise card_life.refusal(row.state, cards.UNDER_WAY)
    [holder] = citizens.read(session, [row.citizen_id])
    here = _STEPS.index(row.state)
    last = here + 1 if to is None else _STEPS.index(to)
    if last <= here:
        raise card_life.refusal(row.state, _STEPS[:last])
    steps = [step for step in _STEPS[here + 1 : last + 1] if _is_needed(step, holder, occasion)]
    form = form_for(holder, _nationality(session, holder, occasion), occasion, asks=False)
    for step in steps or [_STEPS[last + 1]]:  # what is not needed is passed over
        if step == "printed":
            _print(row, form, occasion, holder)
        if step == "active":
            _supersede(session, row, occasion)
        card_life.enter(session, row, step, row.issue_reason, occasion)
    return cards.as_of(row, occasion.today)


def _is_needed(step: str, holder: Brief, occasion: Occasion) -> bool:
    age = citizens.age_on(holder.birth_date, occasion.today)
    return step != "taken_biometrics" or age >= printed.PHOTO_FROM


def _print(row: Row, form: str, occasion: Occasion, holder: Brief) -> None:
    """Decide what stands on the card."""
    row.form, row.number = form, holder.pin
    row.issued_on, row.issued_by = occasion.today, printed.ISSUERS[form]
    row.expires_on = expires_on(holder.birth_date, occasion.today)


def _supersede(session: Session, row: Row, occasion: Occasion) -> None:
    """Step 3: of the cards before, those that still counted for something count no more."""
    others = session.scalars(
        select(Row)
        .where(
            Row.citizen_id == row.citizen_id,
            Row.id != row.id,
            Row.state.in_(("active", "expired", "lost", "damaged", "held")),
        )
        .order_by(Row.id)
    )
    for other in others.all():
        card_life.enter(session, other, "superseded", row.issue_reason, occasion)


def form_for(holder: Brief, nationality: str, occasion: Occasion, *, asks: bool = True) -> str:
    """Return the form of the card this person may have today. Raises `card-not-entitled`.

    `asks` says that somebody asks for it today: who, is then checked, too.
    """
    form = form_on(occasion.today)
    if form is None:
        raise _not_entitled("there are no chip cards yet", "chưa có thẻ gắn chip")
    if nationality != HOME:
        raise _not_entitled("only citizens of Vietnam have it", "chỉ công dân Việt Nam được cấp")
    if holder.state not in {"alive", "emigrated"}:
        raise _not_entitled(
            "the registry has the person as dead, missing or under review",
            "hồ sơ ghi người này đã chết, mất tích hoặc đang được xác minh",
        )
    age = citizens.age_on(holder.birth_date, occasion.today)
    if age < FROM_AGE[form]:
        raise _not_entitled("this form is for people of 14 and over", "mẫu thẻ này cấp từ 14 tuổi")
    if asks and age < OF_AGE and occasion.by == "holder":
        raise _not_entitled(
            "for who is under 14 the legal representative asks",
            "người dưới 14 tuổi phải do người đại diện hợp pháp yêu cầu",
        )
    return form


def _nationality(session: Session, holder: Brief, occasion: Occasion) -> str:
    [known] = registry_fields.read(session, [holder.id], ("nationality",), occasion.today)
    return str(known["nationality"])


def _not_entitled(why: str, why_vi: str) -> errors.DancuError:
    return NOT_ENTITLED.error(why, detail_vi=why_vi)


def founded(holder: Brief, last: Card | None, reason: str, today: dt.date) -> None:
    """Raise `card-request-unfounded` where the reason does not fit the last card."""
    state = None if last is None else last.state
    if state not in AFTER[reason]:
        wanted = ", ".join(one or "no card" for one in AFTER[reason])
        raise UNFOUNDED.error(
            f"the last card is {state or 'none'}; this reason needs: {wanted}",
            detail_vi=f"thẻ gần nhất: {state or 'không có'}; lý do này cần: {wanted}",
        )
    if last is not None and not _holds(holder, last, reason, today):
        raise UNFOUNDED.error(
            "the card bears the present number, or is good for more than two years yet",
            detail_vi="thẻ mang số hiện hành, hoặc còn hạn trên hai năm",
        )


def _holds(holder: Brief, last: Card, reason: str, today: dt.date) -> bool:
    if reason == "number_reestablished":
        return last.number != holder.pin
    if reason == "age_milestone":
        ends = last.expires_on
        return ends is not None and (ends.year - _TWO_YEARS, ends.month, ends.day) <= (
            today.year,
            today.month,
            today.day,
        )
    return True
