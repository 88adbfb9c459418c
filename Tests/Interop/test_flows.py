"""Flows as MLflow's own client sees them, and programs of tasks that log with it."""
import contextlib
import json
import pathlib
import subprocess
import sys

import pytest

from conftest import BINARY
from test_mlflow import MlflowClient, free_port, started

FLOW = f"""\
flow: seen
parameters: {{steps: 3, api_token: hunter2-secret}}
tasks:
  numbers:
    uses: shell
    with:
      command: echo "loss=0.5" && echo "from the task" && echo rows=12 >> $WORKBENCH_OUTPUTS && echo ${{api_token}}
  sft:
    uses: train
    with: {{model: moru-tiny, data: company-faq, steps: "${{steps}}", samples: 0}}
    needs: [numbers]
  client:
    uses: shell
    with:
      command: [{sys.executable}, client.py]
      inputs: [client.py]
    needs: [numbers]
"""
CLIENT = """\
import mlflow
with mlflow.start_run():
    for step in range(3):
        mlflow.log_metric("accuracy", 0.5 + step / 10, step=step)
    mlflow.log_text("written by the client", "client.txt")
"""


@contextlib.contextmanager
def served(workbench):
    port = free_port()
    with open(workbench.folder / "server.log", "w") as log:
        command = [BINARY, "serve", "--port", str(port), "--workspace", str(workbench.folder)]
        process = started(command, port, log)
        try:
            yield MlflowClient(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture()
def seen(workbench, tmp_path):
    (tmp_path / "seen.yaml").write_text(FLOW)
    (tmp_path / "client.py").write_text(CLIENT)
    events = workbench("flow", "run", tmp_path / "seen.yaml")
    assert events[-1]["event"] == "finished" and events[-1]["state"] == "completed"
    with served(workbench) as client:
        yield client


def test_a_flow_run_is_a_parent_run_and_its_tasks_are_nested(seen):
    experiment = seen.get_experiment_by_name("Default")
    runs = seen.search_runs([experiment.experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert [run.info.run_name for run in parents] == ["seen"]
    parent = parents[0]
    assert parent.info.status == "FINISHED"
    assert parent.data.params["steps"] == "3"
    assert "hunter2" not in json.dumps(parent.data.params)
    nested = seen.search_runs(
        [experiment.experiment_id], f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    )
    assert sorted(run.data.tags["workbench.flow_task"] for run in nested) == ["client", "numbers", "sft"]
    assert all(run.info.status == "FINISHED" for run in nested)
    by_task = {run.data.tags["workbench.flow_task"]: run for run in nested}
    assert by_task["numbers"].data.metrics["rows"] == 12
    log = seen.download_artifacts(by_task["numbers"].info.run_id, "log.txt")
    text = pathlib.Path(log).read_text()
    assert "from the task" in text and "hunter2" not in text
    assert "loss" in by_task["sft"].data.metrics


def test_a_program_of_a_task_logs_with_mlflow(seen):
    runs = seen.search_runs([seen.get_experiment_by_name("Default").experiment_id], "tags.`workbench.flow_task` = 'client'")
    run = runs[0]
    assert run.data.metrics["accuracy"] == pytest.approx(0.7)
    history = seen.get_metric_history(run.info.run_id, "accuracy")
    assert [point.step for point in history] == [0, 1, 2]
    assert "client.txt" in [file.path for file in seen.list_artifacts(run.info.run_id)]


def test_a_watched_script_is_a_run(workbench, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("for step in range(3): print({'loss': 2.0 - step, 'epoch': step}, flush=True)\n")
    command = [BINARY, "watch", "--run-name", "script", "--workspace", str(workbench.folder), "--", sys.executable, script]
    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    with served(workbench) as client:
        ids = [one.experiment_id for one in client.search_experiments()]
        run = client.search_runs(ids, "attributes.run_name = 'script'")[0]
        assert run.info.status == "FINISHED"
        assert [point.value for point in client.get_metric_history(run.info.run_id, "loss")] == [2, 1, 0]
