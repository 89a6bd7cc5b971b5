"""A card as it is printed, and chips made of it without a world."""

from __future__ import annotations

import datetime as dt

import pytest

from app.identity.chip import personalising
from app.identity.pki.authority import Authority
from app.identity.printed import Printed
from app.matching.dates import PartialDate

TODAY = dt.date(2026, 1, 1)
SERIAL = "ABCDEFGH234567AB"
BASE = "http://127.0.0.1:8000"
SHOWN = Printed(
    form="2024",
    number="001304000123",
    full_name="Nguyễn Thị Hoa",
    surname="Nguyễn",
    given_names="Thị Hoa",
    birth_date=PartialDate(2004, 7, 15),
    sex="F",
    nationality="Việt Nam",
    ethnicity="Kinh",
    religion="Không",
    origin="Xã Mô Phỏng, Huyện Gia Lâm, Thành phố Hà Nội",
    residence="Số 5 ngõ 12, Phường Mô Phỏng, Quận Ba Đình, Thành phố Hà Nội",
    birth_registration_place="Phường Mô Phỏng, Quận Ba Đình, Thành phố Hà Nội",
    marks="Nốt ruồi cách 1 cm trên cánh mũi trái",
    issued_on=dt.date(2024, 8, 20),
    issued_by="Bộ Công an",
    expires_on=dt.date(2029, 7, 15),
    father="Nguyễn Văn Ba",
    mother="Lê Thị Tư",
    spouse=None,
    old_number=None,
    cancelled_number=None,
    age=20,
    likeness=b"hoa",
    mark=None,
)
STOCK = personalising.Stock(
    root=b"c" * 32,
    trusted=Authority(b"p" * 32, BASE),
    untrusted=Authority(b"p" * 32, BASE, is_trusted=False),
)


def made(variant=None, shown=SHOWN, serial=SERIAL):
    return personalising.make(STOCK, shown, serial, variant)


@pytest.fixture(scope="session")
def chips():
    """A chip of each variant, by its name; None is the genuine one."""
    names = (None, "cloned", "tampered", "untrusted_signer", "revoked_signer")
    return {name: made(name) for name in names}
