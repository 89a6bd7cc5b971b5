"""Every case that a report card has, in the order in which it tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.training.report_card.forgeries import FORGERIES
from app.training.report_card.outages import OUTAGES
from app.training.report_card.refusals import REFUSALS
from app.training.report_card.strange import STRANGE

if TYPE_CHECKING:
    from app.training.report_card.cases import Case

CLIENT: Final[tuple[Case, ...]] = (*STRANGE, *OUTAGES, *REFUSALS, *FORGERIES)
