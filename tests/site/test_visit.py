"""A visit to the site in a real Chromium with a real Pyodide, the network cut: what a learner does."""

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from gdlab.course.make import make_course
from gdlab.lessons import LESSONS
from tests.browser import lab
from tests.course.nbgrader import nbgrader

pytestmark = pytest.mark.browser
VIEWPORT = {"width": 1280, "height": 1000}
PATIENCE = 400_000
"""How long Python may take to start or run, in milliseconds: far longer than it does on an idle machine."""
MEGABYTES = 45
"""What the pages say is loaded the first time."""


@pytest.fixture
def page(chromium):
    """A page of a browser that has never been here."""
    context = chromium.new_context(viewport=VIEWPORT)
    yield context.new_page()
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
    assert page.locator("img").evaluate("image => image.naturalWidth") > 1000
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400
    assert [url for url in asked if not url.startswith(address.format(""))] == []


def test_from_the_first_click_to_the_mark(page, address, tmp_path):
    """One visit, since Python takes its time to start: click, run, steer, answer, come back, download, be graded."""
    loaded = []
    page.on("response", lambda response: loaded.append(int(response.headers.get("content-length", 0))))
    page.goto(address.format(""))
    page.get_by_role("link", name="Open 00 start here").click()
    line = page.locator(".gdlab-line")
    line.get_by_text(f"Python is starting in your browser. The first time, this loads about {MEGABYTES} MB.").wait_for()
    line.get_by_role("button", name="Run all").click()  # at once, before there is a Python that could
    assert line.get_by_role("progressbar").is_visible()
    line.get_by_text("All cells will run as soon as it has started.").wait_for()
    line.get_by_text("Python runs in your browser.").wait_for(timeout=PATIENCE)
    assert not line.get_by_role("progressbar").is_visible()
    explorer = page.locator(".gdlab-stage").first
    explorer.wait_for(state="attached", timeout=PATIENCE)
    wait_until_all_has_run(page)
    assert 0.85 * MEGABYTES < sum(loaded) / 1e6 < 1.1 * MEGABYTES
    assert page.locator(".jp-Dialog").count() == 0
    notebook = lab.Notebook(page, address, "00_start_here.ipynb", "site")  # opened anew, watched from the start
    notebook.run_all()
    assert notebook.outputs("error") == []
    assert [text for text in notebook.outputs("stream") if text[0] == "stderr"] == []

    steers_by_keys_pointer_and_play(page)

    score, words = notebook.result("both-rules-check")
    assert (score, "Not attempted yet" in words) == ("0.0", True)
    stub = notebook.text("both-rules").replace("...", "{}")
    score, words = notebook.answer("both-rules", stub.format("return error * input, error * input"))
    assert float(score) < 1
    assert "the slope is missing" in words
    right = stub.format("return error * input, error * (1 - np.tanh(z) ** 2) * input")
    score, words = notebook.answer("both-rules", right)
    assert (float(score), "Right" in words) == (1, True)

    notebook.save()
    page.reload()
    page.locator(".gdlab-line").wait_for()
    page.wait_for_function("() => window.jupyterapp.shell.currentWidget?.context?.isReady")
    assert notebook.text("both-rules") == right
    with page.expect_download() as downloading:
        page.locator(".gdlab-line").get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == "00_start_here.ipynb"
    assert graded(downloading.value.path(), tmp_path / "course") == 1
    assert notebook.complaints == []


def wait_until_all_has_run(page):
    page.wait_for_function(
        """() => {
            const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
            const cells = [...content.model.cells].filter(cell => cell.type === 'code');
            return sessionContext.session.kernel.status === 'idle' && cells.every(cell => cell.executionCount);
        }""",
        timeout=PATIENCE,
    )


def steers_by_keys_pointer_and_play(page):
    """An explorer's picture and caption follow each; pictures have addresses of their own."""
    explorer = page.locator(".gdlab-stage").first
    page.evaluate(
        """() => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            const where = document.querySelector('.gdlab-stage');
            return notebook.scrollToItem(notebook.widgets.findIndex(cell => cell.node.contains(where)), 'start');
        }"""
    )
    step = explorer.get_by_role("slider", name="Step", exact=True)
    step.scroll_into_view_if_needed()

    def changes(act):
        before = state(explorer)
        act()
        page.wait_for_function(
            "before => { const stage = document.querySelector('.gdlab-stage');"
            " const image = stage.querySelector('img.shown');"
            " return stage.querySelector('.words').innerText !== before[0] && image.src !== before[1]"
            " && image.complete && image.naturalWidth > 0; }",
            arg=before,
            timeout=60_000,
        )

    changes(lambda: step.press("End"))
    box = step.bounding_box()
    changes(lambda: page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    changes(lambda: step.press("Home"))
    changes(explorer.get_by_role("button", name="Play Step").click)
    pause = explorer.get_by_role("button", name="Pause Step")
    if pause.count():  # it may have come to its end
        pause.click()


def state(explorer):
    return [explorer.locator(".words").inner_text(), explorer.locator("img.shown").get_attribute("src")]


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


def test_every_lesson_runs_unchanged(page, address):
    """The cells of each are run from top to bottom in one Python, of which the names are forgotten between lessons.

    To start Python anew for each of the eleven would take most of the time.
    """
    notebook = lab.Notebook(page, address, f"{next(iter(LESSONS))}.ipynb", "site")
    for name in LESSONS:
        explorers, complaints = page.evaluate(_RUN_LESSON, address.format(f"files/{name}.ipynb"))
        assert (name, complaints) == (name, [])
        assert explorers >= 1, f"{name} shows no explorer"
    assert notebook.complaints == []


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
