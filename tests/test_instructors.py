"""What `notebooks/INSTRUCTORS.md` says of the notebooks is so, and its commands are there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import gdlab
from gdlab import command
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.predict import PREDICTIONS
from tests.notebooks.refresh import stored

TOP = Path(__file__).parents[1]
PAGE = TOP / "notebooks" / "INSTRUCTORS.md"
WORDS = PAGE.read_text(encoding="utf-8")
NAMES = [path.stem for path in stored()]


def section(heading: str) -> str:
    """Return the page's words under a heading, up to the next of its kind."""
    level, title = heading.split(" ", 1)
    found = re.search(
        rf"^{level} {re.escape(title)}\n(.+?)(?=^#{{2,{len(level)}}} |\Z)", WORDS, re.DOTALL | re.MULTILINE
    )
    assert found, f"no section {heading}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its head."""
    lines = [re.sub(r"^\| | \|$", "", line).split(" | ") for line in text.splitlines() if line.startswith("|")]
    return lines[2:]


def shell() -> list[str]:
    """Return the commands in the page's blocks, line by line."""
    blocks = re.findall(r"^ *```sh\n(.+?)^ *```", WORDS, re.DOTALL | re.MULTILINE)
    return [line.strip() for block in blocks for line in block.splitlines()]


def notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(TOP / "notebooks" / f"{name}.ipynb", as_version=4)


def minutes(name: str) -> int:
    return int(re.search(r"What you'll need\.\*\*.*?(\d+) minutes", notebook(name).cells[0].source, re.DOTALL)[1])


def graded(name: str) -> dict[str, tuple[float, bool]]:
    """Return what a notebook gives points for: the points, and whether a person gives them."""
    cells = [cell.metadata.nbgrader for cell in notebook(name).cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.grade_id.removesuffix("-check"): (cell.points, cell.solution) for cell in cells}


def points(name: str) -> tuple[float, float]:
    """Return a notebook's points by checks and by hand."""
    each = graded(name).values()
    return sum(n for n, by_hand in each if not by_hand), sum(n for n, by_hand in each if by_hand)


def title(name: str) -> str:
    return name.replace("_", " ")


def named(number: str) -> str:
    return next(name for name in NAMES if name.startswith(number))


def test_the_table_has_every_notebook_with_its_minutes_and_points():
    *each, total = rows(section("## The notebooks at a glance"))
    told = [[link, *map(int, numbers)] for link, *numbers, _ in each]
    assert told == [[f"[{title(name)}]({name}.ipynb)", minutes(name), *points(name)] for name in NAMES]
    assert [int(number) for number in total[1:4]] == [sum(column) for column in list(zip(*told, strict=True))[1:]]


@pytest.mark.parametrize("name", NAMES)
def test_a_section_tells_a_notebooks_minutes_and_points(name):
    by_check, by_hand = points(name)
    told = f"{minutes(name)} minutes, {by_check} point{'s' * (by_check != 1)}" + f", {by_hand} by hand" * bool(by_hand)
    assert section(f"### {title(name)}").strip().startswith(f"*{told}.*"), f"it has to begin with *{told}.*"


@pytest.mark.parametrize("name", NAMES)
def test_a_section_says_once_of_each_exercise_what_it_suits(name):
    uses = re.findall(r"^- (\*\*Lab:\*\*.+(?:\n  .+)*)", section(f"### {title(name)}"), re.MULTILINE)
    assert len(uses) == 1, "wanted one line that begins with - **Lab:**"
    told = [(slug, int(number)) for slug, number in re.findall(r"`([\w-]+)`\s+\((\d+)", uses[0])]
    assert sorted(told) == sorted((slug, number) for slug, (number, _) in graded(name).items())


@pytest.mark.parametrize("name", NAMES)
def test_what_students_say_is_met_in_that_notebook(name):
    text = "\n".join(cell.source for cell in notebook(name).cells)
    table = rows(section(f"### {title(name)}"))
    assert len(table) >= 4
    for _, met, _ in table:
        if met == "—":
            continue
        slug, thought = re.fullmatch(r"`([\w-]+)`(?:: (.+))?", met).groups()
        assert f'gdlab.predict("{slug}")' in text or slug in graded(name), met
        if thought:
            assert thought in [misconception.name for misconception in EXERCISES[slug].misconceptions], met


@pytest.mark.parametrize("name", NAMES)
def test_figures_in_a_section_stand_in_the_notebook(name):
    text = "\n".join(
        "\n".join([cell.source, *(str(output) for output in cell.get("outputs", []))]) for cell in notebook(name).cells
    )
    questions = {option.text for prediction in PREDICTIONS.values() for option in prediction.options}
    for figure in re.findall(r"(?<![\w.])\d+\.\d+\b|\d+%|\d+ of \d+|\b\d\d weights", section(f"### {title(name)}")):
        if figure not in ("0.01", "0.0000001"):  # made up, to ask about
            assert figure in text or any(figure in words for words in questions), figure


