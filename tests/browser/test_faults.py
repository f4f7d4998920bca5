"""What goes wrong on a page: the kernel is stopped, restarted or gone, the page is loaded anew, nothing can be saved.

Each leaves a clear message or just works, and none loses what a learner has typed.
"""

import itertools
import os
import shutil
import subprocess

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser import lab
from tests.browser.conftest import VIEWPORT, closing_pages
from tests.notebooks.refresh import FOLDER

pytestmark = pytest.mark.browser
SLUG = "short-rule"
STUB = "def update(weight, bias, learning_rate, actual, predicted, input):\n    ..."
RIGHT = (
    "def update(weight, bias, learning_rate, actual, predicted, input):\n"
    "    step = learning_rate * (actual - predicted)\n"
    "    return weight + step * input, bias + step"
)
ENDLESS = STUB.replace("...", "while True:\n        pass")
CELLS = {
    "import": "import gdlab",
    "one": "one = gdlab.LineFit()\none",
    "the same": "one",
    "another": "gdlab.LineFit()",
    "long work": "gdlab.DigitsLab()",
    "question": 'gdlab.predict("race")',
    SLUG: STUB,
    f"{SLUG}-check": f'gdlab.check("{SLUG}", update)',
    "covered": 'gdlab.RuleRace(after="race", step=100)',
    "last": "",
}
ENDS = itertools.cycle(["Home", "End"])
"""The kernel remembers what it has trained, so each test goes to another end of the slider."""
IMPATIENT = "const after = AbortSignal.timeout; AbortSignal.timeout = () => after.call(AbortSignal, 0)"
MOUNT = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory):
    """What the server of these tests serves: a notebook with all that can go wrong, a folder that cannot be written."""
    folder = tmp_path_factory.mktemp("faults") / "served"
    (folder / "read_only").mkdir(parents=True)
    shutil.copy(FOLDER / "01_fit_a_line.ipynb", folder / "read_only")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, source in CELLS.items():
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, "solution": False, "grade": False}
        notebook.cells.append(cell)
    for name in ("faults.ipynb", "slow.ipynb"):
        nbformat.write(notebook, folder / name)
    return folder


@pytest.fixture(scope="module")
def address(own_folder, tmp_path_factory):
    """The server's address; root, whom no permission stops, has the folder mounted so that nobody can write to it."""
    place = own_folder / "read_only"
    by_mount = ["unshare", "--mount", "sh", "-c", MOUNT, str(place)]
    able = os.geteuid() == 0 and subprocess.run([*by_mount, "true"], check=False, capture_output=True).returncode == 0
    if not able:
        place.chmod(0o555)
    with lab.server(own_folder, tmp_path_factory.mktemp("jupyter"), start_by=by_mount if able else ()) as address:
        yield address
    place.chmod(0o755)


@pytest.fixture(scope="module")
def page_with_all(chromium, address):
    with closing_pages() as pages:
        pages.append(chromium.new_page(viewport=VIEWPORT))
        notebook = lab.Notebook(pages[-1], address, "faults.ipynb")
        notebook.run_all()
        yield notebook


@pytest.fixture
def notebook(page_with_all):
    """The notebook as each test leaves it: run, and live."""
    page_with_all.complaints.clear()
    return page_with_all


@pytest.fixture
def at_work(notebook):
    """The notebook while its explorer trains."""
    explorer = notebook.explorer(3)
    rate = explorer.slider("Learning rate")
    rate.press(next(ENDS))
    explorer.wait_for_work()
    return notebook


def interrupts(notebook, name):
    """Interrupt the cell with this name, which never ends, once the kernel is at it."""
    notebook.page.wait_for_function(
        """name => {
            const panel = window.jupyterapp.shell.currentWidget;
            const cell = panel.content.widgets.find(one => one.model.getMetadata('nbgrader')?.grade_id === name);
            return cell.node.querySelector('.jp-InputPrompt').innerText.includes('*')
                && panel.sessionContext.session.kernel.status === 'busy';
        }""",
        arg=name,
    )
    notebook.page.wait_for_timeout(500)
    notebook.command("notebook:interrupt-kernel")
    notebook.wait_until_ready()


