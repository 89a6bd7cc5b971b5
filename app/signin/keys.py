"""The keys that sign ID tokens: ES256 and RS256, each with the one before a rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import tokens
from app.platform.rsa_keys import Rs256Signer, derive_rs256

if TYPE_CHECKING:
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World

#: The use of the ES256 keys; the label of the RS256 keys.
USE = "id_token"


def signers(world: World, algorithm: str) -> tuple[Es256Signer | Rs256Signer, ...]:
    """Return the signers whose ID tokens are still accepted, the one that signs now first."""
    if algorithm == "ES256":
        return world.keys(USE).signers
    version = world.facts.key_version
    root = world.root_key("keys")
    versions = (version, version - 1) if version > 1 else (version,)
    return tuple(derive_rs256(root, f"{USE}/{each}") for each in versions)


def find(world: World, kid: str) -> Es256Signer | Rs256Signer | None:
    """Return the signer of ID tokens with that key id, if it is still accepted."""
    both = (*signers(world, "ES256"), *signers(world, "RS256"))
    return next((signer for signer in both if signer.kid == kid), None)


def jwks(world: World) -> dict[str, list[dict[str, str]]]:
    """Return the JWK Set of the world: what the exchange signs with, and these (RFC 7517 §5)."""
    both = (*signers(world, "ES256"), *signers(world, "RS256"))
    return {"keys": [*tokens.jwks(world)["keys"], *(signer.jwk for signer in both)]}
