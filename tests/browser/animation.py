"""Film an explorer that is grabbed: `python -m tests.browser.animation` makes the README's pictures in `.github/`.

The step of `RuleRace` is dragged along the loss curves with a pointer that the page draws, since pictures of a page
have none. A film and a still for each theme; the still is the film's last picture.
"""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser import lab

FOLDER = Path(__file__).parents[2] / ".github"
CODE = "import gdlab\n\ngdlab.RuleRace()"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
STRIDE = 4  # pixels from one picture to the next
SHOWN, LAST_SHOWN = 60, 3000  # milliseconds
LARGEST = 2_000_000
_POINTER = """() => {
    const pointer = document.createElement('div');
    pointer.innerHTML = `<svg width="22" height="30" viewBox="0 0 11 15">
        <path d="M1 1v11l2.6-2.4 1.7 4 2-.9-1.7-3.9H9z" fill="#000" stroke="#fff"/></svg>`;
    pointer.style.cssText = 'position: fixed; z-index: 99999; pointer-events: none';
    document.body.append(pointer);
    const follow = event => Object.assign(pointer.style, {left: `${event.clientX}px`, top: `${event.clientY}px`});
    window.addEventListener('pointermove', follow, true);
}"""


def film(browser: Browser, address: str, theme: str) -> Iterator[Image.Image]:
    """Yield the pictures of the explorer while its step is dragged from the start to the end of the run."""
    page = browser.new_page(viewport={"width": 1180, "height": 900}, device_scale_factor=3)  # which is halved
    notebook = lab.Notebook(page, address, "film.ipynb")
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    notebook.run_all()
    explorer = notebook.explorer()
    page.evaluate(_POINTER)
    strip = explorer.box.locator(".strip").bounding_box()
    step, x, y = explorer.slider("Step"), strip["x"], strip["y"] + 0.12 * strip["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    while True:
        explorer.wait_for_change("", still=150)
        yield Image.open(io.BytesIO(explorer.box.screenshot())).convert("RGB").reduce(2)
        if step.evaluate("step => +step.value >= +step.max"):
            break
        x += STRIDE
        page.mouse.move(x, y)
    page.mouse.up()
    page.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        served, settings = Path(name, "served"), Path(name, "settings")
        served.mkdir()
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(CODE)]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, served / "film.ipynb")
        with lab.server(served, settings) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=lab.CHROMIUM, args=lab.CHROMIUM_FLAGS)
            for look, theme in THEMES.items():
                first, *others = film(browser, address, theme)
                others[-1].save(FOLDER / f"rule_race_{look}.png", optimize=True)
                path = FOLDER / f"rule_race_{look}.webp"
                times = [SHOWN] * len(others) + [LAST_SHOWN]
                first.save(path, save_all=True, append_images=others, duration=times, loop=0, quality=72, method=6)
                print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")
                assert path.stat().st_size < LARGEST
            browser.close()


if __name__ == "__main__":
    main()
