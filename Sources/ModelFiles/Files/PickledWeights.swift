/// Weights pickled by PyTorch: reading them runs a program, so they are never read here.
enum PickledWeights {
    /// What to do with them.
    static let hint =
        "use the model's safetensors, or make them where you trust the file: "
        + "AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)"

    /// What to do with those of an adapter.
    static let adapterHint =
        "make safetensors of them where you trust the file: "
        + "safetensors.torch.save_file(torch.load(FILE, weights_only=True), "
        + "\"adapter_model.safetensors\")"

    /// The most informative of the names that is a pickled file.
    static func name(in names: [String]) -> String? {
        let names = names.filter { name in
            [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".bin.index.json"].contains {
                name.hasSuffix($0)
            }
        }
        // Trainers leave these beside weights.
        let others = ["training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth"]
        let own = names.filter { name in
            !others.contains(name) && !name.hasPrefix("rng_state")
        }.sorted()
        let preferred = ["pytorch_model", "adapter_model", "consolidated", "model"]
        return preferred.lazy.compactMap { start in own.first { $0.hasPrefix(start) } }.first
            ?? own.first
    }
}
