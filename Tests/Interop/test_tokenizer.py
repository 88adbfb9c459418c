"""Token ids agree with transformers, tokenizers, sentencepiece and llama.cpp on the same vocabularies."""
import base64
import json
import unicodedata

import gguf
import pytest
import sentencepiece
import tokenizers
import transformers
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers
from transformers.models.gpt2.tokenization_gpt2 import bytes_to_unicode

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


# How each family's tokenizer.json splits text.
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
# Families without a published vocabulary at hand: their splits show with another's merges.
CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
HEAD = r"[^\r\n\p{L}\p{N}]?"
GPT4O_TAIL = r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES
BLOOM = r" ?[^(\s|.,!?…。，、।۔،)]+"
BORROWING = {
    "gpt-4o": splits(f"{HEAD}{CAPITALS}*{SMALL}+{CONTRACTIONS}?|{HEAD}{CAPITALS}+{SMALL}*{CONTRACTIONS}?" + GPT4O_TAIL),
    "deepseek-v3": splits(
        r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
        r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
        r"| ?[\p{P}\p{S}]+[\r\n]*|" + SPACES,
    ),
    "bloom": splits(BLOOM),
    "viking": splits(BLOOM) + [digits()],
    "bailingmoe": splits(
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
    ),
    "seed-coder": splits(
        CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|" + SPACES
    ),
    "dbrx": splits(LLAMA3),
}
TEKKEN = splits(
    f"{HEAD}{CAPITALS}*{SMALL}+|{HEAD}{CAPITALS}+{SMALL}*" + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + SPACES
)
COMPOSING = {"mpt", "command-r", "qwen2", "qwen35"}
IGNORING_MERGES = {"llama-bpe"}
# Other kinds, or families for which the files of ids are the only reference.
FURTHER = ["deepseek-llm", "llama-spm", "phi-3", "gemma-4"]
# llama.cpp does not normalize text of these families; transformers composes it first, and so do we.
TAKEN_DECOMPOSED_BY_LLAMA_CPP = {"qwen35"}


@pytest.fixture(scope="session")
def texts():
    return corpus()


@pytest.fixture(scope="session")
def vocabularies():
    return tokenizer_material.llama_cpp()


def ids(workbench, model, texts):
    """The program's tokens of the texts."""
    workbench.folder.mkdir(parents=True, exist_ok=True)
    file = workbench.folder.parent / "texts.jsonl"
    file.write_text("".join(json.dumps(text) + "\n" for text in texts))
    return [answer["ids"] for answer in workbench("model", "tokenize", model, "--texts", file)]


def expect_equal(ours, theirs, texts):
    assert len(ours) == len(theirs) == len(texts)
    wrong = [(text, a, b) for text, a, b in zip(texts, ours, theirs) if a != b]
    assert not wrong, f"{len(wrong)} of {len(texts)} differ, the first: {wrong[0]!r}"


def read_gguf(path):
    """The tokens, their types and the merges of a byte-level vocabulary."""
    fields = gguf.GGUFReader(path).fields

    def strings(key):
        field = fields[f"tokenizer.ggml.{key}"]
        return [bytes(field.parts[index]).decode() for index in field.data]

    return strings("tokens"), fields["tokenizer.ggml.token_type"].contents(), strings("merges")


def tokenizer_of(vocabulary, cuts, composes=False, ignores_merges=False):
    """The same vocabulary in the library that transformers uses."""
    tokens, types, merges = vocabulary
    kept = {token: index for index, token in reversed(list(enumerate(tokens))) if types[index] in (1, 4)}
    merges = [tuple(merge.split(" ")) for merge in merges]
    tokenizer = tokenizers.Tokenizer(models.BPE(kept, merges, ignore_merges=ignores_merges))
    if composes:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(cuts)
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
    tokenizer = tokenizer_of(read_gguf(path), FAMILIES[family], family in COMPOSING, family in IGNORING_MERGES)
    theirs = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    expect_equal(ids(workbench, path, texts), theirs, texts)
    folder = tmp_path / "hf"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    expect_equal(ids(workbench, folder, texts), theirs, texts)


@pytest.mark.parametrize("family", BORROWING)
def test_cuts_of_a_corpus_agree_with_tokenizers(workbench, vocabularies, texts, tmp_path, family):
    vocabulary = read_gguf(vocabularies / "ggml-vocab-qwen2.gguf")
    write_byte_level_gguf(tmp_path / "borrowed.gguf", vocabulary, family)
    tokenizer = tokenizer_of(vocabulary, BORROWING[family] + [byte_level()])
    theirs = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    expect_equal(ids(workbench, tmp_path / "borrowed.gguf", texts), theirs, texts)


def test_ids_of_a_corpus_agree_for_tekken(workbench, texts, tmp_path):
    vocabulary = read_tekken(tokenizer_material.mistral() / "tekken_240718.json")
    write_byte_level_gguf(tmp_path / "tekken.gguf", vocabulary, "tekken")
    tokenizer = tokenizer_of(vocabulary, TEKKEN + [byte_level()], ignores_merges=True)
    theirs = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    expect_equal(ids(workbench, tmp_path / "tekken.gguf", texts), theirs, texts)


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


def read_tekken(path):
    """Mistral's list of byte strings as tokens and merges, as its converters write them."""
    content = json.loads(path.read_text())
    settings = content["config"]
    special = settings["default_num_special_tokens"]
    words = [base64.b64decode(entry["token_bytes"]) for entry in content["vocab"]]
    words = words[: settings["default_vocab_size"] - special]
    ranks = {word: rank for rank, word in enumerate(words)}
    letters = bytes_to_unicode()
    spelled = ["".join(letters[byte] for byte in word) for word in words]
    merges = []
    for word in words:
        pairs = [(word[:cut], word[cut:]) for cut in range(1, len(word))]
        pairs = [pair for pair in pairs if pair[0] in ranks and pair[1] in ranks]
        for left, right in sorted(pairs, key=lambda pair: (ranks[pair[0]], ranks[pair[1]])):
            merges.append(f"{spelled[ranks[left]]} {spelled[ranks[right]]}")
    tokens = [f"<SPECIAL_{id}>" for id in range(special)] + spelled
    return tokens, [gguf.TokenType.CONTROL] * special + [gguf.TokenType.NORMAL] * len(words), merges


def write_byte_level_gguf(path, vocabulary, pre):
    tokens, types, merges = vocabulary
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list([token.encode() for token in tokens])
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


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