def test_what_is_shown_twice_moves_together_and_a_copy_stays(notebook):
    one, the_same, another = (notebook.explorer(index) for index in range(3))
    captions = {one.caption, the_same.caption, another.caption}
    assert len(captions) == 1
    one.step(one.slider("Step"))
    assert the_same.caption == one.caption != another.caption
    another.step(another.slider("Learning rate"))
    assert the_same.caption == one.caption != another.caption
    assert len(captions | {one.caption, another.caption}) == 3
    assert notebook.complaints == []


def test_what_is_covered_can_be_neither_moved_nor_heard(notebook):
    explorer, page = notebook.explorer(4), notebook.page
    veil = explorer.box.locator(".veil")
    veil.wait_for(state="visible")
    assert explorer.image.get_attribute("aria-label").startswith("A picture that is covered")
    assert "% of the points" not in explorer.box.aria_snapshot()
    explorer.box.get_by_label("Problem").focus()
    stops = []
    for _ in range(16):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("() => document.activeElement.className || document.activeElement.type"))
    assert "veil" in stops
    assert not {"play", "strip", "handle"} & set(stops)
    veil.focus()
    page.keyboard.press("Enter")
    veil.wait_for(state="hidden")
    assert page.evaluate("() => document.activeElement.className") == "play"
    assert "% of the points" in explorer.image.get_attribute("aria-label")


def test_a_page_that_loads_slowly(chromium, address):
    """anywidget's patience is two seconds; here it is none, so that it gives up before an explorer's code is there."""
    with closing_pages() as pages:
        pages.append(chromium.new_page(viewport=VIEWPORT))
        pages[-1].add_init_script(IMPATIENT)
        notebook = lab.Notebook(pages[-1], address, "slow.ipynb")  # with a kernel of its own, which ends with the page
        notebook.start("import", "one", "the same")
        one, the_same = (notebook.explorer(index) for index in range(2))
        one.step(one.slider("Learning rate"))
        assert the_same.caption == one.caption
        notebook.start("question")
        card = notebook.card()
        card.get_by_role("radio").first.check()
        card.get_by_role("button", name="Commit").click()
        card.locator(".headline").wait_for()


def test_an_endless_loop_in_an_exercise_can_be_interrupted(notebook):
    notebook.type_into(SLUG, ENDLESS)
    notebook.start(SLUG, f"{SLUG}-check")
    interrupts(notebook, f"{SLUG}-check")
    score, words = notebook.result(f"{SLUG}-check")
    assert score == "0.0"
    assert "you stopped it" in words
    assert notebook.text(SLUG) == ENDLESS
    assert notebook.answer(SLUG, RIGHT)[0] == "2.0"
    assert notebook.complaints == []


def test_an_endless_loop_in_a_cell_can_be_interrupted_and_the_explorers_go_on(notebook):
    notebook.type_into("last", "while True:\n    pass")
    notebook.start("last")
    interrupts(notebook, "last")
    notebook.page.get_by_text("KeyboardInterrupt").first.wait_for()
    assert [name for name, _ in notebook.outputs("error")] == ["KeyboardInterrupt"]
    notebook.type_into("last", "")
    notebook.start("last")
    explorer = notebook.explorer()
    explorer.step(explorer.controls[-1])
    assert notebook.complaints == []


def test_a_key_on_an_explorer_without_a_kernel_leaves_the_words_on_what_to_do(notebook):
    explorer = notebook.explorer()
    explorer.step(explorer.controls[-1])
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    notebook.wait_until_ready()
    for key in ("ArrowRight", "ArrowLeft", "End"):
        explorer.controls[-1].press(key)
        notebook.page.wait_for_timeout(400)
        assert "The kernel of this picture has gone" in explorer.caption
    assert notebook.complaints == []
    notebook.run_all()


def test_an_interrupt_during_long_work_loses_nothing(at_work):
    explorer = at_work.explorer(3, idle=False)
    state = explorer.state
    at_work.command("notebook:interrupt-kernel")
    explorer.wait_for_change(state)
    assert explorer.caption.startswith("After 24 epochs")
    assert at_work.complaints == []


