import Platform
import Testing

struct MountTableTests {
    @Test func theMountThatCoversAPathIsFound() {
        let table = MountTable(
            text: """
                22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
                30 22 0:40 / /home rw,relatime shared:1 - nfs4 server:/home rw
                31 30 8:2 / /home/kim/my\\040disk rw - xfs /dev/sdb rw
                """
        )
        #expect(table.type(of: "/srv") == "ext4")
        #expect(table.type(of: "/home/kim") == "nfs4")
        #expect(table.type(of: "/home/kim/my disk/wb") == "xfs")
        #expect(table.type(of: "/homestead") == "ext4")
    }
}
