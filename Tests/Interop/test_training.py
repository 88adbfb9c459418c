"""Training with every kind of option agrees step by step with PyTorch and PEFT in float32.

Most tests train the small model that comes with the program, opened by transformers as the folder that
`model convert` makes of it; what the numbers are does not depend on the model.
"""
import json
import math
import random

import numpy
import peft
import pytest
import torch
import transformers
from peft.optimizers import create_loraplus_optimizer

from conftest import FAMILIES, MODEL, TARGETS, TINY, Workbench, targets_of

SMALL = TINY.parents[3] / "sample-data" / "models" / "moru-tiny.gguf"
EXACT = ["--precision", "exact", "--no-shuffle", "--samples", 0, "--sequence-length", 512]
PLAIN = [*EXACT, "--no-packing", "--scheduler", "constant", "--max-grad-norm", 0]
RATE = 1e-3


def opened(folder, **more):
    return transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", **more)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The small model as a folder that transformers opens."""
    place = tmp_path_factory.mktemp("small")
    Workbench(place / "workspace")("model", "convert", SMALL, "--output", place / "model", "--no-compare")
    return place / "model"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twelve conversations of 20 to 200 tokens, none of them of the model's own training data."""
    draw = random.Random(3)
    words = "the a pump valve river north seven morning field clerk opens closes before slowly 물 강 새벽".split()
    path = tmp_path_factory.mktemp("data") / "data.jsonl"
    with open(path, "w") as file:
        for turns in (1, 2, 1, 3, 1, 1, 2, 1, 4, 1, 2, 1):
            messages = []
            for _ in range(turns):
                for role in ("user", "assistant"):
                    text = " ".join(draw.choices(words, k=draw.randint(3, 14)))
                    messages.append({"role": role, "content": text})
            file.write(json.dumps({"messages": messages}) + "\n")
    return path


def rows_of(workbench, data, model=SMALL):
    """(ids, labels) of every row; labels are -100 for tokens that are not learnt."""
    rows = workbench("data", "show", data, "--count", 1000, "--model", model)[-1]["rows"]
    return [([token["id"] for token in row["tokens"]],
             [token["id"] if token["is_target"] else -100 for token in row["tokens"]]) for row in rows]


def adapter(base, folder, **settings):
    """A PEFT adapter whose B is not zero, saved to `folder`."""
    torch.manual_seed(7)
    config = peft.LoraConfig(**{"r": 4, "lora_alpha": 8, "target_modules": targets_of(base), "task_type": "CAUSAL_LM", **settings})
    model = peft.get_peft_model(base, config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.02)
    model.save_pretrained(folder)
    return model


def trained(model):
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def steps_of(workbench, *arguments):
    events = workbench("train", *arguments)
    steps = [event for event in events if event["event"] == "step"]
    assert [step["step"] for step in steps] == list(range(len(steps)))
    return steps, events[-1]


def loss_sum(model, row, smoothing=0.0):
    ids, labels = row
    logits = model(input_ids=torch.tensor([ids])).logits[0, :-1]
    return torch.nn.functional.cross_entropy(
        logits.double(), torch.tensor(labels[1:]), reduction="sum", ignore_index=-100,
        label_smoothing=smoothing)


def torch_steps(model, rows, optimizer, steps, *, batch, accumulation=1, max_norm=0.0, scheduler=None, before=None,
                smoothing=0.0):
    """The same steps in PyTorch: a mean over all targets of the step, over all micro-batches."""
    place = 0
    for step in range(steps):
        batches = []
        for _ in range(accumulation):
            batches.append([rows[(place + i) % len(rows)] for i in range(batch)])
            place += batch
        count = sum(label != -100 for batch_rows in batches for _, labels in batch_rows for label in labels)
        optimizer.zero_grad()
        loss = 0.0
        for microbatch, batch_rows in enumerate(batches):
            first = 0
            for row in batch_rows:
                if before:
                    before(step, microbatch, first)
                part = loss_sum(model, row, smoothing) / count
                part.backward()
                loss += part.item()
                first += len(row[0])
        norm = math.sqrt(sum((p.grad.double() ** 2).sum().item() for p in trained(model) if p.grad is not None))
        if max_norm:
            torch.nn.utils.clip_grad_norm_(trained(model), max_norm)
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        if scheduler:
            scheduler.step()
        yield {"loss": loss, "norm": norm, "rate": rate, "count": count}


