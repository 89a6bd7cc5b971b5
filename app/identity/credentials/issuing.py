"""Issuing: a credential for an integrated document, bound to a key of its holder.

By real time a credential is good for ninety days; the document's own last day is a claim in it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from app.identity import devices, sources, wallet
from app.identity.credentials import sd_jwt, statuses
from app.identity.models import Credential
from app.platform import fresh
from app.platform.signing import Es256Signer, derive_p256, thumbprint

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.wallet import Held
    from app.platform.world import World

LIFETIME: Final = dt.timedelta(days=90)


def type_address(world: World, kind: str) -> str:
    """Return the `vct` of a kind of document, which is where its type is described."""
    return f"{world.issuer}/v1/credential-types/{kind}"


def type_metadata(world: World, kind: str) -> dict[str, Any]:
    """Return what SD-JWT VC §6 tells about a type: its names, and those of its claims.

    Raises `document-kind-unknown`.
    """
    document = wallet.kind_of(kind)
    return {
        "vct": type_address(world, kind),
        "name": document.title_en,
        "description": f"{document.title_en}, simulated. Source: {document.source_en}.",
        "display": [
            {"lang": "vi", "name": document.title_vi},
            {"lang": "en", "name": document.title_en},
        ],
        "claims": [
            {
                "path": [claim.name],
                "display": [
                    {"lang": "vi", "label": claim.label_vi},
                    {"lang": "en", "label": claim.label_en},
                ],
                "sd": "always",
            }
            for claim in document.every_claim
        ],
    }


def issuer_metadata(world: World) -> dict[str, Any]:
    """Return issuer and keys (SD-JWT VC §5): all that ever signed, for credentials last long."""
    return {
        "issuer": world.issuer,
        "jwks": {"keys": [signer.jwk for signer in world.every_signer("credential")]},
    }


def phone_signer(session: Session, world: World, account: Account) -> Es256Signer:
    """Return the key of the phone that the account is used on now: another with each device."""
    device = devices.current(session, account.id)
    label = f"{account.id}/{device.number}"
    return Es256Signer(derive_p256(world.root_key("wallet"), label))


def issue(
    session: Session, world: World, held: Held, jwk: dict[str, str], now: dt.datetime
) -> tuple[Credential, str]:
    """Give a credential of an integrated document, bound to this key; return its row and text.

    Raises `document-not-integrated`. What is not checked: whose key it is, which a proof showed.
    """
    if held.state != "integrated":
        raise wallet.NOT_INTEGRATED.error()
    row = Credential(
        document_id=held.id,
        jkt=thumbprint(jwk),
        issued_at=now,
        expires_at=now + LIFETIME,
        revoked_at=None,
        text=None,
    )
    session.add(row)
    session.flush()
    number, index = statuses.place(row.id)
    told = {
        "iss": world.issuer,
        "vct": type_address(world, held.kind),
        "iat": int(now.timestamp()),
        "exp": int(row.expires_at.timestamp()),
        "cnf": {"jwk": jwk},
        "status": {"status_list": {"idx": index, "uri": statuses.address(world, number)}},
        "simulated": True,
    }
    known = [claim.name for claim in sources.all_of_them()[held.kind].every_claim]
    hidden = {name: held.claims[name] for name in known if name in held.claims}
    return row, sd_jwt.issue(world.signer("credential"), told, hidden, fresh.hex128)


def on_phone(
    session: Session, world: World, account: Account, held: Held, now: dt.datetime
) -> str:
    """Return the credential that the simulated phone keeps of a document, given anew if need be.

    A new one is given where there is none, it was revoked, it has expired or is another device's.
    """
    wallet.usable(session, account, world.today)
    signer = phone_signer(session, world, account)
    kept = session.scalar(
        select(Credential)
        .where(
            Credential.document_id == held.id,
            Credential.jkt == thumbprint(signer.jwk),
            Credential.revoked_at.is_(None),
            Credential.expires_at > now,
            Credential.text.is_not(None),
        )
        .order_by(Credential.id.desc())
        .limit(1)
    )
    if kept is not None and kept.text is not None and held.state == "integrated":
        return kept.text
    public = {name: signer.jwk[name] for name in ("kty", "crv", "x", "y")}
    row, text = issue(session, world, held, public, now)
    row.text = text
    session.flush()
    return text
