"""The files of a chip: read by another library, always the same, and never more than an error."""

import dataclasses
import datetime as dt
import io
import zipfile

import pytest
from asn1crypto import cms, core
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.identity import mrz, portrait, tlv
from app.identity.chip import bundle, curve, files, personalising, sod
from app.matching.dates import PartialDate
from tests.identity.chip.conftest import SERIAL, SHOWN, STOCK, made

LONG = "Tổ dân phố số 12, " * 12


def test_a_chip_is_the_same_each_time_it_is_made(chips):
    again = made()
    assert again.files == chips[None].files
    assert again.agreement_key == chips[None].agreement_key


def test_the_chips_that_were_read_last_are_kept(chips):
    kept = personalising._Kept(2)
    for name in ("one", "two"):
        kept.put(name, chips[None])
    kept.get("one")
    kept.put("three", chips[None])
    assert [kept.get(name) is None for name in ("one", "two", "three")] == [False, True, False]


def test_two_cards_have_no_key_in_common(chips):
    other = made(serial="ABCDEFGH234567AC")
    assert other.agreement_key != chips[None].agreement_key
    for number in (3, 14, 15):
        file = files.group_file(number)
        assert other.files[file] != chips[None].files[file]


def test_what_the_mrz_says_is_in_dg1(chips):
    lines = files.read_dg1(chips[None].files[0x0101])
    assert lines[0] == "IDVNM3040001231001304000123<<2"
    assert mrz.parse(lines).wrong_checks == ()
    assert chips[None].information == b"304000123104071592907158"[:24]
    with pytest.raises(ValueError, match="three lines"):
        files.read_dg1(tlv.encode(0x61, tlv.encode(0x5F1F, b"ID")))


def test_the_face_is_a_jpeg_in_a_record_of_iso_19794_5(chips):
    group = chips[None].files[0x0102]
    picture = Image.open(io.BytesIO(files.read_dg2(group)))
    assert (picture.format, picture.size) == ("JPEG", portrait.SIZE)
    record = group[group.index(b"FAC\x00010\x00") :]
    assert int.from_bytes(record[8:12], "big") == len(record)
    assert int.from_bytes(record[12:14], "big") == 1
    assert int.from_bytes(record[14:18], "big") == len(record) - 14
    assert record[20] == 2  # the holder is a woman
    assert int.from_bytes(record[36:38], "big") == portrait.SIZE[0]
    with pytest.raises(ValueError, match="no record"):
        files.read_dg2(tlv.encode(0x75, tlv.encode(0x7F61, tlv.integer(0))))


def test_a_card_without_a_photograph_has_an_empty_picture():
    chip = made(shown=dataclasses.replace(SHOWN, age=5))
    picture = Image.open(io.BytesIO(files.read_dg2(chip.files[0x0102])))
    assert len(picture.getcolors()) == 1


def test_the_items_of_dg13():
    shown = dataclasses.replace(
        SHOWN, residence=LONG, spouse="Lê Văn Chồng", old_number="600000001", mark="MÔ PHỎNG"
    )
    said = files.read_dg13(made(shown=shown).files[0x010D])
    assert said == {
        1: ("001304000123",),
        2: ("Nguyễn Thị Hoa",),
        3: ("15/07/2004",),
        4: ("Nữ",),
        5: ("Việt Nam",),
        6: ("Kinh",),
        7: ("Không",),
        8: (SHOWN.origin,),
        9: (LONG,),
        10: (f"{SHOWN.marks}; MÔ PHỎNG",),
        11: ("20/08/2024",),
        12: ("15/07/2029",),
        13: ("Nguyễn Văn Ba", "Lê Thị Tư"),
        14: ("Lê Văn Chồng",),
        15: ("600000001",),
        16: (SERIAL,),
    }


def test_long_items_have_long_lengths_as_another_library_reads_them():
    """Addresses beyond 127 bytes, and beyond 255."""
    for address in (LONG[:90], LONG):
        shown = dataclasses.replace(SHOWN, residence=address)
        inner = tlv.only(made(shown=shown).files[0x010D], 0x6D)
        items = core.SequenceOf.load(inner, spec=core.Sequence)
        assert len(items) == 16
        assert items[8][1].native == address


