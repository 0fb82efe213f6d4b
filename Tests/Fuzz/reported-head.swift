// Fuzzes what libmicrohttpd reports of a head, and what is let through of that.
//
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//     -enable-upcoming-feature InternalImportsByDefault -I Tests/Fuzz/modules Tests/Fuzz/reported-head.swift \
//     Sources/HTTPServer/{FirstHead,LaterHead,ReportedHead,RequestGuard,HeadLayout}.swift \
//     Sources/HTTPServer/{Authority,Refusal,Request}.swift Tests/Fuzz/shared/{HTTPTypes,StrictHead}.swift \
//     Sources/HTTPServer/{Limits,AddressRange,IPAddress,BodyPace}.swift -o /tmp/fuzz-reported-head
//   SWIFT_BACKTRACE=enable=no /tmp/fuzz-reported-head -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//     /tmp/new-inputs Tests/Fuzz/corpus/reported-head
//
// An input is what a client sends; a byte 1 in it stands for 500 letters, and a byte 2 for what many records are made
// of.

import CMicroHTTPD
import Glibc

/// The server itself needs the loop; its limits do not.
package enum HTTPServer {}

private let limits = HTTPServer.Limits()
/// A server's daemon, and the memory that it has for each connection.
private typealias Shard = (daemon: OpaquePointer, memoryBytes: Int)

private let large = start(memoryBytes: limits.connectionMemoryBytes)
private let small = start(memoryBytes: limits.smallConnectionMemoryBytes)
/// The request before a later one, whose target is its fifth byte.
private let greeting = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
private let empty = MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)

/// What libmicrohttpd has made of the bytes that it was given last.
private struct Report {
    var target: String?
    /// Of a later head, as soon as its request line was read.
    var judgement: Result<Int, Refusal>?
    /// Whether all that was sent had been read by then.
    var isWhole = false
    var head: RequestGuard.Head?
    var isClosed = false
}

private nonisolated(unsafe) var report = Report()
/// The connection's socket, and how many bytes have been sent since the greeting; nil while that is on its way.
private nonisolated(unsafe) var (descriptor, sentBytes): (CInt, Int?) = (-1, nil)
/// Where libmicrohttpd keeps a request of this connection; nil for a first one.
private nonisolated(unsafe) var buffer: UnsafePointer<CChar>?
/// How large that memory is.
private nonisolated(unsafe) var memoryBytes = 0

/// Always holds: a first head that is taken is reported, whole and unchanged, and not answered by libmicrohttpd itself;
/// a later head is judged as a first one would be, or it is the last; and what is judged and let through is what a
/// reader reads that follows RFC 9112 to the letter.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReportedHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var bytes: [UInt8] = []
    for byte in UnsafeBufferPointer(start: start, count: count) where bytes.count <= limits.headBytesMax {
        switch byte {
        case 1: bytes += repeatElement(UInt8(ascii: "y"), count: 500)
        case 2: bytes += Array("&a;b,c&d".utf8)
        default: bytes.append(byte)
        }
    }
    let strict = StrictHead(of: bytes)
    let verdict = bytes.withUnsafeBytes { FirstHead(limits: limits).judge($0) }
    if case .whole(let size) = verdict {
        let report = send(bytes, to: limits.isSmall(size) ? small : large, isLater: false)
        guard let head = report.head else { preconditionFailure("A head that was taken is not reported.") }
        precondition(head.isSeamless && head.bytes == size.rawBytes, "A head that was taken has gaps.")
        precondition(strict?.isSame(as: head, report.target) == true, "It is reported otherwise.")
    }
    // Its connection may have either memory.
    for shard in [small, large] { checkLater(send(bytes, to: shard, isLater: true), verdict, strict) }
    return 0
}

private func checkLater(_ report: Report, _ verdict: FirstHead.Verdict, _ strict: StrictHead?) {
    if report.isWhole, case .whole(let size) = verdict, size.leadingBytes == 0 {
        precondition(report.judgement == .success(size.rawBytes), "A plain head is the last of its connection.")
    }
    if case .failure = report.judgement, case .whole = verdict { preconditionFailure("A plain head is refused.") }
    // What is not judged, or judged otherwise than it is reported, is answered, and its connection ends.
    guard let head = report.head, report.judgement == .success(head.bytes) else { return }
    guard isLetThrough(head, report.target) else { return }
    precondition(strict?.isSame(as: head, report.target) == true, "What is let through may be read otherwise.")
}

