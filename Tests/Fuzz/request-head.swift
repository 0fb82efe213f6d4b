// libFuzzer entry point for the judgement of a request's head, without libmicrohttpd (`reported-head` has it).
//
//     swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//         -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/request-head.swift \
//         Sources/HTTPServer/{FirstHead,RequestGuard,HeadLayout,Authority,Refusal,Request}.swift \
//         Tests/Fuzz/shared/{HTTPTypes,StrictHead}.swift \
//         -o /tmp/fuzz-request-head
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-request-head -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//         /tmp/corpus Tests/Fuzz/corpus/request-head
//
// An input is what a client sends at the beginning of a connection.

/// What the judgement takes of the server: three of its limits.
package enum HTTPServer {
    struct Limits {
        var headBytesMax = 16_384
        var fieldsMax = 100
        var bodyBytesMax = 8 * 1024 * 1024
    }
}

private let limits = HTTPServer.Limits()
/// Limits that an input of libFuzzer's size reaches.
private let tight = HTTPServer.Limits(headBytesMax: 120, fieldsMax: 5, bodyBytesMax: 30)

/// Always holds: a head is taken if and only if a reader that follows RFC 9112 to the letter reads it, with the size
/// that it reads, and has one host, one length or one coding, and no more than there may be; and it makes no difference
/// in which pieces it came.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let head = StrictHead(of: bytes)
    for limits in [limits, tight] {
        let verdict = judge(bytes, upTo: bytes.count, limits)
        checkPieces(bytes, limits, verdict)
        let size = head.flatMap { $0.size(within: limits) }
        if case .whole(let found) = verdict {
            precondition(size == found, "A head is taken that cannot be read, or with another size.")
        } else {
            precondition(size == nil, "A head is refused in which nothing is wrong.")
        }
        if let head, size != nil { checkLayout(head) }
    }
    if let head { checkTarget(head.target) }
    return 0
}

private func judge(_ bytes: [UInt8], upTo cut: Int, _ limits: HTTPServer.Limits) -> FirstHead.Verdict {
    bytes.withUnsafeBytes { FirstHead(limits: limits).judge(UnsafeRawBufferPointer(rebasing: $0[..<cut])) }
}

/// Until a head is decided it is incomplete, and from then on the verdict is the same whatever follows.
private func checkPieces(_ bytes: [UInt8], _ limits: HTTPServer.Limits, _ verdict: FirstHead.Verdict) {
    var isDecided = false
    for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
        let early = judge(bytes, upTo: cut, limits)
        precondition(!isDecided || early != .incomplete, "A verdict is taken back.")
        if early == .incomplete { continue }
        isDecided = true
        precondition(early == verdict, "More bytes make another verdict.")
    }
    let shown = min(limits.headBytesMax, bytes.count)
    precondition(judge(bytes, upTo: shown, limits) == verdict, "More than the limit has to be shown.")
    if case .refused(let refusal) = verdict { precondition(refusal != .abandoned, "Nobody has begun yet.") }
}

/// A head as libmicrohttpd has to report it, in which nothing is hidden.
private func checkLayout(_ head: StrictHead) {
    var layout = HeadLayout(
        methodBytes: head.method.count,
        targetBytes: head.target.count,
        versionOffset: head.version.startIndex - head.method.startIndex,
        versionBytes: head.version.count
    )
    for (name, value) in head.fields {
        layout.add(
            nameOffset: name.startIndex - head.method.startIndex,
            nameBytes: name.count,
            valueOffset: value.startIndex - head.method.startIndex,
            valueBytes: value.count
        )
    }
    let bytes = head.end - head.method.startIndex
    precondition(layout.fills(bytes) && !layout.fills(bytes + 1), "Something lies between the parts of a plain head.")
}

