"""The authorities of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.pki.authority import Authority

if TYPE_CHECKING:
    from app.platform.worlds import World


def authority(world: World, *, is_trusted: bool = True) -> Authority:
    """Return the world's authority, or the one beside it that nobody trusts.

    Its addresses are those of the world: under another public address the same keys sign other
    bytes.
    """
    return Authority(world.root_key("pki"), world.issuer, is_trusted)
