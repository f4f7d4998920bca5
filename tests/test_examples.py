"""The examples in the docstrings of the mathematics run as they stand there, and every public function has one."""

import doctest
import inspect
from importlib import import_module

import pytest

import gdlab

MODULES = (*gdlab._MODULES, "fitting", "validation")


def public(name):
    """What a module of the mathematics defines for everybody."""
    module = import_module(f"gdlab.{name}")
    made_here = {
        key: value for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    }
    return {
        key: value
        for key, value in made_here.items()
        if (inspect.isfunction(value) or inspect.isclass(value)) and not key.startswith("_")
    }


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_mathematics_run(name):
    module = import_module(f"gdlab.{name}")
    found = doctest.DocTestFinder(exclude_empty=True).find(module, f"gdlab.{name}", extraglobs={"gdlab": gdlab})
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    said = []
    for test in found:
        runner.run(test, out=said.append)
    assert not runner.summarize(verbose=False).failed, "".join(said)


@pytest.mark.parametrize("name", gdlab._MODULES)
def test_every_public_function_and_class_of_the_mathematics_has_an_example(name):
    without = [key for key, value in public(name).items() if ">>>" not in (inspect.getdoc(value) or "")]
    assert not without


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("forward", "z.append(a[-1] @ layer.W + layer.b)"),
        ("backward", "signal = rule.carry(signal, layers[index].W, index) * factor"),
        ("train", "for step in range(steps + 1):"),
    ],
)
def test_the_source_of_what_is_checked_is_its_loop(name, line):
    function = getattr(gdlab, name)
    assert line in inspect.getsource(function)
    assert function.unchecked is function.__wrapped__
    assert inspect.signature(function) == inspect.signature(function.unchecked)
    assert function.__doc__ == function.unchecked.__doc__
