"""Running what a learner wrote: whatever it does, nothing is raised or printed, and the words say what it did."""

import contextlib
import functools
import linecache
import signal
import sys
import threading
import time
import tracemalloc
import types
import warnings

import numpy as np
import pytest

from gdlab.exercises import attempt
from gdlab.exercises.attempt import call, is_untouched

# --- the untouched stub ---


def documented_stub(a, b=1, *rest, key=None):
    """Return something.

    With more than one line.
    """
    ...  # noqa: PIE790


def bare_stub(a): ...


def passing_stub(a):
    pass


def returning_stub(a):
    """Return nothing."""
    return


def doubly_empty_stub(a):
    """Say it twice."""
    ...  # noqa: PIE790
    pass  # noqa: PIE790


@pytest.mark.parametrize(
    "stub", [documented_stub, bare_stub, passing_stub, returning_stub, doubly_empty_stub, lambda a: None]
)
def test_a_stub_is_untouched(stub):
    assert is_untouched(stub)


def returning_zero(a):
    return 0


def returning_the_argument(a):
    return a


def with_a_line(a):
    b = a  # noqa: F841


def raising(a):
    raise NotImplementedError


def generating(a):
    yield


async def waiting(a): ...


class Callable:
    def __call__(self): ...


class Chameleon:
    """Has every attribute that it is asked for."""

    def __getattr__(self, name):
        return 1

    def __call__(self): ...


@pytest.mark.parametrize(
    "touched",
    [
        returning_zero,
        returning_the_argument,
        with_a_line,
        raising,
        generating,
        waiting,
        lambda a: ...,
        lambda a: False,
        np.sin,
        abs,
        dict,
        functools.partial(bare_stub, 1),
        Callable(),
        Chameleon(),
        1,
        None,
    ],
)
def test_anything_else_is_not(touched):
    assert not is_untouched(touched)


# --- values ---


def test_a_value_comes_back_and_nothing_is_remarked():
    outcome = call(lambda a, b: a + b, (1, 2))
    assert (outcome.value, outcome.problem, outcome.remarks) == (3, "", ())


def test_the_function_gets_copies():
    array, numbers = np.arange(3.0), [1.0, [2.0]]

    def spoil(a, b):
        a += 1
        b[1].append(3.0)

    call(spoil, (array, numbers))
    assert array.tolist() == [0, 1, 2]
    assert numbers == [1.0, [2.0]]


def add_in_place(a):
    a += 1


def grow(a):
    a.resize((2, 1), refcheck=False)


def replace_first(a):
    a[0] = None


def replace_last_row(a):
    a[-1] = np.zeros(3)


@pytest.mark.parametrize(
    ("spoil", "argument"),
    [
        (add_in_place, np.zeros(2)),
        (add_in_place, np.array([np.nan, 0.0])),
        (grow, np.zeros(2)),
        (list.pop, [1.0]),
        (replace_first, [np.zeros(2), np.zeros(3)]),
        (replace_last_row, [np.zeros(2), np.ones(3)]),
        (lambda a: a[0].append(1), ([],)),
        (lambda a: a.update(b=1), {}),
    ],
)
def test_a_change_of_the_arguments_is_remarked(spoil, argument):
    outcome = call(spoil, (argument,))
    assert outcome.problem == ""
    assert len(outcome.remarks) == 1
    assert "changed its arguments" in outcome.remarks[0]


@pytest.mark.parametrize(
    "argument", [1.0, "text", None, np.array([np.nan, 1.0]), [np.zeros(2), (1.0, np.ones(1))], np.sin, lambda t: t, {}]
)
def test_arguments_that_stay_are_not_remarked(argument):
    assert call(lambda a: a, (argument,)).remarks == ()


# --- what it raises ---


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def run_deep(n=0):
    return run_deep(n + 1)


