import EventLoop
import Testing

@testable import HTTPServer

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.6", false), ("192.0.2.0/25", "192.0.2.127", true),
        ("192.0.2.0/25", "192.0.2.128", false),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:9::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("::/0", "::1", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
    ])
    func `addresses that begin alike are in the range`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/", "10", "10.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/+8", "::/129",
        "a::g",
        "localhost", "10.0.0.0/ 8", " 10.0.0.0", "010.0.0.1/8",
    ])
    func `anything else is no range`(text: String) {
        #expect(AddressRange(text) == nil)
    }
}

@Suite struct ConnectionSlotsTests {
    @Test @LoopActor func `an address has so many slots, and each back when its connection is gone`() throws {
        let slots = ConnectionSlots(perAddressMax: 2, trustedProxies: [])
        let address = try #require(IPAddress("192.0.2.1"))
        var held = [try #require(slots.take(address)), try #require(slots.take(address))]
        #expect(slots.take(address) == nil)
        #expect(slots.take(IPAddress("192.0.2.2")) != nil)
        held.removeLast()
        #expect(slots.take(address) != nil)
        held.removeAll()
        #expect(slots.addressCount == 0)
    }

    @Test @LoopActor func `a network of 64 bits is one client, and an IPv4 address the same in either form`() throws {
        let slots = ConnectionSlots(perAddressMax: 1, trustedProxies: [])
        let six = try #require(slots.take(IPAddress("2001:db8::1")))
        #expect(slots.take(IPAddress("2001:db8::2")) == nil)
        #expect(slots.take(IPAddress("2001:db8:0:1::1")) != nil)
        let four = try #require(slots.take(IPAddress("192.0.2.1")))
        #expect(slots.take(IPAddress("::ffff:192.0.2.1")) == nil)
        withExtendedLifetime((six, four)) {}
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.3.4.5"])
    @LoopActor func `this machine and trusted proxies have any number`(text: String) throws {
        let slots = ConnectionSlots(perAddressMax: 1, trustedProxies: [try #require(AddressRange("10.0.0.0/8"))])
        let held = (0..<10).map { _ in slots.take(IPAddress(text)) }
        #expect(held.allSatisfy { $0 != nil })
        #expect(slots.addressCount == 0)
    }

    @Test @LoopActor func `without a limit an address has any number`() throws {
        let slots = ConnectionSlots(perAddressMax: 0, trustedProxies: [])
        let held = (0..<100).map { _ in slots.take(IPAddress("192.0.2.1")) }
        #expect(held.allSatisfy { $0 != nil })
    }
}
