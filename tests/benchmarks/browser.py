"""A JupyterLab page with one cell, and a stop-watch inside the page."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import nbformat
from playwright.sync_api import Page, TimeoutError, sync_playwright

from tests.benchmarks.line import delayed
from tests.browser import lab

ROOT = Path(__file__).parents[2]

WATCH = """
(() => {
    const painted = () => new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();  // its message comes after the frame has been painted
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
    }));
    const pictures = box => [...box.querySelectorAll('img')];
    const drawn = box => [...box.querySelectorAll('canvas.shown')].map(canvas => canvas.dataset.picture).join();
    const state = box =>
        drawn(box) + pictures(box).map(i => i.src).join() + (box.querySelector('.floor')?.innerText ?? '');
    window.wait = time => new Promise(done => setTimeout(done, time));
    window.control = (box, label) => {
        if (!label) return box.querySelector('[role=slider]');
        box.querySelectorAll('details').forEach(one => one.open = true);
        const named = [...box.querySelectorAll('label')].find(one => one.textContent === label);
        return document.getElementById(named.htmlFor);
    };
    window.watch = (box, seen) => {  // call seen(when) for each new picture, decoded and painted
        let before = state(box);
        const observer = new MutationObserver(async () => {
            if (state(box) === before || state(box) === '') return;
            before = state(box);
            try { await Promise.all(pictures(box).map(i => i.decode())); } catch { return; }
            seen(await painted());
        });
        const all = {subtree: true, childList: true, characterData: true};
        observer.observe(box, {...all, attributes: true, attributeFilter: ['src', 'data-picture']});
        return () => observer.disconnect();
    };
    window.arm = box => {  // from the next key press to the first picture after it, and whether the kernel was asked
        window.result = new Promise(done => {
            let pressed = null, asked = null;
            const key = event => {
                pressed = event.timeStamp;
                setTimeout(() => asked = box.querySelector('[aria-busy=true]') !== null);
            };
            const stop = watch(box, at => pressed !== null && finish([at - pressed, asked]));
            const finish = value => {
                stop(); removeEventListener('keydown', key, true); clearTimeout(late); done(value);
            };
            const late = setTimeout(() => finish(null), 6000);
            addEventListener('keydown', key, true);
        });
    };
    window.play = async (box, seconds) => {  // when each picture of a run that plays was painted
        const frames = [], button = box.querySelector('.play');
        const stop = watch(box, at => frames.push(at));
        button.click();
        const end = performance.now() + 1000 * seconds;
        while (performance.now() < end && button.ariaLabel.startsWith('Pause')) await wait(20);
        if (button.ariaLabel.startsWith('Pause')) button.click();
        await wait(300);
        stop();
        return frames;
    };
    window.follow = box => {  // how late the handle and the pictures are behind the pointer
        const log = window.followed = {moves: [], late: [], frames: []};
        box.addEventListener('pointermove', event => log.moves.push(event.timeStamp), true);
        const observer = new MutationObserver(async () => {
            if (!handle.classList.contains('held')) return;  // let go of, it may be put right once more
            const moved = log.moves.at(-1);
            log.late.push(await painted() - moved);
        });
        const handle = [...box.querySelectorAll('.handle')].find(one => one.checkVisibility());
        observer.observe(handle, {attributes: true, attributeFilter: ['style']});
        watch(box, at => log.frames.push(at));
    };
})()
"""
READY = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
STAGE = ".gdlab-stage"


class OnPage:
    """One notebook with one cell, run again and again with other code."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.notebook = lab.Notebook(page, address, "page.ipynb")
        page.evaluate(WATCH)

    def show(self, code: str) -> None:
        """Run code as the page's only cell and wait until the kernel and the page rest."""
        self.page.evaluate(
            """async code => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.model.cells.get(0).sharedModel.setSource(code);
                notebook.activeCellIndex = 0;
                await window.jupyterapp.commands.execute('notebook:run-cell');
                await window.jupyterapp.commands.execute('notebook:enter-command-mode');
            }""",
            code,
        )
        if errors := self.notebook.outputs("error"):
            raise RuntimeError(f"the page says {errors}")
        self.settle(600)

    def settle(self, milliseconds: int = 60) -> None:
        self.page.wait_for_function(READY, timeout=120_000)
        self.page.wait_for_timeout(milliseconds)
        self.page.wait_for_function(READY, timeout=120_000)

    def press(self, box: str, label: str, key: str) -> tuple[float, bool] | None:
        """Press a key on a control; return the milliseconds to the next picture and whether the kernel was asked.

        None if the picture stays as it is.
        """
        self.page.evaluate(
            """async ([name, label]) => {
                const box = document.querySelector(name);
                box.scrollIntoView({block: 'start'});
                control(box, label).focus({preventScroll: true});
                await wait(40);
                arm(box);
            }""",
            [box, label],
        )
        self.page.keyboard.press(key)
        return self.page.evaluate("() => window.result")

    def look(self, milliseconds: int) -> None:
        """Look at the explorer for a while, the pointer on its picture, as one does before one moves something."""
        self.page.locator(f"{STAGE} .picture").hover()
        self.page.wait_for_timeout(milliseconds)

    def rest(self) -> None:
        """Wait, at most five seconds, until long work that a key has set going is done."""
        with suppress(TimeoutError):
            self.page.wait_for_function(
                f"""() => [...document.querySelectorAll('{STAGE} .work')]
                    .every(bar => getComputedStyle(bar).visibility === 'hidden')""",
                timeout=5000,
            )
        self.settle()


@contextmanager
def server_and_chromium(notebook: nbformat.NotebookNode, delay: float = 0) -> Iterator[tuple]:
    """Serve one notebook, ``page.ipynb``, behind a line that is late by `delay` seconds each way; start Chromium."""
    if lab.CHROMIUM is None:
        raise RuntimeError("no Chromium is installed: `apt-get install chromium`")
    with ExitStack() as open_:
        scratch = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        folder = scratch / "notebooks"
        folder.mkdir()
        nbformat.write(notebook, folder / "page.ipynb")
        address = open_.enter_context(lab.server(folder, scratch / "jupyter"))
        if delay:
            address = open_.enter_context(delayed(address, delay))
        playwright = open_.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
        open_.callback(browser.close)
        yield browser, address


@contextmanager
def on_page(delay: float = 0) -> Iterator[OnPage]:
    """Open a page with one empty cell."""
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")], metadata=kernel)
    with server_and_chromium(empty, delay) as (browser, address):
        yield OnPage(browser.new_page(viewport={"width": 1366, "height": 900}), address)
