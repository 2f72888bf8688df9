import Metrics
import NIOCore
import NIOEmbedded
import Testing

@testable import SMTPFront

@Suite("How many connections there may be")
struct OccupancyTests {
    private func channel(_ address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: address, port: 40000)
        return channel
    }

    @Test("is counted in all, and of one address, until they are closed")
    func limits() throws {
        let occupancy = Occupancy(most: 3, mostPerAddress: 2)
        let first = try channel("192.0.2.1")
        #expect(occupancy.enter(first) == nil)
        #expect(occupancy.enter(try channel("192.0.2.1")) == nil)
        #expect(occupancy.enter(try channel("192.0.2.1")) == .connectionsOfAddress)
        #expect(occupancy.enter(try channel("192.0.2.2")) == nil)
        #expect(occupancy.enter(try channel("192.0.2.3")) == .connections)
        #expect(occupancy.channels.count == 3)
        try first.close().wait()
        first.embeddedEventLoop.run()
        #expect(occupancy.channels.count == 2)
        #expect(occupancy.enter(try channel("192.0.2.1")) == nil)
    }

    @Test("counts all of an IPv6 client's network as one, and an IPv4 client as what it is")
    func keys() throws {
        func key(_ address: String) throws -> AddressKey {
            AddressKey(try SocketAddress(ipAddress: address, port: 1))
        }
        #expect(try key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff::2"))
        #expect(try key("2001:db8:0:1::1") != key("2001:db8:0:2::1"))
        #expect(try key("::ffff:192.0.2.1") == key("192.0.2.1"))
        #expect(try key("::ffff:192.0.2.1") != key("::ffff:192.0.2.2"))
        #expect(try key("192.0.2.1") != key("192.0.2.2"))
    }

    @Test("is known to be none when the last is closed")
    func empty() throws {
        let occupancy = Occupancy(most: 3, mostPerAddress: 2)
        let one = try channel("192.0.2.1")
        let loop = one.embeddedEventLoop
        #expect(occupancy.enter(one) == nil)
        var isEmpty = false
        occupancy.empty(on: loop).assumeIsolated().whenSuccess { isEmpty = true }
        loop.run()
        #expect(!isEmpty)
        try one.close().wait()
        loop.run()
        #expect(isEmpty)
    }
}
