"""From the clone to a learner who turns a slider: Binder's steps, in their order, each timed and looked at."""

import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.benchmarks.report import Table
from tests.binder import lock
from tests.binder.plan import Plan
from tests.binder.workshop import Environment, megabytes, run, timed
from tests.browser import lab

REMOTES = {
    "GitHub": "https://github.com/ann/gdlab.git",
    "a gist": "https://gist.github.com/ann/0123456789abcdef.git",
    "GitLab": "git@gitlab.com:group/team/gdlab.git",
    "any git": "https://git.university.example/ann/gdlab.git",
}
"""Where the clone pretends to come from, so that `gdlab links` has an address to write."""
POP_UPS = ".jp-Dialog, .Toastify__toast"


@dataclass
class Rehearsal:
    """Measured figures in `table`; what is not as it should be in `complaints`."""

    repository: Path
    plan: Plan
    place: Path
    table: Table = field(default_factory=lambda: Table(["", "seconds", "MB on disk"]))
    complaints: list[str] = field(default_factory=list)

    def expect(self, good: bool, complaint: str) -> None:
        if not good:
            self.complaints.append(complaint)

    def perform(self) -> None:
        self.check_lock()
        self.build()
        self.check_warmth()
        links = self.links()
        with self.server() as address:
            self.visit(address, links)

    def check_lock(self) -> None:
        """Make the lock again where it stands, and expect the same."""
        committed = (self.repository / lock.FILE).read_text()
        again = lock.locked(self.repository, self.plan, self.place / "tools", upgrade=False)
        self.expect(committed == again, f"{lock.FILE} is not what `{lock.COMMAND}` makes; run it")
        run(["git", "checkout", "--quiet", "--", "."], self.repository)
        (self.repository / lock.BASE).unlink()

    def build(self) -> None:
        """Make the image's environment, then do the plan's steps in it, the repository being the home as on Binder."""
        home = self.repository
        self.environment = Environment(self.place / "notebook", self.plan.python)
        self.environment.variables |= {
            "HOME": str(home),
            "REPO_DIR": str(home),
            "NB_PYTHON_PREFIX": str(self.environment.place),
            "KERNEL_PYTHON_PREFIX": str(self.environment.place),
            "JUPYTER_PLATFORM_DIRS": "0",
        }
        (self.place / "base.txt").write_text("\n".join(self.plan.base) + "\n")
        seconds = self.environment.install("--constraint", self.place / "base.txt", *self.plan.asked)
        weight = self.environment.megabytes()
        self.table.add("the image's own packages (not ours)", seconds, weight)
        for name, steps in (("install", self.plan.install), ("postBuild", self.plan.post_build)):
            seconds = sum(timed(step, self.repository, self.environment.variables)[0] for step in steps)
            before, weight = weight, self.environment.megabytes()
            self.table.add(f"{name}: `{steps[-1]}`", seconds, f"+{weight - before:.0f}")
        self.table.add("the environment, all in all", None, weight)
        self.table.add("the repository and its caches", None, megabytes(self.repository))
        try:
            run([self.environment.python, "-m", "pip", "check"], environment=self.environment.variables)
        except RuntimeError as error:
            self.complaints.append(str(error))

    def check_warmth(self) -> None:
        """See that postBuild has done what it is for."""
        fonts = list((self.repository / ".cache" / "matplotlib").glob("fontlist*.json"))
        self.expect(bool(fonts), "matplotlib's font cache is not there")
        (package,) = self.environment.place.glob("lib/python*/site-packages/gdlab")
        sources = [path for path in package.rglob("*.py") if "templates" not in path.parts]
        bare = [path.name for path in sources if not list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))]
        self.expect(not bare, f"no byte code for {', '.join(bare)}")
        ask = [self.environment.python, "-c", "import gdlab; gdlab.RuleRace"]
        first, _ = timed(ask, self.repository / "notebooks", self.environment.variables)
        second, _ = timed(ask, self.repository / "notebooks", self.environment.variables)
        self.table.add("first import of an explorer; the second, seconds", f"{first:.2f}; {second:.2f}", None)

    def links(self) -> dict[str, str]:
        """Return for each notebook the path that Binder opens, by `gdlab links`, the same for every git host."""
        paths: dict[str, set[str]] = {}
        for host, remote in REMOTES.items():
            run(["git", "remote", "set-url", "origin", remote], self.repository)
            for notebook in sorted((self.repository / "notebooks").glob("*.ipynb")):
                command = [self.environment.place / "bin" / "gdlab", "links", notebook.stem]
                link = urlsplit(on_binder(run(command, self.repository, self.environment.variables)))
                name, _, path = link.query.partition("=")
                self.expect(
                    (link.netloc, name) == ("mybinder.org", "urlpath"), f"{host}: the link is {link.geturl()!r}"
                )
                paths.setdefault(notebook.name, set()).add(unquote(path))
        for name, found in paths.items():
            self.expect(len(found) == 1, f"{name} has different paths on different hosts: {found}")
        return {name: min(found) for name, found in paths.items()}

    @contextmanager
    def server(self) -> Iterator[str]:
        """Start the server with BinderHub's command and arguments; yield its address, and give a token as ``{token}``.

        One argument more lets the rehearsal ask the page which notebook is open.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        base, token = f"/user/ann-gdlab-{secrets.token_hex(4)}/", secrets.token_urlsafe(16)
        given = [f"base_url={base}", f"token={token}", "trust_xheaders=True"]
        command = [self.environment.place / "bin" / "jupyter-lab", "--ip=127.0.0.1", f"--port={port}"]
        command += [f"--{app}.{setting}" for app in ("NotebookApp", "ServerApp") for setting in given]
        command += ["--no-browser", "--ServerApp.allow_root=True", "--expose-app-in-browser"]
        log = self.place / "server.log"
        start = time.monotonic()
        with log.open("w") as out:
            process = subprocess.Popen(
                list(map(str, command)),
                cwd=self.repository,
                env=self.environment.variables,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_for(f"http://127.0.0.1:{port}{base}api", process, log)
                self.table.add("first start of the server", time.monotonic() - start, None)
                yield f"http://127.0.0.1:{port}{base}{{path}}?token={token}"
            finally:
                process.terminate()
                process.wait(30)

    def visit(self, address: str, links: dict[str, str]) -> None:
        """Follow every link; open the notebook, run it, press a key."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
            for name, path in links.items():
                try:
                    forget_what_was_open(address)
                    seconds = self.visit_one(browser, address.format(path=path), name)
                    if name == min(links):
                        self.table.add("first page", seconds[0], None)
                        self.table.add("first Run All", seconds[1], None)
                    self.table.notes.append(f"{name}: opened in {seconds[0]:.1f} s, run in {seconds[1]:.1f} s.")
                except Exception as error:
                    self.complaints.append(f"{name}: {type(error).__name__}: {error}")
            browser.close()

    def visit_one(self, browser, link: str, name: str) -> tuple[float, float]:
        """Return the seconds to the open notebook, and to the end of *Run All*."""
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.monotonic()
        notebook = lab.Notebook(page, link, f"notebooks/{name}")  # waits until exactly this one is open
        opened = time.monotonic()
        notebook.run_all()
        done = time.monotonic()
        explorer = notebook.explorer()
        veil = explorer.box.locator(".veil")
        if veil.is_visible():  # until the prediction above is made, or it is pressed
            veil.click()
            veil.wait_for(state="hidden")
            explorer.settle()
        before = explorer.look()
        explorer.step(explorer.controls[-1])
        caption, picture, _ = explorer.look()
        self.expect((caption, picture) != before[:2], f"{name}: a key changed nothing")
        for error in notebook.outputs("error"):
            self.complaints.append(f"{name}: {': '.join(error)}")
        for complaint in notebook.complaints:
            self.complaints.append(f"{name}: the page complains: {complaint}")
        for words in page.locator(POP_UPS).all_inner_texts():
            self.complaints.append(f"{name}: a pop-up says: {words}")
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        page.close()
        return opened - start, done - opened


def on_binder(told: str) -> str:
    """Return the link to Binder of all that `gdlab links` prints."""
    lines = told.splitlines()
    return lines[lines.index("Binder:") + 1]


def forget_what_was_open(address: str) -> None:
    """Empty JupyterLab's workspace: on Binder every link opens a new server, on which nothing was open before."""
    delete = urllib.request.Request(address.format(path="lab/api/workspaces/default"), method="DELETE")
    try:
        urllib.request.urlopen(delete, timeout=30).close()
    except urllib.error.HTTPError as error:
        if error.code != 404:  # none was there
            raise


def wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    """Wait until something answers at the address."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer at {address}; it said:\n{log.read_text()[-3000:]}")
