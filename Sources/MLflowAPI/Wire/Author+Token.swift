import Glibc
package import Registry
import Tracking

extension Author {
    /// The author of a call with a token: the owner of the token file stands behind it, since they can
    /// make a token in any name.
    package static func token(_ name: String, of path: String) -> Author {
        var status = stat()
        guard stat(path, &status) == 0 else { return Author(name) }
        return Author(
            name,
            account: Int(status.st_uid),
            user: Identity.userName(of: status.st_uid)
        )
    }
}
