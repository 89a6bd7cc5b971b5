"""Leaves: canonical by RFC 8785, read back strictly, and saying nothing about who is meant."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.log import leaves, merkle
from app.exchange.log.errors import MalformedLeafError

WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
MAYBE = st.none() | WORDS
HEX32 = st.binary(min_size=32, max_size=32).map(bytes.hex)
SALTS = st.binary(min_size=16, max_size=16).map(bytes.hex)
COUNTS = st.integers(0, 2**53 - 1)
ENTRIES = st.builds(
    leaves.Entry,
    fields=st.lists(WORDS, max_size=2).map(tuple),
    outcome=WORDS,
    position=COUNTS,
    request_id=WORDS,
    salt=SALTS,
    subject=st.none() | HEX32,
)
DRAFTS = st.builds(
    leaves.LeafDraft,
    agency=WORDS,
    system=WORDS,
    purpose=WORDS,
    legal_basis=WORDS,
    kind=st.sampled_from(list(leaves.Kind)).map(str),
    outcome=WORDS,
    fields=st.lists(WORDS, max_size=4).map(tuple),
    request_id=WORDS,
    domain_time=st.dates().map(lambda day: day.isoformat()),
    salt=SALTS,
    subject=st.none() | HEX32,
    officer=MAYBE,
    dossier=MAYBE,
    consent=MAYBE,
    entries=st.none() | st.lists(ENTRIES, max_size=3).map(leaves.entry_tree),
    parent=MAYBE,
    pruned_before=st.none() | COUNTS,
)
INSTANTS = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
DRAFT = leaves.LeafDraft(
    agency="000.00.00.H26",
    system="bank-a-basic",
    purpose="account-opening",
    legal_basis="Nghị định 69/2024/NĐ-CP, Điều 10",
    kind=leaves.Kind.VERIFICATION,
    outcome="match",
    fields=("full_name", "birth_date"),
    request_id="0190b0c0d0e0f0",
    domain_time="2026-01-01",
    salt="00" * 16,
    subject="ab" * 32,
)
TEXT = (
    '{"agency":"000.00.00.H26","domain_time":"2026-01-01","fields":["full_name","birth_date"],'
    '"kind":"verification","legal_basis":"Nghị định 69/2024/NĐ-CP, Điều 10",'
    '"log":"log.example/1","outcome":"match","purpose":"account-opening",'
    '"recorded_at":"2026-01-01T00:00:00.000Z","request_id":"0190b0c0d0e0f0",'
    f'"salt":"{"00" * 16}","seq":17,"subject":"{"ab" * 32}","system":"bank-a-basic","v":1}}'
)


def canonical(value: object) -> bytes:
    """RFC 8785 without its numbers: an encoder of its own, to compare with."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        members = (canonical(name) + b":" + canonical(value[name]) for name in names)
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


def place(draft: leaves.LeafDraft, seq: int = 17) -> bytes:
    return leaves.place(
        draft, log="log.example/1", seq=seq, recorded_at="2026-01-01T00:00:00.000Z"
    )


def test_a_leaf_is_written_exactly_so():
    assert place(DRAFT).decode() == TEXT


@given(DRAFTS, WORDS, COUNTS, INSTANTS)
def test_every_leaf_is_in_the_canonical_form_of_rfc_8785(draft, log, seq, recorded_at):
    text = leaves.place(draft, log=log, seq=seq, recorded_at=recorded_at)
    assert text == canonical(json.loads(text))


@given(DRAFTS, COUNTS, INSTANTS)
def test_every_leaf_is_read_back_whole(draft, seq, recorded_at):
    text = leaves.place(draft, log="log.example/1", seq=seq, recorded_at=recorded_at)
    leaf = leaves.parse(text)
    assert leaf == leaves.parse(text.decode())
    assert (leaf.log, leaf.seq, leaf.recorded_at, leaf.v) == ("log.example/1", seq, recorded_at, 1)
    for name in set(leaves.LeafDraft.__struct_fields__) - {"entries"}:
        assert getattr(leaf, name) == getattr(draft, name)
    expected = draft.entries and (len(draft.entries.bodies), draft.entries.root.hex())
    assert (leaf.entries, leaf.entries_root) == (expected or (None, None))


