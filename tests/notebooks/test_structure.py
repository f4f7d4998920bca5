"""The stored notebooks: their form, their words' frame, and what they must not hold. nbval checks what they print."""

import json
import re

import nbformat
import pytest

from gdlab.lessons import LESSONS
from gdlab.lessons.catalogue import EXERCISES
from gdlab.lessons.predict import PREDICTIONS
from tests.notebooks import tables
from tests.notebooks.minutes import EXPLORER, minutes, required, words_before_an_explorer
from tests.notebooks.refresh import FOLDER, WIDGET_VIEW, clean, main, stored, text

PATHS = stored()
GLOSSARY = (FOLDER / "glossary.md").read_text(encoding="utf-8")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def codes(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(notebook):
    return [output for cell in codes(notebook) for output in cell.outputs]


def test_there_are_notebooks():
    assert PATHS
    assert [path.stem for path in PATHS] == list(LESSONS), "the notebooks are not those of gdlab/lessons/__init__.py"


def test_is_stored_in_canonical_form(path, notebook):
    assert path.read_text(encoding="utf-8") == text(clean(notebook)), "run: python -m tests.notebooks.refresh"


def test_is_stored_executed_from_top_to_bottom(notebook):
    assert [cell.execution_count for cell in codes(notebook)] == list(range(1, len(codes(notebook)) + 1))


def test_holds_no_widget_view_no_error_and_no_stderr(path, notebook):
    assert WIDGET_VIEW not in path.read_text(encoding="utf-8")
    assert [o for o in outputs(notebook) if o.output_type == "error" or o.get("name") == "stderr"] == []


def test_opens_with_a_title_a_question_and_what_you_will_do_learn_and_need(notebook):
    opening = notebook.cells[0].source
    assert re.match(r"# [a-z]", opening), "a title with a verb, in lower case"
    assert re.search(r"^\*.+\?\*$", opening, re.MULTILINE), "the question, in a sentence of its own"
    for promise in ("**What you'll do.**", "**What you'll learn.**", "**What you'll need.**"):
        assert promise in opening
    assert re.search(r"\d+ minutes\.", opening)


def test_says_honestly_how_many_minutes_it_takes(path, notebook):
    (told,) = re.findall(r"(\d+) minutes\.", notebook.cells[0].source)
    record, rule = LESSONS[path.stem].minutes, minutes(notebook)
    assert int(told) == record == rule, f"{told} minutes in the opening, {record} in the record, {rule} by the rule"
    assert minutes(notebook) <= 60


def test_minutes_count_what_is_read_tried_and_written_before_the_fine_print():
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell

    def graded(points):
        return code("gdlab.check()", metadata={"nbgrader": nbgrader("a", grade=True, points=points)})

    def takes(*cells):
        return minutes(nbformat.NotebookNode(cells=[*cells, markdown("---"), markdown("word " * 9000)]))

    assert takes(markdown("word " * 1000)) == 5
    assert takes(markdown("[word](a long target) " * 1000 + "one more")) == 10
    tasks, list_of_words = markdown("1. drag\n2. press\n3. look"), markdown("- a\n- b\n- c")
    explorer, layer = code("gdlab.RuleRace(step=0)"), code("gdlab.Layer(W, b, f)")
    assert takes(explorer, tasks) == takes(tasks, explorer) == takes(explorer, tasks, explorer) == 5
    assert takes(explorer, tasks, code("1"), list_of_words) == takes(layer, tasks) == 5
    assert takes(tasks, explorer, tasks) == 10
    assert [takes(graded(points), graded(points)) for points in (1, 2, 3, 4)] == [20, 20, 25, 30]
    optional = markdown("## More (optional)\n\n" + "word " * 2000)
    assert takes(optional, graded(4), explorer, tasks, markdown("### Deeper\n\n" + "word " * 2000)) == 0
    assert takes(optional, markdown("## Back\n\n" + "word " * 998)) == 5
    assert required(nbformat.NotebookNode(cells=[optional, markdown("An optional answer."), code("1")])) == []


def test_there_is_something_to_touch_within_250_words(notebook):
    words = words_before_an_explorer(notebook)
    assert words <= 250, f"{words} words before the first explorer; 250 at most"


def test_words_before_an_explorer_are_those_of_the_text_alone():
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [markdown("one [two](a long target)"), code("gdlab.Layer(W, b)  # three"), markdown("four ten")]
    cells += [code('gdlab.RuleRace(after="race")'), markdown("too late"), code("gdlab.LineFit()")]
    assert words_before_an_explorer(nbformat.v4.new_notebook(cells=cells)) == 4


def test_ends_with_the_fine_print_and_references(notebook):
    headings = re.findall(r"^## (.+)$", prose(notebook), re.MULTILINE)
    assert headings[-2:] == ["In practice", "Further reading"]
    assert "\n---\n" in prose(notebook)


def test_code_cells_are_short(notebook):
    for cell in codes(notebook):
        lines = cell.source.splitlines()
        assert len(lines) <= 15, f"a cell of {len(lines)} lines, from {lines[0]!r} on; 15 at most"
        assert max(map(len, lines)) <= 100, f"a line of over 100 letters: {max(lines, key=len)!r}"


def test_every_picture_has_a_caption_as_alternative_text(notebook):
    pictures = [output for output in outputs(notebook) if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        alternative = picture.metadata.get("image/png", {}).get("alt", "")
        assert len(alternative) > 40, f"a picture described by {alternative!r}; explorers bring their captions"
        assert alternative in picture.data["text/plain"]


def test_asks_for_a_prediction_before_it_shows_an_explorer(notebook):
    sources = [cell.source for cell in codes(notebook)]
    first = next(i for i, source in enumerate(sources) if EXPLORER.search(source))
    asked = [m[1] for source in sources[:first] if (m := re.fullmatch(r'gdlab\.predict\("([\w-]+)"\)', source))]
    assert asked
    assert set(asked) <= set(PREDICTIONS)


def test_each_exercise_is_a_stub_and_a_check_as_nbgrader_wants_them(notebook):
    cells = notebook.cells
    checks = [i for i, cell in enumerate(cells) if "gdlab.check(" in cell.source and cell.cell_type == "code"]
    assert checks
    for i in checks:
        slug, attempt = re.fullmatch(r'gdlab\.check\("([\w-]+)", (\w+)\)', cells[i].source).groups()
        stub, check = (cell.metadata.get("nbgrader", "none; refresh writes it") for cell in cells[i - 1 : i + 1])
        assert re.search(rf"^(def {attempt}\(|{attempt} = )", cells[i - 1].source, re.MULTILINE)
        assert "..." in cells[i - 1].source
        assert stub == nbgrader(slug, solution=True)
        assert check == nbgrader(f"{slug}-check", grade=True, locked=True, points=EXERCISES[slug].points)


def nbgrader(grade_id, *, solution=False, grade=False, locked=False, points=None):
    wanted = {"schema_version": 3, "grade_id": grade_id, "cell_type": "code", "task": False}
    wanted |= {"solution": solution, "grade": grade, "locked": locked}
    return wanted if points is None else wanted | {"points": points}


def test_an_unsolved_exercise_stands_at_0_points(notebook):
    for cell in codes(notebook):
        if "gdlab.check(" in cell.source:
            (output,) = cell.outputs
            assert output.output_type == "execute_result"
            assert output.data["text/plain"] == "0.0"
            assert "Not attempted yet" in output.data["text/html"]


def test_links_lead_to_notebooks_and_words_that_exist(notebook):
    for target in re.findall(r"\]\(([^)]+)\)", prose(notebook)):
        name, _, word = target.partition("#")
        assert (FOLDER / name).is_file(), f"[…]({target}) leads to no file in notebooks/"
        if name == "glossary.md" and word:
            assert word in [term.replace(" ", "-") for term in re.findall(r"^### (.+)", GLOSSARY, re.MULTILINE)]


def test_every_exercise_and_prediction_is_used_once():
    everything = "".join(path.read_text(encoding="utf-8") for path in PATHS)
    for kind, table in (("check", EXERCISES), ("predict", PREDICTIONS)):
        used = re.findall(rf'gdlab\.{kind}\(\\"([\w-]+)\\"', everything)
        assert sorted(used) == sorted(table)


def test_the_first_notebook_links_to_all_others():
    first = nbformat.read(PATHS[0], as_version=4)
    for path in PATHS[1:]:
        assert f"({path.name})" in prose(first)


def test_refresh_gives_a_stub_and_its_check_what_nbgrader_wants():
    code = nbformat.v4.new_code_cell
    cells = [code("misleading = ..."), code('gdlab.check("valley", misleading)')]
    stub, check = clean(nbformat.v4.new_notebook(cells=cells)).cells
    assert stub.metadata["nbgrader"] == nbgrader("valley", solution=True)
    assert check.metadata["nbgrader"] == nbgrader("valley-check", grade=True, locked=True, points=2)
    cells[1].source = 'gdlab.check("vallee", misleading)'
    with pytest.raises(ValueError, match="vallee"):
        clean(nbformat.v4.new_notebook(cells=cells))


def test_refresh_leads_the_neighbours_of_a_new_lesson_to_it(tmp_path, monkeypatch):
    names = ["00_start_here", "01_fit_a_line", "02_walk_down_a_slope"]
    monkeypatch.setattr(tables, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(tables, "TABLES", {})
    monkeypatch.setattr(tables, "LESSONS", {name: LESSONS[name] for name in names})
    the_map = "<!-- lessons -->\n<!-- /lessons -->"
    for name, last in zip(names, (the_map, "The end.\n\n**Before:** [no](where.ipynb)", "The end.\n"), strict=True):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(last)])
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    tables.write()
    first, middle, end = (nbformat.read(tmp_path / f"{name}.ipynb", 4).cells[0].source for name in names)
    zero, one, two = (f"[{name.replace('_', ' ')}]({name}.ipynb)" for name in names)
    assert f"| {two} | " in first
    assert first.endswith(f"**Next:** {one}")
    assert middle == f"The end.\n\n**Next:** {two} · **Before:** {zero}"
    assert end == f"The end.\n\n**Before:** {one} · **Map:** {zero}"


def test_each_notebook_ends_with_the_way_to_its_neighbours():
    titles = [f"[{path.stem.replace('_', ' ')}]({path.name})" for path in PATHS]
    for number, path in enumerate(PATHS):
        last = nbformat.read(path, as_version=4).cells[-1].source.splitlines()[-1]
        assert ("**Next:** " in last) == (path != PATHS[-1])
        assert ("**Before:** " in last) == (path != PATHS[0])
        if path != PATHS[-1]:
            assert f"**Next:** {titles[number + 1]}" in last
        if path != PATHS[0]:
            assert f"**Before:** {titles[number - 1]}" in last


def test_the_glossary_leads_to_notebooks_that_use_the_word():
    entries = re.findall(r"^### (.+)\n\n(.+)$", GLOSSARY, re.MULTILINE)
    assert len(entries) == GLOSSARY.count("\n### ") > 50
    terms = [term for term, _ in entries]
    assert terms == sorted(terms, key=str.lower)
    for term, words in entries:
        told, links = re.fullmatch(r"(.+?) → (\[\d\d\].+)", words).groups()
        assert told.endswith(".")
        places = re.fullmatch(r"\[\d\d\]\(\w+\.ipynb\)(, \[\d\d\]\(\w+\.ipynb\))*", links)
        assert places, term
        for number, target in re.findall(r"\[(\d\d)\]\((.+?)\)", links):
            assert target == PATHS[int(number)].name
            assert stem(term) in prose(nbformat.read(FOLDER / target, 4)).lower(), (term, number)


def stem(term):
    """Return what a text that uses the word is bound to hold of it: ``differentiated`` for ``differentiate``."""
    return term.split(" (")[0].lower()[:6]


def test_the_glossary_has_the_words_that_the_first_notebooks_are_read_with():
    basic = (
        "activation, unit, layer, hidden unit, weight, bias, input, weighted input (z), loss, gradient, target, error"
    )
    basic += (
        ", error signal, slope, learning rate, sigmoid, tanh, ReLU, delta rule, chain rule, network, prediction, sample"
    )
    assert set(basic.split(", ")) <= set(re.findall(r"^### (.+)", GLOSSARY, re.MULTILINE))


def test_the_tables_of_all_lessons_are_those_of_their_records():
    for page, table in tables.TABLES.items():
        text = page.read_text(encoding="utf-8")
        assert text == tables.written(text, table), "run: python -m tests.notebooks.refresh"
    for path in PATHS:
        as_it_is, as_it_should_be = (nbformat.read(path, as_version=4) for _ in range(2))
        tables.written_into(path.stem, as_it_should_be)
        for one, other in zip(as_it_is.cells, as_it_should_be.cells, strict=True):
            assert one.source == other.source, f"{path.name}; run: python -m tests.notebooks.refresh"
    with pytest.raises(ValueError, match="0 places between"):
        tables.written("no comments", tables.readme_table)


def test_the_tables_say_what_the_notebooks_say():
    """Minutes, points and titles once more, from the notebooks themselves."""
    for row, path in zip(tables.instructors_table().splitlines()[2:], PATHS, strict=False):
        cells = nbformat.read(path, as_version=4).cells
        graded = [cell.metadata.nbgrader for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
        by_check, by_hand = (sum(one.points for one in graded if one.solution is hand) for hand in (False, True))
        link = f"[{path.stem.replace('_', ' ')}]({path.name})"
        minutes_told = re.search(r"(\d+) minutes\.", cells[0].source)[1]
        assert row.startswith(f"| {link} | {minutes_told} | {by_check} | {by_hand} | ")


def test_refresh_mends_what_a_saved_notebook_brings_along(tmp_path, monkeypatch):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('one'); print(1 + 1)")])
    notebook.metadata["widgets"] = {"state": {}}
    notebook.cells[0].metadata["collapsed"] = True
    notebook.cells[0].outputs = [
        nbformat.v4.new_output("display_data", {WIDGET_VIEW: {"model_id": "gone"}, "text/plain": "old"})
    ]
    path = tmp_path / "00_try.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.setattr("tests.notebooks.refresh.FOLDER", tmp_path)
    monkeypatch.setattr(tables, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(tables, "TABLES", {})
    main([])
    fresh = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in fresh["metadata"]
    assert fresh["cells"][0]["metadata"] == {}
    assert ["".join(output["text"]) for output in fresh["cells"][0]["outputs"]] == ["one\n2\n"]
    main(["00_try"])
    with pytest.raises(SystemExit, match="no notebook is called 07"):
        main(["07"])
