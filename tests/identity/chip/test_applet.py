"""The chip: each command right and wrong, secure messaging broken, and anything at all sent."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identity import tlv
from app.identity.chip import applet, bac, files, kdf, reader, secure_messaging
from app.identity.chip.apdu import Command, read_response
from tests.identity.chip.conftest import SHOWN, made

CAN = reader.Key("can", SHOWN.number[-6:].encode())
SELECT = "00A4040C07A0000002471001"


class Field:
    """A chip in a reader's field."""

    def __init__(self, chip):
        self.chip = chip
        self.session = applet.Session()

    def __call__(self, commands):
        return [self.send(command) for command in commands]

    def send(self, command):
        raw = bytes.fromhex(command) if isinstance(command, str) else command
        return applet.answer(self.chip, self.session, raw, secrets.token_bytes)

    def status(self, command):
        return self.send(command)[-2:].hex().upper()


@pytest.fixture
def field(chips):
    return Field(chips[None])


@pytest.fixture
def line(field):
    """A line with secure messaging to a chip whose application is selected."""
    opened = reader._Line(field)
    opened.keys = reader._pace(opened, CAN, secrets.token_bytes)
    opened.ask(*reader._SELECTION)
    return opened


def status(line, command):
    [(_, found)] = line.send([command])
    return f"{found:04X}"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("00", "6700"),
        ("80A4040C07A0000002471001", "6E00"),
        ("10A4040C07A0000002471001", "6884"),
        ("00FF0000", "6D00"),
        (SELECT, "9000"),
        ("00A4040C06A00000024710", "6A82"),
        ("00A4000C023F00", "9000"),
        ("00A4000C", "9000"),
        ("00A4000C023F01", "6A86"),
        ("00A4030C023F00", "6A86"),
        ("00A4020C0101", "6700"),
        ("00A4020C02011D", "6A82"),
        ("00A4020C02011C", "9000"),
        ("00B0000000", "6986"),
        ("00B09C0000", "9000"),
        ("00B09C00FF", "6282"),
        ("00B09CFF00", "6B00"),
        ("00B09C00", "6700"),
        ("00B09C000101", "6700"),
        ("00B1011C04540200000A", "9000"),
        ("00B1001C0454020000FF", "6282"),
        ("00B100000454020000FF", "6986"),
        ("00B1011C045402", "6700"),
        ("00B1011C0253000A", "6A80"),
        ("00B1011C04540200FF0A", "6B00"),
        ("00B1011C0454020000", "6700"),
        ("0084000008", "9000"),
        ("0084000009", "6700"),
        ("00820000" + "28" + "00" * 40, "6985"),
        ("0088000008" + "00" * 8 + "00", "6982"),
        ("0022C1A400", "6A80"),
        ("0022C1A40130", "6A80"),
        ("0022C1A40F800A04007F00070202040202830103", "6A88"),
        ("0022C1A40F800A04007F00070202040203830101", "6A80"),
        ("0022C1A50F800A04007F00070202040202830101", "6A86"),
        ("0022C1A40F800A04007F00070202040202830101", "9000"),
        ("002241A40C800A04007F00070202030202", "6982"),
        ("002241A40C800A04007F00070202030204", "6A80"),
        ("10860000027C0000", "6985"),
        ("10860100027C0000", "6A86"),
        ("10860000027C0100", "6A80"),
        ("0CB0000000", "6987"),
    ],
)
def test_without_access(field, command, expected):
    assert field.status(command) == expected


def test_the_card_access_file_says_how_pace_is_done(field):
    assert field.send("00B09C0000")[:-2] == files.card_access()


def test_files_are_closed_until_there_is_access(field):
    field.send(SELECT)
    for file in ("011E", "0101", "0103", "010F"):
        assert field.status(f"00A4020C02{file}") == "6982"
    assert field.status("00B0810000") == "6982"
    assert field.status("00A4020C020105") == "6A82"


