"""`dancu signin`: a whole sign-in by a small relying party, leg by leg, over HTTP.

It does what a system does, by what discovery says: pushes its request, sends the "browser" (which
signs the persona in without a page, for this is a test), redeems the code, checks the ID token and
asks for the claims. Everything it needs is on this machine: the home folder and a running server.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import typer

from app.cli import dpop, held_cards, home, remote, tokens
from app.cli.failing import CommandError
from app.cli.options import Json, ServerOption, WorldOption
from app.cli.telling import Teller
from app.cli.verifying import DEFAULT_CLIENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

    from app.cli.remote import Remote
    from app.exchange.callers import Caller
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World

_CALLBACK = "http://127.0.0.1/callback"
#: What the sign-in goes by of a server's metadata.
_DISCOVERED = (
    "issuer",
    "pushed_authorization_request_endpoint",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)
_LEVELS = {1: "pin", 2: "pin otp"}

Who = Annotated[
    str, typer.Argument(metavar="PERSONA", help="A persona's name, or a personal number.")
]
Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system it is at.")]
Level = Annotated[
    int, typer.Option("--level", min=1, max=2, help="The level that is asked for and proved.")
]
Scope = Annotated[str, typer.Option("--scope", help="What is asked for.")]
Fields = Annotated[
    str | None, typer.Option("--fields", help="What the person agrees to; unsaid: to all of it.")
]


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One leg: what was sent where, and what came back; secrets are cut."""

    leg: str
    address: str
    sent: dict[str, Any]
    got: dict[str, Any]


class _Error(msgspec.Struct, frozen=True):
    error: str = ""
    error_description: str = ""
    code: str = ""
    detail: str = ""