/// A target is a path, with or without a host in front, or nothing; its path is the one that is written, with each
/// escape read once.
private func checkTarget(_ target: ArraySlice<UInt8>) {
    guard let parts = RequestTarget(text(target)) else { return }
    let query = parts.query.map { [UInt8(ascii: "?")] + Array($0.utf8) } ?? []
    let path = Array(parts.rawPath.utf8) + query
    if let authority = parts.authority {
        let scheme = text(target.prefix { $0 != 58 }).lowercased()
        precondition(["http", "https"].contains(scheme), "No URL of ours.")
        let rest = Array(target.dropFirst(scheme.utf8.count + 3))
        let host = Array(authority.text.utf8)
        precondition(!host.isEmpty && StrictHead.isHost(host[...]), "A host that is none.")
        // The path may be empty, and is a slash then.
        precondition(rest == host + path || rest == host + path.dropFirst(), "Host and path are not the target.")
    } else {
        precondition(path == Array(target), "Path and query are not the target.")
    }
    precondition(!parts.rawPath.utf8.contains(UInt8(ascii: "?")), "A query in the path.")
    precondition(parts.rawPath == "*" || parts.rawPath.utf8.first == UInt8(ascii: "/"), "The path is none.")
    var decoded: [UInt8] = []
    let raw = Array(parts.rawPath.utf8)
    var place = 0
    while place < raw.count {
        if raw[place] == UInt8(ascii: "%") {
            guard place + 2 < raw.count, let byte = UInt8(text(raw[(place + 1)...(place + 2)]), radix: 16) else {
                preconditionFailure("A broken escape is taken.")
            }
            decoded.append(byte)
            place += 3
        } else {
            decoded.append(raw[place])
            place += 1
        }
    }
    precondition(Array(parts.path.utf8) == decoded && !decoded.contains(0), "The path is another one.")
}

private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

extension StrictHead {
    var query: ArraySlice<UInt8>? {
        target.firstIndex(of: UInt8(ascii: "?")).map { target[($0 + 1)...] }
    }

    private func values(_ name: String) -> [ArraySlice<UInt8>] {
        fields.filter { Self.lowered($0.name) == Array(name.utf8) }.map(\.value)
    }

    private static func lowered(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    }

    /// What it asks for; nil where that is more than there may be, or where its length is in doubt.
    func size(within limits: HTTPServer.Limits) -> RequestSize? {
        // Cookies count twice, each with its commas and semicolons.
        let cookies = values("cookie")
        let headBytes = end + cookies.reduce(0) { $0 + $1.count }
        let crumbs = cookies.reduce(0) { $0 + $1.count { $0 == 44 || $0 == 59 } + 1 }
        let arguments = query.map { $0.count { $0 == 38 } + 1 } ?? 0
        let records = fields.count + crumbs + arguments
        let lengths = values("content-length")
        guard isPlain, headBytes <= limits.headBytesMax, records <= limits.fieldsMax, lengths.count <= 1,
            let body = lengths.first.map(Self.number) ?? 0, body <= limits.bodyBytesMax
        else { return nil }
        return RequestSize(
            headBytes: headBytes,
            records: records,
            bodyBytes: body,
            isForwarded: ["via", "forwarded", "x-forwarded-for"].contains { !values($0).isEmpty },
            leadingBytes: method.startIndex,
            targetOffset: target.startIndex - method.startIndex,
            rawBytes: end - method.startIndex
        )
    }

    /// Whether every reader finds the same end of its body, and the same host.
    var isPlain: Bool {
        let isOld = version.last == UInt8(ascii: "0")
        let hosts = values("host")
        guard hosts.count == 1 || (hosts.isEmpty && isOld), hosts.allSatisfy(Self.isHost) else { return false }
        let codings = values("transfer-encoding")
        if codings.isEmpty { return true }
        return codings.count == 1 && Self.lowered(codings[0]) == Array("chunked".utf8) && !isOld
            && values("content-length").isEmpty
    }

    /// Whether it is `uri-host [ ":" port ]` (RFC 9110, 7.2), but for a comma, which would make it two values.
    static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while rest.last == 32 || rest.last == 9 { rest.removeLast() }
        func isHex(_ byte: UInt8) -> Bool { "0123456789ABCDEFabcdef".utf8.contains(byte) }
        if rest.first == UInt8(ascii: "[") {
            let address = rest.dropFirst().prefix { isHex($0) || $0 == 58 || $0 == 46 }
            rest = rest[address.endIndex...]
            guard !address.isEmpty, rest.popFirst() == UInt8(ascii: "]") else { return false }
        } else {
            while let byte = rest.first, byte != 58 {
                let isEscape = byte == UInt8(ascii: "%")
                if isEscape, !(rest.count > 2 && rest.dropFirst().prefix(2).allSatisfy(isHex)) { return false }
                let isPlain = isToken(byte) && !"#^`|".utf8.contains(byte) || "();=".utf8.contains(byte)
                guard isPlain else { return false }
                rest = rest.dropFirst(isEscape ? 3 : 1)
            }
        }
        guard let colon = rest.popFirst() else { return true }
        return colon == 58 && rest.count <= 5 && rest.allSatisfy { (48...57).contains($0) }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        return digits.reduce(0 as Int?) { total, digit in
            guard let total, (48...57).contains(digit), total < 1 << 40 else { return nil }
            return total * 10 + Int(digit - 48)
        }
    }
}
