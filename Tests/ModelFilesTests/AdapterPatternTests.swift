import Foundation
import ModelFiles
import Platform
import Testing

/// Adapters whose matrices differ in rank, scale or presence are read as equal plain ones.
@Suite struct AdapterPatternTests {
    private func read(
        _ settings: [String: Any],
        leavingOut leftOut: (String) -> Bool = { _ in false }
    ) throws -> (plain: AdapterFile, read: AdapterFile) {
        let tests = try AdapterFileTests()
        let plain = try tests.adapter(targets: ["q_proj", "down_proj"])
        let folder = tests.folder.path + "/adapter"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let kept = plain.tensors.values.filter { !leftOut($0.name) }
        let source = try AdapterFile(
            configuration: plain.configuration,
            tensors: Array(plain.tensors.values)
        )
        try source.write(folder: folder + "/whole")
        let configuration = URL(filePath: folder + "/whole/adapter_config.json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: configuration))
        let changed = (object as? [String: Any] ?? [:]).merging(settings) { $1 }
        try JSONSerialization.data(withJSONObject: changed).write(
            to: URL(filePath: folder + "/adapter_config.json")
        )
        var header: [String: Any] = [:]
        var data = Data()
        for tensor in kept {
            let start = data.count
            tensor.values.withUnsafeBytes { data.append(contentsOf: $0) }
            header[tensor.name] = [
                "dtype": "F32", "shape": [tensor.rows, tensor.columns],
                "data_offsets": [start, data.count],
            ]
        }
        let text = try JSONSerialization.data(withJSONObject: header)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        try (length + text + data).write(
            to: URL(filePath: folder + "/adapter_model.safetensors")
        )
        return (plain, try AdapterFile.read(folder: folder))
    }

    @Test func aDifferentScaleIsMultipliedIntoB() throws {
        let (plain, read) = try read(["alpha_pattern": ["layers.1.self_attn.q_proj": 12]])
        #expect(read.configuration.scale == plain.configuration.scale)
        for (name, tensor) in plain.tensors {
            let isMeant = name.contains("layers.1.self_attn.q_proj.lora_B")
            let factor: Float = isMeant ? 2 : 1
            #expect(read.tensors[name]?.values == tensor.values.map { $0 * factor }, "\(name)")
        }
    }

    @Test func layersThatAreNotChangedHaveNoMatrices() throws {
        let (plain, first) = try read(["layers_to_transform": [1]]) { $0.contains("layers.0.") }
        #expect(first.configuration.layers == [1])
        try first.check(fits: AdapterFileTests.model)
        for (name, tensor) in plain.tensors {
            let expected = name.contains("layers.0.") ? nil : tensor.values
            #expect(first.tensors[name]?.values == expected, "\(name)")
        }
        // With patterns they are changes of zero.
        let (_, mixed) = try read(
            ["layers_to_transform": [1], "alpha_pattern": ["layers.1.self_attn.q_proj": 12]]
        ) { $0.contains("layers.0.") }
        let name = AdapterFile.name(layer: 0, module: "q_proj", factor: .b)
        #expect(mixed.tensors[name]?.values.allSatisfy { $0 == 0 } == true)
        // Layers after the last changed one need nothing.
        let (_, last) = try read(["layers_to_transform": [0]]) { $0.contains("layers.1.") }
        #expect(last.layerCount == 1)
        try last.check(fits: AdapterFileTests.model)
        let (_, whole) = try read([:])
        #expect(whole.layerCount == 2)
    }

    @Test func matricesOfSeveralRanksAreWidened() throws {
        // All of rank 3; the configuration says 2 for most, which their shapes override.
        let (plain, read) = try read(["rank_pattern": ["q_proj": 3], "r": 2])
        #expect(read.configuration.rank == 3)
        // alpha / r of each uses its own rank.
        let name = AdapterFile.name(layer: 0, module: "q_proj", factor: .b)
        #expect(read.tensors[name]?.values == plain.tensors[name]?.values)
    }

    @Test(arguments: [#"(q_proj"#, #"(?>q_proj)"#, #"q_proj\1"#])
    func expressionsThatAreNotReadAreNamed(pattern: String) throws {
        for setting in [["alpha_pattern": [pattern: 3]], ["target_modules": pattern]] {
            let error = #expect(throws: ModelFileError.self) { try read(setting) }
            #expect(error?.message.contains(setting.keys.first ?? "?") == true)
            #expect(error?.message.contains(pattern) == true)
        }
    }

    @Test(arguments: [
        #"q_proj|k_proj"#, #".*\.1\.self_attn\.q_.*"#, "q_proj$", "[pq]_proj",
        "layers.[0-9].*?q_proj",
    ])
    func expressionsOfAlphasMeanEndsOfNames(pattern: String) throws {
        let (plain, read) = try read(["alpha_pattern": [pattern: 12]])
        let name = AdapterFile.name(layer: 1, module: "q_proj", factor: .b)
        #expect(read.tensors[name]?.values == plain.tensors[name]?.values.map { $0 * 2 })
        let other = AdapterFile.name(layer: 1, module: "down_proj", factor: .b)
        #expect(read.tensors[other]?.values == plain.tensors[other]?.values)
    }

    @Test(arguments: [
        #".*\.(q_proj|down_proj)"#, #"^model\.layers\.\d+\.(self_attn|mlp)\.(?:q|down)_proj$"#,
        #"(?:.*?(?:self_attn|mlp).*?(?:q_proj|down_proj).*?)"#,
        #".*(?<!k_pro|v_pro|o_pro|gate_pro|up_pro)j"#,
        #"(?!.*[kvo]_proj)(?!.*(up|gate)).*_proj"#,
    ])
    func anExpressionOfTargetsIsReadAsPEFTReadsIt(pattern: String) throws {
        let (plain, read) = try read(["target_modules": pattern])
        #expect(read.configuration == plain.configuration)
        #expect(read.tensors == plain.tensors)
        #expect(!read.isEvened)
    }

    @Test func anExpressionMayMatchOnlyOneLayer() throws {
        let isLeftOut = { (name: String) in name.contains("layers.0.") && name.contains("q_proj") }
        let (plain, read) = try read(
            ["target_modules": #"model\.layers\.(1\.self_attn\.q_proj|\d\.mlp\.down_proj)"#],
            leavingOut: isLeftOut
        )
        #expect(read.isEvened)
        for (name, tensor) in plain.tensors {
            let isZero = read.tensors[name]?.values.allSatisfy { $0 == 0 } == true
            if isLeftOut(name) {
                #expect(isZero, "\(name)")
            } else {
                #expect(read.tensors[name]?.values == tensor.values, "\(name)")
            }
        }
        let (_, ends) = try self.read(
            ["target_modules": ["layers.1.self_attn.q_proj", "mlp.down_proj"]],
            leavingOut: isLeftOut
        )
        #expect(ends.tensors == read.tensors)
    }

    @Test(arguments: [".*q_proj", ".*_proj", #".*\.q_proj|.*\.layers\.0\.mlp\.down_proj"#])
    func anExpressionThatMeansOtherMatricesIsRefused(pattern: String) throws {
        let error = #expect(throws: ModelFileError.self) { try read(["target_modules": pattern]) }
        #expect(error?.code == .unsupportedAdapter)
        #expect(error?.message.contains("target_modules") == true)
    }
}
