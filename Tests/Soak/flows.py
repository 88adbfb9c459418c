"""A pipeline is killed at random moments and retried: it ends, what had completed is not done again, and the
trained adapter is the undisturbed one's, bit by bit."""

import json
import pathlib
import shutil
import time

from soak import BINARY, Home, Tally, digest, share, tail, trapped, wait_for  # noqa: F401

FLOW = """\
flow: killed
parameters: {steps: 8}
tasks:
  rows:
    uses: shell
    with:
      command: "printf 'made\\\\n' >> made.log && echo rows=12 >> $WORKBENCH_OUTPUTS && cp company-faq.txt rows.txt"
      inputs: [company-faq.txt]
      outputs: [rows.txt]
  sft:
    uses: train
    with: {model: moru-tiny, data: company-faq, steps: "${steps}", samples: 0, checkpoint_every: "1", run_name: sft}
    needs: [rows]
  size:
    uses: shell
    with:
      command: [sh, -c, 'printf %s "$WORKBENCH_TASK_KEY" >> keys.log; echo >> keys.log; echo bytes=1 >> $WORKBENCH_OUTPUTS']
    needs: [sft]
  register:
    uses: registry.register
    with: {model: "${sft.model}", name: killed}
    when: "${size.bytes == 1}"
"""


def adapter(home):
    """The newest adapter of a run named sft."""
    rows = home.query("SELECT artifact_uri FROM runs WHERE name = 'sft' AND status = 'FINISHED' ORDER BY end_time")
    return f"{home.workspace}/{rows[-1][0]}/adapter/adapter_model.safetensors" if rows else ""


def states(home):
    return dict(home.query("SELECT task, state FROM wb_flow_tasks"))


def start(home, folder):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(home.workspace, ignore_errors=True)
    pathlib.Path(folder).mkdir()
    pathlib.Path(f"{folder}/killed.yaml").write_text(FLOW)
    pathlib.Path(f"{folder}/company-faq.txt").write_text("twelve rows\n")


with Tally("killed flows", seconds=1800) as tally:
    home = Home()
    folder = f"{home.folder}/파이프라인 1"
    start(home, folder)
    began = time.monotonic()
    home.must("flow", "run", f"{folder}/killed.yaml")
    whole = time.monotonic() - began
    expected = digest(adapter(home))
    tally.note(f"undisturbed in {whole:.1f} s")
    for number in range(share(200, least=20)):
        start(home, folder)
        process = home.start("flow", "run", f"{folder}/killed.yaml")
        time.sleep(tally.random.uniform(0, whole))
        process.kill()
        process.communicate()
        if not home.query("SELECT 1 FROM wb_flow_runs"):
            tally.held += 1
            continue
        completed = {task for task, state in states(home).items() if state == "completed"}
        done = home.run("flow", "retry", "killed", "--yes", timeout=90)
        after = states(home)
        what = f"kill {number}: {done.returncode} {tail(done)} {after}"
        tally.check(not trapped(done) and done.returncode == 0, what)
        tally.check(all(state in ("completed", "cached") for state in after.values()), what)
        tally.check(all(after[task] == "cached" for task in completed), f"{what}; had completed: {completed}")
        tally.check(digest(adapter(home)) == expected, f"{what}: another adapter")
        tally.check(not home.doubled_steps(), f"{what}: steps stored twice")
        versions = home.query("SELECT count(*) FROM model_versions WHERE name = 'killed'")
        tally.check(versions == [(1,)], f"{what}: {versions} versions")
        keys = pathlib.Path(f"{folder}/keys.log").read_text().split()
        tally.check(len(set(keys)) == 1, f"{what}: keys {keys}")
        made = pathlib.Path(f"{folder}/made.log").read_text().split()
        tally.check(len(made) == 1 or "rows" not in completed, f"{what}: rows were made {len(made)} times")
    tally.check(json.loads(home.must("flow", "list", "--json").stdout)[0]["state"] == "completed", "the list")
