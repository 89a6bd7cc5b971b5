"""What the authority publishes beside certificates: revocations, and the list of authorities."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from app.identity import tlv
from app.identity.pki import authority as authorities
from app.identity.pki import cms, eras

if TYPE_CHECKING:
    from app.identity.pki.authority import Authority
    from app.identity.pki.eras import Generation

#: A list of revocations is issued at least so often (Doc 9303-12 §4.4).
CRL_LIFETIME: Final = dt.timedelta(days=90)
_MASTER_LIST: Final = "2.23.136.1.1.2"


@lru_cache(maxsize=64)
def crl(
    authority: Authority, generation: Generation, today: dt.date
) -> x509.CertificateRevocationList:
    """Return the revocations of a world's day, by one generation's key.

    It names every revoked signer of the authority, whichever key certified it: one for each
    quarter so far, so that any card can be made to be one of a revoked signer.
    """
    issued = authorities.midnight(today)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.name)
        .last_update(issued)
        .next_update(issued + CRL_LIFETIME)
        .add_extension(authorities.key_identifier(authority, generation), critical=False)
        .add_extension(x509.CRLNumber(today.toordinal()), critical=False)
    )
    for quarter in eras.quarters_until(today):
        revoked = (
            x509.RevokedCertificateBuilder()
            .serial_number(authorities.signer_serial(authority, quarter, revoked=True))
            .revocation_date(authorities.midnight(quarter.first_day))
        )
        builder = builder.add_revoked_certificate(revoked.build())
    key = authorities.csca(authority, generation).key
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


@lru_cache(maxsize=16)
def master_list(authority: Authority, today: dt.date) -> bytes:
    """Return the signed list of the authority's certificates so far (Doc 9303-12 §8)."""
    now = eras.generation(today)
    generations = [eras.Generation(number) for number in range(1, now.number + 1)]
    listed = [authorities.csca(authority, each).certificate for each in generations]
    listed += [authorities.link(authority, each) for each in generations[1:]]
    content = tlv.sequence(
        tlv.integer(0), tlv.set_of(*(each.public_bytes(Encoding.DER) for each in listed))
    )
    return cms.sign(
        _MASTER_LIST,
        content,
        authorities.master_list_signer(authority, now),
        at=authorities.midnight(today),
        beside=(authorities.csca(authority, now).certificate,),
    )