/// As `Exchange` judges it.
private func isLetThrough(_ head: RequestGuard.Head, _ target: String?) -> Bool {
    guard let target = target.flatMap(RequestTarget.init), head.method.utf8.isToken else { return false }
    do throws(Refusal) { try RequestGuard.check(head, query: target.query) } catch { return false }
    return true
}

private func start(memoryBytes: Int) -> Shard {
    let daemon = mhd_start(
        { _, connection, _, method, version, _, _, slot in
            guard sentBytes == nil else {
                // The head is all that is wanted: the connection is closed with it.
                if report.head == nil, let connection, let method, let version {
                    report.head = RequestGuard.Head(
                        reportedBy: connection,
                        method: method,
                        targetBytes: report.target?.utf8.count ?? 0,
                        version: version,
                        limits: limits
                    )
                }
                return .NO
            }
            // The first call is for the head alone (microhttpd.h, MHD_AccessHandlerCallback).
            if slot?.pointee == nil {
                slot?.pointee = UnsafeMutableRawPointer(bitPattern: 1)
                return .YES
            }
            return MHD_queue_response(connection, 200, empty)
        },
        { _, target, _ in
            if let target { found(target) }
            return nil
        },
        nil,
        { _, _, _, event in if event == .CONNECTION_NOTIFY_CLOSED { report.isClosed = true } },
        nil,
        memoryBytes,
        16,
        75
    )
    guard let daemon else { fatalError("libmicrohttpd does not start.") }
    return (daemon, memoryBytes)
}

/// A request line has been read.
private func found(_ target: UnsafePointer<CChar>) {
    guard sentBytes != nil else {
        buffer = target - 4
        return
    }
    report.target = String(cString: target)
    guard let buffer else { return }
    var unread: CInt = 0
    guard ioctl(descriptor, UInt(FIONREAD), &unread) == 0 else { fatalError("Nobody knows what was read.") }
    report.isWhole = unread == 0
    report.judgement = LaterHead(
        bytes: UnsafeRawBufferPointer(start: buffer, count: memoryBytes),
        targetOffset: target - buffer,
        targetBytes: strlen(target)
    ).judge(limits)
}

/// Gives libmicrohttpd a connection on which these bytes have come, and ends it when they have been read.
private func send(_ bytes: [UInt8], to shard: Shard, isLater: Bool) -> Report {
    var ends: [CInt] = [0, 0]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { fatalError("There are no sockets.") }
    (report, descriptor, buffer, sentBytes) = (Report(), ends[0], nil, isLater ? nil : bytes.count)
    let daemon = shard.daemon
    memoryBytes = shard.memoryBytes
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    write(isLater ? greeting : bytes, to: ends[1])
    withUnsafePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            _ = MHD_add_connection(daemon, ends[0], address, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    // Each run reads as much as there is memory for.
    for _ in 0..<8 where !report.isClosed { MHD_run(daemon) }
    if isLater {
        precondition(buffer != nil && !report.isClosed, "A plain request is not answered.")
        sentBytes = bytes.count
        write(bytes, to: ends[1])
        for _ in 0..<8 where !report.isClosed { MHD_run(daemon) }
    }
    close(ends[1])
    for _ in 0..<8 where !report.isClosed { MHD_run(daemon) }
    precondition(report.isClosed, "A connection goes on whose client has left.")
    return report
}

private func write(_ bytes: [UInt8], to socket: CInt) {
    guard Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
        fatalError("The socket is too small.")
    }
}

extension StrictHead {
    /// Whether it was reported as it stands here.
    fileprivate func isSame(as head: RequestGuard.Head, _ target: String?) -> Bool {
        func isSame(_ text: String, _ bytes: ArraySlice<UInt8>) -> Bool {
            text.utf8.elementsEqual(String(decoding: bytes, as: UTF8.self).utf8)
        }
        return isSame(head.method, method) && isSame(target ?? "", self.target) && isSame(head.version, version)
            && head.fields.count == fields.count
            && zip(head.fields, fields).allSatisfy { isSame($0.name, $1.name) && isSame($0.value, $1.value) }
    }
}
