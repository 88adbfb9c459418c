"""The program under test, the default model, and the same file in transformers."""
import json
import os
import pathlib
import subprocess

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
import torch
import transformers

transformers.utils.logging.disable_progress_bar()

BINARY = os.environ["WORKBENCH"]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
MODEL = CACHE / "workbench" / "models" / "smollm2-135m-instruct.gguf"
TINY = pathlib.Path(__file__).resolve().parents[1] / "TransformerTests" / "Fixtures" / "tiny"
FAMILIES = ["llama", "mistral", "qwen2", "qwen3", "smollm3", "granite", "granite4", "gemma2", "gemma3", "phi4"]
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
HYBRID_TARGETS = [*TARGETS[:4], "input_linear", "output_linear"]
FUSED_TARGETS = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]


def targets_of(model):
    """PEFT's names of a model's projections."""
    kinds = {"phi3": FUSED_TARGETS, "granitemoehybrid": HYBRID_TARGETS}
    return kinds.get(model.config.model_type, TARGETS)


class Workbench:
    """Runs commands in a workspace of their own."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *arguments):
        """The objects that a command prints."""
        command = [BINARY, *map(str, arguments), "--json", "--workspace", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def score(self, ids, adapter=None):
        """log p of every token after the first."""
        extra = ["--adapter", adapter] if adapter else []
        ids = ",".join(map(str, ids))
        return self("model", "score", MODEL, "--ids", ids, "--precision", "exact", *extra)[-1]["token_logprobs"]


@pytest.fixture()
def workbench(tmp_path):
    return Workbench(tmp_path / "workspace")


@pytest.fixture()
def base():
    """The same GGUF, dequantized by transformers; fresh for every test, since PEFT changes it."""
    return transformers.AutoModelForCausalLM.from_pretrained(
        str(MODEL.parent), gguf_file=MODEL.name, torch_dtype=torch.float32, attn_implementation="eager"
    )


@torch.no_grad()
def log_probabilities(model, ids):
    logits = model(input_ids=torch.tensor([ids])).logits[0].double()
    table = torch.log_softmax(logits[:-1], dim=-1)
    return table[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].tolist()
