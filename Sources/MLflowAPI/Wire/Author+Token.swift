import Glibc
package import Registry
import Tracking

extension Author {
    /// Who makes a call with a token: behind it stands whoever can write the file of tokens, since
    /// they can make one in any name.
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
