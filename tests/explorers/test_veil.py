import threading
import time

import pytest

import gdlab
from gdlab.explorers import veil
from gdlab.explorers.painting import LOCK
from gdlab.explorers.stage import Stage
from tests.explorers.steering import hear, sent
from tests.explorers.test_explorer import Toy

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def nothing_lifted(monkeypatch):
    monkeypatch.setattr(veil, "_lifted", set())


def covered(explorer):
    return explorer._frame()["veiled"]


def test_an_explorer_is_covered_until_its_prediction_is_committed_to():
    toy, other, free = Toy(after="race"), Toy(after="one-sample"), Toy()
    assert (covered(toy), covered(other), covered(free)) == (True, True, False)
    messages = sent(toy)
    gdlab.predict("race").commit(0)
    assert (covered(toy), covered(other)) == (False, True)
    assert [content["veiled"] for content, _ in messages] == [False]
    assert not covered(Toy(after="race"))


def test_a_covered_picture_is_covered_from_the_first_message(monkeypatch):
    told, whole = [], Stage.get_state
    monkeypatch.setattr(Stage, "get_state", lambda *stage: told.append(whole(*stage)) or told[-1])
    Toy(after="race")
    assert [state["shown"]["veiled"] for state in told] == [True]


def test_one_press_lifts_the_veil():
    toy = Toy(after="race")
    messages = sent(toy)
    for ask in ("page:1", "page:2"):  # a second press, before the first is answered
        hear(toy, do="lift", ask=ask)
    assert not covered(toy)
    assert [(content["ask"], content["veiled"]) for content, _ in messages] == [("page:1", False), ("page:2", False)]


def test_a_closed_explorer_waits_for_nothing():
    toy = Toy(after="race")
    toy.close()
    veil.lift("race")
    assert toy not in veil._waiting


def test_what_is_uncovered_is_the_picture_as_it_is_by_then():
    """A card is heard in a thread of its own, while that of the explorer paints it in the page's size."""
    toy = Toy(after="race")
    messages = sent(toy)
    with LOCK:
        commits = threading.Thread(target=veil.lift, args=["race"])
        commits.start()
        time.sleep(0.2)  # by then it waits
        hear(toy, do="show", width=640, ask="page:1")
    commits.join()
    assert {png for _, png in messages} == {toy._picture}
    assert [content["veiled"] for content, _ in messages][-1] is False
