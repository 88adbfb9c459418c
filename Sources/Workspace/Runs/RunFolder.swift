/// What lies in a run's artifact folder.
struct RunFolder: Equatable, Sendable {
    let path: String

    /// Checkpoints, a folder each.
    var checkpoints: String { "\(path)/checkpoints" }
    /// The finished adapter in PEFT's layout.
    var adapter: String { "\(path)/\(Self.adapterName)" }

    static let adapterName = "adapter"
}
