"""Signing in on a phone what began elsewhere: the device flow (RFC 8628) and CIBA's poll mode.

With a device code the person comes to our pages, by a link or a picture to photograph, and goes
through them as anybody does. With CIBA the system names the person, and the phone asks.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import access as accesses
from app.exchange import proof
from app.exchange.client_authentication import authenticate
from app.exchange.oauth import ErrorCode, OAuthError
from app.identity import accounts, approvals, authentication
from app.identity.account_problems import Refused
from app.identity.authentication import Factors
from app.platform import clock
from app.registry import citizens
from app.signin import (
    access_tokens,
    claims,
    consenting,
    id_tokens,
    levels,
    requests,
    sign_ins,
    steps,
)
from app.signin.requests import AuthorizationRequest, Mistake
from app.signin.sign_ins import Person
from app.signin.steps import Failed
from app.signin.telling import Errant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.platform.worlds import World
    from app.registry.citizens import Brief
    from app.signin.consenting import Wish
    from app.signin.sign_ins import Known
    from app.signin.token_requests import Received

LIFETIME: Final = dt.timedelta(seconds=600)
LEAST_SECONDS: Final = 30
INTERVAL_SECONDS: Final = 5
APPROVAL_KIND: Final = "sign-in-elsewhere"
#: What people compare on both devices: short, and nothing that could be anything else.
_BINDING: Final = re.compile(r"[\w .,:/#-]{1,64}")
_DIGITS: Final = re.compile("[0-9]{1,6}")


class DeviceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 8628 §3.2."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class CibaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """OpenID CIBA Core 1.0 §7.3."""

    auth_req_id: str
    expires_in: int
    interval: int


def begin_device(
    world: World, received: Received, proved: Callable[[Caller], None]
) -> DeviceAnswer | OAuthError:
    """Answer a device that cannot show our pages (RFC 8628 §3.1)."""
    begun = _begun(world, received, proved)
    if isinstance(begun, OAuthError):
        return begun
    _, request, _ = begun
    now = clock.now()
    user_code = sign_ins.new_user_code()
    new = sign_ins.New(
        flow="device",
        client_id=request.client_id,
        request=request,
        expires_at=now + LIFETIME,
        is_named=True,
        user_code=user_code,
        interval_seconds=INTERVAL_SECONDS,
    )
    _, handle = world.writer.submit(lambda session: sign_ins.begin(session, new, now=now))
    shown = f"{user_code[:4]}-{user_code[4:]}"
    address = f"{world.issuer}/oidc/device"
    return DeviceAnswer(
        device_code=handle or "",
        user_code=shown,
        verification_uri=address,
        verification_uri_complete=f"{address}?user_code={shown}",
        expires_in=int(LIFETIME.total_seconds()),
        interval=INTERVAL_SECONDS,
    )


def begin_ciba(
    world: World, received: Received, proved: Callable[[Caller], None]
) -> CibaAnswer | OAuthError:
    """Answer a system that has the phone of a person ask them (CIBA Core §7).

    1. The client proves itself; its request makes sense, and it may sign people in.
    2. It names one person, by one hint (§7.1), within its quota, and only so often.
    3. The phone is asked, where there is one with an account that can be used. Else nobody
       answers: who asks does not learn which numbers somebody bears.
    """
    # 1.
    begun = _begun(world, received, proved)
    if isinstance(begun, OAuthError):
        return begun
    caller, request, wanted = begun
    seconds = _seconds(received.form)
    binding = received.form.get("binding_message")
    if seconds is None:
        return _error(ErrorCode.INVALID_REQUEST, "requested_expiry must be seconds, from 1 on.")
    if binding is not None and not _BINDING.fullmatch(binding):
        return _error(
            ErrorCode.INVALID_BINDING_MESSAGE, "binding_message must be up to 64 plain letters."
        )
    request = msgspec.structs.replace(request, binding_message=binding)

    def job(session: Session) -> CibaAnswer | OAuthError:
        # 2.
        number = _meant(session, world, caller, received.form)
        if isinstance(number, OAuthError):
            return number
        if not _within_limits(world, caller, number):
            return _error(ErrorCode.ACCESS_DENIED, "It was asked too often: try again later.")
        # 3.
        meant = msgspec.structs.replace(request, login_hint=number)
        return _asked(session, caller, meant, wanted, _reached(session, world, number), seconds)

    return world.writer.submit(job)


def settle(session: Session, world: World, known: Known) -> Known:
    """See what came of the question to the phone, and return the sign-in as it stands then.

    What counts is when the person decided, however late the system asks.
    """
    approval = known.approval or ""
    decided = approvals.decided_at(session, approval)
    if decided is None:
        return known
    is_accepted = approvals.told(session, approval, decided) == "accepted"
    if not is_accepted or not _accepted(session, world, known, decided):
        sign_ins.refuse(session, known.id, ErrorCode.ACCESS_DENIED, now=decided)
    return sign_ins.find(session, known.id) or known


def _begun(
    world: World, received: Received, proved: Callable[[Caller], None]
) -> tuple[Caller, AuthorizationRequest, Wish] | OAuthError:
    """Return the client that proved itself, its request, and what it may ask for."""
    caller = authenticate(world, accesses.of(world).snapshot(), received.client)
    if isinstance(caller, OAuthError):
        return caller
    proved(caller)
    form = received.form
    if claims.OPENID not in form.get("scope", "").split():
        return _error(ErrorCode.INVALID_SCOPE, "scope must contain openid.")
    asked = requests.read_asked(form)
    if isinstance(asked, Mistake):
        return _error(asked.error, asked.description)
    request = AuthorizationRequest(
        client_id=caller.client_id,
        redirect_uri=None,
        scope=requests.known_scopes(form),
        asked=asked,
        login_hint=requests.number_hint(form.get("login_hint")),
        locale=requests.locale(form.get("ui_locales")),
        purpose=form.get("purpose"),
    )
    errant = Errant(caller=caller, request_id=received.request_id, today=world.today)
    wanted = steps.wish(errant, request)
    if isinstance(wanted, Failed):
        return _error(wanted.error, wanted.description)
    return caller, request, wanted


def _meant(
    session: Session, world: World, caller: Caller, form: Mapping[str, str]
) -> str | OAuthError:
    """Return the number of the person that the request means (CIBA Core §7.1), if it can be one.

    `unknown_user_id` is for what names nobody by its form, or was not told to this system.
    """
    hints = [form[name] for name in ("login_hint", "id_token_hint") if name in form]
    if len(hints) != 1:
        return _error(ErrorCode.INVALID_REQUEST, "Send one of login_hint and id_token_hint.")
    if "login_hint" in form:
        number = requests.number_hint(form["login_hint"])
    else:
        person = _of_hint(session, world, caller, form["id_token_hint"])
        number = None if person is None else person.pin
    if number is None:
        return _error(ErrorCode.UNKNOWN_USER_ID, "Nobody can be asked by this hint.")
    return number


def _within_limits(world: World, caller: Caller, number: str) -> bool:
    """Count the question towards the quota and the limit of guesses about this number."""
    access = accesses.of(world)
    asked = proof.asked_subject(access, number)
    return bool(access.take(caller)) and access.fail(caller.guesser, asked)


def _reached(session: Session, world: World, number: str) -> int | None:
    """Return whose phone can be asked: a citizen's who has an account that can be used."""
    person = citizens.find(session, number)
    account = None if person is None else accounts.of(session, person.id)
    usable = account is not None and accounts.standing(session, account, world.today).usable
    return person.id if person is not None and usable else None