RAISED = [
    (lambda: 1 / 0, "ZeroDivisionError", "division by zero"),
    (lambda: undefined_name, "NameError", "undefined_name"),  # noqa: F821
    (lambda: sys.exit(3), "SystemExit", "3"),
    (lambda: sys.exit(), "SystemExit", ""),
    (lambda: exec("raise GeneratorExit"), "GeneratorExit", ""),
    (lambda: exec("raise BaseException('bare')"), "BaseException", "bare"),
    (run_deep, "RecursionError", "recursion"),
    (lambda: np.zeros(2) @ np.zeros(3), "ValueError", "matmul"),
    (lambda: np.linalg.inv(np.zeros((2, 2))), "LinAlgError", "Singular"),
    (lambda: (_ for _ in ()).throw(MuteError), "MuteError", ""),
    (lambda a: a, "TypeError", "missing 1 required positional argument"),
    (lambda: 2 ^ 0.5, "TypeError", "**"),
    (lambda: np.ones(2) ^ 2, "TypeError", "**"),
    (lambda: np.True_ - np.False_, "TypeError", "`1.0 * (…)`"),
]


@pytest.mark.parametrize(("function", "name", "said"), RAISED, ids=[name for _, name, _ in RAISED])
def test_whatever_it_raises_is_told(function, name, said):
    outcome = call(function, ())
    assert outcome.value is None
    assert f"it raised {name}" in outcome.problem
    assert said in outcome.problem


def test_a_difference_of_truths_is_not_taken_for_a_power():
    problem = call(lambda: np.True_ - np.False_, ()).problem
    assert "a power" not in problem


def test_a_long_message_is_cut():
    def shout():
        raise ValueError("no " * 10_000)

    assert len(call(shout, ()).problem) < 1000


def test_too_many_arguments_are_told_without_a_line_of_gdlab():
    problem = call(lambda: 0, (1, 2)).problem
    assert "takes 0 positional arguments but 2 were given" in problem
    assert "function(*given)" not in problem


# --- what it prints and warns ---


def test_nothing_reaches_the_page(capfd):
    def chatter():
        print("to stdout")
        print("to stderr", file=sys.stderr)
        sys.stdout.flush()
        warnings.warn("a warning", stacklevel=1)
        return np.float64(1) / np.zeros(1)[0]

    outcome = call(chatter, ())
    assert capfd.readouterr() == ("", "")
    assert np.isinf(outcome.value)
    warned, printed = outcome.remarks
    assert "UserWarning" in warned
    assert "a warning" in warned
    assert "to stdout" in printed
    assert "to stderr" in printed


def test_a_flood_is_let_go_and_its_beginning_kept():
    line = "x" * 100_000

    def flood():
        for _ in range(1000):
            print(line)
        return 1

    tracemalloc.start()
    outcome = call(flood, ())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome.value == 1
    assert 100 < len(outcome.remarks[0]) < 1000
    assert peak < 5e6


def test_many_small_prints_are_kept_up_to_a_limit():
    outcome = call(lambda: [print(i) for i in range(100_000)] and None, ())
    assert "0\n1\n2" in outcome.remarks[0]
    assert len(outcome.remarks[0]) < 1000


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_does_no_harm(stream):
    outcome = call(lambda: getattr(sys, stream).close() or print("after"), ())
    assert outcome.problem == ""
    assert "after" in outcome.remarks[0]


def test_the_streams_are_given_back():
    streams = sys.stdout, sys.stderr
    for function in (print, run_deep, sys.exit):
        call(function, ())
    assert (sys.stdout, sys.stderr) == streams


def test_the_filters_of_warnings_are_given_back():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="mine")
        before = list(warnings.filters)

        def meddle():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("once", message="other")

        call(meddle, ())
        assert warnings.filters == before
        assert call(lambda: warnings.warn("told", stacklevel=1), ()).remarks  # not an error inside


def test_what_it_did_before_it_failed_is_remarked():
    def fail():
        print("so far")
        raise ValueError

    outcome = call(fail, ())
    assert "ValueError" in outcome.problem
    assert "so far" in outcome.remarks[0]


# --- the clock ---


def endless():
    while True:
        pass


def sleepy():
    time.sleep(60)


def stubborn():
    """Catches the first interrupt, and then comes to an end."""
    with contextlib.suppress(KeyboardInterrupt):
        time.sleep(60)
    return 1


