"""Running what a learner wrote: whatever it does comes back as a value or in words."""

import _thread
import contextlib
import copy
import dis
import io
import signal
import sys
import threading
import time
import traceback
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SECONDS = 5.0
"""How long one call may take."""
_KEPT = 600
"""How many characters of what is printed are kept."""
_said: list[str] = []
"""What is said once in a session."""


@dataclass(frozen=True)
class Outcome:
    """What a call gave: `value`, or `problem` in words; and what it did beside."""

    value: Any = None
    problem: str = ""
    remarks: tuple[str, ...] = field(default=())


class _Kept(io.StringIO):
    """Keeps the first characters that are written and lets the rest go, so that no loop can fill the memory."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, _KEPT - self.tell())])
        return len(text)

    def close(self) -> None:
        """Stay open: what was kept is read afterwards."""


def is_untouched(function: Callable[..., Any]) -> bool:
    """Tell whether a function's body is still empty but for its docstring and ``...`` or ``pass``."""
    empty = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    return isinstance(function, types.FunctionType) and all(
        step.opname in empty and (step.argval is None or step.opname not in {"LOAD_CONST", "RETURN_CONST"})
        for step in dis.get_instructions(function)
    )


def call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float = SECONDS) -> Outcome:
    """Call the function with copies of the arguments, for a limited time, and catch all it throws, prints and warns."""
    given = copy.deepcopy(arguments)
    printed = _Kept()
    value, problem = None, ""
    with (
        warnings.catch_warnings(record=True) as warned,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("always")
        clock = _Clock(seconds)
        try:
            with clock:
                value = function(*given)
        except KeyboardInterrupt:
            problem = (
                f"it was still running after {seconds:g} seconds and was stopped" if clock.rang else "you stopped it"
            )
        except BaseException as error:  # a learner's function may raise anything, SystemExit too
            problem = _told(error)
    remarks = []
    if clock.unlimited and not _said:
        _said.append("No limit of time is kept here. If a check does not end, restart the kernel.")
        remarks += _said
    if warned:
        remarks.append(f"It warned: {warned[0].category.__name__}: {warned[0].message}.")
    if printed.getvalue():
        remarks.append(f"It printed: `{printed.getvalue().strip()[:200]}`")
    if not _same_objects(given, arguments):
        remarks.append("It changed its arguments. Compute a new value instead: `a = a + 1` rather than `a += 1`.")
    return Outcome(value, problem, tuple(remarks))


class _Clock:
    """Interrupts the main thread, as Ctrl-C does, when the time is up."""

    def __init__(self, seconds: float) -> None:
        self.rang = self.unlimited = False
        self._ignored: Any = None
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def _ring(self) -> None:
        self.rang = True
        if hasattr(signal, "pthread_kill") and callable(signal.getsignal(signal.SIGINT)):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # ends a sleep, too
        else:
            _thread.interrupt_main()

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread() and not callable(signal.getsignal(signal.SIGINT)):
            # a shell starts its background jobs so that they ignore the interrupt
            self._ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self._timer.start()
        except RuntimeError:  # Python in a browser has one thread
            self.unlimited = True

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with contextlib.suppress(KeyboardInterrupt):  # if it rang just as the call ended: take the interrupt here
            if not self.unlimited:
                self._timer.join()
            if self.rang:
                time.sleep(0.1)
        if self._ignored is not None:
            signal.signal(signal.SIGINT, self._ignored)


def _told(error: BaseException) -> str:
    where = "" if isinstance(error, SyntaxError) else _place(error)  # a SyntaxError says itself where it is
    try:
        said = " ".join(str(error).split())[:300]
    except Exception:
        said = ""
    power = "; in Python a power is written `**`" if "ufunc 'bitwise_xor'" in said or "for ^:" in said else ""
    truth = "; make numbers of True and False first: `1.0 * (…)`" if "boolean subtract" in said else ""
    return f"it raised {type(error).__name__}{f': {said}' if said else ''}{where}{power}{truth}"


def _place(error: BaseException) -> str:
    """Return the last line of the learner's own cells that an error came through: other lines say nothing to them."""
    own = getattr(sys.modules.get("__main__"), "__dict__", None)  # where cells run
    frames = (at for at in traceback.walk_tb(error.__traceback__) if at[0].f_globals is own)
    # Python 3.13 takes what stands in a string for the text of ``python -c``, if it was started so.
    lines = [frame for frame in traceback.StackSummary.extract(frames) if frame.line and frame.filename != "<string>"]
    if not lines:
        return ""
    said = (
        "" if lines[-1].line.startswith("get_ipython().") else f": `{lines[-1].line[:200]}`"
    )  # IPython made it of a %
    return f" (line {lines[-1].lineno}{said})"


def _same_objects(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same_objects, one, other))
    if isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    return callable(other) or one == other
