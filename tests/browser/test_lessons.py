"""The lessons in a real JupyterLab in a real Chromium."""

import re

import pytest

from tests.notebooks.refresh import stored

pytestmark = pytest.mark.browser
NAMES = [path.name for path in stored()]


@pytest.mark.parametrize("name", NAMES)
def test_shows_its_stored_pictures_before_anything_has_run(open_notebook, name):
    notebook = open_notebook(name)
    page = notebook.page
    picture = page.locator(".jp-OutputArea-output img").first
    picture.wait_for(state="visible")
    assert picture.evaluate("image => image.naturalWidth") > 1000
    assert page.get_by_text("model not found").count() == 0
    assert notebook.complaints == []


@pytest.mark.parametrize("name", NAMES)
def test_runs_from_top_to_bottom_without_an_error(open_notebook, name):
    notebook = open_notebook(name)
    notebook.run_all()
    assert notebook.outputs("error") == []
    assert [text for text in notebook.outputs("stream") if text[0] == "stderr"] == []
    explorer = notebook.explorer()
    assert explorer.image.evaluate("image => image.naturalWidth") > 1000
    assert len(explorer.caption) > 40
    assert notebook.complaints == []


def test_arrow_keys_on_a_slider_change_picture_and_caption_and_the_page_does_not_jump(open_notebook):
    notebook = open_notebook("01_fit_a_line.ipynb")
    notebook.run_all()
    explorer = notebook.explorer()
    slider = explorer.slider("Step")
    slider.focus()
    top, size = explorer.top, explorer.image.bounding_box()
    seen = {explorer.caption}
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"):
        source, picture = explorer.source, explorer.picture
        slider.press(key)
        explorer.wait_for_change(source)
        assert explorer.picture != picture
        assert explorer.top == top
        assert explorer.image.bounding_box() == size
        seen.add(explorer.caption)
    assert len(seen) == 4  # the last key went back to where one had been before
    assert explorer.image.get_attribute("title") == explorer.caption
    assert notebook.complaints == []


def test_end_keys_reach_both_ends_and_reset_returns(open_notebook):
    notebook = open_notebook("01_fit_a_line.ipynb")
    notebook.run_all()
    explorer = notebook.explorer()
    first = explorer.caption
    for label, key in (("Step", "End"), ("Learning rate", "End"), ("Learning rate", "Home"), ("Step", "Home")):
        source = explorer.source
        explorer.slider(label).press(key)
        explorer.wait_for_change(source)
        assert "could not be drawn" not in explorer.caption
    assert explorer.caption != first
    source = explorer.source
    explorer.box.get_by_role("button", name="Reset").click()
    explorer.wait_for_change(source)
    assert explorer.caption == first
    assert notebook.complaints == []


def test_play_walks_through_the_steps_and_stops(open_notebook):
    notebook = open_notebook("02_walk_down_a_slope.ipynb")
    notebook.run_all()
    explorer = notebook.explorer()
    step = explorer.slider("Step")
    before = float(step.get_attribute("aria-valuenow"))
    play = explorer.box.get_by_role("button", name="Play")
    play.click()
    notebook.page.wait_for_function(
        "([slider, before]) => +slider.getAttribute('aria-valuenow') >= before + 3", arg=[step.element_handle(), before]
    )
    play.click()
    notebook.page.wait_for_timeout(600)
    stopped, caption = step.get_attribute("aria-valuenow"), explorer.caption
    notebook.page.wait_for_timeout(600)
    assert step.get_attribute("aria-valuenow") == stopped
    assert explorer.caption == caption


def test_an_explorer_set_up_in_code_keeps_its_step_on_the_page(open_notebook):
    notebook = open_notebook("02_walk_down_a_slope.ipynb")
    notebook.run_all()
    explorer = notebook.explorer(1)
    assert float(explorer.slider("Step").get_attribute("aria-valuenow")) == 2


def test_a_prediction_is_committed_once_and_answered(open_notebook):
    notebook = open_notebook("00_start_here.ipynb")
    notebook.run_all()
    card = notebook.page.locator(".widget-vbox:has(.widget-radio)").first
    commit = card.get_by_role("button", name="Commit")
    assert commit.is_disabled()
    card.locator("input[type=radio]").first.check()
    commit.click()
    card.get_by_text("Now look closely").wait_for()
    assert commit.is_disabled()
    assert card.locator("input[type=radio]").first.is_disabled()


def test_an_exercise_answers_a_wrong_attempt_with_its_thought_and_a_right_one_with_its_points(open_notebook):
    notebook = open_notebook("01_fit_a_line.ipynb")
    notebook.run_all()
    verdicts = []
    for body in (
        "return weight - learning_rate * (actual - predicted) * input, bias - learning_rate * (actual - predicted)",
        "return weight + learning_rate * (actual - predicted) * input, bias + learning_rate * (actual - predicted)",
    ):
        notebook.write("short-rule", f"def update(weight, bias, learning_rate, actual, predicted, input):\n    {body}")
        notebook.run_all()
        verdicts.append(notebook.result("short-rule-check"))
    (wrong_score, wrong_words), (right_score, right_words) = verdicts
    assert (wrong_score, right_score) == ("0.0", "2.0")
    assert "the error is turned round" in wrong_words
    assert re.search(r"Right\b", right_words)


def test_at_900_pixels_the_explorer_fits_and_keeps_its_shape(open_notebook):
    notebook = open_notebook("01_fit_a_line.ipynb", width=900)
    notebook.run_all()
    explorer = notebook.explorer()
    box = explorer.image.bounding_box()
    assert box["x"] + box["width"] <= 900
    assert box["width"] / box["height"] == pytest.approx(9 / 5.7, rel=0.01)
