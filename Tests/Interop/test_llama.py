"""llama.cpp reads our files, and computes the same with them."""
import json
import pathlib

import peft
import pytest
import torch
import transformers

from conftest import FAMILIES, MODEL, TINY, Workbench, targets_of
from llama import Llama, quantize

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "sample-data"
TYPES = ["Q8_0", "Q6_K", "Q5_K_M", "Q5_K_S", "Q5_1", "Q5_0", "Q4_K_M", "Q4_K_S", "Q4_1", "Q4_0"]
PROMPTS = ["The capital of France is", "Once upon a time there was a", "def fibonacci(n):\n", "Water boils at"]


def text():
    """Questions and answers in English."""
    rows = (SAMPLES / "company-faq" / "train.jsonl").read_text().splitlines()[:200]
    return "\n".join(message["content"] for row in rows for message in json.loads(row)["messages"])


def tokens(workbench, model, text):
    return workbench("model", "tokenize", model, "--text", text)[-1]["ids"]


def greedy(workbench, model, prompt, count, adapter=None):
    """The program's tokens after a prompt, in float32."""
    extra = ["--adapter", adapter] if adapter else []
    return workbench("generate", "--model", model, "--prompt", prompt, "--raw", "--temperature", 0, "--max-tokens",
                     count, "--precision", "exact", *extra)[-1]["ids"]


def adapter_of(base, path):
    """A PEFT adapter that changes a model's answers."""
    torch.manual_seed(3)
    config = peft.LoraConfig(r=4, lora_alpha=6, target_modules=targets_of(base), use_rslora=True, task_type="CAUSAL_LM")
    model = peft.get_peft_model(base, config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    model.save_pretrained(path)
    return path


def check_greedy(workbench, base, adapter, folder, prompt, count):
    """The same text as llama.cpp's for a model, with an adapter, and with the adapter merged."""
    lora, merged = folder / "adapter.gguf", folder / "merged.gguf"
    workbench("model", "convert", adapter, "--base", base, "--output", lora)
    workbench("model", "merge", base, "--adapter", lora, "--to", "F32", "--output", merged, "--no-compare")
    ids = tokens(workbench, base, prompt)
    answers = []
    for model, extra in [(base, None), (base, lora), (merged, None)]:
        ours = greedy(workbench, model, prompt, count, extra)
        with Llama(model, extra) as llama:
            assert llama.greedy(ids, len(ours)) == ours
        answers.append(ours)
    merged.unlink()
    assert len(answers[0]) > 1 and answers[0] != answers[1], "the adapter changes the answer"
    assert answers[1] == answers[2] == greedy(workbench, base, prompt, count, adapter)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder for the large files of this module."""
    return tmp_path_factory.mktemp("llama")


@pytest.fixture(scope="module")
def half(files):
    """The default model in F16, from which all others are made."""
    workbench = Workbench(files / "workspace")
    workbench("model", "quantize", MODEL, "--to", "F16", "--again", "--output", files / "F16.gguf", "--no-compare")
    return files / "F16.gguf"


@pytest.mark.parametrize("family", FAMILIES)
def test_greedy_text_is_the_same(workbench, tmp_path, family):
    path = tmp_path / "base.gguf"
    workbench("model", "convert", TINY / family, "--output", path, "--no-compare")
    # llama.cpp applies no window to files of `llama`; Mistral's is 16 here, which prompt and answer stay within.
    prompt, count = ("post", 8) if family == "mistral" else ("The post room is on floor 3.", 32)
    model = transformers.AutoModelForCausalLM.from_pretrained(TINY / family, dtype=torch.float32)
    check_greedy(workbench, path, adapter_of(model, tmp_path / "adapter"), tmp_path, prompt, count)


def test_greedy_text_of_the_default_model_is_the_same(workbench, base, half, tmp_path):
    path = tmp_path / "F32.gguf"
    workbench("model", "quantize", half, "--to", "F32", "--output", path, "--no-compare")
    check_greedy(workbench, path, adapter_of(base, tmp_path / "adapter"), tmp_path, PROMPTS[1], 32)
    path.unlink()


def written(workbench, half, files, type):
    """The default model in a type."""
    path = files / f"{type}.gguf"
    if not path.exists():
        workbench("model", "quantize", half, "--to", type, "--output", path, "--no-compare")
    return path


def misses(answers, path):
    """Where llama.cpp, given our tokens, finds another one more likely, and by how much."""
    found = []
    with Llama(path) as llama:
        for ids, ours in answers:
            rows = llama.logits(ids + ours)[len(ids) - 1:-1]
            found += [float(row.max() - row[token]) for row, token in zip(rows, ours) if row.argmax() != token]
    return found


@pytest.mark.parametrize("type", ["F16", "BF16", *TYPES])
def test_every_written_type_is_read(workbench, half, files, type):
    path, wide = written(workbench, half, files, type), files / "wide.gguf"
    answers = [(tokens(workbench, path, prompt), greedy(workbench, path, prompt, 48)) for prompt in PROMPTS]
    count = sum(len(ours) for _, ours in answers)
    # The same weights in float32: the values of the blocks, without llama.cpp's activations of eight bits.
    workbench("model", "quantize", path, "--to", "F32", "--again", "--output", wide, "--no-compare")
    exact = misses(answers, wide)
    rounded = misses(answers, path)
    wide.unlink()
    print(f"{type}: the same likeliest token at {1 - len(exact) / count:.1%} of {count} places with the numbers in "
          f"float32, at {1 - len(rounded) / count:.1%} with activations of eight bits; logit gaps of the misses "
          f"{[round(gap, 4) for gap in exact]}, {[round(gap, 3) for gap in rounded]}")
    assert len(exact) <= 0.03 * count
    if type in ("F16", "BF16"):
        assert len(rounded) <= 0.03 * count


@pytest.mark.parametrize("type", TYPES)
def test_a_quantized_file_is_as_good_as_that_of_llama_cpp(workbench, half, files, type):
    ids = tokens(workbench, half, text())[:1024]
    path, theirs = written(workbench, half, files, type), files / "theirs.gguf"
    quantize(half, theirs, type)
    found = []
    for file in (path, theirs):
        with Llama(file) as llama:
            found.append(llama.perplexity(ids))
    print(f"{type}: perplexity {found[0]:.4f}, llama.cpp's own {found[1]:.4f}, {found[0] / found[1] - 1:+.2%}")
    assert found[0] < 1.01 * found[1]
