"""The newest checkpoint is tampered with: the run resumes from the previous one, to the same bits."""

import json
import os
import pathlib
import shutil

from soak import Home, Tally, digest, flip, share, tail, trapped

FILES = ["adapter_model.safetensors", "adapter_config.json", "optimizer.safetensors", "state.json",
         "manifest.json"]


def cut(path, random):
    os.truncate(path, os.path.getsize(path) // 2)


def empty(path, random):
    os.truncate(path, 0)


def remove(path, random):
    os.unlink(path)


def lengthen(path, random):
    with open(path, "ab") as file:
        file.write(b"\0" * 16)


def link(path, random):
    os.rename(path, path + ".elsewhere")
    os.symlink(path + ".elsewhere", path)


def folder(path, random):
    os.unlink(path)
    os.mkdir(path)


def edit(path, change):
    values = json.loads(pathlib.Path(path).read_text())
    change(values)
    pathlib.Path(path).write_text(json.dumps(values))


def edited_state(checkpoint, random):
    """Other steps, and a matching manifest."""
    state, manifest = f"{checkpoint}/state.json", f"{checkpoint}/manifest.json"
    edit(state, lambda values: values.update(completedSteps=1, tokens=-1))
    edit(manifest, lambda values: values["files"]["state.json"].update(
        bytes=os.path.getsize(state), sha256=digest(state)))


def other_weights(checkpoint, random):
    """The weights of the previous checkpoint, and a matching manifest."""
    before = sorted(pathlib.Path(checkpoint).parent.iterdir(), key=lambda one: int(one.name.split("-")[1]))[-2]
    shutil.copy(before / FILES[0], f"{checkpoint}/{FILES[0]}")
    edit(f"{checkpoint}/manifest.json", lambda values: values["files"][FILES[0]].update(
        bytes=os.path.getsize(f"{checkpoint}/{FILES[0]}"), sha256=digest(f"{checkpoint}/{FILES[0]}")))


KINDS = [cut, empty, remove, lengthen, link, folder, flip]
CASES = [(f"{kind.__name__} {name}", lambda checkpoint, random, kind=kind, name=name: kind(
    f"{checkpoint}/{name}", random)) for kind in KINDS for name in FILES]
CASES += [("edited_state", edited_state), ("other_weights", other_weights)]

with Tally("tampered checkpoints", seconds=1200) as tally:
    home = Home()
    name, expected = home.stopped_run("cut", "--checkpoint-every", "2")
    copy = home.keep()
    for what, tamper in tally.random.sample(CASES, share(len(CASES), least=3)):
        home.put_back(copy)
        tamper(home.checkpoints(name)[-1], tally.random)
        done = home.run("train", "--resume", name, timeout=90)
        tally.check(not trapped(done) and done.returncode == 0 and digest(home.adapter(name)) == expected
                    and not home.doubled_steps(), f"{what}: {done.returncode} {tail(done)}")