def test_the_written_answers_are_those_marked_by_hand():
    told = re.findall(r"`([\w-]+)`", " ".join(re.findall(r"\*Marking (.+?):\*", WORDS)))
    assert told == [slug for name in NAMES for slug, (_, by_hand) in graded(name).items() if by_hand]


@pytest.mark.parametrize(("plan", "total"), [("One hour", 60), ("One afternoon", 240)])
def test_a_plan_fills_its_time(plan, total):
    table = rows(section(f"### {plan}"))
    assert sum(int(time) for time, _ in table) == total
    for time, what in table:
        if found := re.match(r"Notebook (\d\d)\b", what):
            assert int(time) == minutes(named(found[1]))


def test_the_five_weeks_have_all_notebooks_with_their_minutes_and_points():
    seen = []
    for _, numbers, time, told, _ in rows(section("### Five weeks")):
        names = [named(number) for number in numbers.split(", ")]
        assert int(time) == sum(map(minutes, names))
        assert int(told) == sum(sum(points(name)) for name in names)
        seen += names
    assert seen == NAMES


def test_links_lead_somewhere():
    headings = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in re.findall("^#+ (.+)", WORDS, re.M)
    }
    links = re.findall(r"\]\(([^)]+)\)", WORDS)
    assert len(links) > 15
    for link in links:
        assert link[1:] in headings if link.startswith("#") else (PAGE.parent / link).exists(), link


def test_what_it_names_in_code_is_there():
    known = {*EXERCISES, *PREDICTIONS, *(slug for name in NAMES for slug in graded(name))}
    for word in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", WORDS):
        assert word in known, word
    for explorer in re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", WORDS):
        assert explorer in gdlab.__all__, explorer
    for slug in re.findall(r'gdlab\.solution\("([\w-]+)"\)', WORDS):
        assert slug in EXERCISES


def test_gdlabs_commands_are_there(capsys):
    lines = [*shell(), *re.findall(r"`(gdlab (?:course|site) [^`]+)`", WORDS)]
    lines = [shlex.split(line) for line in lines if line.startswith("gdlab ")]
    assert {line[1] for line in lines} == {"course", "links", "site"}
    for _, subcommand, *rest in lines:
        with pytest.raises(SystemExit):
            command.main([subcommand, "--help"])
        described = capsys.readouterr().out
        assert all(word in described for word in rest if word.startswith("--")), rest


def test_nbgraders_commands_are_those_of_the_course(tmp_path):
    assert command.main(["course", str(tmp_path / "monday"), "--notebooks", "03"]) == 0
    made = (tmp_path / "monday" / "README.md").read_text(encoding="utf-8")
    commands = [line for line in shell() if line.startswith("nbgrader ")]
    assert len(commands) == 6
    assert all(line in made for line in commands)


def test_limits_are_those_of_a_course():
    config = (TOP / "gdlab" / "course" / "templates" / "nbgrader_config.txt").read_text(encoding="utf-8")
    told = r"check may run for (\d+) seconds, any other cell for (\d+) and a notebook for (\d+)"
    answer, given, whole = re.search(told.replace(" ", r"\s+"), WORDS).groups()
    limits = {"timeout": answer, "given": given, "notebook_seconds": whole}
    assert "".join(f"c.RunCells.{name} = {seconds}\n" for name, seconds in limits.items()) in config


def test_the_pages_have_their_pictures_descriptions_and_links(tmp_path):
    (line,) = (line for line in shell() if line.startswith("jupyter nbconvert"))
    folder = tmp_path / "pages"
    program, *options = shlex.split(
        line.replace("--output-dir pages", f"--output-dir {shlex.quote(folder.as_posix())}")
    )
    assert program == "jupyter"
    done = subprocess.run(
        [sys.executable, "-m", program, *options], cwd=TOP, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "Alternative text is missing" not in done.stderr
    assert sorted(page.stem for page in folder.iterdir()) == NAMES
    for name in NAMES:
        page = (folder / f"{name}.html").read_text(encoding="utf-8")
        assert not re.search(r'href="[\w]+\.ipynb"', page)
        linked = re.findall(r"\]\((\d\d_\w+)\.ipynb\)", "".join(cell.source for cell in notebook(name).cells))
        assert set(re.findall(r'href="(\d\d_\w+)\.html"', page)) == set(linked) <= set(NAMES)
        described = re.findall(r'<img alt="([^"]{40,})"', page)
        pictures = [
            o for cell in notebook(name).cells for o in cell.get("outputs", []) if "image/png" in o.get("data", {})
        ]
        assert len(described) == len(pictures) > 0
        assert re.search(r"@media print \{[^}]*\bpre \{ white-space: pre-wrap", page)  # or code is cut on paper


def test_the_readme_leads_here():
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    part = readme[readme.index("## For instructors") : readme.index("## The package")]
    assert "(notebooks/INSTRUCTORS.md)" in part
    assert "gdlab course" in part