def agree(ours, theirs, loss=5e-6, norm=1e-5):
    theirs = list(theirs)
    assert len(ours) == len(theirs)
    print("largest relative differences:",
          max(abs(event["loss"] / wanted["loss"] - 1) for event, wanted in zip(ours, theirs)),
          max(abs(event["grad_norm"] / wanted["norm"] - 1) for event, wanted in zip(ours, theirs)))
    for event, wanted in zip(ours, theirs):
        assert event["target_tokens"] == wanted["count"]
        assert event["loss"] == pytest.approx(wanted["loss"], rel=loss)
        assert event["grad_norm"] == pytest.approx(wanted["norm"], rel=norm)
        assert event["learning_rate"] == pytest.approx(wanted["rate"], rel=1e-12)
    return theirs


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al., arXiv 2302.06675."""

    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = (0.9 * m + 0.1 * p.grad).sign()
                p.sub_(group["lr"] * (update + group["weight_decay"] * p))
                m.mul_(0.99).add_(p.grad, alpha=0.01)


OPTIONS = {
    "accumulation": (["--gradient-accumulation", 4], {"accumulation": 4}, {}),
    "weight decay": (["--weight-decay", 0.1], {"decay": 0.1}, {}),
    "clipping": (["--max-grad-norm", 0.3], {"max_norm": 0.3}, {}),
    "rsLoRA": (["--rslora"], {}, {"use_rslora": True}),
    "LoRA+": (["--loraplus-ratio", 4, "--weight-decay", 0.1], {"decay": 0.1, "ratio": 4}, {}),
    "some projections": ([], {}, {"target_modules": ["q_proj", "v_proj", "down_proj"]}),
    "label smoothing": (["--label-smoothing", 0.1], {"smoothing": 0.1}, {}),
    "SGD": (["--optimizer", "sgd", "--learning-rate", 0.05, "--weight-decay", 0.1],
            {"optimizer": lambda p, decay: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=decay), "decay": 0.1}, {}),
    "Lion": (["--optimizer", "lion", "--learning-rate", 1e-4, "--weight-decay", 0.1],
             {"optimizer": lambda p, decay: Lion(p, lr=1e-4, weight_decay=decay), "decay": 0.1}, {}),
    "all at once": (["--gradient-accumulation", 3, "--max-grad-norm", 0.5, "--weight-decay", 0.1, "--rslora",
                     "--loraplus-ratio", 8],
                    {"accumulation": 3, "max_norm": 0.5, "decay": 0.1, "ratio": 8}, {"use_rslora": True}),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_agrees_step_by_step(workbench, folder, data, tmp_path, name):
    flags, how, settings = OPTIONS[name]
    how = dict(how)
    model = adapter(opened(folder), tmp_path / "adapter", **settings)
    ours, _ = steps_of(workbench, "--model", SMALL, "--data", data, "--steps", 8, "--batch-size", 2,
                       "--init-adapter", tmp_path / "adapter", *PLAIN, "--learning-rate", RATE, "--weight-decay", 0, *flags)
    decay, ratio = how.pop("decay", 0.0), how.pop("ratio", None)
    make = how.pop("optimizer", lambda p, decay: torch.optim.AdamW(p, lr=RATE, weight_decay=decay))
    if ratio:
        optimizer = create_loraplus_optimizer(model, torch.optim.AdamW, lr=RATE, loraplus_lr_ratio=ratio,
                                              loraplus_weight_decay=decay, eps=1e-8)
    else:
        optimizer = make(trained(model), decay)
    theirs = agree(ours, torch_steps(model, rows_of(workbench, data), optimizer, 8, batch=2, **how))
    assert abs(theirs[6]["loss"] - theirs[0]["loss"]) > 0.01, "the steps have to change something"
    if "max_norm" in how:
        assert min(step["norm"] for step in theirs) > how["max_norm"], "every step has to be clipped"


def test_the_default_model_agrees_with_options_together(workbench, base, data, tmp_path):
    model = adapter(base, tmp_path / "adapter", use_rslora=True)
    ours, _ = steps_of(workbench, "--model", MODEL, "--data", data, "--steps", 3, "--batch-size", 2,
                       "--gradient-accumulation", 2, "--max-grad-norm", 0.5, "--weight-decay", 0.1, "--loraplus-ratio", 4,
                       "--rslora", "--init-adapter", tmp_path / "adapter", *EXACT, "--no-packing", "--scheduler", "constant",
                       "--learning-rate", 2e-4)
    optimizer = create_loraplus_optimizer(model, torch.optim.AdamW, lr=2e-4, loraplus_lr_ratio=4,
                                          loraplus_weight_decay=0.1, eps=1e-8)
    rows = rows_of(workbench, data, MODEL)
    agree(ours, torch_steps(model, rows, optimizer, 3, batch=2, accumulation=2, max_norm=0.5))


@pytest.mark.parametrize("name, flags, settings", [
    ("linear", [], {}),
    ("cosine", [], {}),
    ("cosine_with_min_lr", ["--min-learning-rate", 2e-4], {"min_lr": 2e-4}),
    ("polynomial", ["--scheduler-power", 2], {"power": 2, "lr_end": 1e-7}),
    ("constant_with_warmup", [], {}),
])
def test_a_schedule_with_a_warm_up_is_that_of_transformers(workbench, folder, data, tmp_path, name, flags, settings):
    model = adapter(opened(folder), tmp_path / "adapter")
    ours, _ = steps_of(workbench, "--model", SMALL, "--data", data, "--steps", 10, "--batch-size", 1,
                       "--init-adapter", tmp_path / "adapter", *PLAIN, "--weight-decay", 0, "--learning-rate", RATE,
                       "--scheduler", name.split("_")[0], "--warmup", 3, *flags)
    optimizer = torch.optim.AdamW(trained(model), lr=RATE, weight_decay=0)
    scheduler = transformers.get_scheduler(name, optimizer, 3, 10, scheduler_specific_kwargs=settings)
    agree(ours, torch_steps(model, rows_of(workbench, data), optimizer, 10, batch=1, scheduler=scheduler))


def test_a_fresh_adapter_is_drawn_as_asked(workbench, folder, data):
    """The first step of a warm-up has the rate 0, so its adapter is the initial one."""
    drawn = {}
    for kind in ("gaussian", "uniform"):
        _, last = steps_of(workbench, "--model", SMALL, "--data", data, "--steps", 1, "--warmup", 1, "--rank", 16,
                           "--init", kind, *EXACT)
        drawn[kind] = peft.PeftModel.from_pretrained(opened(folder), last["adapter"])
        assert all((p == 0).all() for name, p in drawn[kind].named_parameters() if "lora_B" in name)
    factors = {kind: [p.double() for name, p in model.named_parameters() if "lora_A" in name]
               for kind, model in drawn.items()}
    z = torch.cat([(a * 16).flatten() for a in factors["gaussian"]])
    n = len(z)
    assert n > 50_000
    assert abs(z.mean()) < 5 / n ** 0.5
    assert abs(z.var() - 1) < 5 * (2 / n) ** 0.5
    assert abs((z ** 3).mean()) < 5 * (15 / n) ** 0.5
    assert abs((z ** 4).mean() - 3) < 5 * (96 / n) ** 0.5
    assert len(z.unique()) > 0.95 * n
    u = torch.cat([(a * a.shape[1] ** 0.5).flatten() for a in factors["uniform"]])
    assert 0.999 < u.abs().max() <= 1
    assert abs(u.mean()) < 5 / (3 * n) ** 0.5
    assert abs((u ** 2).mean() - 1 / 3) < 5 * (4 / 45 / n) ** 0.5


@pytest.mark.parametrize("family", FAMILIES)
def test_training_every_weight_agrees_and_the_written_model_too(workbench, tmp_path, family):
    data, source = tmp_path / "text.jsonl", tmp_path / "model.gguf"
    draw = random.Random(11)
    words = "hello world the tiny model reads some words again and learns them one by one".split()
    data.write_text("".join(
        json.dumps({"text": " ".join(draw.choices(words, k=draw.randint(4, 40)))}) + "\n" for _ in range(8)))
    workbench("model", "convert", TINY / family, "--output", source, "--no-compare")
    rate, decay = 1e-3, 0.1
    ours, last = steps_of(workbench, "--model", source, "--data", data, "--stage", "cpt", "--method", "full", *PLAIN,
                          "--sequence-length", 256,
                          "--steps", 10, "--batch-size", 2, "--learning-rate", rate, "--weight-decay", decay)
    model = opened(TINY / family)
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    assert vectors, "a norm's weights do not decay"
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0}],
                                  lr=rate)
    rows = rows_of(workbench, data, source)
    theirs = agree(ours, torch_steps(model, rows, optimizer, 10, batch=2))
    assert theirs[8]["loss"] < 0.9 * theirs[0]["loss"]

    workbench("model", "convert", last["model"], "--output", tmp_path / "back", "--no-compare")
    written = opened(tmp_path / "back")
    ids = torch.tensor([rows[0][0]])
    with torch.no_grad():
        wanted, found = model(input_ids=ids).logits[0], written(input_ids=ids).logits[0]
        before = opened(TINY / family)(input_ids=ids).logits[0]
    assert (wanted - before).abs().max() > 0.5, "ten steps have to change something"
    assert (wanted - found).abs().max() < 1e-3 * wanted.abs().max()
    scored = workbench("model", "score", last["model"], "--ids", ",".join(map(str, rows[0][0])), "--precision", "exact")
    logs = torch.log_softmax(wanted[:-1].double(), dim=-1)[torch.arange(ids.shape[1] - 1), ids[0, 1:]]
    assert max(abs(a - b) for a, b in zip(scored[-1]["token_logprobs"], logs.tolist())) < 2e-3


def philox(seed, purpose, step, index):
    """Philox4x32-10 (Salmon et al., SC11): 64 bits for the four numbers."""
    mask = 0xFFFFFFFF
    c = [index & mask, index >> 32, step & mask, step >> 32 | purpose << 24]
    k0, k1 = seed & mask, seed >> 32
    for _ in range(10):
        first, second = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [second >> 32 ^ c[1] ^ k0, second & mask, first >> 32 ^ c[3] ^ k1, first & mask]
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return c[0] | c[1] << 32


class Mask(torch.nn.Module):
    """The program's dropout of one projection: a function of seed, step, micro-batch, layer and index."""

    place = (0, 0, 0)  # step, micro-batch, first row; the same for all

    def __init__(self, rate, seed, layer, projection):
        super().__init__()
        self.rate, self.seed, self.layer, self.projection = rate, seed, layer, projection

    def forward(self, x):
        step, microbatch, first = Mask.place
        key = philox(self.seed, 2, step, (microbatch * 4096 + self.layer) * 7 + self.projection)
        width = x.shape[-1]
        places = numpy.arange(x.shape[-2] * width, dtype=numpy.uint32) + numpy.uint32(first * width)
        with numpy.errstate(over="ignore"):
            h = places ^ numpy.uint32(key & 0xFFFFFFFF)
            h = (h ^ h >> numpy.uint32(16)) * numpy.uint32(0x85EBCA6B)
            h = (h ^ h >> numpy.uint32(13)) * numpy.uint32(0xC2B2AE35)
            h = ((h ^ h >> numpy.uint32(16)) + numpy.uint32(key >> 32)) * numpy.uint32(0x9E3779B1)
            h ^= h >> numpy.uint32(15)
        keep = h >= numpy.uint32(int(self.rate * 2 ** 32))
        assert abs(keep.mean() - (1 - self.rate)) < 0.05
        return x * torch.from_numpy(keep.reshape(x.shape[-2], width)) * (1 / (1 - self.rate))


