"""Sign-ins: each begins with a system's request, is decided by a person and gives tokens once.

A sign-in is the family of all tokens it gave: when one of them is used twice, or its person or its
system ends it, none of them is good any more.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from sqlalchemy import bindparam, insert, select, update

from app.platform import fresh
from app.signin import secrecy
from app.signin.models import SignIn
from app.signin.requests import AuthorizationRequest

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

Flow = Literal["code", "device", "ciba"]

#: How long a pushed request may be used (FAPI 2.0 §5.3.2.2: less than 600 s).
PUSHED_SECONDS: Final = 90
#: How long a person may take over the pages.
PAGES_SECONDS: Final = 900
REQUEST_URI: Final = "urn:ietf:params:oauth:request_uri:"
#: Letters that are not mistaken for each other and spell no words (RFC 8628 §6.1).
_USER_CODE_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_USER_CODE_LENGTH: Final = 8
#: Made once: to build it takes longer than to run it.
_BY_ID: Final = select(SignIn.__table__).where(SignIn.id == bindparam("sign_in_id"))


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in, and how: `auth_time` in seconds since 1970, `level` of account and proof."""

    citizen_id: int
    auth_time: int
    level: int
    amr: tuple[str, ...]
    assurance: int
    session_id: str | None = None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a person let a system know: fields, and the consent that says so (None: no fields)."""

    fields: tuple[str, ...]
    consent_id: str | None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in as it stands; `person` and `given` are there once the person agreed."""

    id: str
    flow: Flow
    client_id: str
    request: AuthorizationRequest
    state: str
    created_at: dt.datetime
    expires_at: dt.datetime
    user_code: str | None
    approval: str | None
    interval_seconds: int
    polled_at: dt.datetime | None
    person: Person | None
    given: Given | None

    def is_open(self, now: dt.datetime) -> bool:
        """Whether the person may still decide."""
        return self.state == "open" and now < self.expires_at

    def is_fresh(self, now: dt.datetime) -> bool:
        """Whether a pushed request may still be used: longer time for the pages is no excuse."""
        return self.is_open(now) and now < self.created_at + dt.timedelta(seconds=PUSHED_SECONDS)


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in to begin; `is_named` gives it a handle for the system to name it by."""

    flow: Flow
    client_id: str
    request: AuthorizationRequest
    expires_at: dt.datetime
    is_named: bool = False
    user_code: str | None = None
    approval: str | None = None
    interval_seconds: int = 0


def pushed(client_id: str, request: AuthorizationRequest, now: dt.datetime) -> New:
    """Return the sign-in that a request begins which was pushed (RFC 9126)."""
    return New(
        flow="code",
        client_id=client_id,
        request=request,
        expires_at=now + dt.timedelta(seconds=PUSHED_SECONDS),
        is_named=True,
    )


def begin(session: Session, new: New, *, now: dt.datetime) -> tuple[str, str | None]:
    """Begin a sign-in; return its id and, where it has one, the secret handle of the system."""
    sign_in_id = fresh.hex128()
    handle, kept = secrecy.fresh() if new.is_named else (None, None)
    session.execute(
        insert(SignIn).values(
            id=sign_in_id,
            flow=new.flow,
            client_id=new.client_id,
            handle=kept,
            user_code=new.user_code,
            request=msgspec.to_builtins(new.request),
            dpop_jkt=new.request.dpop_jkt,
            approval=new.approval,
            state="open",
            created_at=now,
            expires_at=new.expires_at,
            interval_seconds=new.interval_seconds,
        )
    )
    return sign_in_id, handle


def find(session: Session, sign_in_id: str) -> Known | None:
    """Return a sign-in by its id."""
    row = session.execute(_BY_ID, {"sign_in_id": sign_in_id}).one_or_none()
    return None if row is None else _known(row)


def by_handle(session: Session, unverified_handle: str) -> Known | None:
    """Return the sign-in that a system names by its handle."""
    kept = secrecy.kept(unverified_handle)
    row = session.execute(select(SignIn.__table__).where(SignIn.handle == kept)).one_or_none()
    return None if row is None else _known(row)


def by_user_code(session: Session, user_code: str) -> Known | None:
    """Return the sign-in of another device by the code that the person typed."""
    row = session.execute(
        select(SignIn.__table__).where(SignIn.user_code == user_code)
    ).one_or_none()
    return None if row is None else _known(row)


def new_user_code() -> str:
    """Return eight letters that a person can type: 34 bits, good for a few minutes."""
    return "".join(secrets.choice(_USER_CODE_LETTERS) for _ in range(_USER_CODE_LENGTH))


def typed(text: str) -> str:
    """Return a user code as it is kept, however it was typed (RFC 8628 §6.1)."""
    return "".join(letter for letter in text.upper() if letter.isalpha())[:_USER_CODE_LENGTH]


def keep_open(session: Session, sign_in_id: str, *, now: dt.datetime) -> None:
    """Give the person time for the pages, once they have begun with them."""
    until = now + dt.timedelta(seconds=PAGES_SECONDS)
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.state == "open")
        .values(expires_at=until)
    )


def agree(
    session: Session, sign_in_id: str, person: Person, given: Given, *, now: dt.datetime
) -> bool:
    """Note that the person agreed; False if this was decided before, or is too late.

    Of several that decide at once, the UPDATE lets one through: a request is used once.
    """
    return _decided(
        session,
        sign_in_id,
        now,
        state="granted",
        citizen_id=person.citizen_id,
        session_id=person.session_id,
        auth_time=person.auth_time,
        level=person.level,
        amr=list(person.amr),
        assurance=person.assurance,
        fields=list(given.fields),
        consent_id=given.consent_id,
    )


def refuse(session: Session, sign_in_id: str, why: str, *, now: dt.datetime) -> bool:
    """Note that there will be no tokens; `why` is an error of the standard. False: too late."""
    return _decided(session, sign_in_id, now, state="refused", ended_reason=why)


def give(session: Session, sign_in_id: str) -> bool:
    """Note that the system gets its tokens; False if it got them before: one UPDATE decides."""
    return _moved(session, sign_in_id, "granted", state="given")


def keep(session: Session, sign_in_id: str) -> None:
    """Note that the system did not get its tokens after all, in the transaction of `give`."""
    _moved(session, sign_in_id, "given", state="granted")


def revoke(session: Session, sign_in_id: str, why: str) -> None:
    """End every token of a sign-in."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.state.in_(("granted", "given")))
        .values(state="revoked", ended_reason=why)
    )


