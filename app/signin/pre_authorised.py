"""The pre-authorised code of OpenID4VCI 1.0 (§6): a wallet gets a token without being a client.

The wallet is not registered and proves nothing of itself here; the holder's consent is in the code
(`identity.credentials.offers`), which is good once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.exchange.oauth import ErrorCode, Issued, OAuthError
from app.identity.credentials import offers
from app.identity.credentials.offers import VciError
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.platform.world import World

GRANT_TYPE: Final = offers.GRANT_TYPE
SCOPE: Final = "credential"


def redeem(world: World, form: Mapping[str, str]) -> Issued | OAuthError:
    """Give a token for the credential that was offered."""
    code = form.get("pre-authorized_code")
    if code is None:
        return OAuthError(
            error=ErrorCode.INVALID_REQUEST, error_description="pre-authorized_code is missing."
        )

    def job(session: Session) -> str | VciError:
        return offers.redeem(session, code, form.get("tx_code"), clock.now())

    token = world.writer.submit(job)
    if isinstance(token, VciError):
        return OAuthError(error=ErrorCode(token.error), error_description=token.description)
    return Issued(access_token=token, expires_in=offers.TOKEN_SECONDS, scope=SCOPE)
