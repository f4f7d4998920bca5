"""The page that opens first: the question, the answer, and the way into each lesson."""

import html
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

import gdlab
from gdlab.lessons import LESSONS

_ROW = """<li>
  <a href="notebooks/index.html?path=$path">$number $title</a>
  <span class="minutes">$minutes</span>
  <p>$question</p>
</li>"""


def write(site: Path, names: list[str]) -> None:
    """Write the page and its picture into a site that has the notebooks of these names."""
    bundle, _ = gdlab.RuleRace(step=600)._repr_mimebundle_()
    (site / "explorer.png").write_bytes(bundle["image/png"])
    words = {
        "caption": html.escape(bundle["text/plain"].split(": ", 1)[1]),
        "first": quote(f"{names[0]}.ipynb"),
        "first_title": html.escape(names[0].replace("_", " ")),
        "lessons": "\n".join(map(_row, names)),
    }
    template = (files("gdlab.site") / "templates" / "index.html").read_text(encoding="utf-8")
    (site / "index.html").write_text(Template(template).substitute(words), encoding="utf-8")


def _row(name: str) -> str:
    """Return the list's entry for a notebook; one that is no lesson of gdlab's has only its name."""
    number, _, title = name.partition("_")
    lesson = LESSONS.get(name)
    words = {
        "path": quote(f"{name}.ipynb"),
        "number": number,
        "title": title.replace("_", " "),
        "minutes": f"{lesson.minutes} minutes" if lesson else "",
        "question": lesson.question if lesson else "",
    }
    return Template(_ROW).substitute({key: html.escape(value) for key, value in words.items()})
