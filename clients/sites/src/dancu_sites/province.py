"""A provincial portal: a dossier that fills itself, its progress, and news of changes.

| step | what the portal gets right |
|---|---|
| sign in | level 2 and the scope `public-services`: the dossier is the person's own |
| a dossier | asks for what the registry does not know; what is missing is told by name |
| news | a webhook's bytes are verified before they are read; what came twice is taken in once |
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from dancu_client import LEVEL_2, Ground, Message, NotProvedError, Receiver
from starlette.requests import Request
from starlette.responses import Response

from dancu_sites import signing_in
from dancu_sites.frame import Site, Visit
from dancu_sites.signing_in import person

SITE: Final = Site("province", client_id="ha-noi", title="A provincial portal")
signing_in.add(SITE, scope="openid profile public-services", level=LEVEL_2)

_SERVICE: Final = "temporary-residence"
_KINDS: Final = ("birth", "death", "name-change")
_OFFICER: Final = Ground(officer="can-bo-1")
_HOOK: Final = "/hook"
_LONGEST: Final = 64 * 1024
_MOST: Final = 20


@dataclass
class Inbox:
    """The portal's subscription, and the last messages that came: of what kind, and when."""

    id: str | None = None
    receiver: Receiver | None = None
    messages: OrderedDict[str, Message] = field(default_factory=OrderedDict)

    def take(self, message: Message) -> None:
        """Take a message in, once."""
        self.messages.setdefault(message.id, message)
        while len(self.messages) > _MOST:
            self.messages.popitem(last=False)


INBOX: Final = Inbox()


@SITE.page("/")
async def home(visit: Visit) -> Response:
    """Show the person's dossiers, and the officials' news."""
    return visit.show("province.html", inbox=INBOX)


@SITE.act("/dossier")
async def file_dossier(visit: Visit) -> None:
    """File a registration of temporary residence; the registry fills in the rest."""
    if (who := person(visit)) is None:
        return
    answers = {"new_address": visit.said("new_address"), "until": visit.said("until")}
    filed = await visit.dancu.create_dossier(who, _SERVICE, answers)
    visit.kept["dossier"] = filed.dossier
    if filed.dossier.missing:
        visit.say("Something is missing.", "warn", ", ".join(filed.dossier.missing))
    else:
        visit.say("The dossier is filed.", "good", filed.dossier.code)


@SITE.act("/progress")
async def progress(visit: Visit) -> None:
    """Look how the person's dossiers stand."""
    if (who := person(visit)) is not None:
        visit.kept["dossiers"] = await visit.dancu.dossiers(who)


@SITE.act("/subscribe")
async def subscribe(visit: Visit) -> None:
    """Have changes sent here from now on."""
    if INBOX.id is not None:
        visit.say("News arrive already.", "calm")
        return
    address = str(visit.request.base_url).rstrip("/") + _HOOK
    hook = await visit.dancu.add_webhook(
        address, "administrative-procedure", kinds=_KINDS, ground=_OFFICER
    )
    secret = await visit.dancu.webhook_secret(hook.id)
    INBOX.id, INBOX.receiver = hook.id, Receiver(secret.secret)
    visit.say("News arrive from now on.", "good")


@SITE.act("/unsubscribe")
async def unsubscribe(visit: Visit) -> None:
    """Have no more sent."""
    if INBOX.id is not None:
        await visit.dancu.remove_webhook(INBOX.id)
        INBOX.id = INBOX.receiver = None
        visit.say("No news arrive any more.", "calm")


async def _hook(request: Request) -> Response:
    """Take a webhook's message in: 1. the bytes as they came, 2. signed and just now, 3. once.

    Whoever is refused is not told why.
    """
    # 1.
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            return Response(status_code=413)
    # 2.
    if INBOX.receiver is None:
        return Response(status_code=410)
    try:
        INBOX.receiver.verify(body, request.headers)
    except NotProvedError:
        return Response(status_code=401)
    # 3.
    try:
        INBOX.take(INBOX.receiver.take(body, request.headers))
    except NotProvedError:  # signed, and about no change: a test
        return Response(status_code=204)
    return Response(status_code=204)


SITE.machine(_HOOK, _hook)
