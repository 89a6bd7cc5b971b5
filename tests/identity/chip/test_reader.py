"""The reader: it opens with the right key, and an evil chip gets nowhere with it."""

import secrets

import pytest

from app.identity import tlv
from app.identity.chip import active, applet, files, reader
from tests.identity.chip.conftest import SHOWN

CAN = reader.Key("can", SHOWN.number[-6:].encode())


def field(chip, session=None):
    session = session or applet.Session()
    return lambda commands: [
        applet.answer(chip, session, command, secrets.token_bytes) for command in commands
    ]


def read(transport, key=CAN):
    return reader.read(transport, key, secrets.token_bytes)


@pytest.mark.parametrize("kind", ["can", "mrz", "bac"])
def test_each_key_opens_the_card(chips, kind):
    chip = chips[None]
    key = CAN if kind == "can" else reader.Key(kind, chip.information)
    reading = read(field(chip), key)
    assert set(reading.groups) == {1, 2, 13, 14, 15}
    assert reading.refused == {3: 0x6982}
    assert reading.is_chip
    assert reading.apdus < 120
    key = files.read_dg15(reading.groups[15])
    assert active.is_signed(key, reading.challenge, reading.signature)
    assert not active.is_signed(key, b"another!", reading.signature)
    assert not active.is_signed(key, reading.challenge, reading.signature[:-1])


@pytest.mark.parametrize(
    "key",
    [
        reader.Key("can", b"999999"),
        reader.Key("mrz", b"L898902C<369080619406236"),
        reader.Key("bac", b"L898902C<369080619406236"),
    ],
)
def test_a_wrong_key_is_told_as_such(chips, key):
    with pytest.raises(reader.AccessRefusedError) as refused:
        read(field(chips[None]), key)
    assert refused.value.status == 0x6300
    assert "6300" in str(refused.value)


def test_a_clone_is_noticed_twice(chips):
    reading = read(field(chips["cloned"]))
    assert reading.is_chip is False
    key = files.read_dg15(reading.groups[15])
    assert not active.is_signed(key, reading.challenge, reading.signature)


def altered(chip, session, change):
    """A transport on which somebody changes responses: `change(number, command, response)`."""
    sent = []

    def transport(commands):
        answers = []
        for command in commands:
            response = applet.answer(chip, session, command, secrets.token_bytes)
            answers.append(change(len(sent), command, response))
            sent.append(command)
        return answers

    return transport


def test_a_response_that_was_changed_on_the_way_breaks_the_reading(chips):
    def flip(number, _command, response):
        return bytes((response[0] ^ 1,)) + response[1:] if number > 8 else response

    with pytest.raises(reader.ReadingError, match="broke off"):
        read(altered(chips[None], applet.Session(), flip))


def test_a_chip_that_leaves_a_command_unanswered():
    with pytest.raises(reader.ReadingError, match="every command"):
        read(lambda _commands: [])


def test_a_chip_that_says_too_little():
    with pytest.raises(reader.ReadingError, match="makes no sense"):
        read(lambda commands: [b"\x90" for _ in commands])


def test_a_chip_without_pace():
    with pytest.raises(reader.ReadingError, match="does not offer PACE"):
        read(lambda commands: [b"\x6a\x82" for _ in commands])


def instead(of, say, after=0):
    """Say this instead of the answer to an instruction, after so many of them."""
    seen = []

    def change(_number, command, response):
        if command[1] != of:
            return response
        seen.append(command)
        return say if len(seen) > after else response

    return change


@pytest.mark.parametrize(
    ("instruction", "said", "after", "error"),
    [
        (0x22, "6D00", 0, "refuses a command"),
        (0x86, "6985", 0, "refuses a command"),
        (0x86, "6985", 1, "refuses a step"),
        (0x86, "7C0280009000", 1, "makes no sense"),
        (0x86, "7C0A860800000000000000009000", 3, "its own password"),
        (0xB0, "31009000", 0, "does not offer PACE"),
        (0xB0, "6B00", 0, "does not offer PACE"),
    ],
)
def test_a_chip_that_does_not_keep_to_pace(chips, instruction, said, after, error):
    change = instead(instruction, bytes.fromhex(said), after)
    with pytest.raises(reader.ReadingError, match=error):
        read(altered(chips[None], applet.Session(), change))


def test_a_chip_that_answers_bac_with_another_key(chips):
    key = reader.Key("bac", chips[None].information)
    with pytest.raises(reader.AccessRefusedError, match="its own MRZ"):
        read(altered(chips[None], applet.Session(), instead(0x82, bytes(40) + b"\x90\x00")), key)


def with_files(chip, **changed):
    files_ = {**chip.files, **{int(name[1:], 16): data for name, data in changed.items()}}
    return applet.Chip(
        **{**{f: getattr(chip, f) for f in chip.__struct_fields__}, "files": files_}
    )


def test_a_file_that_claims_to_be_endless_is_not_believed(chips):
    chip = with_files(chips[None], x0101=b"\x61\x83\x10\x00\x00" + bytes(300))
    with pytest.raises(reader.ReadingError, match="longer than is believed"):
        read(field(chip))


def test_a_file_that_ends_before_its_length(chips):
    chip = with_files(chips[None], x0101=b"\x61\x82\x01\xff" + bytes(300))
    with pytest.raises(reader.ReadingError, match="ends before"):
        read(field(chip))


def test_a_chip_that_cannot_prove_itself_by_chip_authentication(chips):
    chip = chips[None]
    without = {file: data for file, data in chip.files.items() if file != 0x010E}
    fields = {name: getattr(chip, name) for name in chip.__struct_fields__}
    reading = read(field(applet.Chip(**{**fields, "files": without})))
    assert reading.is_chip is None
    assert reading.refused[14] == 0x6A82
    nothing = with_files(chip, x010E=tlv.encode(0x6E, tlv.set_of(tlv.sequence(tlv.oid("1.2")))))
    assert read(field(nothing)).is_chip is None


def test_a_chip_that_signs_nothing_and_agrees_on_nothing(chips, monkeypatch):
    refused = (b"", 0x6A80)
    instructions = {**applet._INSTRUCTIONS, 0x88: lambda *_: refused}
    monkeypatch.setattr(applet, "_INSTRUCTIONS", instructions)
    assert read(field(chips[None])).signature == b""
    session = applet.Session()
    with_access = reader._Line(field(chips[None], session))
    with_access.keys = reader._pace(with_access, CAN, secrets.token_bytes)
    dg14 = chips[None].files[0x010E]
    assert reader._chip_authentication(with_access, dg14, secrets.token_bytes) is False
