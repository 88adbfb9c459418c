"""Makes the small random models of Tests/TransformerTests/Fixtures/tiny that stand for an architecture.

    python tiny_models.py FOLDER [NAME…]

Each gets a folder in Hugging Face's layout, with what transformers computes of it in float32: `expected.safetensors`
holds `input_ids`, `labels` (-100 = no target), `logits`, `loss` and `grad.NAME` of every parameter, and
`tokenization.json` the ids of some texts.
"""
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

SIZES = dict(vocab_size=512, hidden_size=64, intermediate_size=96, num_attention_heads=4, num_key_value_heads=2,
             rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2, pad_token_id=0)
GEMMA = {**SIZES, "vocab_size": 640, "max_position_embeddings": 256, "tie_word_embeddings": True}
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def cutting(expression):
    return {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False}, BYTES]}


def models():
    return {
        # Every fourth layer does not rotate; SmolLM3 splits text as Llama 3 does.
        "smollm3": (transformers.SmolLM3Config(
            **SIZES, num_hidden_layers=4, max_position_embeddings=256, rope_theta=50_000.0, tie_word_embeddings=True),
            cutting(LLAMA3), True),
        # All four multipliers differ from 1; single digits, as StarCoder and Granite split.
        "granite": (transformers.GraniteConfig(
            **SIZES, num_hidden_layers=2, max_position_embeddings=256, rope_theta=10_000.0, tie_word_embeddings=True,
            embedding_multiplier=3.0, residual_multiplier=0.6, attention_multiplier=0.3, logits_scaling=2.0),
            {"type": "Sequence", "pretokenizers": [
                {"type": "Digits", "individual_digits": True}, {**BYTES, "use_regex": True}]}, False),
        # Attention alone of a hybrid architecture; one matrix for gate and up. The name is Granite's: llama.cpp's files
        # are those of Granite 3.
        "granite4": (transformers.GraniteMoeHybridConfig(
            **SIZES, shared_intermediate_size=96, num_hidden_layers=2,
            max_position_embeddings=256, rope_theta=10_000.0, tie_word_embeddings=True, embedding_multiplier=1.5,
            residual_multiplier=0.9, attention_multiplier=0.3, logits_scaling=2.0, num_local_experts=0,
            num_experts_per_tok=0, layer_types=["attention"] * 2, position_embedding_type="rope", mamba_n_heads=1),
            cutting(LLAMA3), True),
        # Norms of 1 + w before and behind both halves, GELU, every other layer sees a window, scores and logits capped.
        "gemma2": (transformers.Gemma2Config(
            **GEMMA, num_hidden_layers=2, head_dim=24, query_pre_attn_scalar=24, attn_logit_softcapping=1.5,
            final_logit_softcapping=2.0, sliding_window=8, rope_theta=10_000.0), None, False),
        # Five of six layers see a window and rotate by a base of their own; heads are normalized; the others' rotation
        # is scaled.
        "gemma3": (transformers.Gemma3TextConfig(
            **{**GEMMA, "intermediate_size": 64, "num_attention_heads": 2, "num_key_value_heads": 1},
            num_hidden_layers=6, head_dim=32, query_pre_attn_scalar=32, sliding_window=8, rope_theta=100_000.0,
            rope_local_base_freq=1000.0, rope_scaling={"rope_type": "linear", "factor": 4.0}), None, False),
        # One matrix for q, k and v, one for gate and up; three quarters of a head rotate, with factors for short and
        # long texts.
        # The name is not phi3: llama.cpp takes that in general.name for a vocabulary with <unk>.
        "phi4": (transformers.Phi3Config(
            **SIZES, num_hidden_layers=2, max_position_embeddings=1024, original_max_position_embeddings=512,
            rope_theta=10_000.0, tie_word_embeddings=True, partial_rotary_factor=0.75, sliding_window=None,
            rope_scaling={"type": "longrope", "short_factor": [1 + i / 8 for i in range(6)],
                          "long_factor": [2.0 + i for i in range(6)]}),
            cutting(GPT4O), False),
    }


TEXTS = ["Hello, world! 한국어 123", "  two  spaces\n\nnew", "def f(x): return x**2", "It's 12345 o'clock", "a"]


def tokenizer_of(folder, pretokenizer, ignores_merges):
    """The vocabulary of another small model, with other rules for cutting text."""
    if pretokenizer:
        words = json.loads((folder / "qwen2" / "tokenizer.json").read_text())
        words["pre_tokenizer"], words["normalizer"] = pretokenizer, None
        words["model"]["ignore_merges"] = ignores_merges
        return words
    # Gemma's: spaces become marks, of which none is put before a text; what is cut at spaces is whole then.
    words = json.loads((folder / "mistral" / "tokenizer.json").read_text())
    words["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    words["pre_tokenizer"] = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious",
                              "invert": False}
    words["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}
    return words


def make(folder, name):
    config, pretokenizer, ignores_merges = models()[name]
    config.architectures = None
    torch.manual_seed(sum(map(ord, name)))
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            # The deviation of matrices.
            spread = 0.2 if name == "gemma3" else 0.1
            center = 0 if name.startswith("gemma") else 1
            parameter.copy_(center + 0.1 * torch.randn_like(parameter) if parameter.ndim == 1
                            else torch.randn_like(parameter) * (spread if "embed" not in key else 0.08))
    place = folder / name
    model.save_pretrained(place)
    (place / "generation_config.json").unlink(missing_ok=True)
    words = tokenizer_of(folder, pretokenizer, ignores_merges)
    (place / "tokenizer.json").write_text(json.dumps(words, ensure_ascii=False))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(place / "tokenizer.json"))
    (place / "tokenization.json").write_text(json.dumps(
        [{"text": text, "ids": tokenizer(text)["input_ids"], "decoded": tokenizer.decode(tokenizer(text)["input_ids"])}
         for text in TEXTS], ensure_ascii=False))
    ids = torch.randint(3, 512, (2, 24))
    labels = ids.clone()
    labels[0, :7] = labels[1, 3:5] = -100
    out = model(input_ids=ids, labels=labels)
    out.loss.backward()
    tensors = {"input_ids": ids.int(), "labels": labels.int(), "logits": out.logits.detach(), "loss": out.loss.detach().reshape(1)}
    tensors |= {f"grad.{key}": parameter.grad for key, parameter in model.named_parameters()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, place / "expected.safetensors")
    print(name, out.loss.item(), out.logits.abs().max().item())


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:] or models():
        make(folder, name)
