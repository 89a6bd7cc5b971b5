"""What the door refuses to read, and the one form it brings text into."""

import contextlib
import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import bodies
from app.platform.errors import DancuError, InvalidError


def nfc(value):
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case list():
            return [nfc(item) for item in value]
        case dict():
            return {nfc(key): nfc(item) for key, item in value.items()}
    return value


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXT,
    # keys that are one in NFC are duplicates, which another test is about
    lambda inner: st.lists(inner) | st.dictionaries(TEXT.map(nfc), inner),
    max_leaves=20,
)


def code_of(body: bytes) -> str:
    with pytest.raises(DancuError) as refused:
        bodies.normalised_json(body)
    return refused.value.code


@given(JSON)
def test_every_json_document_is_read_as_itself_in_nfc(document):
    expected = nfc(document)
    for escaped in (True, False):
        body = json.dumps(document, ensure_ascii=escaped).encode()
        assert json.loads(bodies.normalised_json(body)) == expected


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_as_a_problem(body):
    with contextlib.suppress(InvalidError):
        json.loads(bodies.normalised_json(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b'{"a":NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
        b'{"a":1,"a":2}',
        b'{"b":{"a":1,"a":2}}',
        b'\xef\xbb\xbf{"a":1}',
        b'"\xff"',
        '"é"'.encode("latin-1"),
        '{"a":1}'.encode("utf-16"),
        b'{"a":1} {"b":2}',
        b'{"a":"\n"}',
    ],
)
def test_what_is_not_strict_json_is_refused(body):
    assert code_of(body) == "malformed-json"


@pytest.mark.parametrize("body", [rb'"\u0000"', rb'"\ud800"', rb'{"\udfff":1}', rb'["a\ud83d"]'])
def test_nul_and_lone_surrogates_are_refused(body):
    assert code_of(body) == "forbidden-character"


def test_a_surrogate_pair_is_one_character():
    assert json.loads(bodies.normalised_json(rb'"\ud83d\ude00"')) == "😀"


def test_text_is_brought_into_nfc():
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Ánh Tuyết")
    body = json.dumps({"name": decomposed}, ensure_ascii=False).encode()
    assert bodies.normalised_json(body) == '{"name":"Nguyễn Thị Ánh Tuyết"}'.encode()


def test_two_keys_that_unicode_makes_one_are_a_duplicate():
    body = '{"\u00e9":1,"e\u0301":2}'.encode()
    assert code_of(body) == "malformed-json"


def test_nesting_is_counted_outside_strings_only():
    assert code_of(b"[" * 33 + b"]" * 33) == "json-too-deep"
    assert code_of(b"[" * 500_000) == "json-too-deep"
    assert bodies.read_json(b"[" * 32 + b"]" * 32)
    assert bodies.read_json(json.dumps("[" * 1000).encode()) == "[" * 1000
    assert bodies.read_json(json.dumps(['"' + "[" * 1000, "\\"]).encode())
    assert bodies.read_json(json.dumps([[] for _ in range(1000)]).encode())


@pytest.mark.parametrize("filler", [b'\\"', b'"', b"[{", b"\\"])
def test_a_hostile_body_costs_no_more_than_its_length(filler):
    body = b"[" * 31 + b'["' + filler * (2**20 // len(filler))
    began = time.perf_counter()
    assert code_of(body) in {"malformed-json", "json-too-deep"}
    assert time.perf_counter() - began < 2


def test_a_query_is_brought_into_nfc_and_keeps_its_meaning():
    assert bodies.normalised_query(b"a=1&b=x+y") == b"a=1&b=x+y"
    assert bodies.normalised_query(b"q=a%2Bb+c%26d") == b"q=a%2Bb%20c%26d"
    assert bodies.normalised_query(b"q=e%CC%81") == b"q=%C3%A9"
    assert bodies.normalised_query(b"q=%3D&=") == b"q=%3D&="


@pytest.mark.parametrize("query", [b"q=%FF", b"q=%00", b"q=%C3", "q=é".encode("latin-1")])
def test_a_query_that_is_not_text_is_refused(query):
    with pytest.raises(DancuError) as refused:
        bodies.normalised_query(query)
    assert refused.value.code == "malformed-address"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'],
)
def test_json_in_utf_8_is_the_media_type(content_type):
    assert bodies.check_media_type(content_type, ["application/json"]) == "application/json"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/xml",
        "application/json; charset=latin-1",
        "application/jsonp",
    ],
)
def test_another_media_type_or_charset_is_refused(content_type):
    with pytest.raises(DancuError) as refused:
        bodies.check_media_type(content_type, ["application/json"])
    assert refused.value.code == "unsupported-media-type"
