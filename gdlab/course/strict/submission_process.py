"""The process in which a submission's cells run: ``python -I -S submission_process.py`` with a first line of settings.

It reads one command a line from where standard input was, and writes one answer a line to where standard output was.
All that it says may be made up by the submission, which shares its memory; whoever reads it takes it for that: as what
the submission answers.
"""

import ast
import builtins
import json
import linecache
import os
import sys
import threading
import time
import types

try:
    import resource
except ImportError:  # not on Windows; `sandbox` does not start this there
    resource = None


def main() -> None:
    """Set the limits, then answer commands until there are no more."""
    commands, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    settings = json.loads(commands.readline())
    sys.path.insert(0, settings["library"])
    own = len(sys.path)
    sys.path += [path for path in settings["packages"] if path not in sys.path]
    _limit(settings)
    submission = Submission(commands, answers, settings)
    if settings["guard"]:
        _guard(settings)
    # Only now may anything of the submission's be imported: as in a notebook, after what is Python's own.
    sys.path.insert(own, settings["home"])
    os.dup2(nothing, 2)
    submission.send({"ready": True})
    for line in commands:
        submission.obey(json.loads(line))


class Submission:
    """The names that the cells have defined, and the commands about them."""

    def __init__(self, commands, answers, settings) -> None:
        import numpy  # noqa: F401  loaded here, before anything is guarded, and before the submission's folder is found

        import gdlab
        from gdlab.exercises import attempt, json_values

        self._json_values, self._attempt, self._shown = json_values, attempt, set(gdlab._ON_DEMAND)
        self._commands, self._answers = commands, answers
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        self._names = main.__dict__
        self._asked = None
        self._last = None
        self._shell = _shell(main, settings["home"]) if settings["ipython"] else None
        os.register_at_fork(after_in_child=self._leave)
        sys.breakpointhook = lambda *_, **__: None  # nobody is there to be asked
        builtins.get_ipython = lambda: self._shell
        builtins.display = builtins.exit = builtins.quit = lambda *_, **__: None
        import site

        site.sethelper()

    def _leave(self) -> None:
        """Read no command and answer none any more: a copy of this process would do it in its place."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (self._commands, self._answers):
            os.dup2(nothing, stream.fileno())

    def send(self, answer) -> None:
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()

    def obey(self, command) -> None:
        [(kind, what)] = command.items()
        self.send(getattr(self, f"_{kind}")(**what))

    def _cell(self, source, name, seconds):
        outcome = self._attempt.call(lambda: self._execute(source, name), (), seconds)
        return {"problem": outcome.problem, "remarks": outcome.remarks}

    def _execute(self, source, name) -> None:
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            tree = ast.parse(source, name)
        except SyntaxError:
            if self._shell is None:
                raise
        else:
            if self._only_shows(tree):
                return
            if self._shell is None:
                self._plainly(tree, name)
                return
        self._shell.run(source, name)

    def _plainly(self, tree, name) -> None:
        """Run a cell that needs nothing of IPython but `_`, the last value that was shown."""
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), self._names)
        if last:
            value = eval(compile(ast.Expression(last.value), name, "eval"), self._names)
            if value is not None and self._names.get("_") is self._last:
                self._names["_"] = self._last = value

    def _only_shows(self, tree) -> bool:
        """Tell whether a cell does no more than show a picture or a verdict of gdlab's: that takes time for nothing."""
        match tree.body:
            case [ast.Expr(ast.Call(ast.Attribute(ast.Name("gdlab"), name), arguments, keywords))]:
                values = (*arguments, *(keyword.value for keyword in keywords))
                return name in self._shown and all(isinstance(value, ast.Constant | ast.Name) for value in values)
        return False

    def _find(self, name, seconds):
        if name not in self._names:
            return {"missing": True}
        self._asked = self._names[name]
        if callable(self._asked):
            return {"callable": True, "untouched": self._attempt.is_untouched(self._asked)}
        outcome = self._attempt.call(lambda: self._json_values.encode(self._asked), (), seconds)
        return {"value": {"other": ["object", outcome.problem]} if outcome.problem else outcome.value}

    def _call(self, arguments, seconds):
        given = self._json_values.decode(arguments, self._function)
        start = time.monotonic()
        outcome = self._attempt.call(lambda *given: self._json_values.encode(self._asked(*given)), given, seconds)
        return {
            "value": outcome.value,
            "problem": outcome.problem,
            "remarks": outcome.remarks,
            "late": time.monotonic() - start >= seconds,
        }

    def _function(self, place):
        """Return a function that stands for one of the grader's: each call of it is a question to the grader."""

        def function(*arguments, **named):
            self.send({"apply": [place, self._json_values.encode([list(arguments), named])]})
            answer = json.loads(self._commands.readline())
            if "raised" in answer:
                kind = getattr(builtins, answer["raised"][0], None)
                raise (kind if isinstance(kind, type) and issubclass(kind, Exception) else ValueError)(
                    answer["raised"][1]
                )
            return self._json_values.decode(answer["value"])

        return function


