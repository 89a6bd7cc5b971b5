"""Personalising: what the chip of one card holds, made when it is first read, always the same.

Keys derive from the world's root and the card's serial; the files from what the card shows. So
nothing is stored, and a million cards cost nothing until somebody reads one. A card can be made to
be another than a genuine one, for a test:

* `cloned`: files copied from a genuine card; the keys that they tell of stayed behind.
* `tampered`: a name was altered in DG13 after signing.
* `untrusted_signer`: signed under an authority that is on no list.
* `revoked_signer`: signed by the signer of its quarter that has been revoked.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from PIL import Image

from app.identity import cards, mrz, portrait, printed, tlv
from app.identity.chip import curve, files, kdf, sod
from app.identity.chip.applet import Chip
from app.identity.pki import authority as authorities
from app.identity.pki import eras
from app.identity.pki import worlds as pki
from app.platform import errors
from app.platform.signing import derive_bytes, derive_p256

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric import ec
    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.identity.pki.authority import Authority, Issued
    from app.identity.printed import Printed
    from app.platform.world import World

#: Chips that are kept ready, some 15 kB each.
MOST_KEPT: Final = 128
NO_EXPIRY: Final = "Không thời hạn"
_SEXES: Final = {"M": "Nam", "F": "Nữ"}
#: Whose name a forger would write over the holder's.
_FORGED_NAME: Final = "Nguyễn Văn Mạo Danh"
_DG3_BYTES: Final = 32

NO_CHIP = errors.declare(
    code="card-without-chip",
    kind="conflict",
    fault_of="caller",
    title_vi="Thẻ chưa được in nên chưa có chip",
    title_en="The card has not been printed, so it has no chip yet",
    next_vi="Chọn một thẻ đã phát hành: `dancu card list` cho biết trạng thái từng thẻ.",
    next_en="Choose a card that was issued: `dancu card list` shows the state of each.",
)


@dataclass(frozen=True, slots=True)
class Stock:
    """What cards of one world are made from: its secrets, and its two authorities."""

    root: bytes
    trusted: Authority
    untrusted: Authority


def stock(world: World) -> Stock:
    """Return what the world's cards are made from."""
    untrusted = pki.authority(world, is_trusted=False)
    return Stock(world.root_key("chip"), pki.authority(world), untrusted)


def chip_of(session: Session, world: World, card: Card) -> Chip:
    """Return the card's chip, made if it is not at hand. Raises `card-without-chip`."""
    if card.issued_on is None:
        raise NO_CHIP.error()
    key = (world.id, world.issuer, world.facts.root, card.id, card.variant, card.issued_on)
    known = _KEPT.get(key)
    if known is not None:
        return known
    shown = printed.of(session, card)
    made = make(stock(world), shown, cards.serial(world, card), card.variant)
    _KEPT.put(key, made)
    return made


def make(of: Stock, shown: Printed, serial: str, variant: str | None = None) -> Chip:
    """Return the chip of a card that shows this; the same arguments give the same bytes.

    Signatures that the chip makes later are its own, and new each time.
    """
    lines = mrz.td1(
        mrz.Document(
            number=shown.number,
            surname=shown.surname,
            given_names=shown.given_names,
            birth=shown.birth_date,
            sex=shown.sex,
            expires_on=shown.expires_on,
        )
    )
    groups = _groups(of, shown, serial, lines)
    signed_by = signer_of(of, shown.issued_on, variant)
    signed = sod.write(groups, signed_by, _signed_on(shown.issued_on))
    if variant == "tampered":
        groups[13] = files.dg13(_items(replace(shown, full_name=_FORGED_NAME), serial))
    owner = f"{serial}/clone" if variant == "cloned" else serial
    return Chip(
        serial=serial,
        files={
            files.CARD_ACCESS: files.card_access(),
            files.COM: files.com(),
            files.SOD: signed,
            **{files.group_file(number): data for number, data in groups.items()},
        },
        information=kdf.mrz_information(lines[0][5:14], lines[1][:6], lines[1][8:14]),
        can=shown.number[-6:],
        active_key=_key(of, owner, "active"),
        agreement_key=_key(of, owner, "agreement").private_numbers().private_value,
    )


