"""The lessons in a real JupyterLab in a real Chromium."""

import html
import re

import nbformat
import pytest

from gdlab.exercises.kinds import ChoiceExercise, FunctionExercise, NumbersExercise, PropertyExercise
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.fit_a_line.line_fit import LineFit
from tests.explorers.steering import EXPLORERS
from tests.notebooks.refresh import FOLDER, stored

pytestmark = pytest.mark.browser
NAMES = [path.name for path in stored()]


@pytest.mark.parametrize("name", NAMES)
def test_a_visit_from_the_first_look_to_the_last_exercise(open_notebook, keep, name):
    """All that every notebook has to do, in one go: to open it and to run it takes most of the time."""
    notebook = open_notebook(name)
    shows_its_stored_pictures(notebook)
    notebook.run_all()
    assert notebook.outputs("error") == []
    assert [text for text in notebook.outputs("stream") if text[0] == "stderr"] == []
    shown = "|".join(explorer.__name__ for explorer in EXPLORERS)
    count = sum(len(re.findall(rf"^gdlab\.({shown})\(", cell.source, re.MULTILINE)) for cell in read(name).cells)
    assert notebook.explorers.count() == count >= 1
    for index in range(count):
        explorer = notebook.explorer(index)
        keep(explorer.box, f"{name[:2]}_{index}")
        answers_the_keyboard(explorer)
    takes_predictions(notebook)
    assert notebook.barriers() == []
    assert notebook.cut_words() == []
    fits_a_narrow_page(notebook)
    tells_wrong_from_right(notebook, name)
    assert notebook.complaints == []


def read(name):
    return nbformat.read(FOLDER / name, as_version=4)


def shows_its_stored_pictures(notebook):
    picture = notebook.page.locator(".jp-OutputArea-output img").first
    picture.wait_for(state="visible")
    assert picture.evaluate("image => image.naturalWidth") > 1000
    assert notebook.page.get_by_text("model not found").count() == 0


def answers_the_keyboard(explorer):
    """Each control changes picture or caption, nothing moves on the page, and Reset leads back to the start.

    The last comes first: at step 0 no learning rate has had an effect yet.
    """
    start, controls = explorer.caption, explorer.controls  # which unfolds what is folded away
    place = explorer.place
    assert controls
    for control in reversed(controls):
        before = explorer.caption, explorer.picture
        explorer.step(control)
        assert "could not be drawn" not in explorer.caption
        assert (explorer.caption, explorer.picture) != before
        assert explorer.place == place
    explorer.reset()
    assert explorer.caption == start


def fits_a_narrow_page(notebook):
    """600 pixels are a small tablet, and less than what 200 % zoom leaves of a page of 1280."""
    wide = notebook.page.viewport_size
    for width in (900, 600):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        notebook.page.wait_for_timeout(500)
        assert notebook.cut_off() == []
    notebook.page.set_viewport_size(wide)


def takes_predictions(notebook):
    cards = notebook.page.locator(".widget-vbox:has(> .widget-radio)")
    assert cards.count() >= 1
    for card in cards.all():
        commit = card.get_by_role("button", name="Commit")
        assert commit.is_disabled()
        card.locator("input[type=radio]").first.check()
        commit.click()
        card.get_by_text(re.compile("Now look closely|Keep that thought")).wait_for()
        assert commit.is_disabled()
        assert card.locator("input[type=radio]").first.is_disabled()


def tells_wrong_from_right(notebook, name):
    """Each exercise: untouched it says so, a known wrong answer meets its thought, the solution earns the points."""
    slugs = re.findall(r'gdlab\.check\("([\w-]+)", (\w+)\)', "\n".join(cell.source for cell in read(name).cells))
    assert slugs
    for slug, attempt in slugs:
        exercise = EXERCISES[slug]
        score, words = notebook.result(f"{slug}-check")
        assert (score, "Not attempted yet" in words) == ("0.0", True)
        found = f'from gdlab.lessons.catalogue import EXERCISES as all\n{attempt} = all["{slug}"]'
        if isinstance(exercise, FunctionExercise):
            told = exercise.check(exercise.bound(exercise.misconceptions[0].wrong))
            score, words = notebook.answer(slug, f"{found}.bound(all[{slug!r}].misconceptions[0].wrong)")
            assert float(score) == told.score < exercise.points
            assert html.escape(told.headline) in words or told.headline in words
        score, words = notebook.answer(slug, f"{found}{RIGHT[type(exercise)]}")
        assert float(score) == exercise.points
        assert re.search(r"Right\b", words)


RIGHT = {
    FunctionExercise: ".solution",
    NumbersExercise: ".reference",
    ChoiceExercise: ".true",
    PropertyExercise: ".solution()",
}


