"""A relying party for tests: pushes or sends requests, walks the pages, redeems codes."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import uuid
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from app.exchange import credentials
from app.identity import accounts, messages, passcodes
from app.platform import clock
from app.sandbox import operator, personas

ISSUER = "http://127.0.0.1:8000"
CALLBACK = "http://127.0.0.1:9999/callback"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BASIC, FAPI = "vietcombank-basic", "vietcombank-fapi"


def challenge(verifier):
    return (
        base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    )


class Party:
    """One system in one browser: `client` keeps the cookies."""

    def __init__(self, client, world, client_id=BASIC):
        self.client, self.world, self.client_id = client, world, client_id
        self.verifier = secrets.token_urlsafe(32)

    # The system's own

    def request(self, **changes):
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "scope": "openid profile",
            "redirect_uri": CALLBACK,
            "state": "st-1",
            "nonce": "n-1",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        } | changes
        return {name: text for name, text in asked.items() if text is not None}

    def proof(self):
        """What proves the client, as keyword arguments of a post."""
        if self.client_id.endswith("-basic") or not self.client_id.endswith("-fapi"):
            secret = credentials.client_secret(self.world, self.client_id, 1)
            return {"auth": (self.client_id, secret), "data": {}}
        return {"data": {"client_assertion_type": ASSERTION, "client_assertion": self.assertion()}}

    def assertion(self, **changes):
        now = clock.epoch()
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": now + 60,
        } | changes
        signer = credentials.signer(self.world, self.client_id, 1)
        return jwt.encode(
            claims, signer.private_key, algorithm="ES256", headers={"kid": signer.kid}
        )

    def post(self, path, data, **more):
        proof = self.proof()
        return self.client.post(path, data=proof.pop("data") | data, **proof, **more)

    def redeem(self, code, /, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
        }
        headers = changes.pop("headers", {})
        return self.post("/oidc/token", form | changes, headers=headers)

    def userinfo(self, token, **more):
        headers = {"Authorization": f"Bearer {token}"} | more
        return self.client.get("/oidc/userinfo", headers=headers)

    # The browser

    def open(self, **changes):
        """Go to the authorisation endpoint; return the answer, not followed."""
        query = urlencode(self.request(**changes))
        return self.client.get(f"/oidc/authorize?{query}", follow_redirects=False)

    def act(self, page, act, **fields):
        """Press a button of a page that is shown; return what the browser gets next."""
        form = {"csrf": csrf_of(page), "act": act, **fields}
        return self.client.post(str(page.url), data=form, follow_redirects=False)

    def follow(self, answer):
        """Follow a redirect within the server."""
        assert answer.status_code == 303, answer.text
        return self.client.get(answer.headers["location"], follow_redirects=False)

    def prove(self, page, pin, passcode):
        return self.act(page, "passcode", number=pin, passcode=passcode)

    def sign_in(self, person, act="agree-all", **changes):
        """Go the whole way, with the passcode and `act` where they are asked for.

        Return the parameters of the answer.
        """
        answer = self.open(**changes)
        if is_ours(answer):
            page = self.follow(answer)
            if 'data-testid="sign-in-form"' in page.text:
                page = self.follow(self.prove(page, person.pin, person.passcode))
            answer = page if page.status_code == 303 else self.act(page, act)
        return answered(answer)

    @property
    def operator_token(self):
        """The operator's token for this world alone."""
        return operator.world_token(self.client.app._server.operator_token, self.world.id)

    def headless(self, said, **changes):
        """Go to the authorisation endpoint without pages; return the answer, not followed."""
        headers = {"Dancu-Sign-In": said, "Authorization": f"Bearer {self.operator_token}"}
        query = urlencode(self.request(**changes))
        return self.client.get(f"/oidc/authorize?{query}", headers=headers, follow_redirects=False)

    def tokens(self, person, **changes):
        answer = self.redeem(self.sign_in(person, **changes)["code"])
        assert answer.status_code == 200, answer.text
        return answer.json()


class Somebody:
    """A persona with what they know and have."""

    def __init__(self, world, name):
        with world.session() as session:
            view = personas.find(session, name)
            self.account = accounts.of(session, view.citizen_id)
        self.world, self.view = world, view
        self.pin, self.citizen_id = view.pin, view.citizen_id
        self.passcode = None if self.account is None else passcodes.first(world, self.account.id)

    def code(self):
        """The last one-time code in the inbox."""
        with self.world.session() as session:
            inbox = messages.inbox(session, self.citizen_id, clock.now())
        return next(message.code for message in inbox if message.code)


def is_ours(answer):
    """Whether a redirect stays on the server."""
    return answer.headers.get("location", "").startswith("/")


def csrf_of(page):
    assert page.status_code == 200, page.text
    return re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)[1]


def answered(answer):
    """Return the parameters that a redirect to the callback carries."""
    assert answer.status_code == 303, answer.text
    uri = answer.headers["location"]
    assert uri.startswith(CALLBACK), uri
    return {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}
