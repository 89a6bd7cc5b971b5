"""The files of a chip as bytes: the Logical Data Structure of ICAO Doc 9303-10.

Only the parts that a Vietnamese card has: EF.COM, DG1 to DG3, DG13 to DG15 and EF.CardAccess; the
signed object is `sod`'s. DG13 is Viet Nam's own: its items are known from readers' sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.identity import tlv
from app.identity.chip import curve, pace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.identity.chip.curve import Point

APPLICATION: Final = bytes.fromhex("A0000002471001")
CARD_ACCESS, SOD, COM = 0x011C, 0x011D, 0x011E
#: The data groups that the card carries, with the tag of each.
TAGS: Final[Mapping[int, int]] = {1: 0x61, 2: 0x75, 3: 0x63, 13: 0x6D, 14: 0x6E, 15: 0x6F}
#: Fingerprints: only the ministry's own terminals read them (Extended Access Control).
PROTECTED: Final = 3
CHIP_AUTHENTICATION: Final = "0.4.0.127.0.7.2.2.3.2.2"
_CA_PUBLIC_KEY: Final = "0.4.0.127.0.7.2.2.1.2"
_ACTIVE_AUTHENTICATION: Final = "2.23.136.1.1.5"
#: ecdsa-plain-SHA256: r ‖ s over SHA-256 (TR-03111 §5.2.1.1).
_ECDSA_PLAIN_SHA256: Final = "0.4.0.127.0.7.1.1.4.1.3"
#: The items of DG13, numbered from 1; 14 to 16 are known from one source only.
DG13: Final = (
    "number", "full name", "date of birth", "sex", "nationality", "ethnicity", "religion",
    "place of origin", "residence", "identifying marks", "issued on", "expires on",
    "father and mother", "spouse", "old number", "chip id",
)  # fmt: skip
_SEXES: Final = {"M": 1, "F": 2}


def group_file(number: int) -> int:
    """Return the file identifier of a data group."""
    return 0x0100 | number


def com() -> bytes:
    """EF.COM: versions and the list of data groups. It is not signed: trust the SOD's list."""
    return tlv.encode(
        0x60,
        tlv.encode(0x5F01, b"0107"),
        tlv.encode(0x5F36, b"040000"),
        tlv.encode(0x5C, bytes(TAGS.values())),
    )


def dg1(mrz: Sequence[str]) -> bytes:
    """DG1: the three lines of the machine-readable zone."""
    return tlv.encode(0x61, tlv.encode(0x5F1F, "".join(mrz).encode("ascii")))


def read_dg1(data: bytes) -> tuple[str, str, str]:
    """Return the three lines; ValueError for what is no DG1 of a card."""
    zone = tlv.only(tlv.only(data, 0x61), 0x5F1F).decode("ascii")
    if len(zone) != 90:
        raise ValueError("a card's zone has three lines of 30 characters")
    return zone[:30], zone[30:60], zone[60:]


def dg2(jpeg: bytes, size: tuple[int, int], sex: str) -> bytes:
    """DG2: one face, a JPEG in a record of ISO/IEC 19794-5:2005, in a CBEFF template.

    The face image is of the type "basic": it is a drawing, and claims no pose.
    """
    width, height = size
    image = bytes((0, 0)) + width.to_bytes(2, "big") + height.to_bytes(2, "big")
    image += bytes((1, 0)) + bytes(4)
    features = bytes(2) + bytes((_SEXES.get(sex, 0),)) + bytes(13)
    face = (4 + len(features) + len(image) + len(jpeg)).to_bytes(4, "big")
    face += features + image + jpeg
    record = (
        b"FAC\x00010\x00" + (14 + len(face)).to_bytes(4, "big") + (1).to_bytes(2, "big") + face
    )
    header = tlv.encode(
        0xA1,
        tlv.encode(0x80, b"\x01\x01"),
        tlv.encode(0x81, b"\x02"),
        tlv.encode(0x87, b"\x01\x01"),
        tlv.encode(0x88, b"\x00\x08"),
    )
    template = tlv.encode(0x7F60, header, tlv.encode(0x5F2E, record))
    return tlv.encode(0x75, tlv.encode(0x7F61, tlv.integer(1), template))


