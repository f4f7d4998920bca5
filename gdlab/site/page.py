"""The site's own pages: the first, with the question, the answer and the way into each lesson; and the glossary."""

import html
import re
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import quote

import gdlab
from gdlab.lessons import LESSONS
from gdlab.notebooks import glossary

_TEMPLATES = files("gdlab.site") / "templates"
_ROW = """<li>
  <a href="notebooks/index.html?path=$path">$number $title</a>
  <span class="minutes">$minutes</span>
  <p>$question</p>
</li>"""


def write(site: Path, names: list[str]) -> None:
    """Write the pages and their picture into a site that has the notebooks of these names."""
    race = gdlab.RuleRace(step=600)
    (site / "explorer.png").write_bytes(race.png(caption=True))
    bundle, _ = race._repr_mimebundle_()
    first = {
        "caption": html.escape(bundle["text/plain"].split(": ", 1)[1]),
        "first": quote(f"{names[0]}.ipynb"),
        "first_title": html.escape(names[0].replace("_", " ")),
        "lessons": "\n".join(map(_row, names)),
    }
    for page, words in (("index.html", first), ("glossary.html", {"entries": _entries(names)}), ("site.css", {})):
        template = Template((_TEMPLATES / page).read_text(encoding="utf-8"))
        (site / page).write_text(template.substitute(words), encoding="utf-8")


def _entries(names: list[str]) -> str:
    """Return the glossary as HTML, in which a word has the id that JupyterLab gives it, since links name that."""
    from nbconvert.filters import markdown2html  # comes with JupyterLite's builder, and takes a second to load

    text = re.sub(r"\]\((\w+\.ipynb)\)", r"](notebooks/index.html?path=\1)", glossary(names).decode())
    entries = markdown2html(text).replace("h3>", "h2>").replace("<h3", "<h2")
    return re.sub(r'<a class="anchor-link".*?</a>', "", entries)


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
