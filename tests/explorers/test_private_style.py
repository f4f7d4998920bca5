import threading

import matplotlib as mpl
import pytest

from gdlab.explorers import private_style, style

pytestmark = pytest.mark.filterwarnings("error")


def test_the_style_is_seen_inside_and_no_value_changes():
    before, kind = dict(mpl.rcParams), type(mpl.rcParams)
    with private_style.applied():
        assert mpl.rcParams["axes.spines.top"] is False
        assert mpl.rcParams["axes.titlesize"] == style.RC["axes.titlesize"]
        with private_style.applied():
            assert mpl.rcParams["axes.spines.top"] is False
        assert mpl.rcParams["axes.spines.top"] is False
    assert dict(mpl.rcParams) == before
    assert type(mpl.rcParams) is kind


def test_another_thread_sees_and_sets_its_own():
    seen = {}

    def work():
        seen["before"] = mpl.rcParams["font.size"]
        mpl.rcParams["font.size"] = 31
        seen["after"] = mpl.rcParams["font.size"]

    before = mpl.rcParams["font.size"]
    try:
        with private_style.applied():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            assert mpl.rcParams["font.size"] == style.RC["font.size"]
        assert mpl.rcParams["font.size"] == 31
    finally:
        mpl.rcParams["font.size"] = before
    assert seen == {"before": before, "after": 31}


def test_a_value_looked_up_while_another_thread_ends_its_drawing():
    with private_style.applied():
        look_up = mpl.rcParams.__getitem__
    assert look_up("font.size") == mpl.rcParams["font.size"]


def test_a_failure_inside_leaves_nothing():
    kind = type(mpl.rcParams)
    with pytest.raises(ArithmeticError), private_style.applied():
        raise ArithmeticError
    assert type(mpl.rcParams) is kind
    assert mpl.rcParams["axes.spines.top"] is True