def signin(
    who: Who,
    client: Client = DEFAULT_CLIENT,
    level: Level = 1,
    scope: Scope = "openid profile",
    fields: Fields = None,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Sign a persona in at a system, and show each leg.

    Talks to a running server whose home folder is this one. The system pushes its request and
    binds its tokens by DPoP; the person's part needs no page. Fails where the ID token does not
    hold, or where userinfo is about another person.
    """
    teller = Teller(as_json=json)
    with home.world(world) as opened, remote.http() as http:
        party = Party(http, opened, tokens.find(opened, client), scope, level)
        legs = []
        for leg in _legs(party, opened, server, who, fields):
            legs.append(leg)
            _tell(teller, leg)
    if json:
        teller.json(legs)


@contextmanager
def as_citizen(
    who: str, client: str, scope: str, *, world: str | None, server: str | None
) -> Iterator[tuple[Remote, str]]:
    """Sign somebody in at level 2; give the server, which is shown the key, and the token."""
    with remote.connect(server, world) as asked:
        with remote.http() as http:
            token, key = _signed_in(who, client, scope, (world, server), http)
        asked.bind(key)
        yield asked, token


def _signed_in(
    who: str,
    client: str,
    scope: str,
    where: tuple[str | None, str | None],
    http: httpx.Client,
) -> tuple[str, Es256Signer]:
    """Return the access token of somebody at level 2, and the key it is bound to."""
    world, server = where
    with home.world(world) as opened:
        party = Party(http, opened, tokens.find(opened, client), scope, 2)
        for leg in _legs(party, opened, server, who):
            if leg.leg == "token":
                break
    return party.access_token, party.key


def _legs(
    party: Party, world: World, server: str | None, who: str, fields: str | None = None
) -> Iterator[Leg]:
    """Sign somebody in, with the operator's token in place of a page."""
    from app.sandbox import operator

    token = operator.world_token(operator.token(home.settings().home), world.id)
    _require_known(world, who)
    agreed = "" if fields is None else f"; fields={fields}"
    said = f"{who}; factors={_LEVELS[party.level]}{agreed}"
    person = {"Dancu-Sign-In": said, "Authorization": f"Bearer {token}"}
    yield from party.run(_issuer(server, world), person)


def _require_known(world: World, who: str) -> None:
    """Raise that there is nobody of that name or number, before anything is asked."""
    with world.session() as session:
        held_cards.citizen_id(session, who)


def _issuer(server: str | None, world: World) -> str:
    """Return the world's issuer at that server: its default world's is the server's address.

    Where that is, an issuer has its metadata, which names it alike (OpenID Connect Discovery
    §4.3).
    """
    chosen = home.settings()
    if server is None and (address := home.served_at(chosen, world.name)) is not None:
        return address.rstrip("/")
    base = (server or home.server_url(chosen)).rstrip("/")
    return base if world.name == chosen.default_world else f"{base}/w/{world.name}"


def _tell(teller: Teller, leg: Leg) -> None:
    teller.say(f"\n{leg.leg}  {leg.address}")
    for arrow, members in (("→", leg.sent), ("←", leg.got)):
        for name, value in members.items():
            teller.say(f"  {arrow} {name}: {value}")


class Party:
    """A relying party for one sign-in at a level; its tokens are bound to `key`."""

    def __init__(
        self, http: httpx.Client, world: World, caller: Caller, scope: str, level: int
    ) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        from app.platform.signing import Es256Signer
        from app.signin import levels

        self._http, self._world, self._caller = http, world, caller
        self._scope, self._acr, self.level = scope, levels.ACR_OF[level], level
        self.access_token = ""
        self._verifier, self._state, self._nonce = (secrets.token_urlsafe(32) for _ in range(3))
        self.key = Es256Signer(ec.generate_private_key(ec.SECP256R1()))

    def run(self, issuer: str, person: Mapping[str, str]) -> Iterator[Leg]:
        """Go the whole way; raise `CommandError` where the server refuses."""
        address = f"{issuer}/.well-known/openid-configuration"
        about = self._read(self._http.get(address, follow_redirects=True), *_DISCOVERED)
        yield _leg("discovery", address, {}, {"issuer": about["issuer"]})
        asked = self._request()
        pushed = self._post(about, "pushed_authorization_request_endpoint", asked, "request_uri")
        yield _leg("push", about["pushed_authorization_request_endpoint"], asked, pushed)
        query = {"client_id": self._caller.client_id, "request_uri": pushed["request_uri"]}
        address = about["authorization_endpoint"]
        came = self._http.get(f"{address}?{urlencode(query)}", headers=person)
        answer = self._answer(came, about["issuer"])
        sent = {**query, "Dancu-Sign-In": person["Dancu-Sign-In"]}
        yield _leg("authorize", address, sent, answer)
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": _CALLBACK,
            "code_verifier": self._verifier,
        }
        told = self._post(about, "token_endpoint", form, "access_token", "id_token")
        subject = self._check(about, told)
        self.access_token = told["access_token"]
        yield _leg("token", about["token_endpoint"], form, told)
        address, access = about["userinfo_endpoint"], told["access_token"]
        proof = {"Authorization": f"DPoP {access}", "DPoP": self._proof("GET", address, access)}
        known = self._read(self._http.get(address, headers=proof))
        if known.get("sub") != subject:  # OpenID Connect Core §5.3.2
            raise _wrong("userinfo is about another person: its sub is not that of the ID token")
        yield _leg("userinfo", address, {"access_token": access}, known)

    def _request(self) -> dict[str, str]:
        import hashlib

        from app.platform.signing import base64url

        digest = hashlib.sha256(self._verifier.encode()).digest()
        return {
            "response_type": "code",
            "scope": self._scope,
            "redirect_uri": _CALLBACK,
            "state": self._state,
            "nonce": self._nonce,
            "acr_values": self._acr,
            "code_challenge": base64url(digest).decode(),
            "code_challenge_method": "S256",
        }

    def _post(
        self, about: dict[str, Any], endpoint: str, form: dict[str, str], *members: str
    ) -> dict[str, Any]:
        """Post a form as this client, with a proof of its key; read an answer that has these."""
        proof, basic = tokens.proof(self._world, self._caller, lambda: about["issuer"])
        headers = {"DPoP": self._proof("POST", about[endpoint])}
        asked = self._http.build_request(
            "POST", about[endpoint], data=form | proof, headers=headers
        )
        return self._read(self._http.send(asked, auth=basic), *members)

    def _proof(self, method: str, address: str, token: str | None = None) -> str:
        return dpop.proof(self.key, method, address, token)

    def _answer(self, came: httpx.Response, issuer: str) -> dict[str, str]:
        """Read what the browser brings back, and check that it is ours (RFC 9207)."""
        if came.status_code != 303:
            self._read(came)
        answer = dict(parse_qsl(urlsplit(came.headers.get("location", "")).query))
        if "error" in answer:
            raise _refused(answer["error"], answer.get("error_description", ""))
        if (answer.get("state"), answer.get("iss")) != (self._state, issuer):
            raise _wrong("the answer is to another request, or by another issuer")
        if "code" not in answer:
            raise _wrong("the answer that the browser brings back has no code")
        return answer

    def _check(self, about: dict[str, Any], told: dict[str, Any]) -> str:
        """Check an ID token by OpenID Connect Core §3.1.3.7 and 8; return whom it is about."""
        import jwt

        from app.signin import id_tokens, levels

        token = told["id_token"]
        try:
            keys = jwt.PyJWKSet.from_dict(self._read(self._http.get(about["jwks_uri"])))
            header = jwt.get_unverified_header(token)
            if header["alg"] == "none":
                raise _wrong("the ID token is not signed: its algorithm is none")
            claims: dict[str, Any] = jwt.decode(
                token,
                keys[header["kid"]],
                about["id_token_signing_alg_values_supported"],
                audience=self._caller.client_id,
                issuer=about["issuer"],
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise _wrong(f"the ID token does not hold: {error}") from None
        if claims["nonce"] != self._nonce:
            raise _wrong("the ID token is of another request: its nonce is not ours")
        if levels.LEVEL_OF.get(claims.get("acr", ""), 0) < self.level:
            raise _wrong(f"the ID token's acr is not {self._acr}, which was asked for, or higher")
        if claims.get("at_hash") != id_tokens.access_hash(told["access_token"]):
            raise _wrong("the ID token came with another access token: its at_hash is not of ours")
        return str(claims["sub"])

    def _read(self, answer: httpx.Response, *members: str) -> dict[str, Any]:
        """Read an answer's JSON; raise `CommandError` where it is a refusal, or lacks a member."""
        if answer.is_success:
            return _object(answer, members)
        try:
            told = msgspec.json.decode(answer.content, type=_Error)
        except msgspec.DecodeError:
            told = _Error(error="unexpected-answer", error_description=f"{answer.status_code}")
        raise _refused(told.error or told.code, told.error_description or told.detail)


def _object(answer: httpx.Response, members: tuple[str, ...]) -> dict[str, Any]:
    """Read a JSON object that has these members, in text."""
    at = answer.url.copy_with(query=None)
    try:
        read: dict[str, Any] = msgspec.json.decode(answer.content, type=dict[str, Any])
    except ValueError:  # malformed, another type, or no UTF-8
        said = answer.headers.get("content-type", "not told")
        raise _wrong(f"the answer of {at} is not a JSON object; its type is {said}") from None
    lacking = [name for name in members if not isinstance(read.get(name), str)]
    if lacking:
        raise _wrong(f"the answer of {at} has no {', '.join(lacking)}")
    return read


def _refused(code: str, why: str) -> CommandError:
    return CommandError(
        why, "`/console/sign-ins` of the server shows each leg, and why it failed.", code=code
    )


def _wrong(what: str) -> CommandError:
    return CommandError(
        what,
        "A fault may be on: `dancu fault list` shows which.",
        code="sign-in-does-not-hold",
    )


def _leg(name: str, address: str, sent: Mapping[str, Any], got: Mapping[str, Any]) -> Leg:
    from app.signin import tracing

    return Leg(leg=name, address=address, sent=tracing.answered(sent), got=tracing.answered(got))
