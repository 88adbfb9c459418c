"""Token ids and the chat template agree with transformers on the same file."""
import transformers

from conftest import MODEL

TEXTS = ["Hello, world!", "사내 휴가는 어떻게 신청하나요?", "a  b\t\nc 12345 don't", "🙂 naïve ﬁ", "<|im_start|>user\nHi<|im_end|>"]


def test_ids_agree_with_transformers(workbench):
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(MODEL.parent), gguf_file=MODEL.name)
    for text in TEXTS:
        ours = workbench("model", "tokenize", MODEL, "--text", text)[-1]["ids"]
        assert ours == tokenizer(text, add_special_tokens=False)["input_ids"], text
