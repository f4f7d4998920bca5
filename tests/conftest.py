"""The order of the tests: they run side by side, a file to a worker, and what takes long must not come last."""

LONG = ("tests/browser/", "tests/explorers/test_every_explorer.py", "tests/exercises/test_every_exercise.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
