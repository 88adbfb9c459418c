import Runs
import Testing

/// The formats were taken from the output of the programs themselves.
struct MetricLinesTests {
    /// What a reader yields for lines, as `name@step=value`.
    private func read(_ lines: [String]) -> [String] {
        var reader = MetricLines()
        var metrics = lines.flatMap { reader.read($0.utf8).metrics }
        metrics += reader.finish().metrics
        return metrics.map { "\($0.name)@\($0.step)=\($0.value)" }
    }

    @Test func aLineOfJSONYieldsItsNumbersAtItsStep() {
        #expect(
            read([#"{"step": 3, "loss": 2.5, "note": "x", "done": false, "lr": 2e-5}"#])
                == ["loss@3=2.5", "lr@3=2e-05"]
        )
    }

    @Test func nestedObjectsOfJSONYieldPaths() {
        #expect(
            read([#"{"global_step":7,"metrics":{"loss":1},"eval":{"f1":0.5,"deep":{"x":2}}}"#])
                == ["loss@7=1.0", "eval/f1@7=0.5", "eval/deep/x@7=2.0"]
        )
    }

    @Test func nonFiniteNumbersOfJSONAreRead() {
        #expect(
            read([#"{"loss": NaN, "a": Infinity, "b": "-Infinity", "id": "12"}"#])
                == ["loss@0=nan", "a@0=inf", "b@0=-inf"]
        )
    }

    @Test func theTrainersDictionaryIsRead() {
        #expect(
            read(["{'loss': 1.84, 'grad_norm': 1.3, 'learning_rate': 2e-05, 'epoch': 0.5}"])
                == ["loss@0=1.84", "grad_norm@0=1.3", "learning_rate@0=2e-05", "epoch@0=0.5"]
        )
    }

    @Test func theTrainersNumbersInQuotesAreRead() {
        let line =
            "{'loss': '2.883', 'grad_norm': '0.6483', 'learning_rate': '0.0001961', "
            + "'epoch': '0.2439'}"
        #expect(
            read([line])
                == [
                    "loss@0=2.883", "grad_norm@0=0.6483", "learning_rate@0=0.0001961",
                    "epoch@0=0.2439",
                ]
        )
    }

    @Test func aDictionaryWithNumPyAndTensorsIsRead() {
        let line =
            "{'loss': nan, 'a': np.float64(0.5), 'b': tensor(2.5, device='cuda:0'), "
            + "'c': -inf, 'd': None, 'e': [1, 2], 'f': True, 'step': 4}"
        #expect(read([line]) == ["loss@4=nan", "a@4=0.5", "b@4=2.5", "c@4=-inf"])
    }

    @Test func namesOfAxolotlBecomeNamesOfTheStore() {
        let line = "{'loss': '0.7157', 'memory/max_allocated (GiB)': '2.98', 'tokens/total': 512}"
        #expect(
            read([line])
                == ["loss@0=0.7157", "memory/max_allocated_GiB@0=2.98", "tokens/total@0=512.0"]
        )
    }

