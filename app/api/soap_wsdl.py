"""The WSDL of the façade: made from the tables by which requests are read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from app.api import qcvn_109, soap_requests
from app.api.soap_requests import AFTER, BEFORE, BIRTH, BORN, NAME, NUMBERS, OPERATIONS, VERIFY
from app.api.xml_text import document, element, text

if TYPE_CHECKING:
    from app.api.soap_requests import Part

RESULT: Final = "KetQuaXacThuc"
EXISTS: Final = "TonTai"
_COLLECTION: Final = "CongdanCollection"
_DOCUMENTATION: Final = (
    "Cơ sở dữ liệu quốc gia về dân cư MÔ PHỎNG (dancu). A simulation: no person, agency or number "
    "is real. Written by dancu from what public client code sends and reads; the real service's "
    "own WSDL is not public."
)


def described(address: str) -> bytes:
    """Return the WSDL 1.1 document of the façade at this address."""
    return document(
        element(
            "wsdl:definitions",
            text("wsdl:documentation", _DOCUMENTATION),
            element("wsdl:types", _requests(), _answers()),
            *(_message(name) for name in OPERATIONS),
            element("wsdl:portType", *map(_operation, OPERATIONS), name="DanCuQuocGia"),
            _binding(),
            _service(address),
            name="DanCuQuocGia",
            targetNamespace=soap_requests.NAMESPACE,
            **{
                "xmlns:wsdl": "http://schemas.xmlsoap.org/wsdl/",
                "xmlns:soap": "http://schemas.xmlsoap.org/wsdl/soap/",
                "xmlns:xs": "http://www.w3.org/2001/XMLSchema",
                "xmlns:tns": soap_requests.NAMESPACE,
                "xmlns:dc": qcvn_109.NAMESPACE,
            },
        )
    )


@cache
def _requests() -> str:
    return element(
        "xs:schema",
        *(element("xs:element", name=name, type="tns:YeuCau") for name in OPERATIONS),
        _complex("YeuCau", *map(_part, BEFORE), _choice(NUMBERS), _part(NAME), _birth(), _last()),
        element("xs:element", name=RESULT, type=f"tns:{RESULT}"),
        _complex(RESULT, element("xs:element", name=EXISTS, type="xs:boolean")),
        targetNamespace=soap_requests.NAMESPACE,
        elementFormDefault="qualified",
    )


@cache
def _answers() -> str:
    """Return the schema of the answers as it stands in a document of its own."""
    return qcvn_109.schema("cong-dan.xsd").partition("?>")[2].strip()


def _birth() -> str:
    inner = element("xs:complexType", element("xs:choice", *map(_part, BORN)))
    return element("xs:element", inner, name=BIRTH)


def _last() -> str:
    return _part(AFTER)


def _choice(parts: tuple[Part, ...]) -> str:
    return element("xs:choice", *map(_part, parts))


def _part(part: Part) -> str:
    facets = [element("xs:maxLength", value=str(part.most))]
    if part.pattern:
        facets.append(element("xs:pattern", value=part.pattern))
    # Clients leave text as it is; white space around it does not count.
    restricted = element("xs:restriction", *facets, base="xs:token")
    may_be_missing = {} if part.required else {"minOccurs": "0"}
    return element(
        "xs:element", element("xs:simpleType", restricted), name=part.name, **may_be_missing
    )


def _complex(name: str, *parts: str) -> str:
    return element("xs:complexType", element("xs:sequence", *parts), name=name)


def _message(name: str) -> str:
    answer = f"tns:{RESULT}" if name == VERIFY.name else f"dc:{_COLLECTION}"
    asked = element("wsdl:part", name="parameters", element=f"tns:{name}")
    told = element("wsdl:part", name="parameters", element=answer)
    return element("wsdl:message", asked, name=f"{name}Input") + element(
        "wsdl:message", told, name=f"{name}Output"
    )


def _operation(name: str) -> str:
    return element(
        "wsdl:operation",
        element("wsdl:input", message=f"tns:{name}Input"),
        element("wsdl:output", message=f"tns:{name}Output"),
        name=name,
    )


def _binding() -> str:
    literal = element("soap:body", use="literal")
    return element(
        "wsdl:binding",
        element(
            "soap:binding", style="document", transport="http://schemas.xmlsoap.org/soap/http"
        ),
        *(
            element(
                "wsdl:operation",
                element("soap:operation", soapAction="", style="document"),
                element("wsdl:input", literal),
                element("wsdl:output", literal),
                name=name,
            )
            for name in OPERATIONS
        ),
        name="DanCuQuocGiaBinding",
        type="tns:DanCuQuocGia",
    )


def _service(address: str) -> str:
    port = element(
        "wsdl:port",
        element("soap:address", location=address),
        name="DanCuQuocGiaPort",
        binding="tns:DanCuQuocGiaBinding",
    )
    return element("wsdl:service", port, name="DanCuQuocGia")
