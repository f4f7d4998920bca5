"""Importing the mathematics costs NumPy and nothing else: what a module loads is asked of a fresh Python."""

import json
import subprocess
import sys

import pytest

import gdlab

MODULES = [
    "validation",
    "fitting",
    "activations",
    "losses",
    "rules",
    "layers",
    "network",
    "gradients",
    "updates",
    "training",
    "datasets",
]

PROGRAM = """
import importlib, json, sys
import numpy.random
before = set(sys.modules)
importlib.import_module({name!r})
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded_by(name):
    """The modules that importing `name` adds to those of Python and NumPy."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=name)], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", ["gdlab", *(f"gdlab.{module}" for module in MODULES)])
def test_the_mathematics_needs_numpy_and_nothing_else(name):
    loaded = loaded_by(name)
    assert name in loaded
    assert {module.split(".")[0] for module in loaded} - set(sys.stdlib_module_names) <= {"gdlab", "numpy"}
    assert not {"matplotlib", "ipywidgets", "IPython", "PIL"} & set(loaded)
    parts = {module.split(".")[1] for module in loaded if module.startswith("gdlab.")}
    assert parts <= {*MODULES, "lessons"}  # of these the records, which `gdlab` offers explorers from


def test_the_watch_would_see_a_heavy_import():
    assert "autograd" in {module.split(".")[0] for module in loaded_by("autograd")}


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
import gdlab
from gdlab.datasets import xor

data = xor(40)
layers = gdlab.initialise((2, 3, 1), "tanh", "sigmoid")
print(gdlab.train(layers, data.X, data.y, loss="binary_cross_entropy", learning_rate=0.1, steps=3).loss.shape)
print(repr(gdlab.check("line-gradient", lambda X, y, weight, bias: None)))
try:
    gdlab.RuleRace
except ModuleNotFoundError as error:
    print(error)
"""


@pytest.mark.parametrize("missing", ["ipywidgets", "matplotlib"])
def test_where_a_package_is_missing_the_mathematics_works_and_an_explorer_says_what_it_needs(missing):
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing)], capture_output=True, text=True, check=True, timeout=60
    )
    *worked, said = run.stdout.splitlines()
    assert worked == ["(4,)", "0.0"]
    assert said.startswith(f"gdlab.RuleRace needs {missing}, which is not installed in this Python")


def test_every_public_name_is_there_to_be_found():
    assert len(gdlab.__all__) == len(set(gdlab.__all__))
    assert set(gdlab.__all__) <= set(dir(gdlab))
    for name in set(gdlab.__all__) - set(gdlab._ON_DEMAND):
        assert getattr(gdlab, name) is not None


def test_a_name_that_is_not_there_says_so():
    with pytest.raises(
        AttributeError, match=r"module 'gdlab' has no attribute 'backwards' \(did you mean 'backward'\?\)"
    ):
        _ = gdlab.backwards


def test_completion_offers_what_is_meant_to_be_used():
    offered = dir(gdlab)
    assert {"backward", "train", "datasets", "RuleRace", "check", "exercises", "explorers"} <= set(offered)
    assert not {"Any", "LEAK", "import_module", "sys", "validation", "fitting"} & set(offered)
    assert [name for name in offered if name.startswith("_")] == ["__version__"]


def test_the_data_sets_are_there_and_the_explorers_come_when_asked_for():
    program = (
        "import gdlab, sys; gdlab.datasets.xor(9); print('gdlab.explorers' in sys.modules, gdlab.explorers.__name__)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["False", "gdlab.explorers"]


def test_completion_offers_what_a_module_of_the_mathematics_defines_and_not_what_it_imports():
    offered = {module: dir(getattr(gdlab, module)) for module in gdlab._MODULES}
    assert offered["network"] == ["SCHEMES", "forward", "from_vector", "initialise", "one_run", "product", "to_vector"]
    assert [module for module, names in offered.items() if "ACTIVATIONS" in names] == ["activations"]
    assert [module for module, names in offered.items() if "squared_error" in names] == ["losses"]
    assert not {"annotations", "np", "validation", "Array", "dataclass"} & {
        n for names in offered.values() for n in names
    }


def test_completion_offers_of_the_engine_what_an_explorer_is_written_with():
    assert gdlab.LineFit
    offered = dir(gdlab.explorers)
    assert {"Explorer", "Handle", "Slider", "style"} < set(offered)
    assert all(name in vars(gdlab.explorers) for name in offered)
