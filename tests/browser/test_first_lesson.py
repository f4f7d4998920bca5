"""The first lesson in a real JupyterLab: what a person does with sliders, Play, attempts and a narrow window."""

import re

import pytest

from gdlab.lessons.fit_a_line.line_fit import LineFit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notebook(opened):
    """The notebook as each test leaves it: run, its explorers at their start."""
    first = opened("01_fit_a_line.ipynb")
    first.run_all()
    return first


@pytest.fixture
def explorer(notebook):
    yield (explorer := notebook.explorer())
    explorer.reset()
    assert notebook.complaints == []


def test_arrow_keys_on_a_slider_change_picture_and_caption_and_the_page_does_not_jump(explorer):
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
    assert "The last update" in explorer.image.get_attribute("aria-label")  # what the picture shows beside it


def test_sliders_are_named_and_what_is_read_as_their_value_is_what_is_seen(explorer):
    rate = explorer.slider("Learning rate")
    readout = rate.locator("xpath=..").locator("output")
    for key in ("End", "Home", "ArrowRight"):
        state = explorer.state
        rate.press(key)
        explorer.wait_for_change(state)
        assert float(rate.get_attribute("aria-valuetext")) == float(readout.inner_text()) < 10
        assert float(rate.input_value()) != float(readout.inner_text())  # it has a place in a list


def test_end_keys_reach_both_ends_and_reset_returns(explorer):
    first = explorer.caption
    for label, key in (("Step", "End"), ("Learning rate", "End"), ("Learning rate", "Home"), ("Step", "Home")):
        state = explorer.state
        explorer.slider(label).press(key)
        explorer.wait_for_change(state)
        assert "could not be drawn" not in explorer.caption
    assert explorer.caption != first
    explorer.reset()
    assert explorer.caption == first


def test_play_walks_through_the_steps_and_stops(explorer):
    step = explorer.slider("Step")
    before = int(step.input_value())
    play = explorer.box.get_by_role("button", name=re.compile("Play|Pause"))
    play.click()
    explorer.page.wait_for_function(
        "([slider, before]) => +slider.value >= before + 3", arg=[step.element_handle(), before]
    )
    play.click()
    explorer.settle()
    stopped, caption = step.input_value(), explorer.caption
    explorer.page.wait_for_timeout(300)
    assert step.input_value() == stopped
    assert explorer.caption == caption


def test_an_explorer_set_up_in_code_keeps_its_step_on_the_page(notebook):
    explorer = notebook.explorer(1)
    assert explorer.slider("Step").get_attribute("aria-valuetext") == "3"


def test_an_attempt_that_is_typed_is_judged(notebook):
    head = "def update(weight, bias, learning_rate, actual, predicted, input):\n"
    head += "    step = learning_rate * (actual - predicted)"
    score, words = notebook.answer("short-rule", f"{head}\n    return weight - step * input, bias - step")
    assert score == "0.0"
    assert "the error is turned round" in words
    score, words = notebook.answer("short-rule", f"{head}\n    return weight + step * input, bias + step")
    assert score == "2.0"
    assert re.search(r"Right\b", words)


@pytest.mark.parametrize("width", [900, 640, 600])
def test_on_a_narrow_page_the_explorer_keeps_its_shape_and_works(notebook, explorer, width):
    """640 pixels are what 200 % zoom leaves of a page of 1280."""
    wide = notebook.page.viewport_size
    notebook.page.set_viewport_size({"width": width, "height": 900})
    box = explorer.image.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(LineFit.width / LineFit.height, rel=0.01)
    explorer.step(explorer.controls[-1])
    notebook.page.set_viewport_size(wide)


def test_what_has_the_focus_shows_it(notebook, explorer, keep):
    for number, control in enumerate((explorer.controls[0], explorer.controls[-1])):
        control.evaluate("control => control.blur()")
        box = control.bounding_box()
        around = {"x": box["x"] - 6, "y": box["y"] - 6, "width": box["width"] + 12, "height": box["height"] + 12}
        before = notebook.page.screenshot(clip=around)
        control.focus()
        notebook.page.keyboard.press("Shift+Tab")
        notebook.page.keyboard.press("Tab")  # by the keyboard, since only then a page shows the focus
        assert control.evaluate("control => control === document.activeElement")
        assert notebook.page.screenshot(clip=around) != before
        keep(explorer.box, f"focus_{number}")