def test_strings_are_escaped_as_in_the_example_of_rfc_8785():
    # RFC 8785 §3.2.2.2 and §3.2.3: the sample's "string" member and what becomes of it
    sample = json.loads(
        r'"\u20ac$\u000F\u000aA'
        r"'"
        r'\u0042\u0022\u005c\\\"\/"'
    )
    text = place(leaves.LeafDraft(**{**as_kwargs(DRAFT), "officer": sample}))
    assert r'''"officer":"€$\u000f\nA'B\"\\\\\"/"'''.encode() in text


def as_kwargs(draft: leaves.LeafDraft) -> dict[str, object]:
    return {name: getattr(draft, name) for name in draft.__struct_fields__}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        TEXT[:-1],
        TEXT + "\n",
        TEXT.replace('{"agency"', '{ "agency"'),
        TEXT.replace('"v":1', '"v":1,"v":1'),
        TEXT.replace('"seq":17,', ""),
        TEXT.replace('"seq":17', '"seq":17.0'),
        TEXT.replace('"seq":17', '"seq":-1'),
        TEXT.replace('"seq":17', '"seq":9007199254740992'),
        TEXT.replace('"v":1', '"v":1,"w":1'),
        TEXT.replace('"outcome":"match"', '"officer":null,"outcome":"match"'),
        TEXT.replace("ị", "\\u1ecb"),
        TEXT.replace(":00.000Z", ":00Z"),
        TEXT.replace('"2026-01-01"', '"1 January"'),
        TEXT.replace("ab" * 32, "AB" * 32),
        "\ud800",
        b"\xff",
    ],
)
def test_a_text_that_is_not_the_one_form_of_a_leaf_is_refused(text):
    with pytest.raises(MalformedLeafError):
        leaves.parse(text)


@given(st.integers(0, len(TEXT.encode()) - 1), st.integers(0, 7))
def test_no_changed_bit_leaves_the_hash_as_it_was(position, bit):
    changed = bytearray(TEXT.encode())
    changed[position] ^= 1 << bit
    assert merkle.leaf_hash(bytes(changed)) != merkle.leaf_hash(TEXT.encode())


def entry(position: int, subject: str | None = "cd" * 32) -> leaves.Entry:
    return leaves.Entry(
        fields=("full_name",),
        outcome="match",
        position=position,
        request_id="r1",
        salt=f"{position:032x}",
        subject=subject,
    )


@given(st.integers(1, 60), st.data())
def test_each_person_of_a_batch_gets_a_proof(count, data):
    tree = leaves.entry_tree([entry(position) for position in range(count)])
    index = data.draw(st.integers(0, count - 1))
    path = merkle.HashTree(tree.hashes).inclusion_path(index)
    body = tree.bodies[index]
    merkle.verify_inclusion(merkle.leaf_hash(body), index, count, path, tree.root)
    assert leaves.parse_entry(body) == entry(index)
    assert body == canonical(json.loads(body))


def test_an_entry_out_of_form_is_refused():
    body = leaves.entry_tree([entry(0, subject=None)]).bodies[0].decode()
    with pytest.raises(MalformedLeafError):
        leaves.parse_entry(body.replace('"r1"', ' "r1"'))


def test_the_subject_is_the_same_only_for_the_same_person_under_the_same_key():
    # RFC 4231 §4.3, test case 2
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert leaves.subject(b"Jefe", "what do ya want for nothing?") == expected
    assert leaves.subject(b"k", "citizen:1") != leaves.subject(b"k", "citizen:2")
    assert leaves.subject(b"k", "citizen:1") != leaves.subject(b"l", "citizen:1")
