"""Runs the program for the measuring scripts: on an idle machine, with the load of other processes."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
WORKBENCH = os.environ.get("WORKBENCH", str(ROOT / ".build/release/workbench"))


def busy():
    """The busy seconds of all processors since the machine started."""
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def await_quiet(limit=600):
    """Waits until others use less than a tenth of the machine for three seconds."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before = busy()
        time.sleep(3)
        if busy() - before < 0.1 * 3 * os.cpu_count():
            return
    print("note: the machine is not quiet", file=sys.stderr)


def timed(command):
    """Runs a training on a quiet machine.

    Returns its events, each with its time in seconds since the start, and the share of the machine that
    others used meanwhile.
    """
    await_quiet()
    worked, spent = busy(), resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    events = []
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("{"):
                events.append(json.loads(line) | {"at": time.monotonic() - start})
        errors = process.stderr.read()
    assert process.returncode == 0, errors
    wall = time.monotonic() - start
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime
    return events, round(max(0.0, busy() - worked - own) / wall / os.cpu_count(), 3)


def workbench(*arguments):
    """The objects that a command prints."""
    done = subprocess.run([WORKBENCH, *map(str, arguments), "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
