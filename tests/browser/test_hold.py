"""What is taken hold of on a picture goes where a hand means it to, in a real browser."""

import re

import pytest

from gdlab.lessons.find_the_missing_derivative.error_signal import REACH

pytestmark = pytest.mark.browser
CELLS = [
    "import gdlab",
    "gdlab.Descent(start=3.2, step=0)",
    "gdlab.ErrorSignal(z=8)",
    "gdlab.ClosedLoop(step=0)",
    "gdlab.HiddenRules()",
    "gdlab.LineFit(step=20)",
]
DESCENT, SIGNAL, LOOP, STARTS, FIT = range(5)


@pytest.fixture(scope="module")
def notebook(ran):
    return ran("hold.ipynb", CELLS)


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def value(locator):
    """The first number of what a hand says."""
    told = re.search(r": .*? (−?[\d.]*\d)", locator.get_attribute("aria-label"))
    return float(told[1].replace("−", "-"))


def taken(notebook, handle):
    notebook.page.mouse.move(*middle(handle))
    notebook.page.mouse.down()
    return middle(handle)


def test_a_ball_on_a_curve_stays_below_a_pointer_that_crosses_the_valley(notebook):
    explorer = notebook.explorer(DESCENT)
    handle = explorer.box.locator(".handle")
    x, y = taken(notebook, handle)
    for left in range(20, 261, 20):  # level, from 3.2 to the other side
        notebook.page.mouse.move(x - left, y)
        assert middle(handle)[0] == pytest.approx(x - left, abs=8), left
    notebook.page.mouse.up()
    explorer.settle()
    assert value(handle) < -3
    explorer.reset()


def test_where_a_curve_is_level_a_short_pull_is_a_short_way_and_both_ends_are_reached(notebook):
    explorer = notebook.explorer(SIGNAL)
    handle = explorer.box.locator(".handle").first  # on the loss over ŷ, where every z above 4 is next to ŷ = 1
    assert "over ŷ" in handle.get_attribute("aria-label")
    x, y = taken(notebook, handle)
    notebook.page.mouse.move(x - 2, y)
    assert value(handle) > 4.5
    for far, end in ((-200, -REACH), (20, REACH)):
        notebook.page.mouse.move(x + far, y, steps=8)
        explorer.settle()
        assert value(handle) == end
    notebook.page.mouse.up()
    explorer.reset()


def test_a_walk_once_around_ends_where_it_began_and_not_at_its_first_step(notebook):
    explorer = notebook.explorer(LOOP)
    walker = explorer.box.locator('.handle[aria-label^="walker"]')
    places, last = explorer.slider("Step"), int(explorer.slider("Step").get_attribute("max"))
    where = []
    for step in range(0, last + 1, last // 8):  # corners and middles of the sides
        places.evaluate("(slider, k) => { slider.value = k; slider.dispatchEvent(new Event('input')); }", step)
        explorer.settle()
        where.append(middle(walker))
    explorer.reset()
    start = taken(notebook, walker)
    assert start == pytest.approx(where[0], abs=1)
    for place in where[1:]:
        notebook.page.mouse.move(*place, steps=6)
    explorer.settle()
    assert places.get_attribute("aria-valuetext").split()[0] == str(last)
    notebook.page.mouse.move(*where[1], steps=6)  # on beyond the end: it stays there
    explorer.settle()
    assert places.get_attribute("aria-valuetext").split()[0] == str(last)
    notebook.page.mouse.move(*where[-2], steps=6)
    explorer.settle()
    assert last * 0.8 < int(places.get_attribute("aria-valuetext").split()[0]) < last
    notebook.page.mouse.up()
    explorer.reset()


def test_of_dots_that_lie_on_one_another_the_one_under_the_pointer_is_meant(notebook):
    explorer = notebook.explorer(STARTS)
    start = explorer.slider("Start in the picture")
    dots = explorer.box.locator('.spot[aria-label^="delta rule"]')
    assert dots.count() == 50
    for index in range(3, 50, 9):
        notebook.page.mouse.move(*middle(dots.nth(index)))
        assert explorer.box.locator(".says").inner_text().startswith(f"start {index}:")
        notebook.page.mouse.click(*middle(dots.nth(index)))
        explorer.settle()
        assert start.get_attribute("aria-valuetext") == str(index)
    explorer.reset()


def test_arrow_keys_among_dots_keep_to_their_order_whatever_was_trained_between(notebook):
    explorer = notebook.explorer(STARTS)
    units = explorer.slider("Hidden units")
    units.press("ArrowRight")  # ten starts are trained after the other, and their dots come as they are
    explorer.settle()
    explorer.box.get_by_role("button", name="Reset").click()
    explorer.settle()
    explorer.box.locator('.spot[tabindex="0"]').focus()
    notebook.page.keyboard.press("Home")
    said = []
    for _ in range(4):
        said.append(notebook.page.evaluate("() => document.activeElement.ariaLabel.split(':').slice(0, 2).join()"))
        notebook.page.keyboard.press("PageDown")
    assert said == [f"chain rule, start {index}" for index in range(0, 40, 10)]


def test_what_is_dragged_stays_in_sight(notebook):
    explorer = notebook.explorer(FIT)
    handle = explorer.box.locator(".handle")
    x, y = taken(notebook, handle)
    notebook.page.mouse.move(x + 900, y - 900, steps=4)
    notebook.page.mouse.up()
    explorer.settle()
    told = re.findall(r"−?\d+\.\d+", handle.get_attribute("aria-label"))
    assert [float(one) for one in told] == [3.6, 2.5], "the edges of the map, though the bias may go up to 6.6"
    explorer.reset()