    /// Printed by transformers 4.57: the bar is not repainted at every step, but after each line.
    @Test func stepsOfTheTrainerAreThoseOfItsBarAlsoAfterAnEvaluation() {
        let lines = [
            "Loading weights: 100%|██████████| 339/339 [00:03<00:00, 92.28it/s]",
            "  0%|          | 0/48 [00:00<?, ?it/s]",
            " 19%|█▉        | 9/48 [00:05<00:22,  1.75it/s]",
            "{'loss': 3.9108, 'epoch': 0.62}",
            " 21%|██        | 10/48 [00:06<00:21,  1.75it/s]",
            "  0%|          | 0/8 [00:00<?, ?it/s]",
            "100%|██████████| 8/8 [00:02<00:00,  3.01it/s]",
            "{'eval_loss': 3.9121, 'eval_runtime': 3.0, 'epoch': 0.62}",
            " 21%|██        | 10/48 [00:09<00:21,  1.75it/s]",
            " 29%|██▉       | 14/48 [00:11<00:21,  1.60it/s]",
            "{'loss': 3.9081, 'epoch': 0.94}",
            " 31%|███▏      | 15/48 [00:12<00:20,  1.60it/s]",
            "{'train_runtime': 25.6, 'train_loss': 3.9, 'epoch': 3.0}",
            "100%|██████████| 48/48 [00:25<00:00,  1.87it/s]",
        ]
        let rate = 1 / 1.75
        #expect(
            read(lines) == [
                "loss@10=3.9108", "epoch@10=0.62", "seconds_per_step@10=\(rate)",
                "eval_loss@10=3.9121", "eval_runtime@10=3.0",
                "loss@15=3.9081", "epoch@15=0.94", "seconds_per_step@15=0.625",
                "train_runtime@48=25.6", "train_loss@48=3.9", "epoch@48=3.0",
                "seconds_per_step@48=\(1 / 1.87)",
            ]
        )
    }

    /// As tqdm prints them through one pipe and the Trainer's lines through another: each line has a
    /// clear before it and a repaint behind it, but may be read before either.
    @Test func aLineGetsTheStepOfTheRepaintAfterItsClear() {
        var reader = MetricLines()
        var metrics: [PrintedMetric] = []
        func read(_ lines: String...) {
            for line in lines {
                metrics += reader.read(line.utf8, isUpdate: line.first != "{").metrics
            }
        }
        let clear = ""
        func bar(_ done: Int) -> String { " 9%|█ | \(done)/60 [00:05<00:22,  2.00it/s]" }
        read(bar(0), clear, "{'loss': 5.0}", bar(3))
        // The line is read before what was painted earlier.
        read("{'loss': 4.0}", bar(4), bar(5), clear, bar(6), bar(8))
        // Several lines are read at once.
        read("{'loss': 3.0}", "{'eval_loss': 3.5}", clear, bar(9), bar(10), clear, bar(12))
        // A program that prints past its bar clears nothing.
        read("{'loss': 2.0}", bar(15))
        for step in 16...30 { read(bar(step)) }
        metrics += reader.finish().metrics
        #expect(
            metrics.filter { $0.name != "seconds_per_step" } == [
                PrintedMetric("loss", 5, step: 3), PrintedMetric("loss", 4, step: 6),
                PrintedMetric("loss", 3, step: 9), PrintedMetric("eval_loss", 3.5, step: 12),
                PrintedMetric("loss", 2, step: 15),
            ]
        )
    }

    @Test func aBarTellsHowFarTheProgramIs() {
        var reader = MetricLines()
        _ = reader.read("  4%|▍ | 12/300 [00:10<04:00, 1.25it/s, loss=2.3]".utf8)
        let reading = reader.read("  4%|▍ | 13/300 [00:10<04:00, 1.25it/s, loss=2.2]".utf8)
        #expect(reading.done == 13)
        #expect(reading.total == 300)
        #expect(
            reading.metrics == [
                PrintedMetric("loss", 2.3, step: 12),
                PrintedMetric("seconds_per_step", 0.8, step: 12),
            ]
        )
    }

    @Test func lightningsBarsContinueInTheNextEpoch() {
        let lines = [
            "Epoch 0:  50%|█████     | 1/2 [00:08<00:08,  8.00s/it, loss=10.5, v_num=193315]",
            "Epoch 0: 100%|██████████| 2/2 [00:08<00:00,  8.00s/it, loss=10.5, v_num=193315]",
            "Epoch 0: 100%|██████████| 2/2 [00:11<00:00,  8.00s/it, loss=10.25, v_num=193315]",
            "Validation DataLoader 0:  46%|████ | 73/157 [00:02<00:02, 37.48it/s]",
            "Epoch 1:  50%|█████     | 1/2 [00:08<00:08,  8.00s/it, loss=9.5, v_num=193315]",
            "Epoch 1: 100%|██████████| 2/2 [00:11<00:00,  8.00s/it, loss=9.25, v_num=193315]",
        ]
        #expect(
            read(lines).filter { $0.hasPrefix("loss") }
                == ["loss@1=10.5", "loss@2=10.5", "loss@2=10.25", "loss@3=9.5", "loss@4=9.25"]
        )
    }

    @Test func barsOfKerasAreRead() {
        let lines = [
            "Epoch 1/2",
            "1/3 [=====>....] - ETA: 1s - loss: 0.75 - accuracy: 0.5",
            "3/3 [==============================] - 1s 1ms/step - loss: 0.5 - accuracy: 0.75",
            "Epoch 2/2",
            "3/3 ━━━━━━━━━━━━━━━━━━━━ 3s 1ms/step - accuracy: 0.875 - loss: 0.25 - val_loss: 0.3",
        ]
        #expect(
            read(lines) == [
                "loss@1=0.75", "accuracy@1=0.5", "loss@3=0.5", "accuracy@3=0.75",
                "accuracy@3=0.875", "loss@3=0.25", "val_loss@3=0.3",
            ]
        )
    }

    @Test func llamaCppsTrainingIsRead() {
        let lines = [
            "train: [====>     ] data=0000010/0000100 loss=2.34567±0.01234 acc=50.12±1.23% "
                + "t=00:00:12 ETA=00:01:00 ",
            "val:   [====>     ] data=0000001/0000010 loss=2.5±0.01 acc=48±1.2% t=00:00:01 ETA=00:00:09",
        ]
        #expect(read(lines).contains("loss@10=2.34567"))
        #expect(read(lines).contains("acc@10=50.12"))
        #expect(read(lines).contains { $0.hasPrefix("val_loss@") && $0.hasSuffix("=2.5") })
        #expect(
            read(["train_opt_callback: iter=     3 sample=1/744 sched=0.0 loss=2.5 |->"])
                == ["sched@3=0.0", "loss@3=2.5"]
        )
    }

    @Test func llamaCppsPerplexityIsRead() {
        let lines = [
            "perplexity: calculating perplexity over 2 chunks, n_ctx=512, batch_size=2048, n_seq=4",
            "perplexity: 1.23 seconds per pass - ETA 2.50 minutes",
            "[1]4.2337,[2]5.2897,",
            "Final estimate: PPL = 10.1494 +/- 3.22681",
        ]
        #expect(read(lines) == ["ppl@1=4.2337", "ppl@2=5.2897", "ppl@3=10.1494"])
        #expect(
            read(["Final estimate: PPL over 10 chunks for n_ctx=2048 = 3.1931 +/- 0.07007"])
                == ["ppl@0=3.1931"]
        )
    }

    @Test(arguments: [
        (
            "Iter 10: Train loss 2.003, Learning Rate 1.000e-05, It/sec 0.120, Peak mem 14.402 GB",
            [
                "train_loss@10=2.003", "learning_rate@10=1e-05", "it/sec@10=0.12",
                "peak_mem@10=14.402",
            ]
        ),
        ("Iter 1: Val loss 2.133, Val took 116.5s", ["val_loss@1=2.133", "val_took@1=116.5"]),
        (
            "iter 100: loss 2.3456, time 123.45ms, mfu 12.34%",
            ["loss@100=2.3456", "time@100=123.45", "mfu@100=12.34"]
        ),
        ("step 0: train loss 4.2874, val loss 4.25", ["train_loss@0=4.2874", "val_loss@0=4.25"]),
        (
            "step    1/37061 | loss 7.577051 (+nanz)| norm 1.1461 (+nanz)| lr 4.29e-07 | 2456.23 ms",
            ["loss@1=7.577051", "norm@1=1.1461", "lr@1=4.29e-07"]
        ),
        (
            " iteration        1/    24000 | elapsed time per iteration (ms): 271607.0 | lm loss: "
                + "1.192634E+01 | grad norm: 5.960 |",
            ["elapsed_time_per_iteration@1=271607.0", "lm_loss@1=11.92634", "grad_norm@1=5.96"]
        ),
        ("Epoch [3/10], Step [100/600], Loss: 0.2345", ["loss@100=0.2345", "epoch@100=3.0"]),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.25", ["loss@640=2.25", "epoch@640=1.0"]),
        (
            "epoch=2 train_loss=0.5 val_acc=0.75",
            ["train_loss@2=0.5", "val_acc@2=0.75", "epoch@2=2.0"]
        ),
        ("INFO:root:step=12 loss=2.31", ["loss@12=2.31"]),
        ("2024-01-01 12:34:56,789 - INFO - loss: 2.3", ["loss@0=2.3"]),
        (
            "Test set: Average loss: 0.0264, Accuracy: 99.1%",
            ["average_loss@0=0.0264", "accuracy@0=99.1"]
        ),
        ("rows=10 skipped=2", ["rows@0=10.0", "skipped@0=2.0"]),
        ("loss: nan", ["loss@0=nan"]),
        ("\u{1B}[32mloss=\u{1B}[0m2.5\u{1B}]0;title\u{7} acc=0.5", ["loss@0=2.5", "acc@0=0.5"]),
    ])
    func linesOfTextAreRead(line: String, metrics: [String]) { #expect(read([line]) == metrics) }

    @Test(arguments: [
        "2024-01-01 12:34:56.789 INFO starting", "[12:34:56] done", "Time: 12:34:56",
        "serving at http://localhost:8080/?loss=3&acc=0.5", "https://x.y/loss=2.5",
        "saved checkpoints/epoch=3-step=100-loss=2.31.ckpt", "python train.py --lr=0.1 --loss=3",
        "print_info: n_embd           = 256", "llama.cpp build: 3964 (1905ba1a) with cc 11.4.0",
        "listening on 127.0.0.1:5000", "version=1.2.3", "INFO: 3 files", "size: 84.7 MB", "",
        "  \"learning_rate\": 0.0002,", "Python 3.11.4", "Downloading: 45%|████ | 3.1M/6.9M",
        "Epoch 3/10", "date: 2024-01-01", "eta: 3:02:01", "/data/loss=2.3/file",
        "num_warmup: 100", "12/300", "{}", "{'a'", "loss=", "=2.3", "loss: abc",
    ])
    func otherLinesYieldNothing(line: String) { #expect(read([line]) == []) }

    @Test func aBarOfADownloadCountsNoSteps() {
        let lines = [
            "model.safetensors:  45%|████▌     | 3.1M/6.9M [00:01<00:01, 2.9MB/s]",
            "loss=2.5 step=1",
        ]
        #expect(read(lines) == ["loss@1=2.5"])
    }

    @Test func valuesWithoutAStepAreCountedForEachName() {
        #expect(
            read(["loss=3", "loss=2", "acc=0.5", "loss=1"])
                == ["loss@0=3.0", "loss@1=2.0", "acc@0=0.5", "loss@2=1.0"]
        )
    }

    @Test func stepsThatBeginAgainInAnEpochContinue() {
        #expect(
            read([
                "epoch=1 step=50 loss=3", "epoch=1 step=100 loss=2", "epoch=2 step=50 loss=1",
            ]).filter { $0.hasPrefix("loss") } == ["loss@50=3.0", "loss@100=2.0", "loss@150=1.0"]
        )
    }

    @Test func aLossWithoutAStepBelongsToTheLastStep() {
        #expect(
            read(["step=100 loss=2", "Final test accuracy: 0.9"])
                == ["loss@100=2.0", "test_accuracy@100=0.9"]
        )
    }

    @Test func aSecondAttemptContinuesItsCounts() {
        var reader = MetricLines()
        _ = reader.read("loss=3".utf8)
        reader.restart()
        #expect(reader.read("loss=2".utf8).metrics == [PrintedMetric("loss", 2, step: 1)])
    }

    @Test func theNumberOfNamesIsBounded() {
        var reader = MetricLines()
        var names: Set<String> = []
        for number in 0..<2_000 {
            for metric in reader.read("x\(number)=1".utf8).metrics { names.insert(metric.name) }
        }
        #expect(names.count == MetricLines.maxNames)
        let long = String(repeating: "n", count: 10_000)
        #expect(read(["{'\(long)': 1}"]).allSatisfy { $0.utf8.count < 120 })
    }

    @Test func hostileLinesNeverTrap() {
        var random = SplitMix(state: 7)
        let pieces: [[UInt8]] =
            [
                "{'loss':", "'", "\"", "\\", "{", "}", "[", "]", "(", "loss=", ": ", "nan", "-",
                "1e",
                "99999999999999999999999", "1e999", "12/300", " [00:10<04:00, ", "it/s", "|", "%",
                "step ", "Epoch ", "\u{1B}[", "\u{1B}]", "±", "tensor(", "[1]4.2,", "PPL = ", "/",
                " ",
                "█", "a.b/c", "{\"step\": ", "=", "0x1p3",
            ].map { Array($0.utf8) } + [[0xFF], [0x00], [0xC3], [0xED, 0xA0, 0x80]]
        var reader = MetricLines()
        for _ in 0..<20_000 {
            var line: [UInt8] = []
            for _ in 0..<(random.next() % 24) {
                line += pieces[Int(random.next() % UInt64(pieces.count))]
            }
            for metric in reader.read(line).metrics {
                #expect(!metric.name.isEmpty && metric.name.utf8.count <= 96 && metric.step >= 0)
            }
        }
        for _ in 0..<20_000 {
            _ = reader.read(" 1%| 2/999999999999999 [00:10<04:00, 1it/s, loss=2]".utf8)
            _ = reader.read(" 1%| 1/999999999999999 [00:10<04:00, 1it/s, loss=2]".utf8)
        }
        for epoch in 0..<20_000 {
            _ = reader.read("epoch=\(epoch) step=\(999_999_999_999_999 - epoch) loss=1".utf8)
        }
        _ = reader.read([UInt8](repeating: UInt8(ascii: "{"), count: 200_000))
        _ = reader.read([UInt8](repeating: UInt8(ascii: "="), count: 200_000))
        _ = reader.read(Array(String(repeating: "a=1 ", count: 50_000).utf8))
    }
}

private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
