import Database
import FoundationEssentials
import JSON

/// Which part of the things found is asked for.
package struct SearchPage: Sendable, Equatable {
    let limit: Int
    let offset: Int

    /// Reads a page's size and the token of the page before.
    ///
    /// - Throws: `TrackingError` with code `invalidValue` for a size outside 1 … `most` and a
    ///   token that is none.
    package init(limit: Int, most: Int, token: String?) throws(TrackingError) {
        guard (1...most).contains(limit) else {
            throw TrackingError(
                .invalidValue,
                "Invalid value \(limit) for parameter 'max_results' supplied. It must be a positive "
                    + "integer that is at most \(most)."
            )
        }
        self.limit = limit
        guard let token, !token.isEmpty else {
            offset = 0
            return
        }
        guard let data = Data(base64Encoded: token),
            let content = try? decodeJSON(Content.self, from: Array(data)),
            (0...Int.max / 2).contains(content.offset)
        else {
            throw TrackingError(
                .invalidValue,
                "Invalid page token '\(Validation.printable(token))'.",
                hint: "search again from the beginning"
            )
        }
        offset = content.offset
    }

    /// The token of the page after this one.
    var next: String? {
        (try? JSONEncoder().encode(Content(offset: offset + limit)))?.base64EncodedString()
    }

    private struct Content: Codable {
        let offset: Int
    }
}

/// A page of what a search found.
public struct SearchResult<Item: Sendable>: Sendable {
    /// What was found, in the order asked for.
    public var items: [Item]
    /// What to ask for the next page with; nil at the end.
    public var nextPageToken: String?

    /// Makes a page of its parts.
    public init(items: [Item], nextPageToken: String?) {
        self.items = items
        self.nextPageToken = nextPageToken
    }
}
