"""Blocks of every type are read and written as the Python packages do: gguf, and bitsandbytes for NF4.

The kernels are built as a shared library, so that each instruction set is compared.
"""
import ctypes
import os
import pathlib
import subprocess
import sys

import bitsandbytes.functional
import gguf
import numpy as np
import pytest
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, quants

KERNELS = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "CKernels"
READ = [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.Q2_K, Type.Q3_K,
        Type.Q4_K, Type.Q5_K, Type.Q6_K, Type.IQ4_NL]
WRITTEN = [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0]
NF4 = 256
# The offsets of float16 scales in a block.
SCALES = {Type.Q4_1: [0, 2], Type.Q5_1: [0, 2], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q2_K: [80, 82],
          Type.Q3_K: [108], Type.Q6_K: [208]}


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("kernels") / "libkernels.so"
    sources = sorted(KERNELS.glob("*.c"))
    command = ["clang", "-O3", "-fno-math-errno", "-Wno-psabi", f"-I{KERNELS}/include", f"-I{KERNELS}", "-shared",
               "-fPIC", "-o", str(path), *map(str, sources), "-lm"]
    subprocess.run(command, check=True)
    return path


class Kernels:
    """The kernels in use in this process: those that WORKBENCH_ISA names."""

    def __init__(self, path):
        library = ctypes.CDLL(str(path))
        self.functions = {name: getattr(library, f"wb_{name}") for name in ("dequantize", "quantize")}
        for function in self.functions.values():
            function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_size_t]
            function.restype = None

    def dequantize(self, blocks, type, count):
        blocks = np.ascontiguousarray(blocks)
        numbers = np.empty(count, np.float32)
        self.functions["dequantize"](numbers.ctypes.data, blocks.ctypes.data, int(type), count)
        return numbers

    def quantize(self, numbers, type, block_length, block_bytes):
        numbers = np.ascontiguousarray(numbers, np.float32).ravel()
        blocks = np.zeros(numbers.size // block_length * block_bytes, np.uint8)
        self.functions["quantize"](blocks.ctypes.data, numbers.ctypes.data, int(type), numbers.size)
        return blocks


@pytest.fixture(scope="session")
def kernels(library):
    return Kernels(library)


def random_blocks(type, count, generator):
    _, size = GGML_QUANT_SIZES[type]
    if type in (Type.F32, Type.F16, Type.BF16):
        return quants.quantize(generator.normal(0, 1, (count, 1)).astype(np.float32), type).view(np.uint8)
    blocks = generator.integers(0, 256, (count, size), dtype=np.uint8)
    for place in SCALES.get(type, [0]):
        scales = generator.normal(0, 1, (count, 1)).astype(np.float16)
        blocks[:, place:place + 2] = scales.view(np.uint8)
    return blocks


def check_reading(kernels, type):
    length, _ = GGML_QUANT_SIZES[type]
    count = 3000 if length > 1 else 20000
    blocks = random_blocks(type, count, np.random.default_rng(int(type)))
    theirs = quants.dequantize(blocks, type).astype(np.float32).ravel()
    ours = kernels.dequantize(blocks, type, count * length)
    # As bits, so that the sign of zero counts.
    assert np.array_equal(ours.view(np.uint32), theirs.view(np.uint32)), type.name


def sample():
    numbers = (np.random.default_rng(5).standard_t(4, (64, 4096)) * 0.02).astype(np.float32)
    numbers[0, :64] = 0
    numbers[1] *= 1000
    numbers[2] = numbers[2, 0]
    return numbers


def check_writing(kernels, type):
    length, size = GGML_QUANT_SIZES[type]
    theirs = np.ascontiguousarray(quants.quantize(sample(), type)).view(np.uint8).ravel()
    assert np.array_equal(kernels.quantize(sample(), type, length, size), theirs), type.name


@pytest.mark.parametrize("type", READ, ids=lambda type: type.name)
def test_blocks_are_read_as_gguf_reads_them(kernels, type):
    check_reading(kernels, type)


@pytest.mark.parametrize("type", WRITTEN, ids=lambda type: type.name)
def test_blocks_are_written_as_gguf_writes_them(kernels, type):
    check_writing(kernels, type)


@pytest.mark.parametrize("set", ["portable", "avx2", "avx512", "avx512vnni", "avx512bf16", "amx", "amx-in-c"])
def test_every_instruction_set_reads_and_writes_alike(library, set):
    done = subprocess.run([sys.executable, __file__, str(library)], env={**os.environ, "WORKBENCH_ISA": set})
    assert done.returncode == 0


@pytest.mark.parametrize("type", [Type.Q4_K, Type.Q5_K, Type.Q6_K], ids=lambda type: type.name)
def test_super_blocks_are_closer_than_the_next_smaller_type(kernels, type):
    """The values that gguf reads from our blocks are near the originals; the package has no quantizer to compare with."""
    length, size = GGML_QUANT_SIZES[type]
    numbers = sample()
    blocks = kernels.quantize(numbers, type, length, size)
    theirs = quants.dequantize(blocks.reshape(-1, size), type).reshape(numbers.shape)
    smaller = {Type.Q4_K: Type.Q4_0, Type.Q5_K: Type.Q5_0, Type.Q6_K: Type.Q5_1}[type]
    plain = quants.dequantize(quants.quantize(numbers, smaller), smaller).reshape(numbers.shape)
    for row in range(3, 64):
        assert np.square(theirs[row] - numbers[row]).sum() < np.square(plain[row] - numbers[row]).sum()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_normal_float_is_that_of_bitsandbytes(kernels, dtype):
    torch.manual_seed(3)
    matrix = (torch.randn(200, 576) * 0.02).to(dtype)
    matrix[0, :128] = 0
    codes, state = bitsandbytes.functional.quantize_4bit(matrix, blocksize=64, quant_type="nf4")
    blocks = kernels.quantize(matrix.float().numpy(), NF4, 64, 36).reshape(-1, 36)
    assert np.array_equal(blocks[:, 4:].ravel(), codes.numpy().ravel())
    assert np.array_equal(blocks[:, :4].copy().view(np.float32).ravel(), state.absmax.numpy())
    ours = kernels.dequantize(blocks, NF4, matrix.numel())
    theirs = bitsandbytes.functional.dequantize_4bit(codes, state)
    assert torch.equal(torch.from_numpy(ours).to(dtype).reshape(matrix.shape), theirs)


if __name__ == "__main__":
    for each in READ:
        check_reading(Kernels(sys.argv[1]), each)
    for each in WRITTEN:
        check_writing(Kernels(sys.argv[1]), each)