def test_dropout_leaves_out_what_its_formula_says(workbench, folder, data, tmp_path):
    rate, seed = 0.25, 5
    model = adapter(opened(folder), tmp_path / "adapter", lora_dropout=rate)
    model.train()
    for name, module in model.named_modules():
        if hasattr(module, "lora_dropout") and "default" in module.lora_dropout:
            layer, projection = int(name.split("layers.")[1].split(".")[0]), TARGETS.index(name.split(".")[-1])
            module.lora_dropout["default"] = Mask(rate, seed, layer, projection)
    # Eight rows are more than one piece of 512 tokens, so the indices of later pieces matter.
    rows = rows_of(workbench, data)
    assert sum(len(ids) for ids, _ in rows[:8]) > 512
    ours, _ = steps_of(workbench, "--model", SMALL, "--data", data, "--steps", 4, "--batch-size", 8,
                       "--gradient-accumulation", 2, "--init-adapter", tmp_path / "adapter", *PLAIN, "--dropout", rate,
                       "--seed", seed, "--learning-rate", RATE, "--weight-decay", 0)

    def before(*place):
        Mask.place = place

    optimizer = torch.optim.AdamW(trained(model), lr=RATE, weight_decay=0)
    agree(ours, torch_steps(model, rows, optimizer, 4, batch=8, accumulation=2, before=before))
    losses = []
    for step in (0, 1):
        Mask.place = (step, 0, 0)
        losses.append(loss_sum(model, rows[0]).item())
    assert abs(losses[0] / losses[1] - 1) > 1e-4, "another choice has to be seen in the loss"


