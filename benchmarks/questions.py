"""Questions: verifications of the people of a world, ready to be sent, and the answers they want.

Of sixteen claims one is wrong in the name, as some are; nobody is asked about twice in a run that
asks less often than a world has people.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final

import jwt
import msgspec
import numpy as np
from sqlalchemy import text

from app.exchange import agencies
from app.exchange.log import receipts
from benchmarks.servers.running import HOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.platform.worlds import World
    from benchmarks.load.orders import Sample

#: A bank that is told match or no_match, and the purpose of its grant.
CLIENT: Final = "vietcombank-basic"
PURPOSE: Final = "ekyc"
#: The forms of an answer: its receipt is signed in both, in the second all of it once more.
PLAIN: Final = "application/json"
SIGNED: Final = "application/jose"
_WRONG_EVERY: Final = 16
_NOBODYS_NAME: Final = "Nguyễn Không Phải Tôi"
_SHUFFLE_SEED: Final = 2
_PEOPLE = text(
    "SELECT pin, full_name, birth_year, birth_month, birth_day, sex FROM citizen"
    " WHERE state = 'alive' AND sex IN ('M', 'F') AND birth_day IS NOT NULL"
    " ORDER BY id LIMIT :most"
)


class WrongAnswerError(Exception):
    """A server answered, and not what was right."""


@dataclass(frozen=True)
class Question:
    """The body of one verification, and its right outcome."""

    body: bytes
    outcome: str


@dataclass
class Asking:
    """What it takes to ask one world: questions, and the credentials of a system.

    `first` is where the next load begins: who is asked about over and over, wrongly, is closed.
    """

    questions: list[Question]
    client_id: str
    client_secret: str
    first: int = 0

    def requests(self, port: int, token: str, accept: str) -> list[bytes]:
        """Return the whole requests to the server at `port`, under an access token."""
        head = (
            f"POST /v1/verifications HTTP/1.1\r\nhost: {HOST}:{port}\r\n"
            f"authorization: Bearer {token}\r\naccept: {accept}\r\n"
            "content-type: application/json\r\ncontent-length: "
        ).encode()
        return [head + b"%d\r\n\r\n%b" % (len(each.body), each.body) for each in self.questions]

    def token(self, port: int) -> str:
        """Get an access token from the server at `port`; it is good for ten minutes."""
        secret = f"{self.client_id}:{self.client_secret}".encode()
        headers = {
            "authorization": f"Basic {base64.b64encode(secret).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }
        issued = _fetch(port, "POST", "/oidc/token", b"grant_type=client_credentials", headers)
        return str(issued["access_token"])

    def ask_once(self, port: int) -> None:
        """Get a token, ask the first question and check the answer."""
        body = self.questions[0].body
        headers = {
            "authorization": f"Bearer {self.token(port)}",
            "content-type": "application/json",
        }
        told = _fetch(port, "POST", "/v1/verifications", body, headers)
        if told["outcome"] != self.questions[0].outcome:
            raise WrongAnswerError(f"{told['outcome']} for the first question")

    def check(self, port: int, samples: Iterable[Sample]) -> None:
        """Check answers as their reader would; raise `WrongAnswerError` at the first wrong one.

        1. A signed answer is signed by a key that the server publishes.
        2. Its outcome is the right one.
        3. Its receipt is signed, fits its leaf, and no other answer has that leaf.
        """
        keys = published_keys(port)
        leaves: set[int] = set()
        for sample in samples:
            head, _, body = sample.answer.partition(b"\r\n\r\n")
            told = _opened(body, keys) if SIGNED.encode() in head else _decode(body)  # 1.
            if told["outcome"] != self.questions[sample.request].outcome:  # 2.
                raise WrongAnswerError(f"{told['outcome']} for question {sample.request}")
            receipt = receipts.verify(told["receipt"], keys, issuer=f"http://{HOST}:{port}")  # 3.
            if receipt.seq != told["leaf"]["seq"] or receipt.seq in leaves:
                raise WrongAnswerError(f"leaf {receipt.seq} proves more than one answer")
            leaves.add(receipt.seq)


def of(world: World, most: int) -> Asking:
    """Return questions about at most `most` of the world's people, in an order of no meaning."""
    with world.session() as session:
        people = session.execute(_PEOPLE, {"most": most}).all()
        secret = agencies.secret(session, world, CLIENT)
    order = np.random.default_rng(_SHUFFLE_SEED).permutation(len(people)).tolist()
    questions = [_question(number, people[index]) for number, index in enumerate(order)]
    return Asking(questions, CLIENT, secret)


def _question(number: int, person: Sequence[Any]) -> Question:
    pin, full_name, year, month, day, sex = person
    is_wrong = number % _WRONG_EVERY == 0
    asked = {
        "number": pin,
        "purpose": PURPOSE,
        "claims": {
            "full_name": _NOBODYS_NAME if is_wrong else full_name,
            "birth_date": f"{year:04d}-{month:02d}-{day:02d}",
            "sex": sex,
        },
    }
    body = json.dumps(asked, ensure_ascii=False).encode()
    return Question(body, "no_match" if is_wrong else "match")


def _opened(answer: bytes, keys: dict[str, Any]) -> dict[str, Any]:
    try:
        kid = jwt.get_unverified_header(answer)["kid"]
        payload = jwt.PyJWS().decode(answer, keys[kid], algorithms=["ES256"])
    except (jwt.PyJWTError, KeyError) as error:
        raise WrongAnswerError("an answer is not signed by the server") from error
    return _decode(payload)


def _decode(answer: bytes) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(answer)
    return told


def published_keys(port: int) -> dict[str, Any]:
    """Return the public keys that a server signs with, by key id."""
    published = _fetch(port, "GET", "/oidc/jwks")
    return {key["kid"]: jwt.PyJWK(key).key for key in published["keys"]}


def _fetch(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    connection = HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise WrongAnswerError(f"{method} {path}: {answer.status} {told.decode()}")
    return _decode(told)
