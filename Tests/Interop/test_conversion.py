"""A folder made from a GGUF file is opened by transformers and PEFT, with the same results."""
import json
import shutil

import peft
import pytest
import torch
import transformers

from conftest import FAMILIES, MODEL, TINY, log_probabilities, targets_of
from llama import Llama

TEXTS = ["Hello, world! 한국어 123", "  two  spaces\n\nnew", "def f(x): return x**2", "é NFC?", "naïve 😀👍🏽 日本語", "a"]
SOME_TARGETS = ["q_proj", "k_proj", "qkv_proj", "gate_up_proj", "down_proj", "input_linear", "output_linear"]
IDS = [5, 44, 99, 310, 7, 256, 18, 402, 61, 77, 205, 33, 9, 128, 411, 90, 230, 301, 19, 4, 66, 500]


def opened(folder, dtype=torch.float32):
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager").eval()


@torch.no_grad()
def logits(model):
    return model(input_ids=torch.tensor([IDS])).logits[0]


def random_adapter(model, folder, **settings):
    torch.manual_seed(5)
    changed = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", **settings)).eval()
    with torch.no_grad():
        for name, parameter in changed.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    changed.save_pretrained(folder)
    return changed


@pytest.mark.parametrize("family", FAMILIES)
def test_a_folder_made_of_gguf_is_the_one_it_came_from(workbench, tmp_path, family):
    there, back = tmp_path / "model.gguf", tmp_path / "back"
    workbench("model", "convert", TINY / family, "--output", there, "--no-compare")
    made = workbench("model", "convert", there, "--output", back)[-1]
    assert made["parity"]["top_agreement"] == 1 and made["parity"]["has_same_tokens"]
    assert (tmp_path / "back.parity.json").exists()
    source, result = opened(TINY / family), opened(back)
    # GGUF files of the dense Granite 4 are those of Granite 3.
    wanted = transformers.GraniteForCausalLM if family == "granite4" else type(source)
    assert type(result) is wanted
    assert (logits(source) - logits(result)).abs().max() < 2e-5
    if family in ("llama", "phi4"):
        assert result.config.rope_scaling == source.config.rope_scaling
    before = transformers.PreTrainedTokenizerFast(tokenizer_file=str(TINY / family / "tokenizer.json"))
    after = transformers.AutoTokenizer.from_pretrained(back)
    for text in TEXTS:
        ids = after(text)["input_ids"]
        assert ids == before(text)["input_ids"]
        assert after.decode(ids, skip_special_tokens=True) == before.decode(ids, skip_special_tokens=True)
        assert workbench("model", "tokenize", back, "--text", text)[-1]["ids"] == ids
    if family in ("llama", "mistral"):
        assert [after.bos_token_id, after.eos_token_id] == [source.config.bos_token_id, source.config.eos_token_id]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_adapter_crosses_gguf_and_is_merged(workbench, tmp_path, family):
    base, lora = tmp_path / "model.gguf", tmp_path / "adapter.gguf"
    workbench("model", "convert", TINY / family, "--output", base, "--no-compare")
    source = opened(TINY / family)
    targets = [name for name in targets_of(source) if name in SOME_TARGETS]
    model = random_adapter(source, tmp_path / "adapter", r=4, lora_alpha=6, use_rslora=True, target_modules=targets)
    wanted = logits(model)
    assert (wanted - logits(opened(TINY / family))).abs().max() > 0.01, "the adapter has to change something"
    workbench("model", "convert", tmp_path / "adapter", "--base", base, "--output", lora)
    # The folder has one matrix where the dense Granite 4's GGUF file has two.
    owner = TINY / family if family == "granite4" else base
    workbench("model", "convert", lora, "--base", owner, "--output", tmp_path / "again")
    again = peft.PeftModel.from_pretrained(opened(TINY / family), tmp_path / "again").eval()
    assert (logits(again) - wanted).abs().max() < 2e-5
    for source in (base, TINY / family):
        for adapter in (lora, tmp_path / "adapter"):
            folder = tmp_path / f"merged-{source.name}-{adapter.name}"
            workbench("model", "merge", source, "--adapter", adapter, "--output", folder, "--format", "safetensors")
            assert (logits(opened(folder)) - wanted).abs().max() < 2e-5


def test_the_default_model_becomes_a_folder(workbench, base, tmp_path):
    folder = tmp_path / "folder"
    made = workbench("model", "convert", MODEL, "--output", folder)[-1]
    print(made["parity"])
    result = opened(folder, dtype="auto")
    assert result.dtype == torch.float16
    after = transformers.AutoTokenizer.from_pretrained(folder)
    turns = [{"role": "user", "content": "Where is the post room? 한국어"}]
    text = after.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    ids = after(text)["input_ids"]
    assert workbench("model", "tokenize", MODEL, "--text", text)[-1]["ids"] == ids
    theirs = log_probabilities(result.float(), ids)
    assert max(abs(a - b) for a, b in zip(log_probabilities(base, ids), theirs)) < 0.02
    assert 2 in result.generation_config.eos_token_id


def test_texts_longer_than_the_pretraining_have_factors_of_their_own(workbench, tmp_path):
    folder, file = tmp_path / "phi4", tmp_path / "phi4.gguf"
    shutil.copytree(TINY / "phi4", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "original_max_position_embeddings": 16}))
    workbench("model", "convert", folder, "--output", file, "--no-compare")
    model = opened(folder)
    for ids in (IDS[:12], IDS):
        wanted = log_probabilities(model, ids)
        for source in (folder, file):
            found = workbench("model", "score", source, "--ids", ",".join(map(str, ids)), "--precision", "exact")
            assert max(abs(a - b) for a, b in zip(found[-1]["token_logprobs"], wanted)) < 5e-4
    short = log_probabilities(opened(TINY / "phi4"), IDS)
    assert max(abs(a - b) for a, b in zip(short, log_probabilities(model, IDS))) > 0.01, "the factors have to differ"


def test_a_granite_that_does_not_rotate_is_the_same_in_gguf(workbench, tmp_path):
    folder, file = tmp_path / "granite4", tmp_path / "granite4.gguf"
    shutil.copytree(TINY / "granite4", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "position_embedding_type": "nope"}))
    workbench("model", "convert", folder, "--output", file, "--no-compare")
    wanted = log_probabilities(opened(folder), IDS)
    rotated = log_probabilities(opened(TINY / "granite4"), IDS)
    assert max(abs(a - b) for a, b in zip(rotated, wanted)) > 0.01, "rotation has to matter"
    for source in (folder, file):
        found = workbench("model", "score", source, "--ids", ",".join(map(str, IDS)), "--precision", "exact")
        assert max(abs(a - b) for a, b in zip(found[-1]["token_logprobs"], wanted)) < 5e-4
    with Llama(file) as llama:
        rows = torch.tensor(llama.logits(IDS)).double()
    table = torch.log_softmax(rows[:-1], dim=-1)[torch.arange(len(IDS) - 1), torch.tensor(IDS[1:])]
    assert max(abs(a - b) for a, b in zip(table.tolist(), wanted)) < 5e-4
