import EventLoop

/// How many connections each address has, of those that it may have.
///
/// Addresses of this machine and of trusted proxies may have any number: behind them are many clients.
@LoopActor
final class ConnectionSlots {
    private let perAddressMax: Int
    private let trustedProxies: [AddressRange]
    private var counts: [[UInt8]: Int] = [:]

    nonisolated init(perAddressMax: Int, trustedProxies: [AddressRange]) {
        self.perAddressMax = perAddressMax
        self.trustedProxies = trustedProxies
    }

    /// A connection's slot; nil when its address has no more.
    func take(_ address: IPAddress?) -> ConnectionSlot? {
        guard perAddressMax > 0, let address, !address.isLoopback,
            !trustedProxies.contains(where: { $0.contains(address) })
        else { return ConnectionSlot(nil, of: self) }
        let owner = address.owner
        guard counts[owner, default: 0] < perAddressMax else { return nil }
        counts[owner, default: 0] += 1
        return ConnectionSlot(owner, of: self)
    }

    fileprivate func giveBack(_ owner: [UInt8]) {
        let count = (counts[owner] ?? 0) - 1
        counts[owner] = count > 0 ? count : nil
    }

    /// How many addresses have connections that count.
    var addressCount: Int { counts.count }
}

/// One of the connections that an address may have.
///
/// ## When it goes away
/// With whoever holds the connection last; the address may then have another.
@LoopActor
final class ConnectionSlot {
    private let owner: [UInt8]?
    private let slots: ConnectionSlots

    fileprivate init(_ owner: [UInt8]?, of slots: ConnectionSlots) {
        self.owner = owner
        self.slots = slots
    }

    isolated deinit {
        if let owner { slots.giveBack(owner) }
    }
}
