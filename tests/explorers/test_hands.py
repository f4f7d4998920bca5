import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from gdlab.explorers.hands import Handle, Pad, Spot, Strip, for_the_page

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def figure():
    return Figure(figsize=(4, 2), dpi=100)


@pytest.fixture
def axes(figure):
    axes = figure.add_axes((0.25, 0.5, 0.5, 0.25))
    axes.set(xlim=(0, 10), ylim=(-1, 1))
    return axes


def test_places_are_shares_of_the_picture_from_its_top_left(figure, axes):
    told = for_the_page([Handle("start", axes, (5, 1), x="w", y="b")], figure)
    (hand,) = told["hands"]
    assert hand["at"] == pytest.approx([0.5, 0.25])
    assert told["axes"] == [{"box": [0.25, 0.25, 0.5, 0.25], "x": [0, 10, False], "y": [-1, 1, False]}]
    assert (hand["kind"], hand["name"], hand["x"], hand["y"], hand["axes"]) == ("handle", "start", "w", "b", 0)


def test_logarithmic_axes_are_told_and_axes_are_listed_once(figure, axes):
    axes.set(xscale="log", xlim=(1, 100))
    told = for_the_page([Strip("step", axes, "step", scale=2), Handle("h", axes, (10, 0), x="h")], figure)
    assert told["axes"][0]["x"] == [1, 100, True]
    assert len(told["axes"]) == 1
    assert told["hands"][0]["scale"] == 2
    assert told["hands"][1]["at"] == pytest.approx([0.5, 0.375])


def test_a_path_and_a_box_are_told_in_shares(figure, axes):
    path = np.array([[0, -1], [10, 1]])
    hands = [Handle("ball", axes, (0, -1), x="w", path=path), Spot("cell", axes, (5, 0), size=(2, 1), sets={"c": "a"})]
    ball, cell = for_the_page(hands, figure)["hands"]
    assert ball["path"] == [[0.25, 0.5], [0.75, 0.25]]
    assert cell["size"] == pytest.approx([0.1, 0.125])
    assert cell["sets"] == {"c": "a"}
    assert not cell["atOnce"]
    (quick,) = for_the_page([Spot("dot", axes, (5, 0), at_once=True)], figure)["hands"]
    assert quick["atOnce"]


def test_what_is_nowhere_is_left_out_and_all_is_json(figure, axes):
    hands = [
        Handle("lost", axes, (np.nan, 0), x="w"),
        Spot("far", axes, (np.inf, 0)),
        Pad("own", axes, "points", [(np.float64(1), 2, np.int64(1))]),
    ]
    told = json.loads(json.dumps(for_the_page(hands, figure), allow_nan=False))
    assert [hand["name"] for hand in told["hands"]] == ["own"]
    assert told["hands"][0]["shown"] == [[1.0, 2.0, 1]]


def test_the_box_of_a_spot_ends_where_its_axes_do_also_on_a_logarithmic_scale(figure):
    axes = figure.add_axes((0.25, 0.25, 0.5, 0.5), xlim=(0, 10), ylim=(1e-3, 1e3), yscale="log")
    told = for_the_page(
        [Spot("bar", axes, (5, 1.0), size=(2, 2e3)), Spot("low", axes, (0, 1e-3), size=(2, 1e-3))], figure
    )
    bar, low = told["hands"]
    assert (bar["at"], bar["size"]) == (pytest.approx([0.5, 0.5]), pytest.approx([0.1, 0.5]))
    assert low["at"][0] - low["size"][0] / 2 == pytest.approx(0.25)
    assert low["at"][1] + low["size"][1] / 2 == pytest.approx(0.75)
