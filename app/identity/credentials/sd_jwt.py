"""SD-JWT: signed claims of which the holder tells some (RFC 9901), as a credential (SD-JWT VC).

`issue` makes one, `choose` leaves claims out, `open_up` reads one strictly: what common libraries
pass over in silence is refused here, as RFC 9901 §7.1 has it. Pure: keys and salts come in.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.platform.signing import base64url, from_base64url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from app.platform.signing import Es256Signer

TYPE: Final = "dc+sd-jwt"
MEDIA_TYPE: Final = "application/dc+sd-jwt"
HASH: Final = "sha-256"
#: Longer presentations are not read at all.
LONGEST: Final = 65_536
_DEEPEST: Final = 16
_MOST_DISCLOSURES: Final = 200
#: Claims that a holder must not be able to hide or to add (SD-JWT VC §2.2.2.2 and cnf, status).
ALWAYS_TOLD: Final = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "simulated"}
)
_RESERVED: Final = frozenset({"_sd", "...", "_sd_alg"})
_DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class RejectedError(Exception):
    """Why what was presented cannot be accepted: a word for programs, and a text for people."""

    def __init__(self, check: str, detail: str) -> None:
        super().__init__(check, detail)
        self.check = check
        self.detail = detail


class Parts(NamedTuple):
    """What stands between the tildes; nothing here is trusted. `binding` is '' where none is."""

    jwt: str
    disclosures: tuple[str, ...]
    binding: str

    @property
    def bound(self) -> str:
        """What a key binding is over: all up to and with the last tilde (RFC 9901 §4.3.1)."""
        return "~".join((self.jwt, *self.disclosures, ""))


def issue(
    signer: Es256Signer,
    told: Mapping[str, Any],
    hidden: Mapping[str, Any],
    salts: Callable[[], str],
) -> str:
    """Return a credential whose `hidden` claims its holder may tell or not, without a binding.

    `salts` gives 128 random bits at each call, as text (RFC 9901 §9.3). The digests are in the
    order of their text, which says nothing about the order of the claims (§4.2.4.1).
    """
    wrong = (_RESERVED & {*told, *hidden}) | (ALWAYS_TOLD & hidden.keys()) | (told.keys() & hidden)
    if wrong:
        raise ValueError(f"these claims cannot stand so: {sorted(wrong)}")
    disclosures = [_encoded([salts(), name, value]) for name, value in hidden.items()]
    payload = {**told, "_sd": sorted(map(digest, disclosures)), "_sd_alg": HASH}
    header = signer.protected(typ=TYPE)
    jwt = signer.compact(header, _json(payload)).decode()
    return Parts(jwt, tuple(disclosures), "").bound


def split(unverified_text: str) -> Parts:
    """Take a credential or presentation apart; raise `RejectedError` where it is none."""
    if len(unverified_text) > LONGEST:
        raise RejectedError("format", f"it is longer than {LONGEST} characters")
    jwt, *rest = unverified_text.split("~")
    if not rest or jwt.count(".") != 2:
        raise RejectedError("format", "it is no SD-JWT: <JWT>~<disclosure>~…~<key binding>")
    *disclosures, binding = rest
    if len(disclosures) > _MOST_DISCLOSURES:
        raise RejectedError("format", f"it has more than {_MOST_DISCLOSURES} disclosures")
    return Parts(jwt, tuple(disclosures), binding)


def choose(credential: str, names: Collection[str]) -> str:
    """Return our own credential with the disclosures of these claims only, without a binding."""
    parts = split(credential)
    kept = (text for text in parts.disclosures if _disclosure(text)[-2] in names)
    return Parts(parts.jwt, tuple(kept), "").bound


def names(credential: str) -> tuple[str, ...]:
    """Return which claims our own credential lets its holder tell, in the order they were made."""
    return tuple(str(_disclosure(text)[-2]) for text in split(credential).disclosures)


def open_up(payload: Mapping[str, Any], disclosures: Collection[str]) -> dict[str, Any]:
    """Return all that is told: the signed payload with what the disclosures add (RFC 9901 §7.1).

    1. Each disclosure is a JSON array of two or three in base64url, and no two are the same.
    2. `_sd_alg` is SHA-256, which is what it is where it is not said (§4.1.1).
    3. Each digest is found once, wherever it stands; what it stands for takes its place, if it
       may be hidden at all.
    4. No disclosure is left over: one that nothing refers to is refused (step 4 there).

    What is not checked: the signature, the time, and who shows it.
    """
    # 1.
    known = {digest(text): _disclosure(text) for text in disclosures}
    if len(known) != len(disclosures):
        raise RejectedError("disclosures", "a disclosure stands twice")
    # 2.
    if payload.get("_sd_alg", HASH) != HASH:
        raise RejectedError("disclosures", f"_sd_alg must be {HASH}")
    # 3.
    opening = _Opening(known)
    told = opening.mapping({key: payload[key] for key in payload if key != "_sd_alg"}, 0)
    # 4.
    if opening.left:
        raise RejectedError("disclosures", "a disclosure is not referred to by anything signed")
    return told


def digest(disclosure: str) -> str:
    """Return what stands for a disclosure in the signed part (RFC 9901 §4.2.3)."""
    return base64url(sha256(disclosure.encode()).digest()).decode()


def decoded(text: str) -> bytes:
    """Read base64url as RFC 7515 §2 writes it: no padding, no other letters, one way only."""
    try:
        found = from_base64url(text.encode())
    except ValueError:
        found = b""
    if not found:
        raise RejectedError("format", "a part is not base64url in its one form")
    return found


def json_of(text: bytes) -> Any:
    """Read strict JSON: UTF-8, no member twice, no numbers that JSON does not have."""
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RejectedError("format", "a part is not JSON, or has a member twice") from None


class _Opening:
    """One walk through what is signed: which digests were met, and which disclosures are left."""

    def __init__(self, known: Mapping[str, list[Any]]) -> None:
        self._known = known
        self._met: set[str] = set()
        self.left = set(known)

    def mapping(self, claims: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """Return an object with its hidden members in their places."""
        told = {name: self.value(claims[name], depth) for name in claims if name != "_sd"}
        if "..." in told:
            raise RejectedError("disclosures", "an object has a member `...`")
        for found in self._disclosed(claims.get("_sd", [])):
            if len(found) != 3:
                raise RejectedError("disclosures", "an object's member has no name")
            _, name, value = found
            if name in told or name in _RESERVED:
                raise RejectedError("disclosures", f"the claim {name!r} may not be told twice")
            if not depth and name in ALWAYS_TOLD:
                raise RejectedError("disclosures", f"the claim {name!r} must always be told")
            told[name] = self.value(value, depth)
        return told

    def value(self, value: Any, depth: int) -> Any:
        """Return a value with whatever is hidden in it."""
        if depth > _DEEPEST:
            raise RejectedError("format", "it is nested too deeply")
        if isinstance(value, dict):
            return self.mapping(value, depth + 1)
        if isinstance(value, list):
            return [told for element in value for told in self._element(element, depth + 1)]
        return value

    def _element(self, element: Any, depth: int) -> Iterator[Any]:
        """Give an array's element; nothing for one that was not told (RFC 9901 §4.2.4.2)."""
        if not (isinstance(element, dict) and "..." in element):
            yield self.value(element, depth)
            return
        if element.keys() != {"..."}:
            raise RejectedError("disclosures", "an array's hidden element has other members")
        for found in self._disclosed([element["..."]]):
            if len(found) != 2:
                raise RejectedError("disclosures", "an array's element has a name")
            yield self.value(found[1], depth)

    def _disclosed(self, digests: Any) -> Iterator[list[Any]]:
        """Give the disclosures of a list of digests, none of which was met before."""
        if not isinstance(digests, list):
            raise RejectedError("disclosures", "_sd is not a list")
        for each in digests:
            if not (isinstance(each, str) and _DIGEST.fullmatch(each)):
                raise RejectedError("disclosures", "a digest is no SHA-256 in base64url")
            if each in self._met:
                raise RejectedError("disclosures", "a digest stands twice")
            self._met.add(each)
            if each in self.left:
                self.left.discard(each)
                yield self._known[each]


def _disclosure(text: str) -> list[Any]:
    """Read a disclosure: salt, name (of an object's member) and value (RFC 9901 §4.2.1)."""
    found = json_of(decoded(text))
    is_one = isinstance(found, list) and len(found) in (2, 3) and isinstance(found[0], str)
    if not is_one or (len(found) == 3 and not isinstance(found[1], str)):
        raise RejectedError("disclosures", "a disclosure is not [salt, name, value]")
    return list(found)


def _encoded(value: Any) -> str:
    return base64url(_json(value)).decode()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")
