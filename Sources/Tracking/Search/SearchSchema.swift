import Database

/// What can be searched for in one kind of thing, and where it is stored.
package struct SearchSchema: Sendable {
    enum ValueType: Sendable { case number, text }

    /// A column of the thing itself.
    package struct Attribute: Sendable {
        let column: String
        let type: ValueType
        /// Whether it can only be sorted by.
        let isOrderOnly: Bool
        /// The stored values of texts that are stored as something else.
        let codes: [String: Int]
        /// Another table that may contain the value.
        let link: Link?

        package static func text(
            _ column: String,
            codes: [String: Int] = [:],
            orIn link: Link? = nil
        ) -> Attribute {
            Attribute(column: column, type: .text, isOrderOnly: false, codes: codes, link: link)
        }
        package static func number(_ column: String) -> Attribute {
            Attribute(column: column, type: .number, isOrderOnly: false, codes: [:], link: nil)
        }
        package static func order(_ column: String) -> Attribute {
            Attribute(column: column, type: .number, isOrderOnly: true, codes: [:], link: nil)
        }
    }

    /// A table with a row for each further value of an attribute of a thing.
    package struct Link: Sendable {
        /// The columns that name the thing, in its own table and here.
        let id: String
        let owner: String
        let table: String
        /// The column of the value.
        let column: String
    }

    /// A table with a row for each metric, parameter or tag of a thing.
    package struct Details: Sendable {
        let table: String
        /// The columns that name the thing, here and in the thing's own table.
        let owner: String
        let id: String
        let key: String
        let value: String
        /// True for rows whose number is NaN, if there can be any.
        let isNaN: String?
        /// If a key may have several rows, each of which a filter looks at: the order that puts the
        /// row to sort by first.
        let latestFirst: String?
        /// Whether an index has the rows of a key by their values.
        let isInOrder: Bool

        package init(
            table: String,
            owner: String,
            id: String,
            key: String = "key",
            value: String = "value",
            isNaN: String? = nil,
            latestFirst: String? = nil,
            isInOrder: Bool = false
        ) {
            self.table = table
            self.owner = owner
            self.id = id
            self.key = key
            self.value = value
            self.isNaN = isNaN
            self.latestFirst = latestFirst
            self.isInOrder = isInOrder
        }
    }

    /// Columns of a table whose indexes have the things by time: all of a stage, and those of a stage
    /// and an experiment.
    package struct Listing: Sendable {
        let id: String
        let time: String
    }

    /// The name of the thing in messages.
    let subject: String
    let attributes: [String: Attribute]
    let details: [SearchKind: Details]
    /// The order of ties.
    let tieBreak: [String]
    /// Whether prompts, which are stored among the models, are left out unless they are asked for.
    let hidesPrompts: Bool
    /// How things can be listed by time, if there can be many.
    let listing: Listing?

    package init(
        subject: String,
        attributes: [String: Attribute],
        metrics: Details? = nil,
        params: Details? = nil,
        tags: Details? = nil,
        metadata: Details? = nil,
        searchesDatasets: Bool = false,
        hidesPrompts: Bool = false,
        listing: Listing? = nil,
        tieBreak: [String]
    ) {
        self.subject = subject
        self.attributes = attributes
        self.tieBreak = tieBreak
        self.hidesPrompts = hidesPrompts
        self.listing = listing
        var details: [SearchKind: Details] = [:]
        details[.metric] = metrics
        details[.param] = params
        details[.tag] = tags
        details[.metadata] = metadata
        if searchesDatasets {
            details[.dataset] = Details(table: "inputs", owner: "destination_id", id: "")
        }
        self.details = details
    }

    /// The field that a name refers to.
    func field(kind word: String?, key: String) throws(TrackingError) -> SearchField {
        guard let word else { return try attribute(key) }
        guard let kind = SearchKind(word) else {
            // A name with a dot in it is an attribute's or invalid.
            throw SearchFilter.invalid(
                "'\(word)' in '\(word).\(key)' is no kind of thing that \(subject)s have"
            )
        }
        guard !key.isEmpty else {
            throw SearchFilter.invalid("'\(word).' is not followed by a name")
        }
        if kind == .attribute { return try attribute(key) }
        guard details[kind] != nil else {
            throw SearchFilter.invalid("\(subject)s cannot be searched by \(word)")
        }
        if kind == .dataset, !["name", "digest", "context"].contains(key) {
            throw SearchFilter.invalid("datasets have a name, a digest and a context, no '\(key)'")
        }
        return SearchField(kind: kind, key: TrackingKey(key))
    }

    private func attribute(_ name: String) throws(TrackingError) -> SearchField {
        let aliases = [
            "created": "start_time", "Created": "start_time", "run name": "run_name",
            "Run name": "run_name", "Run Name": "run_name", "run": "run_name",
        ]
        for known in [name, aliases[name] ?? name] where attributes[known] != nil {
            return SearchField(kind: .attribute, key: TrackingKey(known))
        }
        throw SearchFilter.invalid(
            "'\(name)' is not an attribute of a \(subject); these are: "
                + attributes.keys.sorted().joined(separator: ", ")
        )
    }

    func valueType(of field: SearchField) throws(TrackingError) -> ValueType {
        switch field.kind {
        case .metric: return .number
        case .param, .tag, .metadata, .dataset: return .text
        case .attribute:
            guard let attribute = attributes[field.key.text], !attribute.isOrderOnly else {
                throw SearchFilter.invalid("\(subject)s can only be sorted by \(field.key)")
            }
            return attribute.type
        }
    }

    func operations(_ field: SearchField, _ type: ValueType) -> Set<SearchClause.Operation> {
        let numbers: Set<SearchClause.Operation> = [
            .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual,
        ]
        let texts: Set<SearchClause.Operation> = [.equal, .unequal, .like, .ilike]
        switch field.kind {
        case .metric: return numbers
        case .param, .tag, .metadata: return texts.union([.isNull, .isNotNull])
        case .dataset: return texts.union([.isIn, .notIn])
        case .attribute: return type == .number ? numbers : texts.union([.isIn, .notIn])
        }
    }
}