def test_arrow_keys_on_a_slider_change_picture_and_caption_and_the_page_does_not_jump(already_run):
    notebook = already_run("01_fit_a_line.ipynb")
    explorer = notebook.explorer()
    slider = explorer.slider("Step")
    slider.focus()
    place, box = explorer.place, explorer.image.bounding_box()
    seen = {explorer.caption}
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        state, picture = explorer.state, explorer.picture
        slider.press(key)
        explorer.wait_for_change(state)
        assert explorer.picture != picture
        assert explorer.place == place
        assert explorer.image.bounding_box() == box
        seen.add(explorer.caption)
    assert len(seen) == 4  # the last key went back to where one had been before
    assert explorer.image.get_attribute("alt") == explorer.caption
    explorer.reset()
    assert notebook.complaints == []


def test_sliders_are_named_and_what_is_read_as_their_value_is_what_is_seen(already_run):
    explorer = already_run("01_fit_a_line.ipynb").explorer()
    rate = explorer.slider("Learning rate")
    readout = rate.locator("xpath=..").locator("output")
    for key in ("End", "Home", "ArrowRight"):
        state = explorer.state
        rate.press(key)
        explorer.wait_for_change(state)
        assert float(rate.get_attribute("aria-valuetext")) == float(readout.inner_text()) < 10
        assert float(rate.input_value()) != float(readout.inner_text())  # it has a place in a list
    explorer.reset()


def test_end_keys_reach_both_ends_and_reset_returns(already_run):
    notebook = already_run("01_fit_a_line.ipynb")
    explorer = notebook.explorer()
    first = explorer.caption
    for label, key in (("Step", "End"), ("Learning rate", "End"), ("Learning rate", "Home"), ("Step", "Home")):
        state = explorer.state
        explorer.slider(label).press(key)
        explorer.wait_for_change(state)
        assert "could not be drawn" not in explorer.caption
    assert explorer.caption != first
    state = explorer.state
    explorer.box.get_by_role("button", name="Reset").click()
    explorer.wait_for_change(state)
    assert explorer.caption == first
    assert notebook.complaints == []


def test_play_walks_through_the_steps_and_stops(already_run):
    notebook = already_run("02_walk_down_a_slope.ipynb")
    explorer = notebook.explorer()
    step = explorer.slider("Step")
    before = int(step.input_value())
    play = explorer.box.get_by_role("button", name=re.compile("Play|Pause"))
    play.click()
    notebook.page.wait_for_function(
        "([slider, before]) => +slider.value >= before + 3", arg=[step.element_handle(), before]
    )
    play.click()
    notebook.page.wait_for_timeout(600)
    stopped, caption = step.input_value(), explorer.caption
    notebook.page.wait_for_timeout(600)
    assert step.input_value() == stopped
    assert explorer.caption == caption


def test_an_explorer_set_up_in_code_keeps_its_step_on_the_page(already_run):
    notebook = already_run("01_fit_a_line.ipynb")
    explorer = notebook.explorer(1)
    assert explorer.slider("Step").get_attribute("aria-valuetext") == "3"


def test_an_attempt_that_is_typed_is_judged(already_run):
    notebook = already_run("01_fit_a_line.ipynb")
    head = "def update(weight, bias, learning_rate, actual, predicted, input):\n"
    head += "    step = learning_rate * (actual - predicted)"
    score, words = notebook.answer("short-rule", f"{head}\n    return weight - step * input, bias - step")
    assert score == "0.0"
    assert "the error is turned round" in words
    score, words = notebook.answer("short-rule", f"{head}\n    return weight + step * input, bias + step")
    assert score == "2.0"
    assert re.search(r"Right\b", words)


@pytest.mark.parametrize("name", NAMES)
def test_works_in_notebook_7_too(open_notebook, name):
    notebook = open_notebook(name, app="notebook")
    notebook.run_all()
    assert notebook.outputs("error") == []
    explorer = notebook.explorer()
    explorer.step(explorer.controls[-1], back="Home")
    assert "could not be drawn" not in explorer.caption
    assert notebook.complaints == []


@pytest.mark.parametrize("width", [900, 640, 600])
def test_on_a_narrow_page_the_explorer_keeps_its_shape_and_works(already_run, width):
    """640 pixels are what 200 % zoom leaves of a page of 1280."""
    notebook = already_run("01_fit_a_line.ipynb")
    wide = notebook.page.viewport_size
    notebook.page.set_viewport_size({"width": width, "height": 900})
    explorer = notebook.explorer()
    box = explorer.image.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(LineFit.width / LineFit.height, rel=0.01)
    explorer.step(explorer.controls[-1])
    explorer.reset()
    notebook.page.set_viewport_size(wide)


def test_what_has_the_focus_shows_it(already_run, keep):
    notebook = already_run("01_fit_a_line.ipynb")
    explorer = notebook.explorer()
    for number, control in enumerate((explorer.controls[0], explorer.controls[-1])):
        control.evaluate("control => control.blur()")
        before = control.screenshot()
        control.focus()
        notebook.page.keyboard.press("Shift+Tab")
        notebook.page.keyboard.press("Tab")  # by the keyboard, since only then a page shows the focus
        assert control.evaluate("control => control === document.activeElement")
        assert control.screenshot() != before
        keep(explorer.box, f"focus_{number}")