class Noise:
    """The program's noise on the embeddings: a function of seed, step, micro-batch and index."""

    def __init__(self, alpha, seed):
        self.alpha, self.seed, self.place = alpha, seed, (0, 0, 0)

    def uniform(self, step, first, count):
        """Philox4x32-10 for many indices, as numbers from -1 to 1."""
        mask = numpy.uint64(0xFFFFFFFF)
        half = numpy.uint64(32)
        index = numpy.arange(first, first + count, dtype=numpy.uint64)
        c = [index & mask, index >> half, numpy.full_like(index, step), numpy.full_like(index, 8 << 24)]
        k0, k1 = self.seed, 0
        for _ in range(10):
            first, second = c[0] * numpy.uint64(0xD2511F53), c[2] * numpy.uint64(0xCD9E8D57)
            c = [second >> half ^ c[1] ^ numpy.uint64(k0), second & mask,
                 first >> half ^ c[3] ^ numpy.uint64(k1), first & mask]
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        return 2 * ((c[0] | c[1] << half) >> numpy.uint64(11)).astype(numpy.float64) * 2.0 ** -53 - 1

    def __call__(self, module, inputs, output):
        step, microbatch, first = self.place
        length, width = output.shape[-2:]
        numbers = self.uniform(step, (microbatch * 2 ** 24 + first) * width, length * width)
        assert abs(numbers.mean()) < 0.05 and abs((numbers ** 2).mean() - 1 / 3) < 0.05
        noise = torch.from_numpy(numbers.reshape(length, width)).float()
        return output + noise * (self.alpha / math.sqrt(length * width))


