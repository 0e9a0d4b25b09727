"""One page for a file of tests: it takes seconds to build. Each test is another visitor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.web.kit import Site, site
from tests.tasks.redis import running_redis


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_redis() as redis, site(tmp_path_factory.mktemp("web"), redis) as made:
        yield made
