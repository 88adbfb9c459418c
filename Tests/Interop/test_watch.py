"""`workbench watch`: scripts of MLflow, tqdm and Hugging Face's Trainer, unchanged, as runs of the workspace."""
import json
import os
import subprocess
import sys

import pytest

from conftest import BINARY

CLIENT = """
import mlflow, pathlib
with mlflow.start_run():
    mlflow.log_param("lr", 0.1)
    for step in range(3):
        mlflow.log_metric("loss", 3 - step, step=step)
        print(f"step={step} loss=99 accuracy={step / 4}")
    pathlib.Path("note.txt").write_text("kept")
    mlflow.log_artifact("note.txt")
"""
BAR = """
import time, tqdm
bar = tqdm.tqdm(range(40), desc="Epoch 0")
for step in bar:
    time.sleep(0.02)
    bar.set_postfix(loss=40 - step)
"""
# A step takes longer than the time between two repaints of the bar, as that of a real model.
TRAINER = """
import time
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 24
    def __getitem__(self, place):
        time.sleep(0.03)
        ids = torch.full((8,), place % 5)
        return {"input_ids": ids, "labels": ids}

model = LlamaForCausalLM(LlamaConfig(
    vocab_size=8, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2))
arguments = TrainingArguments(
    output_dir="out", per_device_train_batch_size=4, num_train_epochs=2, logging_steps=2, eval_strategy="steps",
    eval_steps=4, report_to=[], use_cpu=True, save_strategy="no")
trainer = Trainer(model, arguments, train_dataset=Rows(), eval_dataset=Rows())
trainer.train()
import json
with open("history.json", "w") as file:
    json.dump(trainer.state.log_history, file)
"""


@pytest.fixture()
def watch(tmp_path):
    """Watches a script; returns the run with its curves."""

    def run(script, *options):
        path = tmp_path / "script.py"
        path.write_text(script)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
        command = [BINARY, "watch", "--workspace", str(tmp_path / "workspace"), "--run-name", "mine", *options]
        done = subprocess.run(
            [*command, "--", sys.executable, str(path)], capture_output=True, text=True, cwd=tmp_path, env=environment
        )
        assert done.returncode == 0, done.stderr
        show = [BINARY, "runs", "show", "mine", "--json", "--workspace", str(tmp_path / "workspace")]
        return json.loads(subprocess.run(show, capture_output=True, text=True, check=True).stdout)

    return run


def series(shown, name):
    """The points of a metric, as a list of steps with values."""
    found = shown["series"][name]
    return list(zip(found["steps"], found["values"]))


def test_a_client_of_mlflow_finds_its_run_and_may_end_it(watch):
    shown = watch(CLIENT)
    run = shown["summary"]
    assert run["status"] == "finished"
    assert run["parameters"]["lr"] == "0.1"
    # What the client logs is not read from the output again.
    assert series(shown, "loss") == [(0, 3.0), (1, 2.0), (2, 1.0)]
    assert series(shown, "accuracy") == [(0, 0.0), (1, 0.25), (2, 0.5)]
    assert {"note.txt", "output.log"} <= set(shown["artifacts"])


def test_a_bar_of_tqdm_yields_its_postfix(watch):
    shown = watch(BAR)
    points = series(shown, "loss")
    assert len(points) > 3
    assert points[-1] == (40, 1.0)
    # The postfix is set after the step that the bar has counted.
    assert all(abs(value - (41 - step)) <= 1 for step, value in points)
    assert shown["summary"]["total_steps"] == 40


def test_the_metrics_of_the_trainer_have_its_steps(watch, tmp_path):
    shown = watch(TRAINER)
    history = json.loads((tmp_path / "history.json").read_text())
    for name in ("loss", "eval_loss"):
        expected = [(entry["step"], entry[name]) for entry in history if name in entry]
        found = series(shown, name)
        # The bar is repainted behind each line that is printed through it.
        assert [step for step, _ in found] == [step for step, _ in expected], name
        for (_, value), (_, number) in zip(found, expected):
            assert value == pytest.approx(number, abs=1e-3), name
    assert shown["summary"]["total_steps"] == 12
