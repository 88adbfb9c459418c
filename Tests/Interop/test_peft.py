"""Adapters are exchanged between this program and PEFT in both directions, and training agrees."""
import json

import torch
from mlflow.models import Model
from mlflow.types import DataType
from peft import LoraConfig, PeftModel, get_peft_model

from conftest import MODEL, TARGETS, log_probabilities

IDS = [1, 4093, 198, 2020, 536, 339, 15453, 957, 25357, 8824, 47, 2, 198, 1, 520, 9531, 198, 14297, 260, 639, 29]
TRAINING = ["--no-packing", "--no-shuffle", "--scheduler", "constant", "--warmup", 0, "--max-grad-norm", 0,
            "--precision", "exact", "--weight-decay", 0.01, "--learning-rate", 5e-4, "--batch-size", 2]


def dataset(path):
    questions = [("Where is the post room?", "On floor 3."), ("Who waters the plants?", "Mina does."),
                 ("When is lunch?", "At noon, every day."), ("What is the door code?", "It is 4417.")]
    with open(path, "w") as file:
        for question, answer in questions:
            turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            file.write(json.dumps({"messages": turns}) + "\n")
    return path


def random_adapter(base, folder):
    """A PEFT adapter whose B is not zero, so that it changes the logits."""
    torch.manual_seed(7)
    model = get_peft_model(base, LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS, task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.02)
    model.save_pretrained(folder)
    return model


def difference(ours, theirs):
    assert len(ours) == len(theirs)
    return max(abs(a - b) for a, b in zip(ours, theirs))


def test_the_base_model_scores_alike(workbench, base):
    assert difference(workbench.score(IDS), log_probabilities(base, IDS)) < 5e-4


def test_an_adapter_of_peft_loads_here(workbench, base, tmp_path):
    plain = log_probabilities(base, IDS)
    model = random_adapter(base, tmp_path / "adapter")
    theirs = log_probabilities(model, IDS)
    assert difference(plain, theirs) > 0.05, "the adapter has to change something"
    assert difference(workbench.score(IDS, tmp_path / "adapter"), theirs) < 5e-4


def test_an_adapter_with_patterns_is_read_as_it_is_meant(workbench, base, tmp_path):
    config = LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM",
        rank_pattern={"v_proj": 6, "layers.3.mlp.down_proj": 2}, alpha_pattern={"q_proj": 32, "layers.3.mlp.down_proj": 1},
        layers_to_transform=[1, 3, 7],
    )
    torch.manual_seed(5)
    model = get_peft_model(base, config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.02)
    model.save_pretrained(tmp_path / "patterns")
    theirs = log_probabilities(model, IDS)
    model.unload()
    assert difference(log_probabilities(base, IDS), theirs) > 0.01
    assert difference(workbench.score(IDS, tmp_path / "patterns"), theirs) < 5e-4


def test_an_adapter_trained_here_loads_in_peft(workbench, base, tmp_path):
    data = dataset(tmp_path / "data.jsonl")
    last = workbench("train", "--model", MODEL, "--data", data, "--steps", 6, "--rank", 4, *TRAINING)[-1]
    assert last["event"] == "finished"
    plain = log_probabilities(base, IDS)
    theirs = log_probabilities(PeftModel.from_pretrained(base, last["adapter"]), IDS)
    assert difference(plain, theirs) > 0.01, "six steps have to change something"
    assert difference(workbench.score(IDS, last["adapter"]), theirs) < 5e-4
    logged = Model.load(last["adapter"])
    assert logged.flavors["transformers"]["peft_adaptor"] == "."
    assert logged.signature.inputs.input_types() == [DataType.string]
    assert logged.load_input_example(last["adapter"])["messages"][0]["role"] == "user"


def test_training_from_the_same_adapter_agrees_step_by_step(workbench, base, tmp_path):
    data = dataset(tmp_path / "data.jsonl")
    model = random_adapter(base, tmp_path / "adapter")
    events = workbench("train", "--model", MODEL, "--data", data, "--steps", 4,
                       "--init-adapter", tmp_path / "adapter", *TRAINING)
    ours = [event for event in events if event["event"] == "step"]

    rows = workbench("data", "show", data, "--count", 4, "--model", MODEL)[-1]["rows"]
    batches = [rows[i:i + 2] for i in (0, 2)]
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=5e-4, weight_decay=0.01)
    assert [step["step"] for step in ours] == [0, 1, 2, 3]
    for step, event in enumerate(ours):
        total, count = 0.0, 0
        for row in batches[step % 2]:
            ids = torch.tensor([[token["id"] for token in row["tokens"]]])
            labels = [token["id"] if token["is_target"] else -100 for token in row["tokens"]]
            logits = model(input_ids=ids).logits[0, :-1]
            total = total + torch.nn.functional.cross_entropy(
                logits.double(), torch.tensor(labels[1:]), reduction="sum", ignore_index=-100)
            count += sum(label != -100 for label in labels)
        loss = total / count
        optimizer.zero_grad()
        loss.backward()
        norm = torch.sqrt(sum((p.grad.double() ** 2).sum() for p in model.parameters() if p.grad is not None))
        assert event["target_tokens"] == count
        assert abs(event["loss"] - loss.item()) < 1e-5 * loss.item()
        assert abs(event["grad_norm"] - norm.item()) < 1e-4 * norm.item()
        optimizer.step()
