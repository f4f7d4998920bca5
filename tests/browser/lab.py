"""A real JupyterLab in a real Chromium, and what a person does there: open, run, press keys, look."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, TimeoutError, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HARMLESS = re.compile(
    r"favicon|/api/(listings|news)|ResizeObserver|Download the React DevTools|\(reading 'schema'\)|@jupyterlite/"
    r"|'filebrowser:open-path' not registered|\[anywidget\] Failed to initialize model"
)
"""What JupyterLab, or Notebook 7, complains of by itself on a notebook without a widget; `@jupyterlite` is the
kernel of sites, which is in the environment of whoever builds one, and which a lab with a server cannot load;
anywidget gives up after two seconds on a busy page, which explorers outlive (`test_a_page_that_loads_slowly`)."""


@contextmanager
def server(folder: Path, settings: Path, start_by: Sequence[str] = ()) -> Iterator[str]:
    """Serve `folder` and yield the address, token and all; keep configuration and logs in `settings`.

    JupyterLab and Notebook 7 are both there.

    A program named in `start_by` is given the server's command, and becomes it.
    """
    token = secrets.token_hex(8)
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
    }
    command = [
        *start_by,
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        f"--port={_free_port()}",
        f"--notebook-dir={folder}",
    ]
    command += [
        f"--IdentityProvider.token={token}",
        "--expose-app-in-browser",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    quiet = settings / "lab" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    log = settings / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
        try:
            yield f"{_address(log, process)}/{{}}?token={token}"
        finally:
            process.terminate()
            process.wait(120)  # it ends its kernels first


def _free_port() -> int:
    """Return a port to ask for: with JupyterLab 4.2, a server that is asked for port 0 names 0 in its log.

    Where another program takes it first, the server takes one near it, and names that.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 180  # on a busy machine
    while time.monotonic() < deadline:
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/", log.read_text())
        if found:
            address = f"http://127.0.0.1:{found[1]}"
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                return address
            except urllib.error.URLError:
                pass
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"the server did not answer; it said:\n{log.read_text()[-3000:]}")


_CELLS = "[...window.jupyterapp.shell.currentWidget.content.model.cells]"
_CELL = f"name => {_CELLS}.find(cell => cell.getMetadata('nbgrader')?.grade_id === name)"
_RUN = f"""async names => {{
    for (const name of names) {{
        const index = {_CELLS}.findIndex(cell => cell.getMetadata('nbgrader')?.grade_id === name);
        window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
        await window.jupyterapp.commands.execute('notebook:run-cell');
    }}
}}"""


_WHERE = {
    "lab": "lab/workspaces/{workspace}/tree/{path}",
    "notebook": "notebooks/{path}",
    "site": "notebooks/index.html?path={path}",
    "site's lab": "lab/index.html?path={path}",
}
"""The address of a notebook, from the top of a server or of a static site, by the program that shows it."""