def test_a_restart_during_long_work_marks_what_is_dead_and_running_again_revives_it(at_work):
    at_work.type_into(SLUG, RIGHT)
    picture = at_work.explorer(3, idle=False).image.get_attribute("data-picture")
    at_work.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    at_work.wait_until_ready()
    dead = at_work.page.locator(
        ".gdlab-stage.lost", has_text="The kernel of this picture has gone: run the cell of this picture again"
    )
    dead.nth(3).wait_for()
    dead.nth(4).locator(".words").wait_for()  # of the covered one, too
    words = at_work.page.get_by_role("status").get_by_text("The kernel of this question has gone: run the cell of")
    expect(words).to_have_count(1)
    at_work.has_explorers(5)
    assert at_work.explorers.nth(3).get_attribute("data-picture") == picture
    assert at_work.text(SLUG) == RIGHT
    at_work.run_all()
    explorer = at_work.explorer(3)
    for of_before in (dead, words):
        expect(of_before).to_have_count(0)
    explorer.step(explorer.controls[-1])
    assert at_work.result(f"{SLUG}-check")[0] == "2.0"


def test_a_page_that_is_loaded_anew_asks_first_and_then_has_text_pictures_and_live_explorers(notebook):
    page = notebook.page
    explorer = notebook.explorer()
    explorer.step(explorer.slider("Learning rate"))
    caption = explorer.caption
    page.locator(".jp-CodeCell .cm-content", has_text="def update").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# my own words\n")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("() => setTimeout(() => window.location.reload())")
    page.wait_for_timeout(1000)
    assert asked == ["beforeunload"]
    assert notebook.text(SLUG).startswith("# my own words")
    notebook.save()
    page.reload()
    notebook.wait_until_ready()
    assert notebook.text(SLUG).startswith("# my own words")
    explorer = notebook.explorer()
    assert explorer.caption == caption
    explorer.step(explorer.controls[-1])
    assert notebook.complaints == []


def test_without_its_kernel_a_saved_notebook_keeps_text_and_pictures_and_running_it_revives_it(at_work, own_folder):
    page = at_work.page
    at_work.type_into(SLUG, RIGHT)
    at_work.save()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.reload()
    at_work.wait_until_ready()
    assert at_work.text(SLUG) == RIGHT
    page.get_by_text("model not found").first.wait_for()  # all that ipywidgets says; but below it is more
    still = page.get_by_text("A still picture: its kernel has gone").filter(visible=True)
    still.nth(3).wait_for()
    words, question = (page.get_by_text(text).filter(visible=True) for text in ("without its buttons", "Predict."))
    for told in (words, question):
        expect(told).to_have_count(1)
    picture = page.locator(".jp-OutputArea-output img").first
    assert (picture.is_visible(), picture.evaluate("image => image.naturalWidth") > 1000) == (True, True)
    stored = nbformat.read(own_folder / "faults.ipynb", as_version=4)
    pictures = [output for cell in stored.cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 5
    at_work.run_all()
    assert at_work.explorer().caption in pictures[0].data["text/plain"]
    beside = page.locator(".jp-OutputArea-output img").filter(visible=True)
    for of_before in (page.get_by_text("model not found"), still, words, beside):
        expect(of_before).to_have_count(0)
    expect(question).to_have_count(1)
    assert at_work.result(f"{SLUG}-check")[0] == "2.0"


def test_in_a_folder_that_cannot_be_written_a_notebook_runs_and_says_why_it_is_not_saved(chromium, address, own_folder):
    path = own_folder / "read_only" / "01_fit_a_line.ipynb"
    before = path.read_bytes()
    with closing_pages() as pages:
        pages.append(chromium.new_page(viewport=VIEWPORT))
        notebook = lab.Notebook(pages[-1], address, "read_only/01_fit_a_line.ipynb")
        notebook.run_all()
        assert notebook.outputs("error") == []
        explorer = notebook.explorer()
        explorer.step(explorer.controls[-1])
        assert notebook.answer(SLUG, RIGHT)[0] == "2.0"
        notebook.command("docmanager:save")
        pages[-1].locator(".jp-Dialog", has_text="Document is read-only").wait_for()
        assert notebook.text(SLUG) == RIGHT
        assert notebook.complaints == []
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]
