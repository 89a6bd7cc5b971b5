"""Whose log it is: the origin it goes by, the key that signs for it and the key that watches it.

A world's log has a name of its own for every incarnation (creation, reset, fork), so that no two
histories ever claim to be the same log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.log.notes import SignatureType, SigningKey
from app.platform.signing import derive_ed25519

if TYPE_CHECKING:
    from app.platform.worlds import World


def origin(world: World) -> str:
    """Return the log's name: the origin line of its checkpoints, and `log` in every leaf."""
    return f"dancu.invalid/log/{world.id}"


def log_key(world: World) -> SigningKey:
    """Return the key that signs the log's checkpoints; it is named after the origin."""
    private_key = derive_ed25519(world.root_key("log"), "checkpoints")
    return SigningKey(origin(world), SignatureType.ED25519, private_key)


def witness_key(world: World) -> SigningKey:
    """Return the second key, with which the simulated inspectorate cosigns what it has checked."""
    private_key = derive_ed25519(world.root_key("inspectorate"), "cosignatures")
    name = f"dancu.invalid/inspectorate/{world.id}"
    return SigningKey(name, SignatureType.COSIGNATURE, private_key)


def subject_key(world: World) -> bytes:
    """Return the key under which `leaves.subject` names people in this world's log."""
    return world.root_key("log/subjects")