def written(path: Path, sources: Sequence[str]) -> None:
    """Write a notebook of these code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


class Notebook:
    """One notebook open in a page."""

    def __init__(self, page: Page, address: str, path: str, app: str = "lab") -> None:
        self.watch(page, path)
        workspace = secrets.token_hex(4)  # a fresh one, or JupyterLab would open what was open before
        page.goto(address.format(_WHERE[app].format(path=path, workspace=workspace)))
        self.wait_until_ready()

    def watch(self, page: Page, path: str) -> None:
        """Take down from now on what the page complains of."""
        self.page, self.path = page, path
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: HARMLESS.search(str(error)) or self.complaints.append(str(error)))
        page.on("request", self._watch)

    def open(self, path: str) -> None:
        """Open another notebook in the place of this one, whose kernel ends: to load JupyterLab takes far longer."""
        self.complaints.clear()
        self.path = path
        self.page.evaluate(
            """async path => {
                const { commands, shell } = window.jupyterapp;
                await shell.currentWidget.sessionContext.shutdown();
                shell.currentWidget.dispose();
                await commands.execute('docmanager:open', { path });
            }""",
            path,
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the notebook is open and its kernel has nothing to do."""
        self.page.wait_for_function(
            """path => {
                const panel = window.jupyterapp?.shell.currentWidget;
                return panel?.context?.path === path && panel.context.isReady
                    && panel.sessionContext.session?.kernel?.status === 'idle';
            }""",
            arg=self.path,
            timeout=400_000,  # Python in the browser takes its time on a busy machine
        )

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not HARMLESS.search(message.text + str(message.location)):
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        """Take down what is asked of any other host: the notebooks work without a network."""
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.complaints.append(f"the page asked for {request.url}")

    def run_all(self) -> None:
        """Run all cells by the command behind the menu, and wait for the last."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def outputs(self, kind: str) -> list[list[str]]:
        """Return name and text of all outputs of a kind: ``"error"`` or ``"stream"``."""
        return self.page.evaluate(
            """kind => [...window.jupyterapp.shell.currentWidget.content.model.cells]
                .flatMap(cell => cell.type === 'code' ? cell.outputs.toJSON() : [])
                .filter(output => output.output_type === kind)
                .map(output => kind === 'error'
                    ? [output.ename, output.evalue] : [output.name, String(output.text)])""",
            kind,
        )

    def command(self, name: str) -> None:
        """Do what a menu or a button of JupyterLab does, and do not wait for its end."""
        self.page.evaluate("name => { window.jupyterapp.commands.execute(name); }", name)

    def scroll_to_a_picture(self) -> None:
        """Bring the first cell with a stored picture into sight: JupyterLab 4.2 hides what is far from it."""
        self.page.evaluate(
            f"""async () => {{
                const shown = output => 'image/png' in (output.data ?? {{}});
                const index = {_CELLS}.findIndex(cell => cell.sharedModel.outputs?.some(shown));
                await window.jupyterapp.shell.currentWidget.content.scrollToItem(index);
            }}"""
        )

    def text(self, grade_id: str) -> str:
        """Return what stands in the cell with this nbgrader name."""
        return self.page.evaluate(f"name => ({_CELL})(name).sharedModel.getSource()", grade_id)

    def type_into(self, grade_id: str, source: str) -> None:
        """Put this text in the place of what stands in the cell with this nbgrader name."""
        self.page.evaluate(f"([name, source]) => ({_CELL})(name).sharedModel.setSource(source)", [grade_id, source])

    def start(self, *grade_ids: str) -> None:
        """Run the cells with these nbgrader names, one after the other, and do not wait for their end."""
        self.page.evaluate(f"names => {{ ({_RUN})(names); }}", grade_ids)

    def answer(self, grade_id: str, source: str) -> list[str]:
        """Type into the cell with this nbgrader name, run it and the check below; return the check's text and HTML."""
        self.type_into(grade_id, source)
        self.page.evaluate(f"names => ({_RUN})(names)", [grade_id, f"{grade_id}-check"])
        return self.result(f"{grade_id}-check")

    def result(self, grade_id: str) -> list[str]:
        """Return the plain text and the HTML of what the cell with this nbgrader name gives, once it does."""
        self.page.wait_for_function(f"name => ({_CELL})(name).outputs.length > 0", arg=grade_id)
        return self.page.evaluate(
            f"""name => {{
                const data = ({_CELL})(name).outputs.toJSON()[0].data;
                return [String(data['text/plain']), String(data['text/html'])];
            }}""",
            grade_id,
        )

    def barriers(self) -> list[str]:
        """Return what axe-core finds against accessibility in the outputs, a line each."""
        found = Axe().run(self.page, context=".jp-OutputArea-output").response["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    def cut_off(self) -> list[str]:
        """Return what of the explorers stands out of the window or out of its own output, at a side."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('.gdlab-stage :is(canvas, button, input, select, label, p, output)')]
                .filter(element => element.checkVisibility({contentVisibilityAuto: true}) && element.offsetWidth > 0)
                .filter(element => !element.closest('.hands'))
                .flatMap(element => {
                    const box = element.getBoundingClientRect();
                    const room = element.closest('.jp-OutputArea-output').getBoundingClientRect();
                    const [left, right] = [Math.max(0, room.left), Math.min(window.innerWidth, room.right)];
                    const words = `${element.tagName} ${element.className}: ${element.innerText.slice(0, 60)}`;
                    const out = box.left < left - 1 || box.right > right + 1;
                    return out ? [`${words} (${box.left} to ${box.right})`] : [];
                })"""
        )

    def overlapping(self) -> list[str]:
        """Return the pairs of controls and words of an explorer that share more than a hair's breadth."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('.gdlab-stage')].flatMap(stage => {
                const wanted = 'label, legend, output, input, select, button, summary, progress, canvas, p, .left';
                const all = [...stage.querySelectorAll(wanted)]
                    .filter(element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
                    .filter(element => element.offsetWidth > 0 && !element.closest('.picture'))
                    .map(element => [element, element.getBoundingClientRect()]);
                const share = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
                const told = element => element.outerHTML.slice(0, 80);
                return all.flatMap(([one, a], k) => all.slice(k + 1)
                    .filter(([other, b]) => share(a, b))
                    .map(([other]) => `${stage.ariaLabel}: ${told(one)} and ${told(other)}`));
            })"""
        )

    def blurred(self) -> list[str]:
        """Return the pictures in view that are not made and drawn in the screen's resolution, once they can be."""
        found = """() => [...document.querySelectorAll('.gdlab-stage canvas.shown')]
            .filter(canvas => canvas.checkVisibility({contentVisibilityAuto: true}) && canvas.offsetWidth > 0)
            .map(canvas => [canvas, canvas.getBoundingClientRect()])
            .filter(([_, box]) => box.top < innerHeight - 100 && box.bottom > 200)
            .map(([canvas]) => [canvas, Math.round(canvas.offsetWidth * devicePixelRatio)])
            .filter(([canvas, wanted]) => Math.abs(canvas.width - wanted) > 1 || +canvas.dataset.sent !== canvas.width)
            .map(([canvas, wanted]) => `${canvas.ariaLabel}: ${canvas.dataset.sent}, ${canvas.width} for ${wanted}`)"""
        with suppress(TimeoutError):
            self.page.wait_for_function(f"() => ({found})().length === 0", timeout=20_000)
        return self.page.evaluate(found)

    def too_high(self, most: float) -> list[str]:
        """Return the explorers that are higher than that, with their settings folded up."""
        return self.page.evaluate(
            """most => [...document.querySelectorAll('.gdlab-stage')].flatMap(stage => {
                stage.querySelectorAll('details').forEach(details => details.open = false);
                return stage.offsetHeight > most ? [`${stage.ariaLabel}: ${stage.offsetHeight}`] : [];
            })""",
            most,
        )

    def cut_words(self) -> list[str]:
        """Return the options of lists that are too narrow for their longest one."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('.gdlab-stage select')]
                .filter(list => list.checkVisibility({contentVisibilityAuto: true}) && list.offsetWidth > 0)
                .flatMap(list => {
                    const twin = list.cloneNode(true);
                    twin.style.cssText = 'position: absolute; max-width: none; width: max-content';
                    list.parentElement.append(twin);
                    const wanted = twin.offsetWidth;
                    twin.remove();
                    return list.offsetWidth < wanted ? [list.innerText] : [];
                })"""
        )

    def has_explorers(self, count: int) -> None:
        """Wait until there are so many explorers, each with a picture: they come some time after their cell has run."""
        expect(self.page.locator(".gdlab-stage canvas.shown[data-picture]")).to_have_count(count, timeout=60_000)

    @property
    def explorers(self) -> Locator:
        """The pictures of all explorers on the page."""
        return self.page.locator(".gdlab-stage canvas.shown")

    def save(self) -> None:
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")

    def explorer(self, index: int = 0, idle: bool = True) -> "ExplorerOnPage":
        """Scroll to an explorer and wait until its picture and caption are there and, if `idle`, all work is done."""
        image = self.explorers.nth(index)
        image.wait_for(state="attached")
        image.evaluate(_SCROLL)
        image.scroll_into_view_if_needed()
        explorer = ExplorerOnPage(self.page, image)
        if idle:
            explorer.wait_for_change("", still=600)  # JupyterLab lays out what comes into view, and then again
        return explorer

    @property
    def cards(self) -> Locator:
        """The cards of all predictions on the page."""
        return self.page.locator(".gdlab-card")

    def card(self, index: int = 0) -> Locator:
        """Scroll to the card of a prediction."""
        card = self.cards.nth(index)
        card.wait_for(state="attached")
        card.evaluate(_SCROLL)
        return card


