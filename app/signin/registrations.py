"""What a system registered for signing people in: where answers may go, and how they are proved.

A system that has registered nothing may be tried at once: answers go to `/callback` on the
developer's own machine, at any port (RFC 8252 §7.3). One that is held to the FAPI 2.0 Security
Profile has to push its requests and to bind its tokens, whatever it registers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from app.platform import errors
from app.platform.errors import InvalidParam
from app.signin.models import ID_TOKEN_ALGORITHMS, SignInSystem

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller

REGISTRATION_INVALID = errors.declare(
    code="sign-in-registration-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Thông tin đăng ký đăng nhập không hợp lệ",
    title_en="A system cannot be registered for sign-in like this",
    next_vi="Sửa các mục nêu trong invalid_params.",
    next_en="Correct what invalid_params names.",
)

#: Where answers go on the developer's machine before anything else is registered.
CALLBACK = "/callback"
SIGNED_OUT = "/signed-out"
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_LOOPBACK = re.compile(
    r"(?P<host>http://(?:127\.0\.0\.1|localhost|\[::1\]))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>(?:/.*)?)"
)
#: One URI without spaces, controls, backslashes and fragments (RFC 6749 §3.1.2).
_PLAIN = re.compile(r"[!$-;=?-\[\]_a-z~%&]{1,2000}")
#: A private-use scheme has a dot: it is a domain, reversed (RFC 8252 §7.1).
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/[^/].*")
_OF_FAPI = "ES256"
#: Made once: to build it takes longer than to run it.
_OF_SYSTEM = select(SignInSystem.__table__).where(SignInSystem.client_id == bindparam("system"))


class ClientRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """A system's registration as it counts today.

    `id_token_alg` signs its ID tokens. `require_par`: a request comes by the back channel only.
    `require_dpop`: every token is bound to a key. `dpop_nonce`: each proof needs a nonce of ours.
    """

    client_id: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    id_token_alg: str
    require_par: bool
    require_dpop: bool
    dpop_nonce: bool

    def may_redirect(self, uri: str) -> bool:
        """Whether an answer may go there: exact comparison (RFC 9700 §2.1), but for the port."""
        return _is_listed(uri, self.redirect_uris)

    def may_return_to(self, uri: str) -> bool:
        """Whether a browser may be sent there after signing out."""
        return _is_listed(uri, self.post_logout_redirect_uris)


def of(session: Session, caller: Caller) -> ClientRegistration:
    """Return what counts for a system, whether it registered anything or not."""
    row = session.execute(_OF_SYSTEM, {"system": caller.client_id}).one_or_none()
    if row is None:
        return unregistered(caller)
    return ClientRegistration(
        client_id=caller.client_id,
        redirect_uris=tuple(row.redirect_uris),
        post_logout_redirect_uris=tuple(row.post_logout_redirect_uris),
        id_token_alg=row.id_token_alg,
        require_par=caller.fapi or row.require_par,
        require_dpop=caller.fapi or row.require_dpop,
        dpop_nonce=row.dpop_nonce,
    )


def unregistered(caller: Caller) -> ClientRegistration:
    """Return what counts for a system that has registered nothing.

    RS256 is what libraries expect of a client that chose nothing (OpenID Connect Dynamic Client
    Registration 1.0 §2); FAPI 2.0 §5.4 knows ES256 and not RS256.
    """
    return ClientRegistration(
        client_id=caller.client_id,
        redirect_uris=tuple(f"http://{host}{CALLBACK}" for host in _LOOPBACK_HOSTS),
        post_logout_redirect_uris=tuple(f"http://{host}{SIGNED_OUT}" for host in _LOOPBACK_HOSTS),
        id_token_alg=_OF_FAPI if caller.fapi else "RS256",
        require_par=caller.fapi,
        require_dpop=caller.fapi,
        dpop_nonce=False,
    )


def register(session: Session, caller: Caller, wanted: ClientRegistration) -> None:
    """Keep a system's registration in place of what it had.

    Raises `sign-in-registration-invalid`, which names each member that is wrong.
    """
    wrong = tuple(_wrong(caller, wanted))
    if wrong:
        raise REGISTRATION_INVALID.error(params=wrong)
    forget(session, caller)
    columns = msgspec.structs.asdict(wanted)
    columns["redirect_uris"] = list(wanted.redirect_uris)
    columns["post_logout_redirect_uris"] = list(wanted.post_logout_redirect_uris)
    session.execute(insert(SignInSystem).values(columns))


def forget(session: Session, caller: Caller) -> None:
    """Let a system be as if it had registered nothing."""
    session.execute(delete(SignInSystem).where(SignInSystem.client_id == caller.client_id))


def _wrong(caller: Caller, wanted: ClientRegistration) -> list[InvalidParam]:
    found = []
    lists = {
        "redirect_uris": wanted.redirect_uris,
        "post_logout_redirect_uris": wanted.post_logout_redirect_uris,
    }
    for name, uris in lists.items():
        found += [
            InvalidParam(
                f"{name}.{place}",
                "https, http on loopback or a private-use scheme, without a fragment",
                "https, http trên loopback hoặc lược đồ riêng, không có fragment",
            )
            for place, uri in enumerate(uris)
            if not _is_registrable(uri)
        ]
    if wanted.id_token_alg not in ID_TOKEN_ALGORITHMS:
        choices = ", ".join(ID_TOKEN_ALGORITHMS)
        found.append(InvalidParam("id_token_alg", f"one of {choices}", f"một trong {choices}"))
    elif caller.fapi and wanted.id_token_alg != _OF_FAPI:
        found.append(
            InvalidParam("id_token_alg", "ES256 (FAPI 2.0 §5.4)", "ES256 (FAPI 2.0 §5.4)")
        )
    return found


def _is_registrable(uri: str) -> bool:
    if not _PLAIN.fullmatch(uri):
        return False
    if _on_loopback(uri) or _PRIVATE_USE.fullmatch(uri):
        return True
    try:
        parts = urlsplit(uri)
        is_port = parts.port != 0  # ValueError for a number that is no port's
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and is_port


def _is_listed(uri: str, listed: tuple[str, ...]) -> bool:
    if uri in listed:
        return True
    asked = _on_loopback(uri)
    if asked is None:
        return False
    known = filter(None, map(_on_loopback, listed))
    return any(asked.group("host", "rest") == each.group("host", "rest") for each in known)


def _on_loopback(uri: str) -> re.Match[str] | None:
    """Take an address on this machine apart; None for any other, and for a port there is not."""
    found = _LOOPBACK.fullmatch(uri) if _PLAIN.fullmatch(uri) else None
    return found if found is not None and 0 < int(found["port"] or 80) < 65_536 else None
