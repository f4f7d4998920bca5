"""A visit to each lesson in a real JupyterLab in a real Chromium, all in one page, each with a kernel of its own."""

import html
import re

import nbformat
import pytest
from playwright.sync_api import expect

from gdlab.exercises.choice_exercise import ChoiceExercise
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.numbers_exercise import NumbersExercise
from gdlab.exercises.property_exercise import PropertyExercise
from gdlab.lessons.catalogue import EXERCISES
from tests.browser.hold import takes_hold
from tests.explorers.steering import EXPLORERS
from tests.notebooks.refresh import FOLDER, stored

pytestmark = pytest.mark.browser
NAMES = [path.name for path in stored()]


@pytest.mark.parametrize("name", NAMES)
def test_a_visit_from_the_first_look_to_the_last_exercise(opened, keep, name):
    """All that every notebook has to do, in one go: to open it and to run it takes most of the time."""
    notebook = opened(name)
    shows_its_stored_pictures(notebook)
    notebook.run_all()
    assert notebook.outputs("error") == []
    assert [text for text in notebook.outputs("stream") if text[0] == "stderr"] == []
    kinds = re.findall(rf"^gdlab\.({'|'.join(one.__name__ for one in EXPLORERS)})\(", source(name), re.MULTILINE)
    assert kinds
    notebook.has_explorers(len(kinds))
    takes_predictions(notebook, name)  # which uncovers what waits for them
    for index, kind in enumerate(kinds):
        explorer = notebook.explorer(index)
        keep(explorer.box, f"{name[:2]}_{index}")
        answers_the_keyboard(explorer)
        if kind not in kinds[:index]:
            takes_back_what_is_under_way(explorer)
        takes_hold(explorer)
    assert notebook.barriers() == []
    assert notebook.cut_words() == []
    fits_a_narrow_page(notebook)
    tells_wrong_from_right(notebook, name)
    assert notebook.complaints == []


def source(name):
    return "\n".join(cell.source for cell in nbformat.read(FOLDER / name, as_version=4).cells)


def shows_its_stored_pictures(notebook):
    notebook.scroll_to_a_picture()
    picture = notebook.page.locator(".jp-OutputArea-output img").first
    picture.wait_for(state="visible")
    assert picture.evaluate("image => image.naturalWidth") > 1000
    assert notebook.page.get_by_text("model not found").count() == 0


def answers_the_keyboard(explorer):
    """Each control changes picture or caption, nothing moves on the page, and Reset leads back to the very pixels.

    The last comes first: at step 0 no learning rate has had an effect yet.
    """
    controls = explorer.controls  # which unfolds what is folded away
    assert controls or explorer.box.locator(".drawing canvas").count()
    explorer.settle()
    start = before = explorer.look()
    for control in reversed(controls):
        explorer.step(control)
        now = explorer.look()
        assert "could not be drawn" not in now[0]
        folded = control.evaluate("control => control.closest('details') !== null")
        assert folded or now[:2] != before[:2]  # what is seldom used may need another setting to show
        assert now[2] == start[2], now[0]
        before = now
    explorer.reset()
    assert explorer.look() == start


def takes_back_what_is_under_way(explorer):
    """*Reset* pressed while the change before it is still under way leads back to the very pixels, too."""
    start = explorer.look()
    for control in explorer.controls:
        explorer.press(control)
        explorer.reset()
        assert explorer.look() == start


def fits_a_narrow_page(notebook):
    """600 pixels are a small tablet, and less than what 200 % zoom leaves of a page of 1280.

    At 900, beside the list of files, controls, picture and caption are seen at once.
    """
    wide = notebook.page.viewport_size
    for width in (900, 600):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        notebook.page.wait_for_timeout(500)
        assert notebook.cut_off() == notebook.overlapping() == notebook.blurred() == []
        if width == 900:
            assert notebook.page.evaluate("() => document.querySelector('#jp-left-stack').offsetWidth") > 200
            assert notebook.too_high(640) == []
    notebook.page.set_viewport_size(wide)


def takes_predictions(notebook, name):
    count = len(re.findall(r"^gdlab\.predict\(", source(name), re.MULTILINE))
    assert count
    expect(notebook.cards).to_have_count(count)
    for index in range(count):
        card = notebook.card(index)
        commit = card.get_by_role("button", name="Commit")
        assert commit.is_disabled()
        card.locator("input[type=radio]").first.check()
        commit.click()
        card.get_by_text(re.compile("Now look closely|Keep that thought")).wait_for()
        assert commit.is_disabled()
        assert card.locator("input[type=radio]").first.is_disabled()


def tells_wrong_from_right(notebook, name):
    """Each exercise: untouched it says so, a known wrong answer meets its thought, the solution earns the points."""
    slugs = re.findall(r'gdlab\.check\("([\w-]+)", (\w+)\)', source(name))
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
