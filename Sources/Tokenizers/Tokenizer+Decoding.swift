extension Tokenizer {
    /// The bytes of a token; none for an id outside the vocabulary.
    public func bytes(of id: Int32) -> [UInt8] {
        guard types.indices.contains(Int(id)) else { return [] }
        let bytes = tokenBytes[Int(id)]
        if alphabet == .characters, [.normal, .userDefined].contains(types[Int(id)]) {
            return SpaceMark.unmark(bytes)
        }
        return Array(bytes)
    }

    /// The bytes of a sequence of tokens.
    ///
    /// They need not be valid UTF-8, since a character may be divided between tokens and a model
    /// may write half of one. A space that encoding prepends to a text is left out.
    public func decode(_ ids: some Sequence<Int32>, skippingControlTokens: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for id in ids where types.indices.contains(Int(id)) {
            if skippingControlTokens, types[Int(id)] == .control { continue }
            bytes += self.bytes(of: id)
        }
        if dropsFirstSpace, bytes.first == 0x20 { bytes.removeFirst() }
        return bytes
    }
}
