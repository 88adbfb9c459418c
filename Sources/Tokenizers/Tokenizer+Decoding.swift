extension Tokenizer {
    /// The bytes a token stands for; none for an id outside the vocabulary.
    public func bytes(of id: Int32) -> [UInt8] {
        guard types.indices.contains(Int(id)) else { return [] }
        return Array(tokenBytes[Int(id)])
    }

    /// The bytes of a sequence of tokens.
    ///
    /// They need not be valid UTF-8, since a character may be spread over tokens and a model may
    /// write half of one.
    public func decode(_ ids: some Sequence<Int32>, skippingControlTokens: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for id in ids where types.indices.contains(Int(id)) {
            if skippingControlTokens, types[Int(id)] == .control { continue }
            bytes += tokenBytes[Int(id)]
        }
        return bytes
    }
}
