"""Signed notes against the vectors of C2SP, of the Go reference and of a real log and witness."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.log import notes
from app.exchange.log.errors import InvalidNoteSignatureError, MalformedNoteError

# golang.org/x/mod/sumdb/note, note_test.go
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFY"
    "C2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGr"
    "Q5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# c2sp.org/signed-note: the example of its section on verifier keys
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFX"
    "mRKuwHjG1Yu72IneyaQM=\n"
)
# c2sp.org/signed-note: the note of its first section (whose key it does not give)
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQ"
    "U0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
# A checkpoint of a public staging log, cosigned by public witnesses (2026-05-23)
REAL_NOTE = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ\
3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3Nyg\
NI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTyn\
k5XeU/zZ0WBxtqB0DrAWfBw==
"""
REAL_LOG = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
REAL_WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="+"), min_size=1).filter(
    lambda name: not any(map(str.isspace, name)) and all(char >= " " for char in name)
)
TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=0x20)).map(lambda text: text + "\n")
SEEDS = st.binary(min_size=32, max_size=32)


def signing_key(
    name: str, seed: bytes, type_: notes.SignatureType = notes.SignatureType.ED25519
) -> notes.SigningKey:
    return notes.SigningKey(name, type_, Ed25519PrivateKey.from_private_bytes(seed))


def cosigner(name: str = "witness.example/w", seed: bytes = b"w" * 32) -> notes.SigningKey:
    return signing_key(name, seed, notes.SignatureType.COSIGNATURE)


def test_a_note_signed_with_the_reference_key_is_the_reference_note():
    key = signing_key("PeterNeumann", PETER_SEED)
    assert str(notes.sign(notes.Note(TEXT), key)) == f"{TEXT}\n{PETER_LINE}"
    assert str(key.verifier) == PETER_VKEY


@pytest.mark.parametrize("vkey", [PETER_VKEY, ENOCH_VKEY])
def test_the_reference_note_verifies_for_each_of_its_keys(vkey):
    note = notes.parse(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode())
    notes.verify(note, notes.VerifierKey.parse(vkey))


def test_the_example_of_the_specification_verifies():
    note = notes.parse(C2SP_NOTE)
    notes.verify(note, notes.VerifierKey.parse(C2SP_VKEY))
    assert note.text == "This is an example message.\n"


def test_a_text_may_hold_empty_lines():
    note = notes.parse(POEM)
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert note.signatures[0].name == "quasimodo.example/salvatore"
    assert str(note) == POEM


def test_a_real_log_and_a_real_witness_verify():
    note = notes.parse(REAL_NOTE)
    notes.verify(note, notes.VerifierKey.parse(REAL_LOG))
    witness = notes.VerifierKey.parse(REAL_WITNESS)
    assert notes.verify_cosignature(note, witness) == 0x6A122120


def test_a_real_cosignature_is_bound_to_its_time():
    note = notes.parse(REAL_NOTE)
    witness = notes.VerifierKey.parse(REAL_WITNESS)
    (line,) = note.signed_by(witness)
    later = notes.Signature(line.name, line.key_id, b"\0" * 7 + b"\1" + line.blob[8:])
    with pytest.raises(InvalidNoteSignatureError, match="does not verify"):
        notes.verify_cosignature(notes.Note(note.text, (later,)), witness)


@pytest.mark.parametrize("vkey", [PETER_VKEY, ENOCH_VKEY, C2SP_VKEY, REAL_LOG, REAL_WITNESS])
def test_verifier_keys_are_written_as_they_were_read(vkey):
    assert str(notes.VerifierKey.parse(vkey)) == vkey


@pytest.mark.parametrize("position", range(len(PETER_VKEY)))
def test_a_verifier_key_with_one_character_changed_or_missing_is_refused(position):
    changed = chr(ord(PETER_VKEY[position]) + 1)
    for vkey in (
        PETER_VKEY[:position],
        PETER_VKEY[position + 1 :],
        PETER_VKEY[:position] + changed + PETER_VKEY[position + 1 :],
    ):
        with pytest.raises(MalformedNoteError):
            notes.VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER_VKEY.upper(),
        PETER_VKEY + "\n",
    ],
    ids=["key too long", "unknown type", "upper case", "newline"],
)
def test_a_verifier_key_of_another_shape_is_refused(vkey):
    with pytest.raises(MalformedNoteError):
        notes.VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "raw",
    [
        TEXT,
        TEXT + "\n",
        f"{TEXT}\n{PETER_LINE[:-1]}",
        f"\x01{TEXT}\n{PETER_LINE}",
        f"{TEXT}\r\n\r\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE[:-1]}\r\n",
        f"tab\there\n\n{PETER_LINE}",
        b"\xff" + f"{TEXT}\n{PETER_LINE}".encode(),
        f"{TEXT}{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad Name')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad+Name')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad' + chr(0x2003) + 'Name')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann ', '')}",
        f"{TEXT}\n{PETER_LINE.replace('—', '-')}",
        f"{TEXT}\n— PeterNeumann x08go!\n",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n— PeterNeumann x08go/Z=\n",
        f"{TEXT}\n" + PETER_LINE * 2 + ENOCH_LINE * 99,
        "x" * notes.MAX_NOTE_BYTES + f"\n\n{PETER_LINE}",
        "",
    ],
)
def test_what_is_not_a_note_is_refused(raw):
    with pytest.raises(MalformedNoteError):
        notes.parse(raw)


