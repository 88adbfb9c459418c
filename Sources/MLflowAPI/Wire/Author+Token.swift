import Platform
package import Registry
import Tracking

extension Author {
    /// The author of a call with a token, with the owner of the token file as its user, because the
    /// owner can make tokens in any name.
    package static func token(_ name: String, of path: String) -> Author {
        guard let status = FileStatus(path) else { return Author(name) }
        return Author(
            name,
            account: Int(status.owner),
            user: Identity.userName(of: status.owner)
        )
    }
}
