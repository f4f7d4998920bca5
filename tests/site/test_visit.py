"""A visit to the site in a real Chromium with a real Pyodide, the network cut: what a learner does.

Python takes its time to start, so all happens in one page: the first lesson is opened by a click and run, explorers are
steered, answers checked, the other lessons run in the same Python; then Python is stopped, and the page comes back.
"""

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from gdlab.course.make import make_course
from gdlab.lessons import LESSONS
from tests.browser import lab
from tests.course.nbgrader import nbgrader

pytestmark = pytest.mark.browser
VIEWPORT = {"width": 1280, "height": 1000}
PATIENCE = 400_000
"""How long Python may take to start or run, in milliseconds: far longer than it does on an idle machine."""
FIRST, *OTHERS = LESSONS
MEGABYTES = 45
"""What the pages say is loaded the first time."""


@pytest.fixture
def page(chromium):
    """A page of a browser that has never been here."""
    context = chromium.new_context(viewport=VIEWPORT)
    yield context.new_page()
    context.close()


class Visit(lab.Notebook):
    """The first lesson, opened and run from top to bottom by somebody who has never been here."""

    def __init__(self, page: Page, address: str) -> None:
        self.watch(page, f"{FIRST}.ipynb")
        self.loaded: list[int] = []
        page.on("response", lambda response: self.loaded.append(int(response.headers.get("content-length", 0))))
        page.goto(address.format(""))
        page.get_by_role("link", name=f"Open {FIRST.replace('_', ' ')}").click()
        self.line = page.locator(".gdlab-line")
        self.line.get_by_text(f"The first time, this loads about {MEGABYTES} MB.").wait_for()
        self.line.get_by_role("button", name="Run all").click()  # at once, before there is a Python that could
        self.line.get_by_text("All cells will run as soon as it has started.").wait_for()
        assert self.line.get_by_role("progressbar").is_visible()
        self.line.get_by_text("Python runs in your browser.").wait_for()
        assert not self.line.get_by_role("progressbar").is_visible()
        page.locator(".gdlab-stage").first.wait_for(state="attached")
        page.wait_for_function(
            """() => {
                const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
                const cells = [...content.model.cells].filter(cell => cell.type === 'code');
                return sessionContext.session.kernel.status === 'idle' && cells.every(cell => cell.executionCount);
            }"""
        )

    def show(self, source: str) -> None:
        """Run a cell of one's own below all others."""
        self.page.evaluate(
            """async source => {
                const { content } = window.jupyterapp.shell.currentWidget;
                content.activeCellIndex = content.widgets.length - 1;
                await window.jupyterapp.commands.execute('notebook:insert-cell-below');
                content.activeCell.model.sharedModel.setSource(source);
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            source,
        )

    def forget(self) -> None:
        """Delete that cell."""
        self.command("notebook:delete-cell")


@pytest.fixture(scope="module")
def visit(chromium, address):
    context = chromium.new_context(viewport=VIEWPORT)
    context.set_default_timeout(PATIENCE)
    yield Visit(context.new_page(), address)
    context.close()


def test_the_first_page_is_accessible_and_leads_to_every_lesson(page, address, built):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address.format(""))
    assert page.get_by_role("heading", level=1).inner_text() == "gdlab"
    found = Axe().run(page).response["violations"]
    assert [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]] == []
    page.emulate_media(color_scheme="dark")
    assert Axe().run(page).response["violations"] == []
    links = page.locator(".lessons a").evaluate_all("links => links.map(link => [link.innerText, link.href])")
    top = address.format("notebooks/index.html")
    assert links == [[name.replace("_", " "), f"{top}?path={name}.ipynb"] for name in LESSONS]
    assert all((built / "files" / f"{name}.ipynb").is_file() for name in LESSONS)
    page.get_by_role("link", name="glossary").click()
    page.get_by_role("heading", name="error signal").wait_for()
    assert Axe().run(page).response["violations"] == []
    page.go_back()
    assert page.locator("img").evaluate("image => image.naturalWidth") > 1000
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400
    assert [url for url in asked if not url.startswith(address.format(""))] == []


def test_one_click_runs_a_lesson_without_a_pop_up_an_error_or_a_word_on_stderr(visit):
    assert 0.85 * MEGABYTES < sum(visit.loaded) / 1e6 < 1.1 * MEGABYTES
    assert visit.page.locator(".jp-Dialog").count() == 0
    assert visit.outputs("error") == []
    assert [text for name, text in visit.outputs("stream") if name == "stderr"] == []


def test_a_question_is_answered_by_keys_and_its_picture_uncovered(visit):
    card, covered = visit.card(), visit.page.locator(".gdlab-stage.veiled")
    covered.wait_for(state="attached")
    card.get_by_role("radio").first.press("Space")
    card.get_by_role("button", name="Commit").press("Enter")
    headline = card.get_by_role("status").locator(".headline")
    headline.wait_for()
    assert headline.evaluate("headline => headline === document.activeElement")
    covered.wait_for(state="detached")


def test_links_between_lessons_and_to_the_glossary_lead_there(visit, address):
    for words, place in (
        ("glossary", "glossary.html"),
        ("06", "notebooks/index.html?path=06_give_hidden_units_credit"),
    ):
        with visit.page.context.expect_page() as opened:
            linked = ".jp-RenderedMarkdown a[data-commandlinker-args]"  # which it is some time after it is rendered
            visit.page.locator(linked, has_text=words).first.click()
        assert opened.value.url.startswith(address.format(place))
        opened.value.close()


def test_an_explorer_answers_keys_the_pointer_and_play(visit):
    explorer, mouse = visit.explorer(0), visit.page.mouse
    step = explorer.slider("Step")
    state = explorer.state
    step.press("End")
    explorer.wait_for_change(state)
    for place, share in ((step, 0.5), (explorer.box.locator(".strip"), 0.25)):
        state, box = explorer.state, place.bounding_box()
        mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        explorer.wait_for_change(state)
    state = explorer.state
    step.press("Home")
    explorer.wait_for_change(state)
    state = explorer.state
    explorer.box.get_by_role("button", name="Play Step").click()
    explorer.box.get_by_role("button", name="Pause Step").click()
    explorer.wait_for_change(state)


def test_points_are_put_on_the_pad_of_a_race(visit):
    explorer = visit.explorer(0)
    explorer.box.get_by_role("button", name="Start empty").click()
    explorer.wait_for_change("")
    pad = explorer.box.locator(".pad").first.bounding_box()
    for words, x in (("first class", 0.3), ("second class", 0.7)):
        button = explorer.box.get_by_role("button", name=words)
        button.evaluate("button => button.ariaPressed === 'true' || button.click()")
        state = explorer.state
        visit.page.mouse.click(pad["x"] + x * pad["width"], pad["y"] + 0.5 * pad["height"])
        explorer.wait_for_change(state)
    assert "your own points" in explorer.caption


def test_a_handle_is_dragged_long_work_stopped_a_spot_chosen_and_a_digit_drawn(visit):
    there = visit.explorers.count()
    visit.show("fit, fifty, own = gdlab.LineFit(), gdlab.HiddenRules(), gdlab.OwnDigit()\ndisplay(fit, fifty, own)")
    mouse = visit.page.mouse

    fit = visit.explorer(there)
    handle, state = fit.box.locator(".handle").first, fit.state
    box = handle.bounding_box()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] - 40, box["y"] - 30, steps=3)
    mouse.up()
    fit.wait_for_change(state)

    fifty = visit.explorer(there + 1)
    fifty.slider("Hidden units").press("Home")
    fifty.box.get_by_role("button", name="Stop").click()
    go_on = fifty.box.get_by_role("button", name="Continue")
    go_on.wait_for()
    assert fifty.box.locator(".left").inner_text() == "stopped"
    state = fifty.state
    go_on.click()
    fifty.wait_for_change(state, seconds=PATIENCE / 1000)
    fifty.box.locator(".spot").nth(7).press("Enter")  # dots may lie on each other
    fifty.wait_for_change("")
    assert fifty.slider("Start in the picture").get_attribute("aria-valuetext") != "0"

    own = visit.explorer(there + 2)
    state, box = own.state, own.box.locator(".drawing canvas").bounding_box()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.2 * box["height"])
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.8 * box["height"], steps=5)
    mouse.up()
    own.wait_for_change(state)
    assert visit.outputs("error") == []
    visit.forget()


def test_a_stub_a_wrong_and_a_right_answer_are_told_apart_and_the_lost_clock_is_mentioned_once(visit):
    score, words = visit.result("both-rules-check")
    assert (score, "Not attempted yet" in words) == ("0.0", True)
    stub = visit.text("both-rules").replace("...", "{}")
    score, words = visit.answer("both-rules", stub.format("return error * input, error * input"))
    assert float(score) < 1
    assert "the slope is missing" in words
    lost = "No limit of time is kept here. If a check does not end, restart the kernel."
    assert words.count(lost) == 1
    score, words = visit.answer(
        "both-rules", stub.format("return error * input, error * (1 - np.tanh(z) ** 2) * input")
    )
    assert (float(score), "Right" in words, lost in words) == (1, True, False)
    visit.save()


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_lesson_runs_unchanged(visit, address, name):
    explorers, complaints = visit.page.evaluate(_RUN_LESSON, address.format(f"files/{name}.ipynb"))
    assert complaints == []
    assert explorers >= 1, f"{name} shows no explorer"


_RUN_LESSON = """async address => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    const complaints = [];
    let explorers = 0;
    const run = async code => {
        const future = kernel.requestExecute({ code, stop_on_error: false });
        future.onIOPub = ({ header, content }) => {
            if (header.msg_type === 'error') complaints.push(`${content.ename}: ${content.evalue}`);
            if (header.msg_type === 'stream' && content.name === 'stderr') complaints.push(content.text);
            if (content.data?.['application/vnd.jupyter.widget-view+json']) explorers += 1;
        };
        await future.done;
    };
    await run('%reset -f');
    const { cells } = await (await fetch(address)).json();
    for (const cell of cells) if (cell.cell_type === 'code') await run([cell.source].flat().join(''));
    return [explorers, complaints];
}"""


def test_a_cell_that_never_ends_is_ended_by_a_new_kernel(visit):
    visit.page.evaluate(
        "() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        ".requestExecute({ code: 'while True: pass' }); }"
    )
    visit.line.get_by_text("If a cell of yours never ends, choose Kernel → Restart Kernel").wait_for()
    visit.command("kernelmenu:restart")
    visit.page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    visit.line.get_by_text("Python is starting in your browser.").wait_for()


def test_what_was_written_survives_a_reload_and_its_download_earns_the_same_mark(visit, tmp_path):
    written = visit.text("both-rules")
    assert "np.tanh" in written
    page = visit.page
    page.reload()
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context?.isReady")
    assert visit.text("both-rules") == written
    with page.expect_download() as downloading:
        visit.line.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == f"{FIRST}.ipynb"
    assert graded(downloading.value.path(), tmp_path / "course") == 1
    assert visit.complaints == []


def graded(downloaded, course):
    """Return nbgrader's score of a downloaded notebook, in a course made for it."""
    make_course(course, ["00"])
    place = course / "submitted" / "ann" / "00_start_here"
    place.mkdir(parents=True)
    shutil.copyfile(downloaded, place / "00_start_here.ipynb")
    (course / "roster.csv").write_text("id,first_name,last_name,email\nann,Ann,Lee,ann@example.org\n")
    done = nbgrader(
        course,
        "db student import roster.csv",
        "generate_assignment 00_start_here",
        "autograde 00_start_here",
        "export",
    )
    assert done.returncode == 0, done.stdout
    assert not re.search("WARNING|ERROR", done.stdout), done.stdout
    head, row = (line.split(",") for line in (course / "grades.csv").read_text().splitlines())
    return float(row[head.index("score")])
