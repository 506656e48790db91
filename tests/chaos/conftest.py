"""Servers for the runs of this test process: one PostgreSQL, one Valkey, one stand-in, one nursery."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.servers import Servers, servers


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers."""
    with servers(Path(tmp_path_factory.mktemp("chaos"))) as ours:
        yield ours
