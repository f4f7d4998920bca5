"""What a hand does on the page while the kernel, or a cell, does something else; and what is taken back."""

import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
CELLS = [
    "import time\nimport gdlab\nfrom gdlab.explorers.painting import LOCK",
    "fit = gdlab.LineFit(step=20)\nfit",
    "fit",
    "race = gdlab.RuleRace(problem='clouds', width=2, step=20)\nrace",
    "stepper = gdlab.BackpropStepper()\nstepper",
    "gdlab.OwnDigit()",
    "gdlab.LineFit(after='one-sample')",
    "untouched = gdlab.LineFit(step=20)\nuntouched",
]
FIT, FIT_BELOW, RACE, STEPPER, DIGIT, COVERED, UNTOUCHED = range(7)
HELD = "with LOCK:\n    time.sleep(2)\n    "
"""Code before which explorers in the kernel hear nothing for two seconds, whichever thread they hear it in."""


@pytest.fixture(scope="module")
def notebook(ran):
    return ran("meanwhile.ipynb", CELLS)


def execute(notebook, code, wait=True, name="fit"):
    """Run code as a cell would, and return the values of an explorer at its end."""
    return notebook.page.evaluate(
        """async ([code, wait, name]) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({code, user_expressions: {told: `dict(${name}.values)`}});
            const begins = ({header}) => header.msg_type === 'execute_input';
            const begun = new Promise(done => (future.onIOPub = message => begins(message) && done()));
            if (!wait) return void (await begun);
            return (await future.done).content.user_expressions.told.data['text/plain'];
        }""",
        [code, wait, name],
    )


def heard(notebook, words, name="fit"):
    """Wait until the kernel has these words among the values: it hears the page in a thread of its own."""
    deadline = time.monotonic() + 60
    while words not in execute(notebook, "", name=name):
        assert time.monotonic() < deadline, words


def told(slider):
    return slider.get_attribute("aria-valuetext")


def arrives_at(slider, value):
    """Wait until the slider is there: what a cell sets comes some time after the cell has run."""
    expect(slider).to_have_attribute("aria-valuetext", value, timeout=60_000)


def test_a_cell_that_changes_a_setting_leaves_the_step_where_a_hand_has_put_it(notebook):
    explorer = notebook.explorer(FIT)
    explorer.step_by_pictures_at_hand(3)  # of which the kernel is not told yet
    execute(notebook, "fit.values = {'learning_rate': 0.1}")
    arrives_at(explorer.slider("Learning rate"), "0.1")
    explorer.settle()
    assert "After 23 updates" in explorer.caption
    assert told(explorer.slider("Step")) == "23"
    values = execute(notebook, "")
    assert "'step': 23" in values
    assert "'learning_rate': 0.1" in values
    explorer.reset()


def test_pictures_of_another_size_are_of_the_step_that_was_told(notebook):
    explorer, page = notebook.explorer(FIT), notebook.page
    explorer.step_by_pictures_at_hand(3)  # of which the kernel is not told yet
    explorer.slider("Step").blur()
    size = page.viewport_size
    page.set_viewport_size({**size, "width": 1000})
    explorer.settle()
    assert "After 23 updates" in explorer.caption
    assert told(explorer.slider("Step")) == "23"
    page.set_viewport_size(size)
    explorer.reset()


def test_what_is_moved_after_reset_and_before_its_answer_is_all_that_is_moved(notebook):
    explorer = notebook.explorer(FIT)
    rate, step = explorer.slider("Learning rate"), explorer.slider("Step")
    start = told(rate)
    rate.press("End")
    explorer.settle()
    execute(notebook, HELD + "pass", wait=False)
    explorer.box.get_by_role("button", name="Reset").click()
    step.press("End")
    explorer.settle()
    assert (told(rate), told(step)) == (start, "80")
    assert "After 80 updates" in explorer.caption
    explorer.reset()