def poll(session: Session, known: Known, *, now: dt.datetime, slower_by: int) -> bool:
    """Note that a system asks for its tokens; False if it asks too soon and must slow down.

    Who asks too soon waits longer from then on (RFC 8628 §3.5).
    """
    too_soon = known.polled_at is not None and now < known.polled_at + dt.timedelta(
        seconds=known.interval_seconds
    )
    interval = known.interval_seconds + (slower_by if too_soon else 0)
    session.execute(
        update(SignIn)
        .where(SignIn.id == known.id)
        .values(polled_at=now, interval_seconds=interval)
    )
    return not too_soon


def _decided(session: Session, sign_in_id: str, now: dt.datetime, **columns: object) -> bool:
    still_open = (SignIn.id == sign_in_id, SignIn.state == "open", SignIn.expires_at > now)
    statement = update(SignIn).where(*still_open).values(**columns).returning(SignIn.id)
    return session.execute(statement).first() is not None


def _moved(session: Session, sign_in_id: str, state_before: str, **columns: object) -> bool:
    statement = (
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.state == state_before)
        .values(**columns)
        .returning(SignIn.id)
    )
    return session.execute(statement).first() is not None


def _known(row: Row[tuple[object, ...]]) -> Known:
    person = None
    given = None
    if row.citizen_id is not None:
        person = Person(
            citizen_id=row.citizen_id,
            auth_time=row.auth_time,
            level=row.level,
            amr=tuple(row.amr),
            assurance=row.assurance,
            session_id=row.session_id,
        )
        given = Given(fields=tuple(row.fields), consent_id=row.consent_id)
    return Known(
        id=row.id,
        flow=row.flow,
        client_id=row.client_id,
        request=msgspec.convert(row.request, AuthorizationRequest),
        state=row.state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        user_code=row.user_code,
        approval=row.approval,
        interval_seconds=row.interval_seconds,
        polled_at=row.polled_at,
        person=person,
        given=given,
    )
