import HTTPTypes

/// One HTTP request as the core sees it: no socket, no clock.
struct Call {
    var method: HTTPRequest.Method
    /// Percent-decoded, without the query.
    var path: String
    var query: [String: String] = [:]
    var fields: HTTPFields = [:]
    var body: [UInt8] = []
    var remoteAddress = "127.0.0.1"

    /// The address that limits are counted for: the last hop that a proxy names, as Horde takes it (flask.py:58).
    var clientAddress: String {
        guard let hops = fields[FieldNames.forwardedFor], let last = hops.split(separator: ",").last else {
            return remoteAddress
        }
        return last.filter { $0 != " " }
    }

    /// The key, which only ever comes in its own header; `Authorization` is ignored (err_bearer_only.json).
    var apiKey: String? {
        fields[FieldNames.apiKey]
    }

    /// Whether Flask would read the body as JSON.
    var hasJSONBody: Bool {
        // What nearly every client sends.
        if fields[.contentType] == "application/json" { return true }
        guard let type = fields[.contentType]?.split(separator: ";").first?.filter({ $0 != " " }).lowercased() else {
            return false
        }
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    /// The parts of a raw query; values are percent-decoded, and the last of a repeated name wins.
    static func query(parsing raw: String?) -> [String: String] {
        var parts: [String: String] = [:]
        for pair in (raw ?? "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parts[decoded(halves[0])] = halves.count > 1 ? decoded(halves[1]) : ""
        }
        return parts
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(rest.prefix(2).text, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring.UTF8View {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
