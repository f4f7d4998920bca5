"""A real JupyterLab in a real Chromium, and what a person does there: open, run, press keys, look."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page

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
HARMLESS = re.compile(r"favicon|/api/(listings|news)|ResizeObserver|Download the React DevTools|\(reading 'schema'\)")
"""What JupyterLab, or Notebook 7 (the last), complains of by itself on a notebook without a widget."""


@contextmanager
def server(folder: Path, settings: Path, app: str = "lab") -> Iterator[str]:
    """Serve `folder` and yield the address, token and all; keep configuration and logs in `settings`."""
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
        sys.executable,
        "-m",
        "jupyter",
        app,
        "--no-browser",
        "--allow-root",
        "--port=0",
        f"--notebook-dir={folder}",
    ]
    command += [f"--IdentityProvider.token={token}", "--expose-app-in-browser"]
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
            process.wait(20)


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
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


class Notebook:
    """One notebook open in a page."""

    def __init__(self, page: Page, address: str, path: str, app: str = "lab") -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: HARMLESS.search(str(error)) or self.complaints.append(str(error)))
        workspace = secrets.token_hex(4)  # a fresh one, or JupyterLab would open what was open before
        page.goto(address.format(f"lab/workspaces/{workspace}/tree/{path}" if app == "lab" else f"notebooks/{path}"))
        page.wait_for_function(
            """path => {
                const panel = window.jupyterapp?.shell.currentWidget;
                return panel?.context?.path === path && panel.context.isReady
                    && panel.sessionContext.session?.kernel?.status === 'idle';
            }""",
            arg=path,
            timeout=60_000,
        )

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not HARMLESS.search(message.text + str(message.location)):
            self.complaints.append(message.text)

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

    def answer(self, grade_id: str, source: str) -> list[str]:
        """Type into the cell with this nbgrader name, run it and the check below; return the check's text and HTML."""
        self.page.evaluate(
            """async ([gradeId, source]) => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const names = [...notebook.model.cells].map(cell => cell.getMetadata('nbgrader')?.grade_id);
                const stub = names.indexOf(gradeId);
                notebook.model.cells.get(stub).sharedModel.setSource(source);
                for (const index of [stub, names.indexOf(`${gradeId}-check`)]) {
                    notebook.activeCellIndex = index;
                    await window.jupyterapp.commands.execute('notebook:run-cell');
                }
            }""",
            [grade_id, source],
        )
        return self.result(f"{grade_id}-check")

    def result(self, grade_id: str) -> list[str]:
        """Return the plain text and the HTML of what the cell with this nbgrader name gave."""
        return self.page.evaluate(
            """gradeId => {
                const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
                const cell = cells.find(cell => cell.getMetadata('nbgrader')?.grade_id === gradeId);
                const data = cell.outputs.toJSON()[0].data;
                return [String(data['text/plain']), String(data['text/html'])];
            }""",
            grade_id,
        )

    def barriers(self) -> list[str]:
        """Return what axe-core finds against accessibility in the outputs, a line each.

        It rightly finds that the sliders of ipywidgets have no accessible name; from Python they cannot be given one.
        """
        found = Axe().run(self.page, context=".jp-OutputArea-output").response["violations"]
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
            if not (rule["id"] == "aria-input-field-name" and "noUi-handle" in node["html"])
        ]

    @property
    def explorers(self) -> Locator:
        """The pictures of all explorers on the page."""
        return self.page.locator(".widget-vbox:has(> .widget-hbox > button[title^='Put every']) > img.widget-image")

    def explorer(self, index: int = 0) -> "ExplorerOnPage":
        """Scroll to an explorer and wait until its picture and its caption are there."""
        image = self.explorers.nth(index)
        image.scroll_into_view_if_needed()
        explorer = ExplorerOnPage(self.page, image)
        explorer.wait_for_change("", still=600)  # JupyterLab lays out what comes into view, and then again
        return explorer


_STATE = "image => image.src + image.parentElement.querySelector('p[role]')?.innerText"


class ExplorerOnPage:
    """An explorer as it stands on the page."""

    def __init__(self, page: Page, image: Locator) -> None:
        self.page = page
        self.image = image
        self.box = image.locator("xpath=..")

    @property
    def picture(self) -> str:
        """A fingerprint of the picture that is shown: the same for the same pixels."""
        return self.image.evaluate(
            """async image => {
                const file = await (await fetch(image.src)).arrayBuffer();
                return [...new Uint8Array(await crypto.subtle.digest('SHA-256', file))].join(' ');
            }"""
        )

    @property
    def state(self) -> str:
        """What is shown: the picture's address, new with each picture, and the caption."""
        return self.image.evaluate(_STATE)

    @property
    def caption(self) -> str:
        return self.box.locator("p[role]").inner_text()

    @property
    def place(self) -> list[int]:
        """The picture's left, top, width and height within the explorer, and the explorer's own height, in pixels."""
        return self.image.evaluate(
            """image => {
                const [inner, outer] = [image, image.parentElement].map(element => element.getBoundingClientRect());
                const sizes = [inner.left - outer.left, inner.top - outer.top, inner.width, inner.height, outer.height];
                return sizes.map(Math.round);
            }"""
        )

    def slider(self, label: str) -> Locator:
        """The handle of the slider with this label, which takes the keyboard."""
        return self.box.locator(f".widget-slider:has(label:text-is('{label}')) [role=slider]").first

    @property
    def controls(self) -> list[Locator]:
        """Everything that takes the keyboard to steer: handles of sliders and the buttons beside lists."""
        return self.box.locator("[role=slider], button[title^=Next]").all()

    def step(self, control: Locator, back: str = "ArrowLeft") -> None:
        """Move a control by one key, a slider to its upper end or from there by `back`, and wait for the picture."""
        key = control.evaluate(
            """(control, back) => control.tagName === 'BUTTON' ? 'Enter'
                : +control.getAttribute('aria-valuenow') < +control.getAttribute('aria-valuemax') ? 'End' : back""",
            back,
        )
        state = self.state
        control.press(key)
        self.wait_for_change(state)

    def reset(self) -> None:
        state = self.state
        self.box.get_by_role("button", name="Reset").click()
        self.wait_for_change(state)

    def wait_for_change(self, state: str, seconds: float = 60, still: int = 250) -> None:
        """Wait until something else is shown, then until all work is done and nothing moves for so many milliseconds.

        They come in messages of their own, and one change may bring several pictures.
        """
        self.image.page.wait_for_function(
            f"""([image, state, still]) => {{
                const shown = ({_STATE})(image);
                const now = shown + image.getBoundingClientRect().top + image.parentElement.offsetHeight;
                if (image.lastSeen !== now) [image.lastSeen, image.seenSince] = [now, performance.now()];
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const bar = image.parentElement.querySelector('.widget-hprogress');
                if (bar && getComputedStyle(bar).visibility !== 'hidden') return false;
                return shown !== state && image.complete && image.naturalWidth > 0
                    && kernel.status === 'idle' && performance.now() - image.seenSince > still;
            }}""",
            arg=[self.image.element_handle(), state, still],
            timeout=seconds * 1000,
        )
