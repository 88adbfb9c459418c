"""Shared by the themes of Tests/Soak: a home, the program, a server, a tally."""

import atexit
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.path.realpath(os.environ.get("WORKBENCH") or ROOT / ".build/release/workbench")
SHARE = float(os.environ.get("SOAK_SHARE") or 1)
SEED = int(os.environ.get("SOAK_SEED") or 2026)
API = "/api/2.0/mlflow/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"
# The signals of a process that Swift or the kernel ended: a trap, a bad access, an abort.
TRAPS = {signal.SIGILL, signal.SIGTRAP, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGSEGV}


def share(full, least=1):
    """How many of `full` cases are tried; SOAK_SHARE=1 for all."""
    return max(least, min(full, round(full * SHARE)))


class Tally:
    """Counts passed and failed cases; prints them in one line and returns the exit status."""

    def __init__(self, theme, seconds):
        self.theme, self.held, self.broken, self.notes = theme, 0, [], []
        self.started = time.monotonic()
        self.random = random.Random(SEED)
        signal.signal(signal.SIGALRM, self._late)
        signal.alarm(seconds)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))

    def _late(self, *_):
        signal.alarm(0)
        raise TimeoutError("the theme's time was over")

    def check(self, condition, what):
        """Counts one case; `what` describes a failure."""
        if condition:
            self.held += 1
        else:
            self.broken.append(what)
            if len(self.broken) <= 20:
                print(f"  {self.theme}: {what}", file=sys.stderr, flush=True)
        return bool(condition)

    def note(self, text):
        self.notes.append(text)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        signal.alarm(0)
        if kind is not None and not issubclass(kind, (SystemExit, KeyboardInterrupt)):
            self.broken.append(f"{kind.__name__}: {error}")
            line = f" (line {trace.tb_lineno})" if trace else ""
            print(f"  {self.theme}: {kind.__name__}: {error}{line}", file=sys.stderr)
        seconds = time.monotonic() - self.started
        notes = "".join(f"; {note}" for note in self.notes)
        verdict = "held" if not self.broken else f"held, {len(self.broken)} BROKE"
        print(f"{self.theme}: {self.held} {verdict}{notes} ({seconds:.0f} s)", flush=True)
        if kind is None or issubclass(kind, Exception):
            sys.exit(1 if self.broken else 0)


def skip(theme, why):
    """Prints that a theme was not run, which is no failure."""
    print(f"{theme}: not run: {why}", flush=True)
    sys.exit(0)


