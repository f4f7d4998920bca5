"""How long the required part of a notebook takes, by one rule: words read, tasks done at explorers, exercises written.

Reading goes at 200 words a minute, a task at an explorer takes a minute and a half, an exercise 8 to 14 minutes by its
points. Their sum is rounded up to a multiple of 5. What stands under a heading that ends in "(optional)", and below
the line over the fine print, is not required.
"""

import math
import re

from nbformat import NotebookNode

WORDS_A_MINUTE = 200
TASK = 1.5
EXPLORER = re.compile(r"\bgdlab\.(?!(?:Activation|Layer|Loss|Rule)\()[A-Z]\w+\(")
_ITEM = re.compile(r"^\s*(?:\d+\.|[-*+]) ", re.MULTILINE)
_HEADING = re.compile(r"(#+) .*?(\(optional\))?$")


def minutes(notebook: NotebookNode) -> int:
    """Return the minutes that the required part of a notebook takes.

    Tasks are the items of the lists in the text right above and right below an explorer.
    """
    cells = required(notebook)
    texts = ["" if cell.cell_type == "code" else cell.source for cell in cells]
    beside = {
        near
        for i, cell in enumerate(cells)
        if cell.cell_type == "code" and EXPLORER.search(cell.source)
        for near in (i - 1, i + 1)
    }
    tasks = sum(len(_ITEM.findall(text)) for i, text in enumerate(texts) if i in beside)
    graded = [cell.metadata["nbgrader"] for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    exercises = sum(_exercise(each["points"]) for each in graded)
    return 5 * math.ceil((sum(map(words, texts)) / WORDS_A_MINUTE + TASK * tasks + exercises) / 5)


def words_before_an_explorer(notebook: NotebookNode) -> int:
    """Return how many words one reads before there is something to touch, a prediction's own not counted."""
    cells = notebook.cells
    first = next(i for i, cell in enumerate(cells) if cell.cell_type == "code" and EXPLORER.search(cell.source))
    return sum(words(cell.source) for cell in cells[:first] if cell.cell_type == "markdown")


def words(text: str) -> int:
    """Return how many words of Markdown one reads: a formula counts by its parts, the target of a link not at all."""
    return sum(any(map(str.isalnum, word)) for word in re.sub(r"\]\([^)]*\)", "]", text).split())


def required(notebook: NotebookNode) -> list[NotebookNode]:
    """Return copies of the cells that are required, the text of each without what is not."""
    cells: list[NotebookNode] = []
    skipped = 0  # the level of the optional heading we are under
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if not skipped:
                cells.append(cell)
            continue
        lines = []
        for line in cell.source.splitlines():
            if line == "---":
                return [*cells, NotebookNode(cell, source="\n".join(lines))]
            if heading := _HEADING.match(line):
                level = len(heading[1])
                if not skipped or level <= skipped:
                    skipped = level if heading[2] else 0
            if not skipped:
                lines.append(line)
        if lines or not skipped:  # an optional written answer is a cell of its own
            cells.append(NotebookNode(cell, source="\n".join(lines)))
    return cells


def _exercise(points: float) -> int:
    return 8 if points <= 2 else 11 if points <= 3 else 14
