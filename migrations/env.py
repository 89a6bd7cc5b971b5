"""Runs revisions on the connection that `app.platform.schema` hands over."""

from typing import Literal

from alembic import context

import app.exchange.assessing.models
import app.exchange.jobs.models
import app.exchange.models
import app.exchange.webhooks.models
import app.identity.models
import app.registry.models
import app.sandbox.models
import app.scenarios.models
import app.sectors.models
import app.signin.models
import app.training.models
from app.platform import models
from app.platform.database import Moment

__all__ = ["app"]


def _render_item(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Draft revisions in plain types: they must run long after ours have changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.WorldRow.metadata,
    render_as_batch=True,
    render_item=_render_item,
    transactional_ddl=True,  # SQLite too, since our engines begin before the first statement
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