def test_what_a_cell_sets_while_the_page_waits_is_not_taken_back(notebook):
    explorer = notebook.explorer(FIT)
    before = told(explorer.slider("Learning rate"))
    execute(notebook, HELD + "fit.values = {'start_w': 1.0}", wait=False)
    explorer.slider("Learning rate").press("ArrowRight")
    explorer.settle()
    assert "'start_w': 1.0" in execute(notebook, "")
    assert told(explorer.slider("Learning rate")) != before
    assert "weight 1.0" in explorer.box.locator(".handle").get_attribute("aria-label")
    explorer.reset()


def test_a_setting_that_was_moved_there_and_back_is_the_kernels_again(notebook):
    explorer = notebook.explorer(FIT)
    rate = explorer.slider("Learning rate")
    execute(notebook, HELD + "pass", wait=False)
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        rate.press(key)
    explorer.settle()
    execute(notebook, "fit.values = {'learning_rate': 0.1}")
    arrives_at(rate, "0.1")
    assert "'learning_rate': 0.1" in execute(notebook, "")
    explorer.reset()


def test_a_picture_of_the_step_before_does_not_take_back_the_one_that_is_told_meanwhile(notebook):
    explorer = notebook.explorer(FIT)
    step = explorer.slider("Step")
    explorer.step_by_pictures_at_hand(3)  # of which the kernel is not told yet
    step.blur()
    heard(notebook, "'step': 23")
    execute(notebook, HELD + "fit.png()", wait=False)
    for _ in range(2):
        step.press("ArrowRight")
    step.blur()
    heard(notebook, "'step': 25")
    explorer.settle()
    assert (told(step), explorer.caption[:16]) == ("25", "After 25 updates")
    explorer.reset()


def test_a_cell_sets_the_step_while_the_page_asks_for_pictures_ahead(notebook):
    notebook.page.mouse.move(0, 0)
    explorer = notebook.explorer(UNTOUCHED)
    execute(notebook, HELD + "untouched.values = {'step': 61}", wait=False)
    explorer.image.hover()  # from when on it asks for them
    explorer.wait_for_caption("After 61 updates")
    explorer.step_by_pictures_at_hand(3)
    explorer.wait_for_caption("After 64 updates")


def test_where_hand_and_cell_put_the_step_elsewhere_at_once_the_cell_s_is_right(notebook):
    explorer = notebook.explorer(FIT)
    step = explorer.slider("Step")
    explorer.step_by_pictures_at_hand(2)
    execute(notebook, HELD + "fit.values = {'step': 61}", wait=False)
    step.press("ArrowRight")
    step.blur()
    explorer.wait_for_caption("After 61 updates")
    explorer.step_by_pictures_at_hand(1)
    step.blur()
    heard(notebook, "'step': 62")
    explorer.wait_for_caption("After 62 updates")
    explorer.reset()


def test_a_step_that_is_taken_back_after_a_cell_s_picture_is_taken_back_in_the_kernel_too(notebook):
    explorer = notebook.explorer(STEPPER)
    step = explorer.slider("Step")
    step.press("Home")
    explorer.settle()
    explorer.step_by_pictures_at_hand(13)  # all there are: no wish for more tells the step, too
    step.press("ArrowLeft")
    step.blur()
    heard(notebook, "'step': 12", "stepper")
    execute(notebook, HELD + "stepper.values = {'target': 1.0}", wait=False)  # where it is: the step of before is sent
    step.press("ArrowLeft")
    step.blur()
    heard(notebook, "'step': 11", "stepper")
    step.press("ArrowRight")
    step.blur()
    heard(notebook, "'step': 12", "stepper")
    explorer.settle()
    assert told(step).startswith("12")
    explorer.reset()


def test_two_views_that_are_moved_at_once_come_to_the_same(notebook):
    other, one = notebook.explorer(FIT_BELOW), notebook.explorer(FIT)  # both in sight: JupyterLab 4.2 hides others
    one.step_by_pictures_at_hand(2)
    one.slider("Step").blur()
    arrives_at(other.slider("Step"), "22")
    execute(notebook, HELD + "pass", wait=False)
    for view, key in ((one, "ArrowLeft"), (other, "ArrowRight")):
        view.slider("Step").press(key)
        view.slider("Step").blur()
    heard(notebook, "'step': 23")
    for view in (one, other):
        view.settle()
        arrives_at(view.slider("Step"), "23")
        view.wait_for_caption("After 23 updates")
    one.reset()


