"""Column types of revision 0001."""

import sqlalchemy as sa

#: 64 bits on PostgreSQL; the rowid itself on SQLite.
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
