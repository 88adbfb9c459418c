import FoundationEssentials
import JSON
import ModelFiles
import Platform
import Tracking
public import Training
import Transformer

extension TrainingRequest {
    /// The request as a run's parameters.
    var parameters: [Param] {
        TrainingOptions.parameters(of: self).map { Param(TrackingKey($0.name), $0.value) }
    }

    /// The request as it is stored with its run.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Reads a text that ``json`` wrote, in this version or an earlier one; nil if it is invalid.
    package init?(json: String) {
        guard let request = try? decodeJSON(Self.self, from: Array(json.utf8)) else {
            return nil
        }
        self = request
    }

    /// Takes rank, alpha, targets and layers from the adapter that training continues.
    ///
    /// Blocks.
    ///
    /// - Throws: ``RunError`` if there is no adapter, or one whose layers have different shapes.
    public mutating func adoptShape(ofAdapter path: String) throws {
        try RunError.translating {
            let adapter = try AdapterFile.configuration(path: path)
            configuration.rank = adapter.rank
            configuration.alpha = adapter.alpha
            configuration.targets = try adapter.targetModules.flatMap(Self.projections)
            configuration.layers = adapter.layers
            configuration.usesRankStabilization = adapter.usesRankStabilization
        }
    }

    private static func projections(_ name: String) throws(RunError) -> [Projection] {
        let projections = Projection.named(name)
        guard projections.isEmpty else { return projections }
        let known = Projection.names.joined(separator: ", ")
        throw RunError(
            .invalid,
            "\(name) is not a projection that can have an adapter.",
            hint: "Use \(known)."
        )
    }
}