@pytest.mark.parametrize("function", [endless, sleepy])
def test_what_does_not_end_is_stopped(function):
    start = time.monotonic()
    outcome = call(function, (), seconds=0.1)
    assert time.monotonic() - start < 5
    assert "still running after 0.1 seconds" in outcome.problem
    assert outcome.value is None


def test_where_only_the_interpreter_can_be_interrupted_a_loop_is_stopped_all_the_same(monkeypatch):
    monkeypatch.delattr(signal, "pthread_kill", raising=False)
    assert "still running" in call(endless, (), seconds=0.1).problem


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_where_the_interrupt_is_ignored_or_deadly_a_loop_is_stopped_all_the_same(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        assert "still running" in call(endless, (), seconds=0.1).problem
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_one_that_swallows_the_interrupt_is_not_hurt():
    assert call(stubborn, (), seconds=0.1).value == 1


def test_an_interrupt_that_it_raises_itself_or_the_learner_sends_is_told_as_such():
    def interrupt():
        raise KeyboardInterrupt

    assert "you stopped it" in call(interrupt, ()).problem


def test_the_clock_stops_with_the_call():
    before = threading.active_count()
    for _ in range(20):
        call(int, (), seconds=0.05)
    assert threading.active_count() == before
    time.sleep(0.1)  # an interrupt would come here


@pytest.mark.parametrize("ending", ["returns", "raises", "interrupts itself"])
def test_a_clock_that_rings_as_the_call_ends_interrupts_nothing_else(ending, monkeypatch):
    """The clock's thread has been slow: its time was up during the call, its interrupt comes after."""
    ring = attempt._Clock._ring

    def late(clock):
        time.sleep(0.05)
        ring(clock)

    monkeypatch.setattr(attempt._Clock, "_ring", late)

    def function():
        time.sleep(0.03)
        if ending != "returns":
            raise ValueError if ending == "raises" else KeyboardInterrupt
        return 1

    outcome = call(function, (), seconds=0.01)
    time.sleep(0.1)  # an interrupt that was left over would come here
    assert outcome.value == (1 if ending == "returns" else None)
    assert bool(outcome.problem) == (ending != "returns")


def test_in_a_tight_race_with_the_clock_no_interrupt_leaks():
    leaked = 0
    for trial in range(60):
        pause = 0.004 + trial * 2e-5
        try:
            call(time.sleep, (pause,), seconds=0.005)
            for _ in range(1000):
                pass
        except KeyboardInterrupt:
            leaked += 1
    assert leaked == 0


@pytest.fixture
def run_as_cell(monkeypatch):
    """Run the text of a cell where cells run; return a function that it defines."""
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)

    def run(text):
        monkeypatch.setitem(linecache.cache, "a cell", (len(text), None, text.splitlines(keepends=True), "a cell"))
        exec(compile(text, "a cell", "exec"), vars(main))
        return main.f

    return run


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", " (line 4: `return 1 / 0`)"),
        ("return sum(\n        json.loads('x'))", " (line 5: `json.loads('x'))`)"),
        ("return np.linalg.inv(np.zeros((2, 2)))", " (line 4: `return np.linalg.inv(np.zeros((2, 2)))`)"),
        ("exec('1 / 0')", " (line 4: `exec('1 / 0')`)"),
    ],
)
def test_an_error_is_told_with_the_last_line_of_ones_own(run_as_cell, body, said):
    f = run_as_cell(f"import json\nimport numpy as np\ndef f():\n    {body}\n")
    assert call(f, ()).problem.endswith(said)


def test_an_error_in_what_is_not_ones_own_is_told_without_a_line(run_as_cell):
    f = run_as_cell("from json import loads as f")
    assert call(f, ("x",)).problem == "it raised JSONDecodeError: Expecting value: line 1 column 1 (char 0)"


def test_a_syntax_error_is_told_with_its_own_place_and_no_other():
    problem = call(lambda: compile("f = (1,\n", "cell 4", "exec"), ()).problem
    assert problem == "it raised SyntaxError: '(' was never closed (cell 4, line 1)"