def _of_hint(session: Session, world: World, caller: Caller, token: str) -> Brief | None:
    hint = id_tokens.read_hint(world, token)
    known = None if hint is None else sign_ins.find(session, hint.sid)
    if hint is None or known is None or known.person is None or hint.aud != caller.client_id:
        return None
    sub = access_tokens.subject(world, caller.agency_code, known.person.citizen_id)
    people = citizens.read(session, [known.person.citizen_id]) if sub == hint.sub else []
    return people[0] if people else None


def _asked(
    session: Session,
    caller: Caller,
    request: AuthorizationRequest,
    wanted: Wish,
    citizen_id: int | None,
    seconds: int,
) -> CibaAnswer:
    now = clock.now()
    expires_at = now + dt.timedelta(seconds=seconds)
    asked = approvals.Ask(
        kind=APPROVAL_KIND,
        title_vi=f"Đăng nhập {caller.agency_name}",
        title_en=f"Sign in at {caller.agency_name_en}",
        details={
            "system": caller.system_name,
            "client_id": caller.client_id,
            "binding_message": request.binding_message,
            "purpose": wanted.purpose,
            "fields": list(wanted.fields),
            "scope": list(request.scope),
        },
        asked_by=caller.client_id,
        expires_at=expires_at,
    )
    new = sign_ins.New(
        flow="ciba",
        client_id=caller.client_id,
        request=request,
        expires_at=expires_at,
        is_named=True,
        approval=approvals.ask_whoever(session, citizen_id, asked, now),
        interval_seconds=INTERVAL_SECONDS,
    )
    _, handle = sign_ins.begin(session, new, now=now)
    return CibaAnswer(auth_req_id=handle or "", expires_in=seconds, interval=INTERVAL_SECONDS)


def _accepted(session: Session, world: World, known: Known, decided: dt.datetime) -> bool:
    """Take the accepted approval as proof and as agreement to what the phone showed."""
    caller = accesses.of(world).snapshot().callers.get(known.client_id)
    proved = authentication.authenticate(
        session,
        world,
        person=known.request.login_hint or "",
        factors=Factors(approval=known.approval, approval_kind=APPROVAL_KIND),
        now=decided,
    )
    if caller is None or isinstance(proved, Refused):
        return False
    errant = Errant(caller=caller, request_id=known.id, today=world.today)
    wanted = steps.wish(errant, known.request)
    level = levels.reached(proved.level, proved.assurance)
    too_low = known.request.asked.must_reach and level < known.request.asked.level
    if isinstance(wanted, Failed) or too_low:
        return False
    person = Person(
        citizen_id=proved.citizen_id,
        auth_time=int(proved.at.timestamp()),
        level=level,
        amr=proved.amr,
        assurance=proved.assurance,
    )
    how = f"phone {known.id}"
    given = consenting.give(session, errant, proved.citizen_id, wanted, wanted.fields, how)
    return sign_ins.agree(session, known.id, person, given, now=decided)


def _seconds(form: Mapping[str, str]) -> int | None:
    """Return how long the phone may be asked: what the system wishes, within our limits."""
    most = int(LIFETIME.total_seconds())
    wished = form.get("requested_expiry")
    if wished is None:
        return most
    if not _DIGITS.fullmatch(wished) or int(wished) == 0:
        return None
    return min(max(int(wished), LEAST_SECONDS), most)


def _error(code: ErrorCode, description: str) -> OAuthError:
    return OAuthError(error=code, error_description=description)