def test_noise_on_the_embeddings_is_that_of_neftune(workbench, folder, data, tmp_path):
    noise = Noise(5, seed=7)
    model = adapter(opened(folder), tmp_path / "adapter")
    model.get_input_embeddings().register_forward_hook(noise)
    rows = rows_of(workbench, data)
    ours, _ = steps_of(workbench, "--model", SMALL, "--data", data, "--steps", 4, "--batch-size", 8,
                       "--gradient-accumulation", 2, "--init-adapter", tmp_path / "adapter", *PLAIN,
                       "--neftune-noise-alpha", 5, "--seed", 7, "--learning-rate", RATE, "--weight-decay", 0)

    def before(*place):
        noise.place = place

    optimizer = torch.optim.AdamW(trained(model), lr=RATE, weight_decay=0)
    agree(ours, torch_steps(model, rows, optimizer, 4, batch=8, accumulation=2, before=before))


def same(ours, others, relative=1e-5):
    assert len(ours) == len(others)
    print("largest relative differences:", max(abs(a["loss"] / b["loss"] - 1) for a, b in zip(ours, others)),
          max(abs(a["grad_norm"] / b["grad_norm"] - 1) for a, b in zip(ours, others)))
    for a, b in zip(ours, others):
        assert a["target_tokens"] == b["target_tokens"]
        assert a["loss"] == pytest.approx(b["loss"], rel=relative)
        assert a["grad_norm"] == pytest.approx(b["grad_norm"], rel=relative)


def test_packed_conversations_do_not_see_each_other(workbench, data, tmp_path):
    """A row of all twelve conversations equals twelve rows of one; its loss is the sum of theirs."""
    common = ["--model", SMALL, "--data", data, *EXACT, "--rank", 4, "--steps", 6, "--learning-rate", RATE,
              "--sequence-length", 1024]
    rows = rows_of(workbench, data)
    tokens = sum(len(ids) for ids, _ in rows)
    packed = workbench("data", "show", data, "--count", 1000, "--model", SMALL, "--packed", "--sequence-length", 1024)
    count = len(packed[-1]["rows"])
    assert count < len(rows) and tokens > 512
    together, _ = steps_of(workbench, *common, "--batch-size", count)
    apart, _ = steps_of(workbench, *common, "--no-packing", "--batch-size", len(rows))
    same(together, apart)
    # At a rate near zero every step sees the same model: the sums of single conversations.
    still = [*common[:-6], "--steps", len(rows), "--learning-rate", 1e-12, "--sequence-length", 1024]
    alone, _ = steps_of(workbench, *still, "--no-packing", "--batch-size", 1)
    total = sum(step["loss"] * step["target_tokens"] for step in alone)
    assert together[0]["loss"] * together[0]["target_tokens"] == pytest.approx(total, rel=1e-5)


def test_accumulation_is_a_larger_batch(workbench, data):
    common = ["--model", SMALL, "--data", data, *EXACT, "--no-packing", "--rank", 4, "--steps", 6, "--learning-rate", RATE]
    accumulated, _ = steps_of(workbench, *common, "--batch-size", 1, "--gradient-accumulation", 8)
    batched, _ = steps_of(workbench, *common, "--batch-size", 8)
    same(accumulated, batched)
