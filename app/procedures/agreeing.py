"""Agreeing: the head of a household lets somebody register their residence there.

Law on Residence 68/2020, Art 20: the owner of the dwelling, or the head of the household, agrees.
Who is the head need not be asked; others are asked on the phone, or have agreed on paper.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from app.identity import accounts, approvals
from app.identity.approvals import Ask
from app.procedures.steps import Outcome, Work, refuse
from app.registry import households

if TYPE_CHECKING:
    from app.registry.households import Household

KIND: Final = "residence-agreement"
#: How long the question stands on the phone, of real time: our choice.
LIFETIME: Final = dt.timedelta(days=1)


def decide(work: Work[Any], home: Household, paper: str | None) -> Outcome | None:
    """Return None where the head agrees; else that the answer is awaited, or why there is none."""
    head = home.head
    if paper is not None or head is None or head.citizen_id == work.dossier.citizen_id:
        return None
    question = work.kept.get("approval")
    if question is None:
        return _ask(work, head.citizen_id)
    state = approvals.told(work.session, str(question), work.now)
    if state in {"accepted", "used"}:
        return None
    if state == "pending":
        return _awaited(str(question))
    if state == "refused":
        return refuse(
            "head-disagrees",
            "chủ hộ không đồng ý cho đăng ký thường trú",
            "the head of the household does not agree",
        )
    return refuse(
        "head-silent",
        "chủ hộ không trả lời; im lặng không phải là đồng ý",
        "the head of the household did not answer: silence is no agreement",
    )


def home_of(work: Work[Any], *citizen_ids: int) -> Household | None:
    """Return the household of the first of these who has one."""
    found = households.of(work.session, citizen_ids, work.today)
    return next((found[each] for each in citizen_ids if each in found), None)


def _ask(work: Work[Any], head_id: int) -> Outcome:
    account = accounts.of(work.session, head_id)
    if account is None or not accounts.standing(work.session, account, work.today).usable:
        return refuse(
            "head-unreachable",
            "chủ hộ không có tài khoản để hỏi: nộp lại với ý kiến bằng giấy (head_agreement)",
            "the head has no account to be asked on: submit again with the agreement on paper "
            "(head_agreement)",
        )
    asked = Ask(
        kind=KIND,
        title_vi="Đồng ý cho đăng ký thường trú vào hộ của quý vị?",
        title_en="Do you agree to a registration of residence in your household?",
        details={"dossier": work.dossier.code, "agency": work.caller.agency_name},
        asked_by=work.caller.client_id,
        expires_at=work.now + LIFETIME,
    )
    return _awaited(approvals.ask(work.session, head_id, asked, work.now).id)


def _awaited(question: str) -> Outcome:
    return Outcome(
        state="held",
        code="head-asked",
        reason="chờ chủ hộ trả lời trên điện thoại · the head was asked on the phone",
        result={"approval": question},
    )
