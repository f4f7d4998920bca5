"""`gdlab course --seed`: variants in place of the published exercises, the same for everyone, and graded alike."""

import csv
import json
import re

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

import gdlab
from gdlab import notebooks
from gdlab.command import main
from gdlab.course import make, variants
from gdlab.course.strict import judge, sandbox
from gdlab.exercises.function_exercise import FunctionExercise
from gdlab.exercises.property_exercise import PropertyExercise
from gdlab.lessons.catalogue import EXERCISES, FAMILIES, find_exercise
from tests.course.nbgrader import nbgrader
from tests.notebooks.test_structure import nbgrader as metadata

NOTEBOOKS = notebooks.chosen_notebooks()
VARIED = [
    path
    for path in NOTEBOOKS
    if any(f'gdlab.check(\\"{f.slug}\\"' in path.read_text(encoding="utf-8") for f in FAMILIES.values())
]


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_notebook_but_10_has_a_variant():  # notebooks/INSTRUCTORS.md says so
    assert [path.stem for path in NOTEBOOKS if path not in VARIED] == ["10_read_handwritten_digits"]


def test_every_exercise_has_variants_or_a_reason_why_not():
    without = {slug for slug, exercise in EXERCISES.items() if exercise.why_one}
    varied = {family.slug for family in FAMILIES.values()}
    assert not (bare := {*EXERCISES} - without - varied), f"neither variants nor why_one: {sorted(bare)}"
    assert not (both := without & varied), f"both variants and why_one: {sorted(both)}"
    assert varied <= {*EXERCISES}


def test_the_same_seed_makes_the_same_course_and_another_makes_another(tmp_path):
    for place, seed in (("a", 2027), ("b", 2027), ("c", 2028)):
        assert main(["course", str(tmp_path / place / "x"), "--seed", str(seed)]) == 0
    one, same, other = (files(tmp_path / place / "x") for place in "abc")
    assert one == same
    assert {path for path in one if one[path] != other[path]} > {make.Path("README.md"), make.Path("solutions.md")}


def test_what_a_seed_makes_stays():
    """On every system: nothing in it may depend on a hash, a clock, an order of files or the machine."""
    made = b"".join(re.findall(rb"gdlab\.check[^\n]+", b"".join(variants.varied(path, 2027) for path in NOTEBOOKS)))
    assert made.count(b"@2027") == len(FAMILIES)
    (one_step,) = [path for path in VARIED if path.stem.startswith("06")]
    assert b"$x_1 = 4$, $x_2 = -1$" in variants.varied(one_step, 2027)


@pytest.mark.parametrize("path", VARIED, ids=lambda path: path.stem)
def test_only_the_sources_and_the_untouched_checks_of_the_exercises_differ(path):
    before, after = json.loads(path.read_text(encoding="utf-8")), json.loads(variants.varied(path, 5))
    cells = list(zip(before["cells"], after["cells"], strict=True))
    assert all(one["metadata"] == other["metadata"] for one, other in cells)
    checks = 0
    for one, other in cells:
        if one.get("outputs") != other.get("outputs"):
            checks += 1
            (output,) = other["outputs"]
            slug = re.match(r'gdlab\.check\("(.+)",', "".join(other["source"]))[1]
            assert output["data"]["text/plain"] == ["0.0"]
            page = "".join(output["data"]["text/html"])
            assert find_exercise(slug).title in page
            assert "Not attempted yet" in page
            points = find_exercise(slug).points
            (family,) = [f for f in FAMILIES.values() if slug.startswith(f"{f.name}@")]
            assert other["metadata"]["nbgrader"] == metadata(
                f"{family.slug}-check", grade=True, locked=True, points=points
            )
    assert checks == sum(f'gdlab.check(\\"{f.slug}\\"' in path.read_text(encoding="utf-8") for f in FAMILIES.values())
    as_stored = json.dumps(before, indent=1, ensure_ascii=False) + "\n"
    assert as_stored == path.read_text(encoding="utf-8")  # so that nothing else changes


def test_without_a_seed_nothing_is_varied(tmp_path):
    main(["course", str(tmp_path / "c"), "--notebooks", "03"])
    assert not (tmp_path / "c" / "solutions.md").exists()
    assert "Variants" not in (tmp_path / "c" / "README.md").read_text(encoding="utf-8")


def test_the_readme_says_which_exercises_differ_and_which_do_not(tmp_path):
    main(["course", str(tmp_path / "c"), "--notebooks", "02", "03", "--seed", "2027"])
    readme = (tmp_path / "c" / "README.md").read_text(encoding="utf-8")
    differ, same = readme.split("whose solutions do not pass here:")[1].split(
        "Questions that are answered in words are as"
    )
    assert "*The loss surface of a leaky ReLU neuron*: leaky ReLU" in differ
    assert "*Four steps on |θ|*: start 1.4, learning rate 0.6" in differ
    assert "*The gradient of a neuron behind another loss*: twice Huber's loss" in differ
    assert "*Walk downhill*: it is asked for any gradient" in same
    assert "00_start_here" not in differ + same.split("All commands")[0]


