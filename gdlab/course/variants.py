"""A course of one's own: from a seed, other members of the families of exercises than the published ones."""

import dataclasses
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from gdlab.lessons.catalogue import EXERCISES, FAMILIES, find_exercise
from gdlab.notebooks import chosen_notebooks

_FAMILY_OF = {family.slug: family for family in FAMILIES.values()}


def varied(notebook: Path, seed: int) -> bytes:
    """Return the file of a notebook with variants in place of the published exercises; if it has none, as it is.

    Raises
    ------
    ValueError
        If the cells of the notebook that tell an exercise are not those that a variant replaces.
    """
    families = [_FAMILY_OF[slug] for slug in _slugs(notebook) if slug in _FAMILY_OF]
    if not families:
        return notebook.read_bytes()
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for family in families:
        for cell, source in zip(content["cells"], family.retold(content["cells"], seed), strict=True):
            cell["source"] = source.splitlines(keepends=True)
    for cell in content["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and (checked := re.match(r'gdlab\.check\("([\w-]+@\d+)"', source)):
            _show_untouched(cell, checked[1])
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


@cache
def texts_anywhere(name: str) -> tuple[str, ...]:
    """Return what the cells of gdlab's own notebook of a name say in any course: as published, and in each variant.

    Students may hand in any of these. If there is no notebook of that name, nothing is returned.
    """
    try:
        (notebook,) = chosen_notebooks([name])
    except (ValueError, FileNotFoundError):
        return ()
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    for family in (_FAMILY_OF[slug] for slug in _slugs(notebook) if slug in _FAMILY_OF):
        for about in family.variants:
            texts += family.retold(cells, 0, about)
    return tuple(dict.fromkeys(texts))


def _show_untouched(cell: dict[str, Any], slug: str) -> None:
    """Put into a check's stored output what it says of a stub: the published exercise's title stood there."""
    for output in cell["outputs"]:
        output["data"]["text/html"] = find_exercise(slug).check(...)._repr_html_().splitlines(keepends=True)


def _checked(notebook: bytes) -> list[tuple[str, str]]:
    """Return what a notebook's checks are of: the exercise's slug, and the name of the attempt."""
    sources = "\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])
    return re.findall(r'^gdlab\.check\("([\w@-]+)", (\w+)\)', sources, re.MULTILINE)


def _slugs(notebook: Path) -> list[str]:
    return [slug for slug, _ in _checked(notebook.read_bytes())]


def listed(notebooks: list[Path], seed: int) -> str:
    """Say which exercises of the notebooks differ from the published ones, and which do not and why."""
    differ, same = [], []
    for notebook in notebooks:
        for slug in _slugs(notebook):
            if family := _FAMILY_OF.get(slug):
                title = family.variant(seed).title
                differ.append(f"- `{notebook.stem}`, *{title}*: {family.about_variant(seed)}")
            else:
                same.append(f"- `{notebook.stem}`, *{EXERCISES[slug].title}*: {EXERCISES[slug].why_one}")
    return "\n".join(
        [
            f"## Variants\n\nThis course was made with `--seed {seed}`; the same seed makes the same course.",
            "There are only a few variants of each exercise, so another seed may draw one that you have used before.",
            "These exercises differ from the published ones, whose solutions do not pass here:\n",
            *(differ or ["- none"]),
            "\nTheir solutions are in `solutions.md`, for you alone. `gdlab.solution` does not show them; whoever",
            "reads the package's source finds them.",
            "\nQuestions that are answered in words are as published. So are these exercises, whose solutions are",
            "therefore public:\n",
            *(same or ["- none"]),
        ]
    )


def solutions(notebooks: list[Path], seed: int) -> str:
    """Return the solutions of the variants in the notebooks, as Markdown; each fits into its cell as it stands."""
    parts = ["# Solutions of the variants\n\nFor you alone: keep this file out of what you hand out.\n"]
    for notebook in notebooks:
        for slug, name in _checked(varied(notebook, seed)):
            if "@" in slug:
                exercise = dataclasses.replace(find_exercise(slug), name=name)
                code = exercise.solution_text.rstrip()
                parts.append(f"## {notebook.stem}: {exercise.title}\n\n```python\n{code}\n```\n")
    return "\n".join(parts)