def test_a_cell_that_resets_stops_what_plays(notebook):
    explorer = notebook.explorer(FIT)
    explorer.box.get_by_role("button", name="Play Step").click()
    expect(explorer.slider("Step")).not_to_have_attribute("aria-valuetext", "20")
    execute(notebook, "fit.reset()")
    explorer.box.get_by_role("button", name="Play Step").wait_for()
    arrives_at(explorer.slider("Step"), "20")
    assert "'step': 20" in execute(notebook, "")


def test_points_that_a_cell_takes_away_leave_the_given_set(notebook):
    explorer = notebook.explorer(RACE)
    given = explorer.caption
    explorer.box.locator("details").evaluate("details => (details.open = true)")
    explorer.box.get_by_role("button", name="Start empty").click()
    explorer.settle()
    pad, state = explorer.box.locator(".pad").first.bounding_box(), explorer.state
    notebook.page.mouse.click(pad["x"] + 0.5 * pad["width"], pad["y"] + 0.5 * pad["height"])
    explorer.wait_for_change(state)
    execute(notebook, "race.reset()")
    explorer.wait_for_caption(given)
    assert explorer.box.locator(".pad.blank").count() == 0
    explorer.reset()


def test_the_veil_may_be_pressed_twice(notebook):
    explorer = notebook.explorer(COVERED)
    execute(notebook, HELD + "pass", wait=False)
    veil = explorer.box.locator(".veil")
    for _ in range(2):
        veil.evaluate("veil => veil.click()")
    explorer.settle()
    assert veil.is_hidden()
    explorer.slider("Step").press("Home")
    explorer.settle()
    assert told(explorer.slider("Step")) == "0"
    assert "After 80 updates" not in explorer.caption


def test_points_can_be_added_to_every_set_and_what_emptied_it_is_undone(notebook):
    explorer = notebook.explorer(RACE)
    explorer.box.locator("summary").click()
    blank = explorer.box.locator(".pad.blank")
    given = explorer.caption
    explorer.box.get_by_role("button", name="Start empty").click()
    explorer.settle()
    assert blank.count() == 3
    explorer.box.get_by_role("button", name="Undo").click()
    explorer.settle()
    assert blank.count() == 0
    assert explorer.caption == given
    pad, state = explorer.box.locator(".pad").first.bounding_box(), explorer.state
    notebook.page.mouse.click(pad["x"] + 0.5 * pad["width"], pad["y"] + 0.5 * pad["height"])
    explorer.wait_for_change(state)
    assert "your own points" in explorer.caption
    explorer.reset()


def test_undo_and_another_button_of_the_mouse_leave_a_given_drawing_alone(notebook):
    explorer = notebook.explorer(DIGIT)
    canvas, caption = explorer.box.locator(".drawing canvas"), explorer.caption
    ink = "canvas => canvas.toDataURL()"
    given = canvas.evaluate(ink)
    undo = explorer.box.get_by_role("button", name="Undo")
    undo.click()
    canvas.click(button="right")
    notebook.page.keyboard.press("Escape")  # the menu
    explorer.settle()
    assert (canvas.evaluate(ink), explorer.caption) == (given, caption)
    canvas.click(position={"x": 20, "y": 20})
    explorer.settle()
    alone = canvas.evaluate(ink)
    assert alone != given
    undo.click()
    explorer.settle()
    assert canvas.evaluate(ink) == given
    canvas.click(position={"x": 20, "y": 20})
    explorer.settle()
    assert canvas.evaluate(ink) == alone  # again the first stroke makes room
    explorer.reset()


def test_words_beside_a_spot_are_those_of_the_step_shown(notebook):
    explorer = notebook.explorer(STEPPER)
    step, says = explorer.slider("Step"), explorer.box.locator(".says")
    step.press("Home")
    explorer.settle()
    spot, seen = explorer.box.locator(".spot").last, set()
    spot.hover()
    for _ in range(int(step.get_attribute("max"))):
        step.press("ArrowRight")
        explorer.settle()
        name, words = spot.get_attribute("aria-label").split(": ")
        assert says.text_content() == words, name
        seen.add(words)
    assert len(seen) > 1
