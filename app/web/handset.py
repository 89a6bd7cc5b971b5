"""What the pages of a simulated phone share: whose it is, and how its holder does something.

The same functions are asked as by `/control/v1/phones/{who}`. A refusal is told as its problem,
and what was counted for it is committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.identity import account_problems, accounts, approvals, passcodes
from app.identity.account_problems import Refused
from app.identity.phones import Phone
from app.platform import clock
from app.registry import citizens
from app.sandbox import personas
from app.web.console_page import PHONES, Asked, Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.responses import RedirectResponse
    from sqlalchemy.orm import Session

    from app.identity.accounts import Account, Standing

#: Where one phone is; its pages are below.
PHONE: Final = f"{PHONES}/{{who}}"
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose phone it is, and what a tester needs to act as them.

    `purposes` are a persona's, by language; `passcode` is None where its holder chose one.
    `waiting` counts the questions that nobody has answered.
    """

    pin: str
    full_name: str
    purposes: dict[str, str]
    account: Account | None
    standing: Standing | None
    passcode: str | None
    waiting: int


def opened(asked: Asked, session: Session) -> Phone:
    """Return the phone at the address; raise `citizen-unknown` or `persona-unknown`."""
    who = personas.whose(session, asked.path["who"])
    return Phone(session, asked.world, who, clock.now())


def shown(phone: Phone, template: str, /, **told: Any) -> Shown:
    """Return a page of a phone."""
    return Shown(template, {"holder": _holder(phone), **told})


def act(asked: Asked, do: Callable[[Phone], _Done | Refused]) -> _Done:
    """Do something as the phone's holder, in one transaction; raise what it was refused for."""
    done = asked.world.writer.submit(lambda session: do(opened(asked, session)))
    if isinstance(done, Refused):
        raise done.error()
    return done


def on_to(asked: Asked, page: str = "") -> RedirectResponse:
    """Send the browser on to a page of the same phone, so that a reload does nothing twice."""
    return asked.visitor.to(PHONE.format_map(asked.path) + page)


def account_of(phone: Phone) -> Account:
    """Return the account of a phone's holder; raise `eid-account-missing`."""
    account = accounts.of(phone.session, phone.citizen_id)
    if account is None:
        raise account_problems.ACCOUNT_MISSING.error()
    return account


def _holder(phone: Phone) -> Holder:
    session = phone.session
    [person] = citizens.read(session, [phone.citizen_id])
    account = accounts.of(session, phone.citizen_id)
    standing = None if account is None else accounts.standing(session, account, phone.today)
    is_granted = standing is not None and standing.state != "pending"
    known = [each for each in personas.all_of_them(session) if each.citizen_id == phone.citizen_id]
    asked = approvals.of_citizen(session, phone.citizen_id, phone.now)
    return Holder(
        pin=person.pin,
        full_name=person.full_name,
        purposes={"vi": known[0].purpose, "en": known[0].purpose_en} if known else {},
        account=account,
        standing=standing,
        passcode=(
            passcodes.known(session, phone.world, account.id)
            if account is not None and is_granted
            else None
        ),
        waiting=sum(each.state == "pending" for each in asked),
    )