def _shell(main, home):
    """Return IPython as a notebook has it, for submissions that use it; it shows nothing and starts no programs."""
    os.environ["IPYTHONDIR"] = os.path.join(home, ".ipython")
    import IPython.core.display_functions
    import IPython.display
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def run(self, source, name) -> None:
            self.compile.get_code_name = lambda *_: name
            result = self.run_cell(source, store_history=True)
            if problem := result.error_before_exec or result.error_in_exec:
                raise problem

        def system(self, *_, **__) -> None:
            pass

        system_raw = system_piped = ask_exit = showtraceback = showsyntaxerror = system

        def getoutput(self, *_, **__):
            return []

        def run_line_magic(self, magic_name, line, _stack_depth=1):
            if magic_name in _ASIDE and "-o" not in line.split():
                return None
            return super().run_line_magic(magic_name, line, _stack_depth + 1)  # names go where the magic was called

        def run_cell_magic(self, magic_name, line, cell):
            if magic_name in _SCRIPTS or (magic_name in _ASIDE and "-o" not in line.split()):
                return None
            return super().run_cell_magic(magic_name, line, cell)

    shell = Shell.instance(config=Config(HistoryManager={"enabled": False}), user_module=main, user_ns=main.__dict__)
    shell.displayhook.write_output_prompt = lambda: None
    shell.displayhook.compute_format_data = lambda _: ({}, {})
    IPython.display.display = IPython.core.display_functions.display = lambda *_, **__: None
    return shell


_SCRIPTS = {"bash", "sh", "script", "system", "sx", "!", "python", "python2", "python3", "pypy", "perl", "ruby", "html"}
_ASIDE = {
    "matplotlib",
    "pylab",
    "gui",
    "timeit",
    "pip",
    "conda",
    "mamba",
    "uv",
    "pinfo",
    "pinfo2",
    "psearch",
    "pdef",
    "page",
    "store",
}
"""Magics that define nothing, and take time or show something."""


def _limit(settings) -> None:
    """Take away for good what the submission could take too much of."""
    for name, most in settings["limits"].items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS does not know all of them
            continue
    if settings["processes"]:
        hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        resource.setrlimit(resource.RLIMIT_NPROC, (settings["processes"], hard))
        try:
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()
        except RuntimeError:  # an old kernel counts all processes of the user, also those outside
            resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
        else:
            resource.setrlimit(resource.RLIMIT_NPROC, (settings["processes"],) * 2)


def _guard(settings) -> None:
    """Refuse what an honest submission does not need, where no bubblewrap refuses it. A fence, not a wall."""
    inside = (os.path.realpath(settings["home"]) + os.sep,)
    hidden = tuple(os.path.realpath(path) + os.sep for path in settings["hidden"])
    readable = (
        *inside,
        *(os.path.realpath(path) + os.sep for path in (settings["library"], *settings["readable"])),
        os.devnull,
        "/dev/urandom",
    )
    forbidden = {
        *(
            "os.system",
            "os.exec",
            "os.fork",
            "os.forkpty",
            "os.posix_spawn",
            "os.spawn",
            "subprocess.Popen",
            "pty.spawn",
        ),
        *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
        *("ctypes.dlsym", "ctypes.dlsym/handle", "ctypes.call_function", "ctypes.string_at", "ctypes.wstring_at"),
        *("ctypes.cdata", "ctypes.cdata/buffer", "os.kill", "os.killpg", "resource.prlimit"),
    }
    changing = {
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "os.link"),
        *("os.symlink", "os.utime", "os.setxattr", "shutil.rmtree", "shutil.move", "sqlite3.connect"),
    }
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def watch(event, arguments) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int):
                return
            place = os.path.realpath(os.fsdecode(path))
            good = inside if (flags or 0) & writing and place != os.devnull else readable
            if _longest(place, good) <= _longest(place, hidden):
                raise PermissionError(f"a submission may not open {place}")
        elif event in changing:
            for path in arguments:
                if isinstance(path, str | bytes | os.PathLike) and not os.path.realpath(os.fsdecode(path)).startswith(
                    inside
                ):
                    raise PermissionError(f"a submission may not do this: {event}")
        elif event in forbidden:
            raise PermissionError(f"a submission may not do this: {event}")

    sys.addaudithook(watch)


def _longest(place, folders) -> int:
    """Return how long the longest of the folders is that a place lies in; Python may lie in a hidden checkout."""
    return max((len(folder) for folder in folders if place.startswith(folder)), default=0)


if __name__ == "__main__":
    main()