def test_with_access_files_are_read_in_every_way(field, line):
    dg1 = field.chip.files[0x0101]
    for command in (
        Command(0, 0xB0, 0x81, 0, le=256),
        Command(0, 0xB0, 0x81, 0, le=len(dg1)),
        Command(0, 0xB0, 0x81, 0, le=65_536),
    ):
        assert line.send([command]) == [(dg1, 0x9000)]
    [(far, found)] = line.send([Command(0, 0xB1, 1, 1, tlv.encode(0x54, b"\0\5"), 14)])
    assert (tlv.only(far, 0x53), found) == (dg1[5:15], 0x9000)
    assert status(line, reader._select(0x0103)) == "6982"
    assert status(line, Command(0, 0xB0, 0x83, 0, le=8)) == "6982"


def test_a_large_file_is_read_at_once_with_extended_lengths(field, line):
    dg2 = field.chip.files[0x0102]
    assert line.send([Command(0, 0xB0, 0x82, 0, le=65_536)]) == [(dg2, 0x9000)]


def test_a_challenge_is_good_for_one_try(field):
    field.send(SELECT)
    for _ in range(2):
        challenge = field.send("0084000008")[:-2]
        token = bac.reader_token(
            kdf.mrz_information("L898902C3", "690806", "940623"), bytes(8), challenge, bytes(16)
        )
        wrong = Command(0, 0x82, 0, 0, token, 40).encode()
        assert field.status(wrong) == "6300"
        assert field.status(wrong) == "6985"
    field.send("0084000008")
    assert field.status("00820000" + "27" + "00" * 39) == "6700"


def test_an_old_token_to_a_new_challenge_is_refused(field):
    """A replay: right keys, another challenge."""
    field.send(SELECT)
    challenge = field.send("0084000008")[:-2]
    token = bac.reader_token(field.chip.information, bytes(8), challenge, bytes(16))
    field.send("0084000008")
    assert field.status(Command(0, 0x82, 0, 0, token, 40).encode()) == "6300"


def test_bac_without_the_application_is_too_early(field):
    field.send("0084000008")
    assert field.status("00820000" + "28" + "00" * 40) == "6985"


def test_a_command_in_the_plain_ends_secure_messaging_and_access(field, line):
    assert field.status("00B0810000") == "6982"
    with pytest.raises(secure_messaging.BrokenError):
        line.send([Command(0, 0xB0, 0x81, 0, le=8)])


@pytest.mark.parametrize("place", [4, 8, -3, -12])
def test_a_message_that_was_tampered_with_is_6988_and_ends_it(field, line, place):
    raw = bytearray(
        secure_messaging.protect_command(line.keys, reader._select(files.COM)).encode()
    )
    raw[place] ^= 1
    assert field.status(bytes(raw)) in {"6987", "6988", "6700"}
    assert field.session.keys is None
    assert not field.session.has_access


def test_a_message_that_is_sent_twice_is_6988(field, line):
    raw = secure_messaging.protect_command(line.keys, reader._select(files.COM)).encode()
    assert field.status(raw) == "9000"
    assert field.status(raw) == "6988"


def protected(keys, command, body):
    """A message with a right MAC around any objects."""
    keys.ssc += 1
    mac = secure_messaging._mac_of(keys, secure_messaging._padded(keys, command.header) + body)
    data = body + tlv.encode(0x8E, mac)
    return Command(*command.header, data, 256)


@pytest.mark.parametrize(
    "body",
    [
        "8700",
        "870102",
        "87110200000000000000000000000000000000",
        "8711010000000000000000000000000000000000",
        "8510" + "00" * 16,
        "9703000000",
        "9F2100",
        "9701",
        "970100970100",
    ],
)
def test_objects_that_are_wrong_inside_a_right_mac_are_6988(field, line, body):
    command = Command(0x0C, 0xB0, 0x81, 0)
    sent = protected(line.keys, command, bytes.fromhex(body))
    assert field.status(sent.encode()) == "6988"


def test_a_message_without_its_mac_is_6987(field, line):
    assert line.keys == field.session.keys
    assert field.status("0CB0810003970108" + "00") == "6987"


