"""Full disks: a command completes or says why not, a training waits, nothing is damaged."""

import atexit
import json
import os
import pathlib
import subprocess
import sys

from soak import ROOT, Home, Tally, share, skip, tail, trapped, wait_for

# Free space in KiB when a command starts.
SIZES = [0, 64, 200, 1000, 4000]


def fill(disk, left):
    """Fills the disk up to `left` KiB."""
    room = os.statvfs(disk)
    with open(f"{disk}/filler", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - left * 1024))


def is_whole(path):
    """Whether a written file is valid."""
    data = pathlib.Path(path).read_bytes()
    if path.endswith(".json"):
        return bool(json.loads(data))
    return data[:6] in (b"SQLite", b"GGUF\x03\0") and len(data) > 10_000


def commands(disk):
    """The words of each command, and the file that it writes if it names one."""
    rows = str(ROOT / "sample-data/company-faq/train.jsonl")
    return [
        (["data", "add", rows, "--name", "more"], None),
        (["data", "split", rows, "--eval", "0.2", "--name", "halves"], None),
        (["registry", "register", "one", "faq"], None),
        (["registry", "promote", "faq", "2"], None),
        (["runs", "export", "--format", "json", "--output", f"{disk}/runs.json"], f"{disk}/runs.json"),
        (["runs", "export", "--mlflow", f"{disk}/copy.db"], f"{disk}/copy.db"),
        (["workspace", "backup", f"{disk}/backup.db"], f"{disk}/backup.db"),
        (["serve", "tokens", "add", "ann", "--role", "write"], None),
        None,  # A training.
    ]


def train_in(home, tally, disk, what):
    """A training on a full disk waits, and continues when there is space; or it was never started."""
    process = home.start(*home.train("two", 4, "--checkpoint-every", "2"))
    wait_for(lambda: process.poll() is not None, 8)
    os.unlink(f"{disk}/filler")
    try:
        output, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        tally.check(False, f"{what}: the run does not go on when there is room")
        return
    done = subprocess.CompletedProcess([], process.returncode, output, errors)
    finished = done.returncode == 0 and os.path.exists(home.adapter("two")) and home.steps("two") == 4
    refused = done.returncode == 1 and b"workbench:" in errors
    tally.refused += refused
    tally.check(not trapped(done) and (finished or refused) and sound(home), f"{what}: {done.returncode} {tail(done)}")


def sound(home):
    return home.integrity() == "ok" and home.is_sound()


def command_in(home, tally, disk, words, file, what):
    done = home.run(*words)
    os.unlink(f"{disk}/filler")
    told_why = done.returncode == 1 and b"workbench:" in done.stderr
    if done.returncode == 0:
        told_why = file is None or is_whole(file)
    elif file and os.path.exists(file):
        told_why = False
    tally.refused += done.returncode == 1
    again = home.run(*words)
    repeated = again.returncode == 0 or done.returncode == 0
    tally.check(not trapped(done) and told_why and repeated and sound(home),
                f"{what}: {done.returncode} {tail(done)}; with room {again.returncode} {tail(again)}")


if os.geteuid() != 0:
    skip("full disks", "only root can mount a small disk")
if os.environ.get("SOAK_MOUNTS") != "own":
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        skip("full disks", "`unshare -m` is not allowed here")
    os.environ["SOAK_MOUNTS"] = "own"
    os.execvp("unshare", ["unshare", "-m", sys.executable, os.path.abspath(__file__)])

with Tally("full disks", seconds=1500) as tally:
    home = Home()
    disk = f"{home.folder}/disk"
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
    atexit.register(subprocess.run, ["umount", "-l", disk])
    home.workspace = home.environment["WORKBENCH_HOME"] = f"{disk}/workspace"
    home.must(*home.train("one", 2))
    for _ in range(2):
        home.must("registry", "register", "one", "faq")
    copy, tally.refused = home.keep(), 0
    cases = [(size, number) for size in SIZES for number in range(len(commands(disk)))]
    for size, number in tally.random.sample(cases, share(len(cases), least=9)):
        home.put_back(copy)
        for name in os.listdir(disk):
            if name != "workspace":
                os.unlink(f"{disk}/{name}")
        fill(disk, size)
        case = commands(disk)[number]
        if case is None:
            train_in(home, tally, disk, f"train with {size} KiB")
        else:
            command_in(home, tally, disk, *case, f"{' '.join(case[0][:2])} with {size} KiB")
    tally.note(f"{tally.refused} commands had no room and said so")