class Home:
    """A folder with the program's home, cache and workspace, removed at the end with all processes."""

    def __init__(self, parent=None):
        if not os.access(BINARY, os.X_OK):
            sys.exit(f"workbench: there is no program {BINARY}\nhint: `make build` makes it, or name "
                     "one with WORKBENCH")
        self.folder = tempfile.mkdtemp(prefix="workbench-soak-", dir=parent)
        self.workspace = f"{self.folder}/workspace"
        self.environment = {
            "HOME": self.folder, "XDG_CACHE_HOME": f"{self.folder}/cache",
            "WORKBENCH_HOME": self.workspace, "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
            "TMUX_TMPDIR": self.folder,
            # Nothing is sent to other machines.
            "HF_ENDPOINT": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",
            "https_proxy": "http://127.0.0.1:9",
        }
        self.owner = os.getpid()
        atexit.register(self.remove)

    def remove(self):
        if os.getpid() != self.owner:
            return
        for _ in range(3):
            for process in self.processes():
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self):
        """All processes started in this home, including detached ones."""
        mark = f"HOME={self.folder}".encode()
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        found.append(int(name))
        return found

    # The program

    def start(self, *arguments, **more):
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen(
            [BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, env=self.environment,
            cwd=self.folder, start_new_session=True, **more)

    def run(self, *arguments, timeout=120, **more):
        """Runs a command to its end; a negative status is a signal's, None means that it took too long."""
        process = self.start(*arguments, **more)
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            errors = (errors or b"") + f" (took over {timeout} s)".encode()
            return subprocess.CompletedProcess(arguments, None, output, errors)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def must(self, *arguments, **more):
        done = self.run(*arguments, **more)
        if done.returncode != 0:
            raise RuntimeError(f"`{' '.join(map(str, arguments))}` ended with {done.returncode}: "
                               f"{(done.stderr or b'')[-300:].decode(errors='replace')}")
        return done

    def json(self, *arguments, **more):
        return json.loads(self.must(*arguments, "--json", **more).stdout)

    def train(self, name, steps, *more):
        """The words of a small training."""
        return ("train", "--model", "moru-tiny", "--data", "company-faq", "--run-name", name,
                "--steps", steps, "--samples", 0, *more)

    def serve(self, *more):
        return Server(self, *more)

    # The workspace

    def query(self, question, *values):
        """Rows of the database; none while there is no database."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(
                sqlite3.connect(f"file:{self.workspace}/workbench.db?mode=ro", uri=True, timeout=10)
        ) as database:
            return database.execute(question, values).fetchall()
        return []

    def steps(self, name):
        """How many steps of a run are stored."""
        rows = self.query("SELECT count(*) FROM metrics JOIN runs USING (run_uuid) "
                          "WHERE name = ? AND key = 'loss'", name)
        return rows[0][0] if rows else 0

    def doubled_steps(self):
        """Steps of any run that are stored twice."""
        return self.query("SELECT run_uuid, step, count(*) FROM metrics WHERE key = 'loss' "
                          "GROUP BY run_uuid, step HAVING count(*) > 1")

    def run_id(self, name):
        rows = self.query("SELECT run_uuid FROM runs WHERE name = ?", name)
        return rows[0][0] if rows else None

    def integrity(self):
        """SQLite's integrity check of the database: `ok`."""
        with contextlib.closing(sqlite3.connect(f"{self.workspace}/workbench.db", timeout=10)) as database:
            return database.execute("PRAGMA integrity_check").fetchone()[0]

    def is_sound(self):
        return self.run("workspace", "check").returncode == 0

    def keep(self):
        """A copy of the workspace as it is now, for `put_back`."""
        with contextlib.closing(sqlite3.connect(f"{self.workspace}/workbench.db", timeout=10)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy = tempfile.mkdtemp(dir=self.folder)
        subprocess.run(["cp", "-a", f"{self.workspace}/.", copy], check=True)
        return copy

    def put_back(self, copy):
        """Restores the workspace from the copy."""
        shutil.rmtree(self.workspace, ignore_errors=True)
        subprocess.run(["cp", "-a", copy, self.workspace], check=True)

    def adapter(self, name):
        """The path of a run's result."""
        return f"{self.workspace}/artifacts/0/{self.run_id(name)}/artifacts/adapter/adapter_model.safetensors"

    def checkpoints(self, name):
        """A run's checkpoints, the newest last."""
        folder = f"{self.workspace}/artifacts/0/{self.run_id(name)}/artifacts/checkpoints"
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return [f"{folder}/{one}" for one in sorted(names, key=lambda one: int(re.sub(r"\D", "", one) or 0))]

    def stopped_run(self, name, *more):
        """A run that was stopped half way, with two checkpoints; gives the digest of its result
        had it not been stopped, which another run finds out."""
        for steps in (12, 24, 48, 96, 192):
            process = self.start(*self.train(f"{name}{steps}", steps, *more))
            wait_for(lambda: self.steps(f"{name}{steps}") >= 6 or process.poll() is not None, 120)
            process.terminate()
            process.communicate(timeout=60)
            stopped = process.returncode == 128 + signal.SIGTERM
            if stopped and len(self.checkpoints(f"{name}{steps}")) >= 2:
                self.must(*self.train(f"{name}-whole", steps, *more))
                return f"{name}{steps}", digest(self.adapter(f"{name}-whole"))
        raise RuntimeError("no run could be stopped half way")


class Server:
    """`workbench serve` on a free port of the loopback address."""

    def __init__(self, home, *more):
        self.process = home.start("serve", "--port", 0, *more, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline().decode()
        found = re.search(r":(\d+)\s*$", line)
        if not found:
            raise RuntimeError(f"the server did not start: {line}")
        self.port = int(found.group(1))

    @property
    def is_alive(self):
        return self.process.poll() is None and self.call("GET", "/health")[0] == 200

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def connect(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def call(self, method, path, body=None, headers=None, connection=None):
        """Status and body of a call; its connection stays open where one is given."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        own = connection or self.connect()
        own.request(method, path, body, headers)
        reply = own.getresponse()
        data = reply.read()
        if connection is None:
            own.close()
        return reply.status, data

    def post(self, path, body, method="POST", **more):
        """A call of the API; its answer as an object."""
        status, data = self.call(method, API + path, body, **more)
        return status, json.loads(data or b"{}")

    def must(self, path, body, method="POST"):
        status, answer = self.post(path, body, method)
        if status != 200:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return None


def wait_for(condition, seconds, every=0.02):
    """The result of `condition`; false after the time limit."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() >= end:
            return found
        time.sleep(every)


def digest(path):
    """The SHA-256 of a file; None if there is no file."""
    try:
        return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


def flip(path, random):
    """Flips one bit of a file and returns its position."""
    data = bytearray(pathlib.Path(path).read_bytes())
    place, bit = random.randrange(len(data)), random.randrange(8)
    data[place] ^= 1 << bit
    pathlib.Path(path).write_bytes(data)
    return f"bit {bit} of byte {place} of {os.path.basename(path)}"


def trapped(process):
    """Whether a process was ended by a trap."""
    return -(process.returncode or 0) in TRAPS or process.returncode in {128 + n for n in TRAPS}


def tail(process):
    """The end of a process's output, in one line."""
    text = (process.stdout or b"") + (process.stderr or b"")
    return " ".join(text.decode(errors="replace").split())[-200:]
