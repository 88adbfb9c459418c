import Platform
import Testing

import HTTPServer

@Suite struct DescriptorTests {
    @Test(arguments: [(1024, 24, 468), (64, 24, 10), (48, 24, 6), (1_000_000, 30, 8192)])
    func connectionsLeaveRoomForFiles(limit: Int, used: Int, connections: Int) throws {
        #expect(try DescriptorBudget(limit: limit, used: used).connections == connections)
    }

    @Test(arguments: [(16, 15), (16, 40), (40, 17)])
    func tooFewDescriptorsAreReportedAtTheStart(limit: Int, used: Int) {
        let error = #expect(throws: ServerError.self) {
            try DescriptorBudget(limit: limit, used: used)
        }
        #expect(error?.message.contains("\(limit)") == true && error?.hint != nil)
    }
}
