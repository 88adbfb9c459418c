import Platform
package import Registry
import Tracking

extension Author {
    /// The author of a call with a token: the owner of the token file stands behind it, since they can
    /// make a token in any name.
    package static func token(_ name: String, of path: String) -> Author {
        guard let status = FileStatus(path) else { return Author(name) }
        return Author(
            name,
            account: Int(status.owner),
            user: Identity.userName(of: status.owner)
        )
    }
}
