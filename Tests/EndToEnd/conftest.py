"""Fixtures: one pair of simulated Horde and server for all tests that change neither, and a maker of pairs for the rest."""

import openai
import pytest

import processes


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than 20 seconds, because Horde's own times do")
    config.addinivalue_line("markers", "hostile: more of the same than a change needs; `make hostile` runs it")
    config.addinivalue_line("markers", "long: takes minutes, because Horde's own times do; left out by `make test`")


@pytest.fixture(scope="session")
def horde():
    horde = processes.Horde()
    yield horde
    horde.close()


@pytest.fixture(scope="session")
def server(horde):
    server = processes.Server(horde)
    yield server
    server.close()


@pytest.fixture
def client(server):
    """openai-python as it comes, but without retries, so that each error is seen."""
    with openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0, timeout=60) as client:
        yield client


@pytest.fixture
def start():
    """Starts processes that end with the test, those last started first."""
    children = []

    def start(make, *arguments, **options):
        children.append(make(*arguments, **options))
        return children[-1]

    yield start
    failures = []
    for child in reversed(children):
        try:
            child.close()
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)


@pytest.fixture
def pair(start):
    """Starts a Horde that follows a script, and a server in front of it."""

    def pair(*options, server=None, **changes):
        horde = start(processes.Horde, processes.script(**changes))
        return horde, start(processes.Server, horde, *options, **(server or {}))

    return pair
