"""A card's files as one ZIP, for those who feed a parser of their own."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Final

from app.identity.chip import files, signed_object, sod

if TYPE_CHECKING:
    from app.identity.chip.applet import Chip

#: What each file is called outside of the chip.
NAMES: Final = {
    files.CARD_ACCESS: "EF.CardAccess.bin",
    files.COM: "EF.COM.bin",
    files.SOD: "EF.SOD.bin",
    **{files.group_file(number): f"DG{number}.bin" for number in files.TAGS},
}
#: The earliest moment that a ZIP can tell: the same files give the same bytes.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def write(chip: Chip, variant: str | None) -> bytes:
    """Return the ZIP: every file of the chip, and what can be taken out of them.

    `EF.SOD.cms` is the signed object without its tag, as `openssl cms` reads it; `signer.cer` its
    signer's certificate; `face.jpg` the picture of DG2; `card.json` says what opens the chip.
    """
    told = {
        "serial": chip.serial,
        "can": chip.can,
        "mrz": files.read_dg1(chip.files[files.group_file(1)]),
        "variant": variant,
        "simulated": True,
    }
    content = {NAMES[file]: data for file, data in chip.files.items()}
    signer = signed_object.read(chip.files[files.SOD]).signer.certificate or b""
    content |= {
        "EF.SOD.cms": sod.unwrapped(chip.files[files.SOD]),
        "signer.cer": signer,
        "face.jpg": files.read_dg2(chip.files[files.group_file(2)]),
        "card.json": json.dumps(told, indent=2).encode() + b"\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(content.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return packed.getvalue()
