"""llama.cpp through its bindings: logits, greedy tokens, perplexity, and its own quantizer."""
import ctypes
import os

import llama_cpp
import numpy as np

THREADS = os.cpu_count()
llama_cpp.llama_backend_init()
# Its log is discarded; the callback must live as long as the library.
_silence = llama_cpp.llama_log_callback(lambda level, text, data: None)
llama_cpp.llama_log_set(_silence, ctypes.c_void_p(0))


class Llama:
    """A GGUF file with a float32 cache, and a LoRA in GGUF on it."""

    def __init__(self, path, adapter=None, context=512):
        self.model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
        assert self.model, f"llama.cpp does not load {path}"
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = context
        params.n_threads = params.n_threads_batch = THREADS
        params.type_k = params.type_v = llama_cpp.GGML_TYPE_F32
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self.context = llama_cpp.llama_init_from_model(self.model, params)
        self.size = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        if adapter:
            lora = llama_cpp.llama_adapter_lora_init(self.model, str(adapter).encode())
            assert lora, f"llama.cpp does not load the adapter {adapter}"
            loras = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(lora)
            assert llama_cpp.llama_set_adapters_lora(self.context, loras, 1, (ctypes.c_float * 1)(1)) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self.model)

    def logits(self, ids):
        """The logits after each of the tokens: (T, V), from an empty cache."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        return self._decode(ids, 0)

    def greedy(self, ids, count):
        """The `count` most likely tokens after others."""
        found, row = [], self.logits(ids)[-1]
        for _ in range(count):
            found.append(int(row.argmax()))
            row = self._decode(found[-1:], len(ids) + len(found) - 1)[-1]
        return found

    def perplexity(self, ids, window=256):
        """exp of the mean -log p of every token but the first of each window."""
        total, count = 0.0, 0
        for start in range(0, len(ids) - 1, window):
            part = ids[start:start + window]
            rows = self.logits(part)[:-1].astype(np.float64)
            rows -= rows.max(axis=1, keepdims=True)
            sums = np.log(np.exp(rows).sum(axis=1))
            total += (sums - rows[np.arange(len(part) - 1), part[1:]]).sum()
            count += len(part) - 1
        return float(np.exp(total / count))

    def _decode(self, ids, position):
        batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.logits[i] = token, position + i, True
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, 0
        assert llama_cpp.llama_decode(self.context, batch) == 0
        llama_cpp.llama_batch_free(batch)
        rows = llama_cpp.llama_get_logits(self.context)
        return np.ctypeslib.as_array(rows, (len(ids), self.size)).copy()


def quantize(source, target, type):
    """Writes a file in a type with llama.cpp's quantizer."""
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{type}")
    params.nthread = THREADS
    assert llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params)) == 0