_SCROLL = """element => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    return notebook.scrollToItem(notebook.widgets.findIndex(cell => cell.node.contains(element)), 'start');
}"""
"""JupyterLab 4.4, for one, hides the cells out of view, so that a browser cannot scroll to them by itself."""
_STATE = "image => image.dataset.picture + image.closest('.gdlab-stage').querySelector('.words').innerText"


class ExplorerOnPage:
    """An explorer as it stands on the page."""

    def __init__(self, page: Page, image: Locator) -> None:
        self.page = page
        self.image = image
        self.box = image.locator("xpath=ancestor::div[contains(@class, 'gdlab-stage')]")

    def look(self) -> tuple[str, str, list[int]]:
        """Return the caption, a fingerprint of the picture, the same for the same pixels, and the place of all.

        The place is the picture's left, top, width and height within the explorer, and the explorer's own height.
        """
        return tuple(
            self.image.evaluate(
                """async image => {
                    const pixels = image.getContext('2d').getImageData(0, 0, image.width, image.height).data;
                    const print = [...new Uint8Array(await crypto.subtle.digest('SHA-256', pixels))].join(' ');
                    const stage = image.closest('.gdlab-stage');
                    const [inner, outer] = [image, stage].map(element => element.getBoundingClientRect());
                    const place = [inner.left - outer.left, inner.top - outer.top, inner.width, inner.height];
                    const words = stage.querySelector('.words').innerText;
                    return [words, print, [...place, outer.height].map(Math.round)];
                }"""
            )
        )

    @property
    def picture(self) -> str:
        """The fingerprint of the picture that is shown."""
        return self.look()[1]

    @property
    def state(self) -> str:
        """What is shown: the picture's number, new with each picture, and the caption."""
        return self.image.evaluate(_STATE)

    @property
    def caption(self) -> str:
        return self.box.locator(".words").inner_text()

    def wait_for_caption(self, words: str) -> None:
        """Wait until the caption has these words: what a cell changes comes some time after the cell has run."""
        expect(self.box.locator(".words")).to_contain_text(words, timeout=60_000)

    @property
    def place(self) -> list[int]:
        return self.look()[2]

    def slider(self, label: str) -> Locator:
        """The slider with this label."""
        return self.box.get_by_role("slider", name=label, exact=True)

    @property
    def controls(self) -> list[Locator]:
        """Every slider and every list, those that are folded away too."""
        self.box.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        return self.box.locator("input[type=range], select").all()

    def press(self, control: Locator) -> None:
        """Move a control by one key: a list to its next option, a slider to its upper end, or from there one back.

        Where long work may follow, a slider goes one step only: the farthest is the longest.
        """
        key = control.evaluate(
            """control => {
                if (control.tagName === 'SELECT')
                    return control.selectedIndex < control.length - 1 ? 'ArrowDown' : 'Home';
                if (+control.value === +control.max) return 'ArrowLeft';
                return control.closest('.gdlab-stage').querySelector('.work') ? 'ArrowRight' : 'End';
            }"""
        )
        control.press(key)

    def step(self, control: Locator) -> None:
        """Move a control by one key and wait for the picture."""
        state = self.state
        self.press(control)
        self.wait_for_change(state)

    def step_by_pictures_at_hand(self, count: int) -> None:
        """Move the step so many times, once the pictures for it are on the page: the kernel is not asked for them."""
        step, stage = self.slider("Step"), self.box.element_handle()
        step.focus()  # which makes the page ask for them ahead
        here = int(step.get_attribute("aria-valuetext").split()[0])
        for wanted in range(here + 1, here + count + 1):
            at_hand = "([stage, wanted]) => stage.dataset.kept.split(' ').includes(String(wanted))"
            self.page.wait_for_function(at_hand, arg=[stage, wanted])
            step.press("ArrowRight")
            assert self.box.locator("[aria-busy=true]").count() == 0

    def settle(self) -> None:
        """Wait until nothing is under way and nothing moves, whether or not anything has changed."""
        self.wait_for_change("")

    def reset(self) -> None:
        """Press *Reset* and wait until all is done."""
        self.box.get_by_role("button", name="Reset").click()
        self.settle()

    def wait_for_change(self, state: str, seconds: float = 300, still: int = 150) -> None:
        """Wait until something else is shown, then until all work is done and nothing moves for so many milliseconds.

        They come in messages of their own, and one change may bring several pictures.
        """
        self.image.page.wait_for_function(
            f"""([image, state, still]) => {{
                const shown = ({_STATE})(image);
                const stage = image.closest('.gdlab-stage');
                const now = shown + image.getBoundingClientRect().top + stage.offsetHeight;
                if (image.lastSeen !== now) [image.lastSeen, image.seenSince] = [now, performance.now()];
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const bar = stage.querySelector('.work');
                if (bar && getComputedStyle(bar).visibility !== 'hidden') return false;
                if (stage.querySelector('[aria-busy=true]')) return false;
                if (image.dataset.picture !== image.dataset.wanted || image.dataset.fitting) return false;
                return shown !== state && image.dataset.picture
                    && kernel.status === 'idle' && performance.now() - image.seenSince > still;
            }}""",
            arg=[self.image.element_handle(), state, still],
            timeout=seconds * 1000,
            polling=50,
        )

    def wait_for_work(self) -> None:
        """Wait until long work is under way, which has a bar on the page."""
        self.box.locator(".work").wait_for(state="visible")