@pytest.mark.parametrize(
    ("birth", "written"),
    [
        (PartialDate(1950, None, None), "1950"),
        (PartialDate(1950, 3, None), "03/1950"),
        (PartialDate(1950, 3, 2), "02/03/1950"),
    ],
)
def test_a_partial_date_of_birth_and_no_expiry(birth, written):
    shown = dataclasses.replace(SHOWN, birth_date=birth, expires_on=None, sex="U", father=None)
    said = files.read_dg13(made(shown=shown).files[0x010D])
    assert said[3] == (written,)
    assert said[12] == ("Không thời hạn",)
    assert said[4] == ("",)
    assert said[13][0] == ""


def test_dg13_has_sixteen_items():
    with pytest.raises(ValueError, match="sixteen"):
        files.dg13([b""])


def test_the_keys_of_a_genuine_chip_are_those_that_its_files_tell_of(chips):
    for variant, is_its_own in ((None, True), ("cloned", False)):
        chip = chips[variant]
        active = curve.point_of(chip.active_key.public_key())
        agreement = curve.multiply(curve.P256, chip.agreement_key, curve.P256.base)
        assert (files.read_dg15(chip.files[0x010F]) == active) is is_its_own
        assert (files.read_dg14(chip.files[0x010E]) == agreement) is is_its_own
        assert files.read_dg15(chip.files[0x010F]) == personalising.active_key(STOCK, SERIAL)


def test_the_security_infos_are_a_sorted_set_that_another_library_reads(chips):
    for inner in (chips[None].files[files.CARD_ACCESS], tlv.only(chips[None].files[0x010E], 0x6E)):
        infos = core.SetOf.load(inner, spec=core.Sequence)
        assert infos.dump(force=True) == inner


def test_a_signed_object_as_another_library_reads_it(chips):
    signed = chips[None].files[files.SOD]
    assert sod.unwrapped(signed) == sod.unwrapped(sod.unwrapped(signed))
    content = cms.ContentInfo.load(sod.unwrapped(signed))["content"]
    assert content["version"].native == "v3"
    info = content["signer_infos"][0]
    types = [each["type"].native for each in info["signed_attrs"]]
    assert sorted(types) == ["content_type", "message_digest", "signing_time"]
    at = info["signed_attrs"][types.index("signing_time")]["values"][0].native
    assert at == dt.datetime(2024, 8, 20, tzinfo=dt.UTC)


def test_a_card_from_before_there_were_chips_is_signed_by_the_first_signer():
    chip = made(shown=dataclasses.replace(SHOWN, issued_on=dt.date(2018, 1, 1)))
    content = cms.ContentInfo.load(sod.unwrapped(chip.files[files.SOD]))["content"]
    subject = content["certificates"][0].chosen.subject.native
    assert subject["common_name"].startswith("SIMULATED DS 2021Q1-1")


def test_the_zip_is_the_same_each_time(chips):
    packed = bundle.write(chips[None], None)
    assert packed == bundle.write(made(), None)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("DG3.bin") == chips[None].files[0x0103]
        assert archive.read("EF.SOD.cms") == sod.unwrapped(chips[None].files[files.SOD])


READERS = (
    files.read_dg1,
    files.read_dg2,
    files.read_dg13,
    files.read_dg14,
    files.read_dg15,
)


@given(st.sampled_from(READERS), st.binary(max_size=200))
def test_anything_is_a_file_or_a_value_error(read, data):
    try:
        read(data)
    except ValueError:
        return


@given(st.integers(0, 4), st.data())
def test_a_file_that_was_changed_anywhere_is_a_file_or_a_value_error(which, data):
    number = (1, 2, 13, 14, 15)[which]
    content = bytearray(GENUINE.files[files.group_file(number)])
    place = data.draw(st.integers(0, min(len(content), 400) - 1))
    content[place] = data.draw(st.integers(0, 255))
    try:
        READERS[which](bytes(content))
    except ValueError:
        return


GENUINE = made()
