import Database
import FoundationEssentials
import JSON
import Platform

/// The requested part of the results.
package struct SearchPage: Sendable, Equatable {
    let limit: Int
    let offset: Int

    /// Checks a page's size and reads the token of the previous page.
    ///
    /// - Throws: `TrackingError` with code `invalidValue` for a size outside 1 … `maximum` or an
    ///   invalid token.
    package init(limit: Int, maximum: Int, token: String?) throws(TrackingError) {
        guard (1...maximum).contains(limit) else {
            throw TrackingError(
                .invalidValue,
                "Invalid value \(limit) for parameter 'max_results' supplied. It must be a positive "
                    + "integer that is at most \(maximum)."
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

    /// The token of the next page.
    var next: String? {
        (try? JSONEncoder().encode(Content(offset: offset + limit)))?.base64EncodedString()
    }

    private struct Content: Codable {
        let offset: Int
    }
}

/// A page of the results of a search.
public struct SearchResult<Item: Sendable>: Sendable {
    /// The results, in the requested order.
    public var items: [Item]
    /// The token to request the next page with; nil at the end.
    public var nextPageToken: String?

    /// Creates a page from its parts.
    public init(items: [Item], nextPageToken: String?) {
        self.items = items
        self.nextPageToken = nextPageToken
    }
}
