import JSON

/// Marks that exclude a message from the loss, and members that are not read.
extension MessageReader {
    /// Members that are 1 or true if a message is learnt.
    private static let learnt = [
        "weight", "loss_weight", "loss_scale", "loss_mask", "train", "training", "trainable",
        "is_trainable",
        "loss",
    ]
    /// Members that are 1 or true if it is not.
    private static let left = ["masked", "mask", "is_masked"]

    /// Whether a message is learnt; the default is true.
    ///
    /// Marks of other messages than the assistant's are ignored; these are never learnt.
    func isLearnt(_ object: JSONObject, role: String, in place: String) throws -> Bool {
        // Most messages have only a role and content.
        guard object.members.count > 2 else { return true }
        var found: (name: String, isLearnt: Bool)?
        for (names, value) in [(Self.learnt, true), (Self.left, false)] {
            for name in names {
                guard let mark = object[name], mark != .null else { continue }
                guard let flag = mark.flag else {
                    guard role.utf8.elementsEqual("assistant".utf8) else { continue }
                    throw parser.fault(
                        .wrongShape,
                        name == "weight"
                            ? "\(place): a weight is 0 or 1"
                            : "\(place): \(name) is \(parser.kind(of: mark)), not true or false",
                        hint:
                            "a whole message is learnt or left out of the loss: 1 or 0, true "
                            + "or false"
                    )
                }
                let isLearnt = flag == value
                if let found, found.isLearnt != isLearnt {
                    throw parser.fault(
                        .wrongShape,
                        "\(place): \(found.name) and \(name) contradict each other",
                        hint: "leave one of them"
                    )
                }
                found = (name, isLearnt)
            }
        }
        return found?.isLearnt ?? true
    }

    /// The non-empty members of a message that are not read.
    func unread(_ object: JSONObject, known: Set<JSONName>, role: String) -> [String] {
        guard object.members.count > 2 else { return [] }
        return object.members.compactMap { name, value in
            guard !known.contains(name), value.holdsSomething else { return nil }
            let isMark = (Self.learnt + Self.left).contains { JSONName($0) == name }
            if isMark, role.utf8.elementsEqual("assistant".utf8) { return nil }
            // A mark as not learnt is superfluous on messages of other roles.
            if isMark, value.flag == Self.left.contains(name.text) { return nil }
            return name.text
        }
    }
}

extension JSONValue {
    /// The value as true or false in any spelling; nil for anything else.
    fileprivate var flag: Bool? {
        switch self {
        case .boolean(let flag): flag
        case .integer(let number): number == 0 ? false : number == 1 ? true : nil
        case .number(let number): number == 0 ? false : number == 1 ? true : nil
        case .string(let text):
            switch text.lowercased() {
            case "true", "1": true
            case "false", "0": false
            default: nil
            }
        case .null, .array, .object: nil
        }
    }
}
