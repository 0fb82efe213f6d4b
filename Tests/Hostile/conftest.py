"""What the end-to-end tests have, for tests that are hostile and take minutes: their fixtures and their processes."""

import importlib.util
import pathlib
import resource
import sys

END_TO_END = pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"
sys.path.insert(0, str(END_TO_END))


def end_to_end_fixtures():
    """The other folder's conftest, which pytest does not find from here; both have one name."""
    spec = importlib.util.spec_from_file_location("end_to_end_conftest", END_TO_END / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


shared = end_to_end_fixtures()
start, pair = shared.start, shared.pair


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker("hostile")


def pytest_configure(config):
    shared.pytest_configure(config)
    config.addinivalue_line("markers", "hostile: takes minutes, and much of the machine; `make hostile` runs it")
    # A thousand clients are a thousand sockets; and a child that crashes shall leave its exit code, not a core.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
