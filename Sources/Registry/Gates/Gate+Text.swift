import FoundationEssentials
import JSON
import Platform
import Tracking

extension Gate.Condition: CustomStringConvertible {
    /// Parses a condition such as `eval_loss <= 1.9`, `eval_loss < deployed` or
    /// `accuracy >= deployed - 0.01`.
    ///
    /// - Throws: `RegistryError` with code `invalidValue`.
    public init(_ text: String) throws {
        let bytes = Array(text.utf8)
        // A metric's name contains neither sign.
        let signs = [UInt8(ascii: "<"), UInt8(ascii: ">")]
        guard let sign = bytes.firstIndex(where: signs.contains) else {
            throw Self.malformed(text)
        }
        let isWide = bytes[(sign + 1)...].first == UInt8(ascii: "=")
        let end = sign + (isWide ? 2 : 1)
        let metric = Self.trimmed(bytes[..<sign])
        guard !metric.isEmpty,
            let comparison = Gate.Comparison(rawValue: Self.trimmed(bytes[sign..<end])),
            let bound = Gate.Bound(Self.trimmed(bytes[end...]))
        else { throw Self.malformed(text) }
        self.init(TrackingKey(metric), comparison, bound)
    }

    /// The condition in the form that `init(_:)` parses.
    public var description: String { "\(metric) \(wanted)" }

    /// The condition without the metric.
    var wanted: String { "\(comparison.rawValue) \(bound)" }

    fileprivate static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func malformed(_ text: String) -> RegistryError {
        RegistryError(
            .invalidValue,
            "'\(text)' is not a condition.",
            hint: "write a metric, one of < <= > >=, and a number or deployed, "
                + "such as 'eval_loss <= 1.9' or 'eval_loss < deployed + 0.05'"
        )
    }
}

extension Gate.Bound: CustomStringConvertible {
    /// Parses a finite number, `deployed`, or `deployed` plus or minus a finite number.
    init?(_ text: String) {
        let word = Array("deployed".utf8)
        let bytes = Array(text.utf8)
        guard bytes.starts(with: word) else {
            guard let value = Double(text), value.isFinite else { return nil }
            self = .value(value)
            return
        }
        let rest = Gate.Condition.trimmed(bytes[word.count...])
        guard let sign = rest.first else {
            self = .deployed(margin: 0)
            return
        }
        let digits = Array(rest.dropFirst().utf8)
        guard sign == "+" || sign == "-",
            let size = Double(Gate.Condition.trimmed(digits[...])), size.isFinite, size >= 0
        else { return nil }
        self = .deployed(margin: sign == "+" ? size : -size)
    }

    /// The bound in the form that `init(_:)` parses.
    public var description: String {
        switch self {
        case .value(let value): "\(value)"
        case .deployed(let margin) where margin == 0: "deployed"
        case .deployed(let margin): "deployed \(margin < 0 ? "-" : "+") \(abs(margin))"
        }
    }
}

extension Gate.Approval: CustomStringConvertible {
    /// Who must have approved, in words.
    public var description: String {
        switch self {
        case .anyone: "by another person"
        case .oneOf(let names): "by \(names.map(\.text).joined(separator: " or "))"
        }
    }
}

extension Gate: CustomStringConvertible {
    /// The gate on one line, as the history shows it.
    public var description: String {
        (conditions.map(\.description) + (approval.map { ["approved \($0)"] } ?? []))
            .joined(separator: ", ")
    }

    /// The names that may approve; empty if any other person may, or nobody must.
    public var approvers: [String] {
        if case .oneOf(let names) = approval { names.map(\.text) } else { [] }
    }

    /// Reads what a person wrote; naming approvers asks for an approval.
    ///
    /// - Throws: `RegistryError` with code `invalidValue`.
    public init(
        conditions: [String],
        needsApproval: Bool = false,
        approvers: [String] = []
    ) throws {
        let names = approvers.map { TrackingKey($0) }
        self.init(
            try conditions.map { try Condition($0) },
            approval: !names.isEmpty ? .oneOf(names) : needsApproval ? .anyone : nil
        )
    }

    /// The gate in one line that can be edited, such as `eval_loss <= 1.9, approval by kim or lee`.
    public var line: String {
        let names = approvers.isEmpty ? "" : " by \(approvers.joined(separator: " or "))"
        let words = approval == nil ? [] : [Self.approvalWord + names]
        return (conditions.map(\.description) + words).joined(separator: ", ")
    }

    /// Reads what ``line`` writes; nil for a line without a word, which asks for no gate.
    ///
    /// - Throws: `RegistryError` with code `invalidValue`.
    public init?(line: String) throws {
        let parts = line.split(separator: ",").map { part in
            part.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        .filter { !$0.isEmpty }
        guard !parts.isEmpty else { return nil }
        var conditions: [String] = []
        var approvers: [String] = []
        var needsApproval = false
        for words in parts {
            guard words[0] == Self.approvalWord, words.count == 1 || words[1] == "by" else {
                conditions.append(words.joined(separator: " "))
                continue
            }
            needsApproval = true
            approvers += words.dropFirst(2).filter { $0 != "or" }
        }
        try self.init(
            conditions: conditions,
            needsApproval: needsApproval,
            approvers: approvers
        )
    }

    private static let approvalWord = "approval"

    /// The gate as it is stored.
    func encoded() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Stored(self)), as: UTF8.self)
    }

    /// Decodes a stored gate.
    init(decoding text: String) throws {
        self = try decodeJSON(Stored.self, from: Array(text.utf8)).gate
    }

    private struct Stored: Codable {
        struct Condition: Codable {
            var metric: String
            var comparison: Comparison
            var value: Double?
            /// The margin to the deployed version's value.
            var deployed: Double?
        }

        var conditions: [Condition]
        /// Who may approve; empty for anyone else, nil if no approval is needed.
        var approvers: [String]?

        init(_ gate: Gate) {
            conditions = gate.conditions.map { condition in
                var stored = Condition(
                    metric: condition.metric.text,
                    comparison: condition.comparison
                )
                switch condition.bound {
                case .value(let value): stored.value = value
                case .deployed(let margin): stored.deployed = margin
                }
                return stored
            }
            approvers =
                switch gate.approval {
                case nil: nil
                case .anyone: []
                case .oneOf(let names): names.map(\.text)
                }
        }

        var gate: Gate {
            Gate(
                conditions.map { stored in
                    Gate.Condition(
                        TrackingKey(stored.metric),
                        stored.comparison,
                        stored.value.map { .value($0) } ?? .deployed(margin: stored.deployed ?? 0)
                    )
                },
                approval: approvers.map { names in
                    names.isEmpty ? .anyone : .oneOf(names.map { TrackingKey($0) })
                }
            )
        }
    }
}

/// Encodes the conditions as a person writes them, unlike the stored form.
extension Gate: Encodable {
    private enum CodingKeys: CodingKey {
        case conditions, needsApproval, approvers
    }

    /// Writes the conditions as text.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(conditions.map(\.description), forKey: .conditions)
        try values.encode(approval != nil, forKey: .needsApproval)
        try values.encode(approvers, forKey: .approvers)
    }
}
