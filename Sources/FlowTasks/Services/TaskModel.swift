/// A model that a task reads: a base model's file, and an adapter on it.
public struct TaskModel: Sendable, Equatable {
    /// What it was named by.
    public var reference: String
    /// The base model's file.
    public var base: String
    /// The adapter's folder or file; nil for only the base model.
    public var adapter: String?
    /// The run that made it, if one did.
    public var run: String?

    /// Creates a model.
    public init(reference: String, base: String, adapter: String? = nil, run: String? = nil) {
        self.reference = reference
        self.base = base
        self.adapter = adapter
        self.run = run
    }
}

/// How a model is made from another one.
public struct ModelOrder: Sendable, Equatable {
    /// The model; its adapter is merged into it.
    public var model: TaskModel
    /// The type of the weights; nil for that of the model.
    public var type: String?
    /// The file or folder to write; nil for a file of `name` among the models.
    public var output: String?
    /// The name among the models.
    public var name: String
    /// Whether a quantized model may be quantized again.
    public var allowsRequantizing: Bool

    /// Creates an order.
    public init(
        model: TaskModel,
        type: String?,
        output: String?,
        name: String,
        allowsRequantizing: Bool = false
    ) {
        self.model = model
        self.type = type
        self.output = output
        self.name = name
        self.allowsRequantizing = allowsRequantizing
    }
}

/// A model that was made.
public struct ModelProduct: Sendable, Equatable {
    /// Its file or folder.
    public var path: String
    /// Its size in bytes.
    public var byteCount: Int64
    /// The mean divergence from its source in nats; nil if they were not compared.
    public var divergence: Double?

    /// Creates a product.
    public init(path: String, byteCount: Int64, divergence: Double? = nil) {
        self.path = path
        self.byteCount = byteCount
        self.divergence = divergence
    }
}
