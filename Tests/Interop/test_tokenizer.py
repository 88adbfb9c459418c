"""Token ids agree with transformers, tokenizers, sentencepiece and llama.cpp on the same vocabularies."""
import json
import unicodedata

import gguf
import pytest
import sentencepiece
import tokenizers
import transformers
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers

import tokenizer_material
from conftest import MODEL
from tokenizer_corpus import corpus

TEXTS = ["Hello, world!", "사내 휴가는 어떻게 신청하나요?", "a  b\t\nc 12345 don't", "🙂 naïve ﬁ", "<|im_start|>user\nHi<|im_end|>"]


def test_ids_agree_with_transformers(workbench):
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(MODEL.parent), gguf_file=MODEL.name)
    for text in TEXTS:
        ours = workbench("model", "tokenize", MODEL, "--text", text)[-1]["ids"]
        assert ours == tokenizer(text, add_special_tokens=False)["input_ids"], text


CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES
QWEN35 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + SPACES
CJK = r"[一-龥ࠀ-一가-퟿]+"


def byte_level(use_regex=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def splits(*expressions):
    return [pre_tokenizers.Split(Regex(expression), "isolated") for expression in expressions]


def digits():
    return pre_tokenizers.Digits(individual_digits=True)


# What each family's tokenizer.json says of cutting text.
FAMILIES = {
    "gpt-2": [byte_level(use_regex=True)],
    "mpt": [byte_level(use_regex=True)],
    "starcoder": [digits(), byte_level(use_regex=True)],
    "refact": [digits(), byte_level(use_regex=True)],
    "command-r": [digits(), byte_level(use_regex=True)],
    "llama-bpe": splits(LLAMA3) + [byte_level()],
    "qwen2": splits(QWEN2) + [byte_level()],
    "qwen35": splits(QWEN35) + [byte_level()],
    "falcon": [pre_tokenizers.Punctuation("contiguous"), byte_level(use_regex=True)] + splits("[0-9][0-9][0-9]"),
    "deepseek-coder": splits(r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", CJK) + [digits(), byte_level()],
}
COMPOSING = {"mpt", "command-r", "qwen2", "qwen35"}
IGNORING_MERGES = {"llama-bpe"}
# Of other kinds, or of families for which the files of ids are the only witness.
FURTHER = ["deepseek-llm", "llama-spm", "phi-3", "gemma-4"]
# llama.cpp takes text of these families as it comes; transformers composes it first, and so do we.
TAKEN_DECOMPOSED_BY_LLAMA_CPP = {"qwen35"}


@pytest.fixture(scope="session")
def texts():
    return corpus()


@pytest.fixture(scope="session")
def vocabularies():
    return tokenizer_material.llama_cpp()


def ids(workbench, model, texts):
    """What the program makes of the texts."""
    workbench.folder.mkdir(parents=True, exist_ok=True)
    file = workbench.folder.parent / "texts.jsonl"
    file.write_text("".join(json.dumps(text) + "\n" for text in texts))
    return [answer["ids"] for answer in workbench("model", "tokenize", model, "--texts", file)]


def expect_equal(ours, theirs, texts):
    assert len(ours) == len(theirs) == len(texts)
    wrong = [(text, a, b) for text, a, b in zip(texts, ours, theirs) if a != b]
    assert not wrong, f"{len(wrong)} of {len(texts)} differ, the first: {wrong[0]!r}"


def tokenizer_of(path, family):
    """The same vocabulary in the library that transformers uses."""
    fields = gguf.GGUFReader(path).fields

    def strings(key):
        field = fields[f"tokenizer.ggml.{key}"]
        return [bytes(field.parts[index]).decode() for index in field.data]

    tokens, types = strings("tokens"), fields["tokenizer.ggml.token_type"].contents()
    kept = {token: index for index, token in reversed(list(enumerate(tokens))) if types[index] in (1, 4)}
    merges = [tuple(merge.split(" ")) for merge in strings("merges")]
    tokenizer = tokenizers.Tokenizer(models.BPE(kept, merges, ignore_merges=family in IGNORING_MERGES))
    if family in COMPOSING:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(FAMILIES[family])
    tokenizer.decoder = decoders.ByteLevel()
    defined = [token for token, type in zip(tokens, types) if type == 4]
    tokenizer.add_tokens([tokenizers.AddedToken(token, normalized=False) for token in defined])
    return tokenizer


@pytest.mark.parametrize("family", [*FAMILIES, *FURTHER])
def test_ids_are_those_that_llama_cpp_ships(workbench, vocabularies, family):
    path = vocabularies / f"ggml-vocab-{family}.gguf"
    with open(f"{path}.inp", encoding="utf-8", newline="") as file:
        texts = file.read().split("\n__ggml_vocab_test__\n")
    with open(f"{path}.out") as file:
        lines = file.read().split("\n")
    theirs = [[int(id) for id in line.split()] for line in lines[: len(texts)]]
    ours = ids(workbench, path, texts)
    if family in TAKEN_DECOMPOSED_BY_LLAMA_CPP:
        composed = [index for index, text in enumerate(texts) if unicodedata.is_normalized("NFC", text)]
        texts, theirs, ours = ([values[index] for index in composed] for values in (texts, theirs, ours))
    expect_equal(ours, theirs, texts)


@pytest.mark.parametrize("family", FAMILIES)
def test_ids_of_a_corpus_agree_with_tokenizers(workbench, vocabularies, texts, tmp_path, family):
    path = vocabularies / f"ggml-vocab-{family}.gguf"
    tokenizer = tokenizer_of(path, family)
    theirs = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    expect_equal(ids(workbench, path, texts), theirs, texts)
    folder = tmp_path / "hf"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    expect_equal(ids(workbench, folder, texts), theirs, texts)


@pytest.mark.parametrize("name", ["tokenizer.model.v1", "mistral_instruct_tokenizer_240323.model.v3"])
def test_ids_of_a_corpus_agree_with_sentencepiece(workbench, texts, tmp_path, name):
    model = tokenizer_material.mistral() / name
    pieces = sentencepiece.SentencePieceProcessor(str(model))
    path = tmp_path / "pieces.gguf"
    write_gguf(path, pieces)
    expect_equal(ids(workbench, path, texts), [pieces.encode(text) for text in texts], texts)


@pytest.mark.parametrize("legacy", [True, False])
def test_ids_of_a_converted_sentencepiece_model_agree_with_transformers(workbench, texts, tmp_path, legacy):
    model = tokenizer_material.mistral() / "tokenizer.model.v1"
    folder = tmp_path / "hf"
    tokenizer = transformers.LlamaTokenizerFast(str(model), legacy=legacy)
    tokenizer.save_pretrained(folder)
    theirs = tokenizer(texts, add_special_tokens=False)["input_ids"]
    expect_equal(ids(workbench, folder, texts), theirs, texts)


def write_gguf(path, pieces):
    """A sentencepiece model's vocabulary as converters write it."""
    kinds = gguf.TokenType
    everything = range(pieces.get_piece_size())
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list([pieces.id_to_piece(id).encode() for id in everything])
    writer.add_token_scores([pieces.get_score(id) for id in everything])
    writer.add_token_types([
        kinds.UNKNOWN if pieces.is_unknown(id) else kinds.CONTROL if pieces.is_control(id)
        else kinds.BYTE if pieces.is_byte(id) else kinds.NORMAL
        for id in everything
    ])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
