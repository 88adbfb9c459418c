/// Ids and names for runs that have none.
package enum RunName {
    /// Two words and a number, such as `quiet-heron-417`: easy to say and to remember.
    static func random(_ random: () -> UInt64) -> String {
        let adjective = adjectives[Int(random() % UInt64(adjectives.count))]
        let noun = nouns[Int(random() % UInt64(nouns.count))]
        return "\(adjective)-\(noun)-\(random() % 1000)"
    }

    /// A random UUID (version 4) as 32 hexadecimal digits.
    package static func uuid(_ random: () -> UInt64) -> String {
        let high = random() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return hexadecimal(high) + hexadecimal(low)
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static let adjectives = [
        "agile", "amber", "ample", "brave", "brisk", "calm", "candid", "clear", "clever", "cosy",
        "crisp", "deft", "eager", "early", "fair", "fleet", "fond", "fresh", "gentle", "glad",
        "golden", "grand", "green", "hale", "handy", "honest", "keen", "kind", "lively", "lucid",
        "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient", "plain", "proud",
        "quick", "quiet", "ready", "rosy", "round", "sharp", "silver", "smooth", "snug", "sober",
        "steady", "still", "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty", "young",
    ]

    private static let nouns = [
        "alder", "badger", "birch", "brook", "cedar", "cliff", "cloud", "comet", "coral", "crane",
        "creek", "delta", "dune", "elm", "falcon", "fern", "finch", "fjord", "forest", "fox",
        "glade", "harbor", "hare", "hazel", "heron", "hill", "island", "ivy", "juniper", "kestrel",
        "lagoon", "lake", "larch", "lark", "lynx", "magpie", "maple", "marten", "meadow", "moss",
        "oak", "orchid", "otter", "owl", "pebble", "pine", "plover", "pond", "raven", "reef",
        "ridge", "river", "robin", "rowan", "seal", "spruce", "swan", "thistle", "valley", "wren",
    ]
}
