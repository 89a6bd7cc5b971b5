"""Biometrics without bodies: template tokens for faces and fingerprints, and their comparison.

There is no model of faces here. Everybody has 512 bits for each kind, derived from the world's
root and never stored. A capture (a phone's camera, a finger on a reader) gives the same bits with
some of them flipped, the more the lower its quality; comparing counts the bits that differ. So the
same person scores 1 minus the share flipped, and two people about a half.

A token is text that says what a reader could tell: kind, quality, whether what was before it was
alive, and the bits. It is not signed: whoever can make one plays the reader. What is ours and not
public knowledge of the real matcher: the size, the score, the threshold, the scale of quality.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from app.platform import signing

if TYPE_CHECKING:
    from app.platform.world import World

Kind = Literal["face", "fingerprint"]
Presented = Literal["live", "spoof", "none"]
Verdict = Literal["match", "no_match", "spoof", "no_sample", "low_quality", "unreadable"]

KINDS: Final[tuple[Kind, Kind]] = ("face", "fingerprint")
#: Bits of a template.
BITS = 512
#: From this score on, two samples are held to be of one person. Strangers are at 0.5 ± 0.02.
THRESHOLD = 0.8
#: Below this quality (of 100) a sample is not compared.
LEAST_QUALITY = 40
#: What a good camera gives.
USUAL_QUALITY = 92

_BYTES = BITS // 8
_TOKEN = re.compile(
    r"simbio1\.(face|fingerprint)\.(live|spoof|none)\.(100|[1-9]?[0-9])\.([A-Za-z0-9_-]{86})"
)
#: Shares of bits flipped at the best quality, and more for each point below it.
_FLIPPED, _FLIPPED_PER_POINT = 0.01, 0.003


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What the ministry has of somebody: the bits of one kind, without noise."""

    kind: Kind
    bits: bytes


@dataclass(frozen=True, slots=True)
class Match:
    """How a sample compares: `score` from 0 to 1 (0 where nothing was compared).

    `live` is None where there was nothing to see.
    """

    score: float
    threshold: float
    live: bool | None
    quality: int
    verdict: Verdict

    @property
    def is_match(self) -> bool:
        """Whether it is held to be the same living person."""
        return self.verdict == "match"


def enrolled(world: World, citizen_id: int, kind: Kind = "face") -> Enrolled:
    """Return somebody's template: the same each time, another in every world."""
    label = f"{kind}/{citizen_id}"
    return Enrolled(kind, signing.derive_bytes(world.root_key("biometrics"), label, _BYTES))


def template(
    world: World,
    citizen_id: int,
    kind: Kind = "face",
    quality: int = USUAL_QUALITY,
    presented: Presented = "live",
) -> str:
    """Return the token that a reader would give of this person; the same arguments, the same one.

    `presented` is `spoof` for a picture or a mask of the person, `none` where nobody was before
    the reader. Raises ValueError for a quality outside 0 … 100.
    """
    if not 0 <= quality <= 100:
        raise ValueError("quality is from 0 to 100")
    bits = bytes(_BYTES)
    if presented != "none":
        bits = _captured(enrolled(world, citizen_id, kind), quality)
    text = base64.urlsafe_b64encode(bits).rstrip(b"=").decode()
    return f"simbio1.{kind}.{presented}.{quality}.{text}"


def match(unverified_token: str, known: Enrolled) -> Match:
    """Compare what a reader gave with what is enrolled; what is no token is a verdict, too.

    1. It can be read, and is of the same kind (`unreadable`).
    2. There was somebody (`no_sample`), alive (`spoof`), seen well enough (`low_quality`).
    3. The score reaches the threshold (`match`, `no_match`).
    """
    # 1.
    found = _TOKEN.fullmatch(unverified_token)
    if found is None or found[1] != known.kind:
        return Match(0.0, THRESHOLD, None, 0, "unreadable")
    presented, quality = cast("Presented", found[2]), int(found[3])
    # 2.
    if presented == "none":
        return Match(0.0, THRESHOLD, None, quality, "no_sample")
    score = _score(base64.urlsafe_b64decode(f"{found[4]}=="), known.bits)
    if presented == "spoof":
        return Match(score, THRESHOLD, live=False, quality=quality, verdict="spoof")
    if quality < LEAST_QUALITY:
        return Match(score, THRESHOLD, live=True, quality=quality, verdict="low_quality")
    # 3.
    verdict: Verdict = "match" if score >= THRESHOLD else "no_match"
    return Match(score, THRESHOLD, live=True, quality=quality, verdict=verdict)


def _score(sample: bytes, known: bytes) -> float:
    differing = int.from_bytes(sample, "big") ^ int.from_bytes(known, "big")
    return round(1 - differing.bit_count() / BITS, 4)


def _captured(known: Enrolled, quality: int) -> bytes:
    """Flip as many bits as the quality says, at places that only the bits and it give."""
    count = round((_FLIPPED + (100 - quality) * _FLIPPED_PER_POINT) * BITS)
    drawn = hashlib.shake_256(known.bits + bytes([quality])).digest(BITS * 4)
    order = sorted(range(BITS), key=lambda place: drawn[place * 4 : place * 4 + 4])
    flipped = sum(1 << place for place in order[:count])
    return (int.from_bytes(known.bits, "big") ^ flipped).to_bytes(_BYTES, "big")
