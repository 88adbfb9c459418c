import JSON
import Platform
import Workflows

extension JSONObject {
    /// The text of a member; nil if it is missing or no text.
    func text(_ name: String) -> String? {
        if case .string(let text) = self[name] { return text }
        return nil
    }

    /// The text of a member that must have one.
    func required(_ name: String) throws(FlowError) -> String {
        guard let text = text(name), !text.isEmpty else {
            throw FlowError(.invalid, "`\(name)` is empty.")
        }
        return text
    }

    /// The boolean of a member; false if it is missing.
    func flag(_ name: String) -> Bool { self[name] == .boolean(true) }

    /// The number of a member; nil if it is missing or no number.
    func number(_ name: String) -> Double? {
        switch self[name] {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The texts of a member: a list of texts, or one text.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` for other values.
    func texts(_ name: String) throws(FlowError) -> [String] {
        switch self[name] {
        case nil, .null: return []
        case .string(let text): return [text]
        case .array(let values):
            var texts: [String] = []
            for value in values {
                guard let text = value.plainText else {
                    throw FlowError(.invalid, "`\(name)` has \(value.kind) where a text belongs.")
                }
                texts.append(text)
            }
            return texts
        case .some(let value):
            throw FlowError(.invalid, "`\(name)` is \(value.kind), and must be a list of texts.")
        }
    }

    /// The members of a member that is an object, as texts.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` for other values.
    func pairs(_ name: String) throws(FlowError) -> [(name: String, text: String)] {
        switch self[name] {
        case nil, .null: return []
        case .object(let object):
            var pairs: [(name: String, text: String)] = []
            for member in object.members {
                guard let text = member.value.plainText else {
                    throw FlowError(
                        .invalid,
                        "`\(name)`: \(member.name.text) is \(member.value.kind), and must be a text."
                    )
                }
                pairs.append((member.name.text, text))
            }
            return pairs
        case .some(let value):
            throw FlowError(.invalid, "`\(name)` is \(value.kind), and must be names with texts.")
        }
    }
}

extension JSONObject {
    /// The faults of those of some inputs that are texts and that a check refuses.
    func faults(
        of names: [String],
        _ check: (String) throws -> Void
    ) -> [(input: String, fault: String)] {
        names.compactMap { name in
            guard let text = text(name) else { return nil }
            do {
                try check(text)
                return nil
            } catch {
                return (name, FlowError(task: error).sentences)
            }
        }
    }
}

extension JSONValue {
    /// A text, number or boolean as text; nil for others.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .integer(let value): String(value)
        case .number(let value): "\(value)"
        case .boolean(let value): String(value)
        case .null, .array, .object: nil
        }
    }
}

extension TaskCall {
    /// The text of an input that is declared as required.
    func required(_ name: String) throws(FlowError) -> String { try inputs.required(name) }
}

extension FlowError {
    /// The error of a fault of an input, which it names once.
    init(of input: String, _ fault: String) {
        let isNamed = fault.contains("`\(input)`")
        self.init(.invalid, isNamed ? fault : "`\(input)`: \(fault)")
    }

    /// The error of a target below, as that of a task.
    ///
    /// A fault of the input is not tried again; a full disk, a busy file or a lack of memory may
    /// be over later.
    init(task error: any Error) {
        if let error = error as? FlowError {
            self = error
            return
        }
        let general = CodedError<ErrorKind>(error)
        let code: FlowErrorCode =
            switch general.code {
            case .invalid, .notFound, .ambiguous, .conflict, .readOnly, .networkFileSystem: .invalid
            case .inaccessible, .full, .failed: .failed
            case .cancelled: .cancelled
            }
        self.init(code, general.message, hint: general.hint, details: general.details)
    }

    /// Calls `body`, with the errors of targets below as those of a task.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as CancellationError {
            throw error
        } catch let error as FlowError {
            throw error
        } catch {
            let failure = FlowError(task: error)
            throw failure.code == .cancelled ? CancellationError() as any Error : failure
        }
    }
}
