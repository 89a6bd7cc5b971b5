"""`/pki/…`: the certificates, revocations and the master list behind the chips, for everybody."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Path, Response

from app.api import answers
from app.api.dependencies import CallDep
from app.identity.pki import authority as authorities
from app.identity.pki import eras, lists
from app.identity.pki import worlds as pki
from app.platform import errors

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from app.api.calls import Call
    from app.identity.pki.eras import Generation

router = APIRouter(prefix="/pki", tags=["pki"])

CERTIFICATE, PEM = "application/pkix-cert", "application/x-pem-file"
REVOCATIONS, SIGNED = "application/pkix-crl", "application/cms"

UNKNOWN = errors.declare(
    code="pki-object-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có chứng thư hoặc danh sách này vào ngày của thế giới mô phỏng",
    title_en="There is no such certificate or list on the world's date",
    next_vi="GET /pki liệt kê những gì có.",
    next_en="GET /pki lists what there is.",
)

Number = Annotated[int, Path(ge=1, le=99, description="Which key of the authority, from 1.")]
SignerName = Annotated[
    str,
    Path(
        pattern="^[0-9]{4}q[1-4]-[12]$",
        description="Year, quarter, and 1 for the signer in use or 2 for the revoked one.",
    ),
]


class PkiObject(msgspec.Struct, frozen=True, kw_only=True):
    """One file: where it is, what it is, and its SHA-256 in hex."""

    address: str
    title: str
    sha256: str


class PkiIndex(msgspec.Struct, frozen=True, kw_only=True):
    """What is published on the world's date, signers of documents apart: there is one a quarter.

    `signers` is where a quarter's signer is: `…-1.cer`, and `…-2.cer` for the revoked one.
    """

    objects: list[PkiObject]
    signers: list[str]
    simulated: bool = True


def _gives(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that gives a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": what, "content": content}}


@router.get("", responses=answers.of(PkiIndex))
def list_pki(call: CallDep) -> Response:
    """List what is published, with its digests."""
    now = eras.generation(call.world.today)
    objects = [
        _described(call, "csca.cer", "The authority's present certificate", _csca(call, now)),
        *(
            _described(call, f"csca-{each.number}.cer", "Authority", _csca(call, each))
            for each in _generations(now)
        ),
        *(
            _described(call, f"link-{each.number}.cer", "Link certificate", _link(call, each))
            for each in _generations(now)[1:]
        ),
        *(
            _described(call, f"csca-{each.number}.crl", "Revocations", _crl(call, each))
            for each in _generations(now)
        ),
        _described(call, "masterlist.ml", "Master list", _master_list(call)),
        _described(call, "untrusted/csca.cer", "An authority not to be trusted", _untrusted(call)),
    ]
    quarters = eras.quarters_until(call.world.today)
    signers = [f"{_base(call)}/ds/{each}-1.cer" for each in quarters]
    return answers.json(PkiIndex(objects=objects, signers=signers))


@router.get("/csca.cer", responses=_gives(CERTIFICATE, "DER"), response_class=Response)
def csca(call: CallDep) -> Response:
    """Give the certificate of the authority (CSCA) that certifies signers now."""
    return Response(_csca(call, eras.generation(call.world.today)), media_type=CERTIFICATE)


@router.get("/csca.pem", responses=_gives(PEM, "PEM"), response_class=Response)
def csca_pem(call: CallDep) -> Response:
    """Give every certificate of the authority so far, as PEM: a trust store."""
    authority = pki.authority(call.world)
    certificates = (
        authorities.csca(authority, each).certificate.public_bytes(Encoding.PEM)
        for each in _generations(eras.generation(call.world.today))
    )
    return Response(b"".join(certificates), media_type=PEM)


@router.get("/csca-{number}.cer", responses=_gives(CERTIFICATE, "DER"), response_class=Response)
def csca_by_number(call: CallDep, number: Number) -> Response:
    """Give the certificate of one key of the authority."""
    return Response(_csca(call, _begun(call, number)), media_type=CERTIFICATE)


@router.get("/csca-{number}.crl", responses=_gives(REVOCATIONS, "DER"), response_class=Response)
def revocations(call: CallDep, number: Number) -> Response:
    """Give the revocations of the world's day, signed by one key of the authority."""
    return Response(_crl(call, _begun(call, number)), media_type=REVOCATIONS)