def test_a_line_repeated_to_the_letter_counts_once():
    note = notes.parse(f"{TEXT}\n{PETER_LINE}{PETER_LINE}{ENOCH_LINE}")
    assert [signature.name for signature in note.signatures] == ["PeterNeumann", "EnochRoot"]


def test_a_second_line_of_a_known_key_must_verify_too():
    forged = PETER_LINE.replace("x08go/ZJ", "x08go/ZK")
    note = notes.parse(f"{TEXT}\n{PETER_LINE}{forged}")
    with pytest.raises(InvalidNoteSignatureError, match="does not verify"):
        notes.verify(note, notes.VerifierKey.parse(PETER_VKEY))


def test_a_line_that_shares_only_the_name_is_ignored():
    stranger = PETER_LINE.replace("x08go/ZJ", "x08gp/ZJ")
    peter = notes.VerifierKey.parse(PETER_VKEY)
    notes.verify(notes.parse(f"{TEXT}\n{stranger}{PETER_LINE}"), peter)
    with pytest.raises(InvalidNoteSignatureError, match="no signature of PeterNeumann"):
        notes.verify(notes.parse(f"{TEXT}\n{stranger}"), peter)


def test_a_note_no_known_key_signed_is_refused():
    note = notes.parse(f"{TEXT}\n{PETER_LINE}")
    with pytest.raises(InvalidNoteSignatureError, match="no signature of EnochRoot"):
        notes.verify(note, notes.VerifierKey.parse(ENOCH_VKEY))


@given(NAMES, TEXTS, SEEDS)
def test_what_is_signed_can_be_read_back_and_verified(name, text, seed):
    key = signing_key(name, seed)
    note = notes.parse(str(notes.sign(notes.Note(text), key)).encode())
    assert note.text == text
    notes.verify(note, notes.VerifierKey.parse(str(key.verifier)))


@given(TEXTS, st.integers(0, 2**63 - 1))
def test_a_cosignature_says_when_it_was_made(text, timestamp):
    key = cosigner()
    note = notes.parse(str(notes.sign(notes.Note(text), key, timestamp=timestamp)))
    assert notes.verify_cosignature(note, key.verifier) == timestamp


@given(TEXTS, SEEDS, st.data())
def test_no_changed_byte_of_a_note_goes_unseen(text, seed, data):
    key = signing_key("log.example/1", seed)
    raw = bytearray(str(notes.sign(notes.Note(text), key)).encode())
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((MalformedNoteError, InvalidNoteSignatureError)):
        notes.verify(notes.parse(bytes(raw)), key.verifier)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_are_refused(raw):
    try:
        note = notes.parse(raw)
    except MalformedNoteError:
        return
    assert notes.parse(str(note)) == note


def test_signing_again_replaces_a_keys_own_line_only():
    peter, witness = signing_key("PeterNeumann", PETER_SEED), cosigner()
    note = notes.sign(notes.sign(notes.Note(TEXT), peter), witness, timestamp=1)
    note = notes.sign(note, witness, timestamp=2)
    assert [signature.name for signature in note.signatures] == ["PeterNeumann", witness.name]
    assert notes.verify_cosignature(note, witness.verifier) == 2
    notes.verify(note, peter.verifier)


def test_one_key_has_another_id_for_each_type():
    plain = signing_key("same.example/k", b"k" * 32)
    timed = cosigner("same.example/k", b"k" * 32)
    assert plain.verifier.public_key == timed.verifier.public_key
    assert plain.verifier.key_id != timed.verifier.key_id


def test_each_type_of_key_verifies_only_its_own_signatures():
    plain, timed = signing_key("log.example/1", b"k" * 32), cosigner()
    note = notes.sign(notes.sign(notes.Note(TEXT), plain), timed, timestamp=1)
    with pytest.raises(InvalidNoteSignatureError, match="does not make cosignatures"):
        notes.verify_cosignature(note, plain.verifier)
    with pytest.raises(InvalidNoteSignatureError, match="verify_cosignature"):
        notes.verify(note, timed.verifier)


def test_a_cosignature_beyond_the_range_of_time_is_refused():
    key = cosigner()
    (line,) = notes.sign(notes.Note(TEXT), key, timestamp=0).signatures
    beyond = notes.Signature(line.name, line.key_id, b"\x80" + line.blob[1:])
    with pytest.raises(InvalidNoteSignatureError, match="out of range"):
        notes.verify_cosignature(notes.Note(TEXT, (beyond,)), key.verifier)


@pytest.mark.parametrize("timestamp", [None, -1, 2**63])
def test_a_cosigner_must_say_when(timestamp):
    with pytest.raises(ValueError, match="when it was made"):
        notes.sign(notes.Note(TEXT), cosigner(), timestamp=timestamp)


def test_a_plain_signature_says_nothing_of_time():
    with pytest.raises(ValueError, match="no timestamp"):
        notes.sign(notes.Note(TEXT), signing_key("log.example/1", b"k" * 32), timestamp=1)


@pytest.mark.parametrize("text", ["", "no end", "a\rb\n", "a\0b\n"])
def test_a_text_that_could_not_be_read_back_is_not_signed(text):
    with pytest.raises(MalformedNoteError):
        notes.sign(notes.Note(text), signing_key("log.example/1", b"k" * 32))


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\u00a0b"])
def test_a_key_cannot_have_a_name_that_a_line_cannot_hold(name):
    with pytest.raises(MalformedNoteError):
        signing_key(name, b"k" * 32)
