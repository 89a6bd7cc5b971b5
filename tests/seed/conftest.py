"""A population that the tests of the generator share."""

from __future__ import annotations

import pytest

from tests.seed.samples import Spec, tables_of


@pytest.fixture(scope="session")
def population():
    """The rows of 30,000 people, made once."""
    return tables_of(Spec())