def read_dg2(data: bytes) -> bytes:
    """Return the picture of the first face; ValueError for what is no DG2."""
    group = tlv.values(tlv.only(tlv.only(data, 0x75), 0x7F61))
    record = tlv.values(group.get(0x7F60, b"")).get(0x5F2E, b"")
    points = int.from_bytes(record[18:20], "big")
    start = 14 + 20 + 8 * points + 12
    if record[:4] != b"FAC\0" or len(record) <= start:
        raise ValueError("no record of a face")
    return record[start : 14 + int.from_bytes(record[14:18], "big")]


def dg3(random: bytes) -> bytes:
    """DG3: no finger, and random bytes so that no two hash alike (Doc 9303-10 §4.7.3)."""
    empty = tlv.encode(0x7F61, tlv.integer(0), tlv.encode(0x53, random))
    return tlv.encode(0x63, empty)


def dg13(items: Sequence[bytes]) -> bytes:
    """DG13: numbered items, each the DER of its values, in Viet Nam's order of 1 to 16."""
    if len(items) != len(DG13):
        raise ValueError("DG13 has sixteen items")
    numbered = (tlv.sequence(tlv.integer(number), item) for number, item in enumerate(items, 1))
    return tlv.encode(0x6D, tlv.sequence(*numbered))


def read_dg13(data: bytes) -> dict[int, tuple[str, ...]]:
    """Return the texts of each item by its number; ValueError for what is no DG13."""
    found = {}
    for _, item in tlv.items(tlv.only(tlv.only(data, 0x6D), 0x30)):
        (_, number), *values = tlv.items(item)
        found[int.from_bytes(number, "big")] = tuple(
            text for tag, value in values for text in _texts(tag, value)
        )
    return found


def card_access() -> bytes:
    """EF.CardAccess: how PACE is done, readable before it (Doc 9303-10 §3.11.3)."""
    return tlv.set_of(_pace_info())


def dg14(chip_key: Point) -> bytes:
    """DG14: PACE again, Chip Authentication with its key, and how Active Authentication signs."""
    chip = tlv.sequence(tlv.oid(CHIP_AUTHENTICATION), tlv.integer(1))
    key = tlv.sequence(tlv.oid(_CA_PUBLIC_KEY), curve.explicit_spki(curve.P256, chip_key))
    active = tlv.sequence(
        tlv.oid(_ACTIVE_AUTHENTICATION), tlv.integer(1), tlv.oid(_ECDSA_PLAIN_SHA256)
    )
    return tlv.encode(0x6E, tlv.set_of(_pace_info(), chip, key, active))


def read_dg14(data: bytes) -> Point:
    """Return the chip's key for Chip Authentication; ValueError where there is none of P-256."""
    for _, info in tlv.items(tlv.only(tlv.only(data, 0x6E), 0x31)):
        (_, protocol), *rest = tlv.items(info)
        if protocol == tlv.oid_value(_CA_PUBLIC_KEY) and rest:
            return curve.read_spki(curve.P256, tlv.encode(*rest[0]))
    raise ValueError("no key for Chip Authentication")


def dg15(active_key: Point) -> bytes:
    """DG15: the key of Active Authentication."""
    return tlv.encode(0x6F, curve.explicit_spki(curve.P256, active_key))


def read_dg15(data: bytes) -> Point:
    """Return the key of Active Authentication; ValueError where there is none of P-256."""
    return curve.read_spki(curve.P256, tlv.only(data, 0x6F))


def _pace_info() -> bytes:
    return tlv.sequence(
        tlv.oid(pace.PROTOCOL), tlv.integer(2), tlv.integer(curve.P256_PARAMETER_ID)
    )


def _texts(tag: int, value: bytes) -> list[str]:
    if tag == 0x30:
        return [text for inner, part in tlv.items(value) for text in _texts(inner, part)]
    return [value.decode()]