def test_chip_authentication_changes_the_keys_after_its_answer(field, line):
    before = field.session.keys
    assert reader._chip_authentication(line, field.chip.files[0x010E], secrets.token_bytes)
    assert field.session.keys != before
    assert field.session.keys.ssc == 2


def test_chip_authentication_needs_a_point(line):
    chosen = Command(0, 0x22, 0x41, 0xA4, bytes.fromhex("800A04007F00070202030202"))
    for wrong in (b"", tlv.encode(0x80, b"\x04" + bytes(64))):
        assert status(line, chosen) == "9000"
        assert status(line, Command(0, 0x86, 0, 0, tlv.encode(0x7C, wrong), 256)) == "6A80"


def test_active_authentication_signs_eight_bytes(line):
    assert status(line, Command(0, 0x88, 0, 0, bytes(7), 256)) == "6700"
    [(signature, found)] = line.send([Command(0, 0x88, 0, 0, bytes(8), 256)])
    assert (len(signature), found) == (64, 0x9000)


def pace_to(field, step):
    """Take PACE so far, then say what is wrong at the next step; return what is sent there."""
    field.send("0022C1A40F800A04007F00070202040202830102")
    if step > 0:
        field.send("10860000027C0000")
    if step > 1:
        field.send("10860000" + "45" + "7C438141" + BASE + "00")
    if step > 2:
        field.send("10860000" + "45" + "7C438341" + BASE + "00")


BASE = (
    "04"
    "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
)


@pytest.mark.parametrize(
    ("step", "sent", "expected"),
    [
        (0, "10860000047C02800000", "6A80"),
        (1, "10860000027C0000", "6A80"),
        (1, "10860000" + "45" + "7C438141" + "04" + "00" * 64 + "00", "6A80"),
        (2, "10860000" + "45" + "7C438141" + BASE + "00", "6A80"),
        (3, "008600000C7C0A8508000000000000000000", "6300"),
        (3, "00860000027C0000", "6300"),
    ],
)
def test_a_wrong_step_ends_pace(field, step, sent, expected):
    pace_to(field, step)
    assert field.status(sent) == expected
    assert field.status(sent) == "6985"


def test_a_mirror_is_noticed(field, monkeypatch):
    """The chip's own key sent back is no agreement (Doc 9303-11 §4.4.3.3)."""
    monkeypatch.setattr(applet.curve, "scalar", lambda *_: 5)
    pace_to(field, 2)
    base = field.session.pace.base
    own = applet.curve.multiply(applet._P256, 5, applet.curve.decode(applet._P256, base))
    point = applet.curve.encode(applet._P256, own).hex()
    assert field.status("10860000" + "45" + "7C438341" + point + "00") == "6300"


INSTRUCTIONS = st.sampled_from([0x22, 0x82, 0x84, 0x86, 0x88, 0xA4, 0xB0, 0xB1, 0x00])
COMMANDS = st.builds(
    lambda cla, ins, p1, p2, data, le: Command(cla, ins, p1, p2, data, le).encode(),
    st.sampled_from([0x00, 0x10, 0x0C, 0x80]),
    INSTRUCTIONS,
    st.sampled_from([0x00, 0x01, 0x02, 0x04, 0x41, 0x81, 0xC1, 0xFF]),
    st.sampled_from([0x00, 0x01, 0x0C, 0x1C, 0xA4]),
    st.binary(max_size=80) | st.sampled_from([files.APPLICATION, b"\x01\x1c", b"\x7c\x00"]),
    st.none() | st.integers(1, 300),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=40) | COMMANDS, max_size=8), st.booleans())
def test_whatever_is_sent_the_chip_answers_with_a_status(commands, has_access):
    field = Field(GENUINE)
    if has_access:
        opened = reader._Line(field)
        opened.keys = reader._pace(opened, CAN, secrets.token_bytes)
    for command in commands:
        _, found = read_response(field.send(command))
        assert found >> 8 in {0x62, 0x63, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6D, 0x6E, 0x90}


GENUINE = made()
