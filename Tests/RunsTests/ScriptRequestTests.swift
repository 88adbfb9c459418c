import Platform
import Runs
import Testing

struct ScriptRequestTests {
    @Test(arguments: [
        (["python", "-u", "scripts/train.py", "--lr", "0.1"], "train"),
        (["./train.sh"], "train.sh"), (["/usr/bin/make"], "make"), ([""], "command"),
        (["bash", "run.all.sh"], "run.all"), (["python", "-c", "print(1)"], "python"),
    ])
    func aRunIsNamedAfterItsScript(command: [String], name: String) {
        #expect(ScriptRequest(command: command).defaultName == name)
    }

    @Test func secretsInACommandAreMasked() {
        let words = MaskedCommand.words([
            "python", "train.py", "--token", "abc", "--api-key=xyz", "HF_TOKEN=abc", "--password",
            "--lr", "0.1", "https://ann:secret@host/x", "hf_abcdefghijklmnopqrstuvwxyz",
        ])
        #expect(
            words == [
                "python", "train.py", "--token", "***", "--api-key=***", "HF_TOKEN=***",
                "--password",
                "--lr", "0.1", "https://host/x", "***",
            ]
        )
    }

    @Test(arguments: ["--max-tokens", "--tokenizer", "--eos-token", "--lr"])
    func otherOptionsAreNoSecrets(option: String) {
        #expect(MaskedCommand.words([option, "512"]).last == "512")
    }

    @Test func alertsAreRead() throws {
        #expect(try ScriptAlert("loss > 5") == .metric("loss", .above, 5))
        #expect(try ScriptAlert("val/loss<=0.5") == .metric("val/loss", .atMost, 0.5))
        #expect(try ScriptAlert("acc >= 1e-2") == .metric("acc", .atLeast, 0.01))
        #expect(try ScriptAlert("nan") == .nonFinite(metric: nil))
        #expect(try ScriptAlert("loss NaN") == .nonFinite(metric: "loss"))
        #expect(try ScriptAlert("exit") == .exit)
    }

    @Test(arguments: ["", "loss", "loss >", "> 5", "loss > x", "a b > 5", "loss > nan", "loss = 5"])
    func otherAlertsAreRefused(text: String) {
        #expect(throws: RunError.self) { try ScriptAlert(text) }
    }
}
