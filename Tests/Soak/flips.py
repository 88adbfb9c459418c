"""One bit of a file is flipped: it is detected and named, and no wrong result is computed from it."""

import glob

from soak import Home, Tally, digest, flip, share, tail, trapped


def in_a_version(home, tally):
    """A version's file: `workspace check` names it, and the version is not loaded."""
    path = tally.random.choice(sorted(glob.glob(home.adapter("one").replace("adapter_model.safetensors", "*"))))
    what = flip(path, tally.random)
    done = home.run("workspace", "check")
    loaded = home.run("generate", "--model", "models:/faq@production", "--max-tokens", "1", "--prompt", "q")
    tally.check(done.returncode == 1 and path.rsplit("/", 1)[1].encode() in done.stdout + done.stderr
                and loaded.returncode in (1, 3), f"{what}: {done.returncode} {loaded.returncode} {tail(loaded)}")


def in_the_data(home, tally):
    """The stored data of a stopped run: it is refused, or nothing depends on the bit."""
    what = flip(tally.random.choice(sorted(glob.glob(f"{home.workspace}/datasets/*/*/*.jsonl"))), tally.random)
    done = home.run("train", "--resume", name)
    tally.check(done.returncode in (1, 3) and done.stderr.startswith(b"workbench:")
                or done.returncode == 0 and digest(home.adapter(name)) == expected,
                f"{what}: {done.returncode} {tail(done)}")


def in_the_database(home, tally):
    """The database: no command traps, and the check finds what SQLite finds."""
    what = flip(f"{home.workspace}/workbench.db", tally.random)
    try:
        is_whole = home.integrity() == "ok"
    except Exception:  # Not even that can be said of it.
        is_whole = False
    ends = [home.run(*words) for words in [
        ("workspace", "check"), ("runs", "list"), ("registry", "list"), ("runs", "show", name),
        ("runs", "export", "--format", "json")]]
    tally.check(not any(map(trapped, ends)) and (is_whole or ends[0].returncode == 1),
                f"{what}: {[done.returncode for done in ends]}, {'' if is_whole else 'not '}whole")


with Tally("bit flips", seconds=900) as tally:
    home = Home()
    home.must(*home.train("one", 2))
    home.must("registry", "register", "one", "faq")
    home.must("registry", "promote", "faq", 1)
    name, expected = home.stopped_run("cut", "--checkpoint-every", "2")
    home.must("generate", "--model", "models:/faq@production", "--max-tokens", "1", "--prompt", "q")
    copy = home.keep()
    for number in range(share(24, least=3)):
        home.put_back(copy)
        [in_a_version, in_the_data, in_the_database][number % 3](home, tally)