@pytest.mark.parametrize("seed", [5, 2027])
def test_the_solutions_are_right_as_they_stand_under_the_names_that_the_checks_ask_for(seed):
    blocks = re.findall(r"```python\n(.*?)\n```", variants.solutions(NOTEBOOKS, seed), re.DOTALL)
    asked = [
        found
        for path in VARIED
        for found in re.findall(rb'gdlab\.check\(\\"([\w-]+@\d+)\\", (\w+)\)', variants.varied(path, seed))
    ]
    assert len(blocks) == len(asked) == len(FAMILIES)
    for block, (slug, name) in zip(blocks, asked, strict=True):
        made = {"np": np, "gdlab": gdlab}
        exec(block, made)
        assert gdlab.check(slug.decode(), made[name.decode()]).verdict == "right"


@pytest.mark.parametrize("seed", ["-1", "9" * 19])
def test_a_seed_that_is_none_is_refused_and_nothing_is_written(tmp_path, capsys, seed):
    assert main(["course", str(tmp_path / "c"), "--seed", seed]) == 1
    assert f"a seed cannot be {seed}; wanted a whole number from 0 on" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


def test_a_notebook_with_other_words_is_refused_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    changed = tmp_path / "03_bend_the_neuron.ipynb"
    (original,) = notebooks.chosen_notebooks(["03"])
    text = original.read_text(encoding="utf-8")
    changed.write_text(text.replace('"told_by": "tanh-matching-loss"', '"told_by": "nothing"', 1), encoding="utf-8")
    monkeypatch.setattr(notebooks, "notebook_folder", lambda: tmp_path)
    assert main(["course", str(tmp_path / "c"), "--seed", "1"]) == 1
    assert "no variant of tanh-matching-loss can be made" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


ASSIGNMENT, SEED = "02_walk_down_a_slope", 2027
SOLUTION = EXERCISES["descend"].solution_text


def handed_in(released, exercise):
    """The released notebook with the steps of an exercise, and the walk, which has no variant."""
    notebook = json.loads(released.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "absolute-steps":
            cell["source"] = f"steps_on_absolute_value = {exercise.reference}"
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "descend":
            cell["source"] = SOLUTION
        if "gdlab.Descent(" in "".join(cell["source"]):
            cell["source"] = ""
    return json.dumps(notebook)


def test_nbgrader_grades_a_variant_and_not_the_published_answer(tmp_path):
    course = tmp_path / "c"
    main(["course", str(course), "--notebooks", "02", "--seed", str(SEED)])
    assert nbgrader(course, f"generate_assignment {ASSIGNMENT}").returncode == 0
    released = course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    mine, published = find_exercise(f"absolute-steps@{SEED}"), EXERCISES["absolute-steps"]
    for student, text in (
        ("mine", handed_in(released, mine)),
        ("published", handed_in(released, published)),
        ("blank", released.read_text(encoding="utf-8")),
    ):
        place = course / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        (place / f"{ASSIGNMENT}.ipynb").write_text(text, encoding="utf-8")
    done = nbgrader(course, f"autograde {ASSIGNMENT}", "export")
    assert done.returncode == 0, done.stdout
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        scores = {line["student_id"]: float(line["score"]) for line in csv.DictReader(file)}
    assert scores == {"mine": 4.0, "published": 2.0, "blank": 0.0}  # two points are for the walk of any slope


def test_strict_grading_judges_variants_too():
    cells, checks = [new_code_cell("import numpy as np\nimport gdlab")], {}
    for family in FAMILIES.values():
        exercise, published = family.variant(SEED), family.published
        for one, other in ((exercise, exercise), (exercise, published)):
            name = f"a{len(checks)}"
            if isinstance(other, FunctionExercise):
                cells.append(new_code_cell(f"{other.solution_text}\n{name} = {other.called}"))
            elif isinstance(other, PropertyExercise):
                cells.append(new_code_cell(f"{other.solution_text}\n{name} = {other.solution.__name__}()"))
            else:
                cells.append(new_code_cell(f"{name} = {other.reference}"))
            checks[name] = f'gdlab.check("{one.slug}", {name})'
    graded = judge.grade(cells, checks, sandbox.library(), walls=sandbox.bubblewrap_works())
    verdicts = [graded.marks[name].verdict for name in checks]
    assert verdicts == ["right", "wrong"] * len(FAMILIES)
