"""XML as it comes in: whatever is sent is read or refused, quickly, and nothing is expanded."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import soap_requests, xml_bodies, xml_text
from app.api.soap_requests import LOOK_UP, VERIFY, Asked
from app.matching import dates
from app.platform.errors import DancuError

BILLION_LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><lolz>&lol9;</lolz>"
)
QUADRATIC = f'<!DOCTYPE a [<!ENTITY x "{"x" * 10_000}">]><a>{"&x;" * 5_000}</a>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>'


def refused(body, content_type=""):
    with pytest.raises(DancuError) as told:
        xml_bodies.read(body if isinstance(body, bytes) else body.encode(), content_type)
    return told.value.code


@pytest.mark.parametrize("body", [BILLION_LAUGHS, QUADRATIC, EXTERNAL, PARAMETER])
def test_a_document_type_is_refused_before_anything_of_it_is_read(body):
    began = time.monotonic()
    assert refused(body) == "xml-not-plain"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "body",
    [
        "<a>" * (xml_bodies.MOST_DEPTH + 1) + "</a>" * (xml_bodies.MOST_DEPTH + 1),
        "<a>" * 10_000,
        f"<a>{'<b/>' * xml_bodies.MOST_ELEMENTS}</a>",
        "<a " + " ".join(f"b{n}='1'" for n in range(xml_bodies.MOST_ATTRIBUTES + 1)) + "/>",
        f"<a>{'x' * xml_bodies.MOST_BYTES}</a>",
        f"<{'a' * xml_bodies.MOST_BYTES}/>",
    ],
    ids=["deep", "deep and open", "many", "many attributes", "long text", "long name"],
)
def test_there_is_a_limit_to_everything(body):
    assert refused(body) == "xml-too-large"


def test_within_the_limits_it_is_read():
    depth, most = xml_bodies.MOST_DEPTH, xml_bodies.MOST_ELEMENTS
    xml_bodies.read(b"<a>" * depth + b"</a>" * depth)
    xml_bodies.read(b"<a>" + b"<b/>" * (most - 1) + b"</a>")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<a>",
        b"<a/><b/>",
        b"<a b='1' b='2'/>",
        b"<a>&nbsp;</a>",
        b"<a>&#0;</a>",
        b"<a>&#xD800;</a>",
        b"<a>\x00</a>",
        b"<a>\xff</a>",
        b"<x:a/>",
        b"<a></b>",
        b"\xff\xfe<\x00a",
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
    ],
)
def test_what_is_not_well_formed_is_refused(body):
    assert refused(body) == "malformed-xml"


@pytest.mark.parametrize("name", ["windows-1258", "iso-8859-1", "utf-7", "nonsense", "cp037"])
def test_other_encodings_are_refused_wherever_they_are_named(name):
    declared = f'<?xml version="1.0" encoding="{name}"?><a/>'
    assert refused(declared) in {"unsupported-media-type", "malformed-xml"}
    assert refused("<a/>", f"text/xml; charset={name}") == "unsupported-media-type"


def test_text_is_in_nfc_and_its_white_space_collapsed():
    root = xml_bodies.read("<a>\n  Nguye\u0302\u0303n <!-- no --> A\u0306n\t</a>".encode())
    assert root.text == "Nguyễn Ăn"


def test_names_are_those_of_namespaces():
    root = xml_bodies.read(b'<x:a xmlns:x="urn:x" x:b="1" c="2"><d xmlns="urn:d"/></x:a>')
    assert root.name == "{urn:x}a"
    assert root.attributes == {"{urn:x}b": "1", "c": "2"}
    assert [child.name for child in root.children] == ["{urn:d}d"]


def test_a_name_is_shown_masked():
    assert xml_bodies.read("<s936080000001ố/>".encode()).shown == "s#?"


PIECES = st.sampled_from(
    [
        "<a>", "</a>", "<a/>", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "&amp;", "&#9;", "&x;",
        "<!DOCTYPE a>", '<?xml version="1.0"?>', ' xmlns="urn:a"', "\ufeff", "\x00", "ễ", "<", ">",
    ]
)  # fmt: skip


@given(
    st.one_of(
        st.binary(),
        st.lists(PIECES | st.text()).map(
            lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
        ),
    ),
    st.sampled_from(["", "text/xml; charset=utf-8", "text/xml; charset=utf-16"]),
)
def test_no_bytes_are_anything_but_read_or_refused(body, content_type):
    try:
        root = xml_bodies.read(body, content_type)
    except DancuError as error:
        assert error.code in {  # noqa: PT017 - either is right
            "malformed-xml", "xml-not-plain", "xml-too-large", "unsupported-media-type",
        }  # fmt: skip
    else:
        assert root.name


@given(st.text())
def test_whatever_is_written_is_read_as_it_was(value):
    written = xml_text.document(xml_text.element("a", xml_text.text("b", value, c=value)))
    [child] = xml_bodies.read(written).children
    said = xml_bodies.read(xml_text.document(xml_text.text("a", value))).text
    assert child.text == said


def test_what_xml_cannot_say_is_replaced():
    assert xml_text.text("a", "x\x00\ud800<&\"'") == "<a>x\ufffd\ufffd&lt;&amp;&quot;&#x27;</a>"
    assert xml_text.element("a") == "<a/>"


NAMES = st.text(st.sampled_from("NGUYỄN VĂN ĐỖ H'Ă")).map(lambda text: " ".join(text.split()))
CODES = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=20)
BORN = st.dates().map(lambda day: dates.of(day.year, day.month, day.day)) | st.integers(
    1, 9999
).map(dates.of)


@given(
    st.builds(
        Asked,
        operation=st.sampled_from([LOOK_UP, VERIFY]),
        request_code=CODES,
        procedure=CODES | st.just(""),
        officer=CODES | st.just(""),
        unit=CODES | st.just(""),
        number=st.from_regex("[0-9]{12}|[0-9]{9}", fullmatch=True),
        full_name=NAMES.filter(bool),
        birth_date=BORN,
    )
)
def test_a_request_is_read_as_it_is_written(asked):
    root = xml_bodies.read(soap_requests.written(asked), "text/xml; charset=utf-8")
    assert soap_requests.read(root, f'"{asked.operation.name}"') == asked


TAGS = st.sampled_from(
    [part.name for part in soap_requests.BEFORE]
    + ["SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh", "NgayThangNam", "Nam", "AuthHash"]
)
SAID = st.sampled_from(["", "1", "037", "003", "A", "936080000001", "162000001", "1980", "x y"])
INNER = st.recursive(
    st.builds(lambda tag, said: f"<d:{tag}>{said}</d:{tag}>", TAGS, SAID),
    lambda inner: st.builds(
        lambda tag, parts: f"<d:{tag}>{''.join(parts)}</d:{tag}>", TAGS, st.lists(inner)
    ),
    max_leaves=14,
)


@given(st.sampled_from([*soap_requests.OPERATIONS, "Xoa"]), st.lists(INNER), SAID)
def test_every_request_is_read_or_its_fault_named(operation, parts, action):
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
        f' xmlns:d="http://dancuquocgia.bca"><s:Body><d:{operation}>{"".join(parts)}'
        f"</d:{operation}></s:Body></s:Envelope>"
    )
    try:
        asked = soap_requests.read(xml_bodies.read(body.encode()), action)
    except DancuError as error:
        assert error.code in {"soap-request-invalid", "soap-operation-unknown"}  # noqa: PT017 - as above
    else:
        assert asked.operation.name == operation