@router.get("/crl.crl", responses=_gives(REVOCATIONS, "DER"), response_class=Response)
def present_revocations(call: CallDep) -> Response:
    """Give the revocations of the world's day, signed by the present key."""
    return Response(_crl(call, eras.generation(call.world.today)), media_type=REVOCATIONS)


@router.get("/link.cer", responses=_gives(CERTIFICATE, "DER"), response_class=Response)
def link(call: CallDep) -> Response:
    """Give the link certificate: the present key, certified by the one before it."""
    return Response(_link(call, eras.generation(call.world.today)), media_type=CERTIFICATE)


@router.get("/link-{number}.cer", responses=_gives(CERTIFICATE, "DER"), response_class=Response)
def link_by_number(call: CallDep, number: Number) -> Response:
    """Give the link certificate of one key of the authority."""
    return Response(_link(call, _begun(call, number)), media_type=CERTIFICATE)


@router.get("/masterlist.ml", responses=_gives(SIGNED, "CMS"), response_class=Response)
def master_list(call: CallDep) -> Response:
    """Give the master list: the authority's certificates so far, signed (Doc 9303-12)."""
    return Response(_master_list(call), media_type=SIGNED)


@router.get("/ds/{name}.cer", responses=_gives(CERTIFICATE, "DER"), response_class=Response)
def document_signer(call: CallDep, name: SignerName) -> Response:
    """Give the certificate of a document signer of one quarter."""
    quarter, _, which = name.partition("-")
    try:
        found = eras.parse_quarter(quarter)
    except ValueError:
        raise UNKNOWN.error() from None
    if found.first_day > call.world.today:
        raise UNKNOWN.error()
    signer = authorities.signer(pki.authority(call.world), found, revoked=which == "2")
    return Response(_der(signer.certificate), media_type=CERTIFICATE)


@router.get("/untrusted/csca.cer", responses=_gives(CERTIFICATE, "DER"), response_class=Response)
def untrusted_csca(call: CallDep) -> Response:
    """Give the authority that nobody should trust: some cards' signers lead to it."""
    return Response(_untrusted(call), media_type=CERTIFICATE)


def _generations(now: Generation) -> list[Generation]:
    return [eras.Generation(number) for number in range(1, now.number + 1)]


def _begun(call: Call, number: int) -> Generation:
    if number > eras.generation(call.world.today).number:
        raise UNKNOWN.error()
    return eras.Generation(number)


def _csca(call: Call, generation: Generation) -> bytes:
    return _der(authorities.csca(pki.authority(call.world), generation).certificate)


def _untrusted(call: Call) -> bytes:
    authority = pki.authority(call.world, is_trusted=False)
    now = eras.generation(call.world.today)
    return _der(authorities.csca(authority, now).certificate)


def _link(call: Call, generation: Generation) -> bytes:
    if generation.number == 1:
        raise UNKNOWN.error()
    return _der(authorities.link(pki.authority(call.world), generation))


def _crl(call: Call, generation: Generation) -> bytes:
    listed = lists.crl(pki.authority(call.world), generation, call.world.today)
    return listed.public_bytes(Encoding.DER)


def _master_list(call: Call) -> bytes:
    return lists.master_list(pki.authority(call.world), call.world.today)


def _der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _base(call: Call) -> str:
    return f"{call.world.issuer}/pki"


def _described(call: Call, name: str, title: str, content: bytes) -> PkiObject:
    digest = hashlib.sha256(content).hexdigest()
    return PkiObject(address=f"{_base(call)}/{name}", title=title, sha256=digest)
