/// A token of a chat template's source.
struct TemplateToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Text between tags.
        case text([UInt8])
        case blockBegin, blockEnd
        case outputBegin, outputEnd
        /// A name or keyword; names are ASCII.
        case name(String)
        case string([UInt8])
        case integer(Int)
        case real(Double)
        case symbol(String)
        case end
    }

    let kind: Kind
    let line: Int
}

extension TemplateToken.Kind: CustomStringConvertible {
    var description: String {
        switch self {
        case .text: "text"
        case .blockBegin: "{%"
        case .blockEnd: "%}"
        case .outputBegin: "{{"
        case .outputEnd: "}}"
        case .name(let name): name
        case .string: "a string"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .symbol(let symbol): symbol
        case .end: "the end of the template"
        }
    }
}
