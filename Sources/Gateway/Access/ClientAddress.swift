import HTTPServer
import HTTPTypes

/// Who has asked, where proxies may stand between.
enum ClientAddress {
    /// The address on the other side, or, where that is a trusted proxy, the last one before the trusted ones.
    ///
    /// `X-Forwarded-For` is a list to which each proxy adds whom it was asked by. All that stands before the first trusted
    /// proxy's own entry may be invented.
    static func of(_ request: borrowing Request, behind proxies: [AddressRange]) -> String {
        var address = request.remoteAddress
        guard isTrusted(address, proxies), let list = request.fields[.forwardedFor] else { return address }
        for entry in list.split(separator: ",").reversed() {
            address = String(entry.drop { $0 == " " }.prefix { $0 != " " })
            if !isTrusted(address, proxies) { break }
        }
        return address
    }

    private static func isTrusted(_ address: String, _ proxies: [AddressRange]) -> Bool {
        proxies.contains { $0.contains(address) }
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = named("X-Forwarded-For")
}