def signed_keys(of: Stock, serial: str, issued_on: dt.date, variant: str | None = None) -> bytes:
    """Return an EF.SOD over the keys of a card's chip alone (DG14, DG15), of 1.2 kB.

    It tells card and signer like the chip's own, which covers what is printed and drawn as well:
    for thousands of cards at once, whose pictures nobody looks at.
    """
    groups = {14: files.dg14(_agreement_key(of, serial)), 15: files.dg15(active_key(of, serial))}
    return sod.write(groups, signer_of(of, issued_on, variant), _signed_on(issued_on))


def signer_of(of: Stock, issued_on: dt.date, variant: str | None) -> Issued:
    """Return who signed the card: the signer of the quarter of its issue."""
    authority = of.untrusted if variant == "untrusted_signer" else of.trusted
    quarter = eras.quarter(issued_on)
    return authorities.signer(authority, quarter, revoked=variant == "revoked_signer")


def active_key(of: Stock, serial: str) -> curve.Point:
    """Return the key of Active Authentication that DG15 tells of, without making the chip."""
    return curve.point_of(_key(of, serial, "active").public_key())


def _agreement_key(of: Stock, serial: str) -> curve.Point:
    return curve.point_of(_key(of, serial, "agreement").public_key())


def _groups(of: Stock, shown: Printed, serial: str, lines: Sequence[str]) -> dict[int, bytes]:
    face = portrait.jpeg(shown.likeness, shown.sex, shown.age) if shown.has_photo else no_face()
    return {
        1: files.dg1(lines),
        2: files.dg2(face, portrait.SIZE, shown.sex),
        3: files.dg3(derive_bytes(of.root, f"{serial}/dg3", _DG3_BYTES)),
        13: files.dg13(_items(shown, serial)),
        14: files.dg14(_agreement_key(of, serial)),
        15: files.dg15(active_key(of, serial)),
    }


@cache
def no_face() -> bytes:
    """Return the empty picture of a card without a photograph: DG2 may not be missing."""
    file = io.BytesIO()
    Image.new("RGB", portrait.SIZE, (224, 224, 224)).save(file, "JPEG")
    return file.getvalue()


def _key(of: Stock, owner: str, use: str) -> ec.EllipticCurvePrivateKey:
    return derive_p256(of.root, f"{owner}/{use}")


def _signed_on(issued_on: dt.date) -> dt.date:
    """Return the day of issue; for one before there were chips, the first day of signers."""
    return max(issued_on, eras.quarter(issued_on).first_day)


def _items(shown: Printed, serial: str) -> list[bytes]:
    """Return the sixteen items of DG13; see `docs/chip.md` for their numbers."""
    marks = "; ".join(filter(None, (shown.marks, shown.mark)))
    expires = NO_EXPIRY if shown.expires_on is None else f"{shown.expires_on:%d/%m/%Y}"
    parents = _people(shown.father or "", shown.mother or "")
    return [
        tlv.printable(shown.number),
        tlv.utf8(shown.full_name),
        tlv.printable(shown.birth_date.vietnamese()),
        tlv.utf8(_SEXES.get(shown.sex, "")),
        tlv.utf8(shown.nationality),
        tlv.utf8(shown.ethnicity),
        tlv.utf8(shown.religion),
        tlv.utf8(shown.origin),
        tlv.utf8(shown.residence),
        tlv.utf8(marks),
        tlv.printable(f"{shown.issued_on:%d/%m/%Y}"),
        tlv.utf8(expires),
        parents,
        _people(shown.spouse) if shown.spouse else b"",
        tlv.printable(shown.old_number or ""),
        tlv.printable(serial),
    ]


def _people(*names: str) -> bytes:
    return b"".join(tlv.sequence(tlv.utf8(name)) for name in names)


class _Kept:
    """The chips that were read last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._chips: OrderedDict[object, Chip] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Chip | None:
        """Return a chip that is at hand."""
        with self._lock:
            if key in self._chips:
                self._chips.move_to_end(key)
            return self._chips.get(key)

    def put(self, key: object, chip: Chip) -> None:
        """Keep a chip; the one that was not read for longest goes."""
        with self._lock:
            self._chips[key] = chip
            while len(self._chips) > self._most:
                self._chips.popitem(last=False)


_KEPT: Final = _Kept(MOST_KEPT)
