"""Calls of the SOAP façade as existing clients make them, by hand."""

from __future__ import annotations

import itertools
import time

from lxml import etree
from sqlalchemy import func, select

from app.api.soap_faults import ADDRESS
from app.exchange import header_hashes
from app.exchange.models import Leaf, RequestLog
from app.platform import clock
from tests.api.conftest import BASE, secret
from tests.exchange import people

NS = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "d": "http://dancuquocgia.bca",
    "c": "http://www.mic.gov.vn/dancu/1.0",
    "o": "urn:dancu:soap",
}
PROVINCE = "ha-noi"
AN = {"number": people.AN_PIN, "name": "NGUYỄN VĂN AN", "born": "19800512"}
#: Each call's own millisecond, however quick the machine is.
_later = itertools.count()


def stamp(offset_ms=0):
    return str(int(clock.now().timestamp() * 1000) - next(_later) % 1000 + offset_ms)


def headers(world, client_id=PROVINCE, address=BASE + ADDRESS, timestamp=None, **more):
    """The headers of one call."""
    timestamp = timestamp or stamp()
    made = header_hashes.made(address, client_id, timestamp, secret(world, client_id))
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {
        "Authorization": made,
        "Timestamp": timestamp,
        "X-Road-Client": "VN/GOV/H26/ha-noi",
        "ApiKey": "not-looked-at",
        "SOAPAction": '""',
        "Content-Type": "text/xml; charset=utf-8",
        **named,
    }


def request(operation="TraCuuThongTinCongDan", code="037", *, number, name, born, **parts):
    """The request's element; a part that is None is left out."""
    kind = "SoDinhDanh" if len(number) == 12 else "SoCMND"
    date = "NgayThangNam" if len(born) == 8 else "Nam"
    said = {
        "MaYeuCau": "YC-0001",
        "MaDVC": "1.004222",
        "MaTichHop": code,
        "MaCanBo": "nv.an",
        "MaDonVi": "H26.21",
        "TaiKhoan": "an@hanoi.invalid",
        "SoDienThoai": "0",
        kind: number,
        "HoVaTen": name,
        "NgayThangNamSinh": f"<dan:{date}>{born}</dan:{date}>",
        **parts,
    }
    inner = "".join(
        f"<dan:{tag}>{value}</dan:{tag}>" for tag, value in said.items() if value is not None
    )
    return f"<dan:{operation}>{inner}</dan:{operation}>"


def verification(**said):
    return request("XacThucThongTinCongDan", "003", **said)


def envelope(inner, header="<soapenv:Header/>"):
    return (
        f'<soapenv:Envelope xmlns:soapenv="{NS["s"]}" xmlns:dan="{NS["d"]}">'
        f"{header}<soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>"
    )


def post(client, world, inner=None, *, body=None, address=ADDRESS, **more):
    """Send a request, or a body as it is, and return the answer."""
    body = envelope(inner) if body is None else body
    content = body.encode() if isinstance(body, str) else body
    more = {"address": BASE + address} | more
    return client.post(address, content=content, headers=headers(world, **more))


def parsed(answer):
    return etree.fromstring(answer.content)


def found(answer, path):
    """The text at a path below the body."""
    return parsed(answer).findtext(f"s:Body/{path}", namespaces=NS)


def problem(answer):
    """A Fault: its code without the prefix, and our problem's code and detail."""
    fault = parsed(answer).find("s:Body/s:Fault", NS)
    assert fault is not None, answer.text
    said = fault.find("detail/o:problem", NS)
    return (
        fault.findtext("faultcode").removeprefix("soapenv:"),
        said.findtext("o:code", namespaces=NS),
        said.findtext("o:detail", namespaces=NS),
    )


def leaves(world):
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Leaf))


def logged(world, request_id):
    """The row of a call in the request log, once it is written."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with world.session() as session:
            row = session.scalar(select(RequestLog).where(RequestLog.request_id == request_id))
        if row is not None:
            return row
        time.sleep(0.02)
    raise AssertionError("the request log has no such row")
