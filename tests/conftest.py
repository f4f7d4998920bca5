"""The order of the tests: they run side by side, a file to a worker, and what takes long must not come last."""

LONG = ("tests/browser/test_visits.py", "tests/site/", "tests/explorers/test_every_explorer.py", "tests/browser/")
LONG += ("tests/course/", "tests/claims/", "notebooks/")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: next((n for n, where in enumerate(LONG) if item.nodeid.startswith(where)), len(LONG)))
