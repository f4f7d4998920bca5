"""The card of a prediction in a real browser: keys, what is heard of it, a kernel that takes its time."""

import pytest

from tests.browser import lab

pytestmark = pytest.mark.browser
SLOW = "Slow(PREDICTIONS['race'])"
CELLS = [
    "import gdlab, time\n"
    "from gdlab.exercises.prediction_card import PredictionCard\n"
    "from gdlab.lessons.predict import PREDICTIONS\n\n"
    "class Slow(PredictionCard):\n    def commit(self, index):\n        time.sleep(6)\n        super().commit(index)",
    "gdlab.predict('race')",
    "gdlab.predict('coin-signs')",
    SLOW,
    SLOW,
]
PATH = "card.ipynb"


@pytest.fixture(scope="module")
def opened_once(opened, folder):
    lab.written(folder / PATH, CELLS)
    return opened(PATH)


@pytest.fixture
def notebook(opened_once):
    """The notebook of these tests with cards to which nobody has answered."""
    opened_once.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    opened_once.run_all()
    opened_once.card(len(CELLS) - 2)
    opened_once.wait_until_ready()
    return opened_once


@pytest.fixture
def card(notebook):
    return notebook.card()


def chosen(card):
    return card.get_by_role("radio").evaluate_all("all => all.findIndex(one => one.checked)")


def has_focus(element):
    return element.evaluate("element => element === document.activeElement")


def cells(notebook):
    """What keys that go astray change: the cells, and which of them is the active one."""
    return notebook.page.evaluate(
        """() => {
            const { activeCellIndex, model } = window.jupyterapp.shell.currentWidget.content;
            return [activeCellIndex, [...model.cells].map(cell => cell.id + cell.sharedModel.getSource())];
        }"""
    )


def commit(card, index=0):
    """Choose an option and commit to it by the keyboard."""
    card.get_by_role("radio").nth(index).press("Space")
    card.get_by_role("button", name="Commit").press("Enter")


def test_keys_choose_and_commit_and_go_no_further(notebook, card):
    radios, button = card.get_by_role("radio"), card.get_by_role("button", name="Commit")
    press = notebook.page.keyboard.press
    radios.first.focus()
    before = cells(notebook)
    assert (before[0], chosen(card), button.is_disabled()) == (1, -1, True)
    for key, option in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("ArrowUp", 0), ("ArrowDown", 1)):
        press(key)
        assert (chosen(card), has_focus(radios.nth(option))) == (option, True)
    for key in ("b", "a", "x", "c", "v", "d", "d", "m", "j", "Enter"):  # in command mode all of them do something
        press(key)
    assert (chosen(card), has_focus(radios.nth(1)), cells(notebook)) == (1, True, before)
    assert card.locator(".headline").count() == 0
    press("Tab")
    assert has_focus(button)
    press("b")
    press("Enter")
    headline = card.locator(".headline")
    headline.wait_for()
    assert has_focus(headline)
    assert button.is_disabled()
    for key in ("b", "ArrowDown", "Enter"):
        press(key)
    assert has_focus(headline)
    press("Tab")
    press("Enter")
    assert card.get_by_text("It was").is_visible()
    assert cells(notebook) == before
    assert notebook.complaints == []


def test_what_saves_and_what_runs_is_left_to_the_notebook(notebook, card):
    page, count = notebook.page, "() => window.jupyterapp.shell.currentWidget.content.widgets[1].model.executionCount"
    dirty = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.context.model.dirty = true; }")
    commit(card)
    card.locator(".headline").wait_for()
    assert has_focus(card.locator(".headline"))
    page.keyboard.press("Control+s")
    page.wait_for_function(f"() => !({dirty})()")
    before = page.evaluate(count)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"before => ({count})() > before", arg=before)
    notebook.wait_until_ready()


def test_what_is_heard_is_one_question_its_options_once_and_the_feedback_when_it_comes(notebook, card):
    group = card.get_by_role("group", name="Predict. Three small networks")
    names = group.get_by_role("radio").evaluate_all("all => all.flatMap(one => [...one.labels].map(l => l.innerText))")
    assert len(names) == len(set(names)) == 4
    assert all(card.get_by_text(name, exact=True).count() == 1 for name in names)
    status = card.get_by_role("status").element_handle()
    assert status.inner_text() == ""
    commit(card)
    card.locator(".headline").wait_for()
    assert card.get_by_role("status").evaluate("(now, before) => now === before", status)
    assert status.inner_text().startswith("Now look closely\n")
    assert f"You said: “{names[0]}”" in status.inner_text()
    assert card.get_by_role("status").count() == 1


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_nothing_bars_the_way_in_either_theme(notebook, card, keep, theme):
    change = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"
    notebook.page.evaluate(change, theme)
    dark = theme.endswith("Dark")
    card.and_(notebook.page.locator(".dark" if dark else ":not(.dark)")).wait_for()
    assert notebook.barriers() == []
    commit(card, 1)
    card.locator(".headline").wait_for()
    card.locator("summary").press("Enter")
    assert notebook.barriers() == []
    keep(card, f"card_{'dark' if dark else 'light'}")
    notebook.page.evaluate(change, "JupyterLab Light")


def test_a_kernel_that_takes_its_time_is_told_of_and_the_focus_stays_where_the_reader_has_gone(notebook):
    first, waited_for, left = (notebook.card(index) for index in (1, 2, 3))
    commit(waited_for)
    waited_for.get_by_role("status").get_by_text("The kernel is busy, or has gone.").wait_for()
    waited_for.locator(".headline").wait_for()
    assert waited_for.get_by_text("The kernel is busy").count() == 0
    assert has_focus(waited_for.locator(".headline"))
    commit(left)
    elsewhere = first.get_by_role("radio").first
    elsewhere.press("Space")
    left.locator(".headline").wait_for()
    assert has_focus(elsewhere)
    assert notebook.complaints == []


def test_a_kernel_that_is_gone_leaves_the_feedback_and_says_what_to_do(notebook):
    """It has forgotten the commitment: a picture that waits for it would ask again."""
    committed, free = notebook.card(0), notebook.card(1)
    notebook.run_all()
    commit(committed)
    committed.locator(".headline").wait_for()
    for _ in range(2):
        notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
        notebook.wait_until_ready()
    committed.get_by_text("run this cell and commit once more").wait_for()
    assert committed.locator(".headline").count() == committed.locator(".forgotten").count() == 1
    free.get_by_role("status").get_by_text("The kernel of this question has gone").wait_for()
    notebook.run_all()
