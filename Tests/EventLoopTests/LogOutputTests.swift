import CLinux
@testable import EventLoop
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct LineBufferTests {
    @Test func `what has no room is counted, and told once there is room`() {
        var buffer = LineBuffer(bytesMax: 10)
        for _ in 0..<5 { buffer.append { $0 += "12345\n".utf8 } }
        #expect(buffer.takeDropped() == 0)
        var shown: [UInt8] = []
        buffer.consume { bytes in
            shown += bytes
            return 7
        }
        #expect(String(decoding: shown, as: UTF8.self) == "12345\n12345\n")
        #expect(buffer.takeDropped() == 3)
        #expect(buffer.takeDropped() == 0)
        buffer.append { $0 += "6\n".utf8 }
        buffer.consume { bytes in
            #expect(String(decoding: bytes, as: UTF8.self) == "2345\n6\n")
            return bytes.count
        }
        #expect(buffer.isEmpty)
    }
}

@Suite @LoopActor struct LogOutputTests {
    @Test func `the lines of a turn are written at its end, with time, level and label`() async throws {
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "interposer")
        var before: [UInt8] = [1]
        _ = EventLoop.schedule(after: .zero) {
            output.line("info", "one", from: "Here") { $0.add("a", 1) }
            output.line("warning", "two", from: "Here") { $0.add("b", nil) }
            before = pipe.read()
        }
        var text = ""
        #expect(
            await eventually {
                text += String(decoding: pipe.read(), as: UTF8.self)
                return text.hasSuffix("two\n")
            }
        )
        #expect(before.isEmpty)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
        #expect(lines.map { $0.last } == ["info interposer: a=1 [Here] one", "warning interposer: b=- [Here] two"])
        #expect(lines.allSatisfy { $0[0].wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}/#) != nil })
    }

    @Test func `in JSON a line is an object, whatever is in it, with its priority for the journal`() async throws {
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "interposer")
        output.begin(.json)
        output.hasPriorities = true
        let odd = "a \"b\" \\ \n \u{0} \u{1F} é \u{1F600}"
        output.line("error", odd, from: "Here") { fields in
            fields.add("text", odd)
            fields.add("none", nil)
            fields.add("number", -9_223_372_036_854_775_808)
            fields.add("zero", 0)
            fields.add("half", 0.5)
        }
        output.finish()
        let text = String(decoding: pipe.read(), as: UTF8.self)
        #expect(text.hasPrefix("<3>{") && text.hasSuffix("}\n"))
        struct Line: Decodable {
            let time, level, source, message, text: String
            let none: String?
            let number, zero: Int
            let half: Double
        }
        let line = try JSONDecoder().decode(Line.self, from: Data(text.dropFirst(3).utf8))
        #expect(line.message == odd && line.text == odd && line.none == nil && line.zero == 0)
        #expect(line.half == 0.5 && line.number == .min && line.level == "error" && line.source == "Here")
        #expect(line.time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ/#) != nil)
    }

    @Test func `for the journal each line is a datagram with its fields, whatever is in them`() throws {
        let journal = try Journal()
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "interposer")
        output.begin(.journal, journalSocket: journal.path)
        output.line("warning", "one", from: "Here") { fields in
            fields.add("request_id", "req_1")
            fields.add("duration_ms", 7)
            fields.add("kudos", 12.345)
            fields.add("status", nil)
        }
        output.line("info", "two", from: "There") { $0.add("reason", "a\nb=c") }
        output.finish()
        let text = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self) }
        #expect(
            text(journal.next()) == "REQUEST_ID=req_1\nDURATION_MS=7\nKUDOS=12.35\n"
                + "MESSAGE=one request_id=req_1 duration_ms=7 kudos=12.35 status=-\n"
                + "PRIORITY=4\nSYSLOG_IDENTIFIER=interposer\nSOURCE=Here\n"
        )
        let length = { (count: UInt8) in [10, count, 0, 0, 0, 0, 0, 0, 0] }
        #expect(
            journal.next()
                == Array("REASON".utf8) + length(5)
                + Array("a\nb=c\nMESSAGE=two reason=a\u{FFFD}b=c\nPRIORITY=6\n".utf8)
                + Array("SYSLOG_IDENTIFIER=interposer\nSOURCE=There\n".utf8)
        )
        #expect(pipe.read().isEmpty)
    }

    @Test func `a journal that takes nothing loses no entry that is kept, and learns what was dropped`() async throws {
        let journal = try Journal()
        let output = LogOutput(STDERR_FILENO, label: "x")
        output.begin(.journal, journalSocket: journal.path)
        let filler = String(repeating: ".", count: 8000)
        let sent = 200
        _ = EventLoop.schedule(after: .zero) {
            for number in 0..<sent { output.line("info", filler, from: "Here") { $0.add("number", number) } }
        }
        var numbers: [Int] = []
        var dropped: Int?
        let isTold = await eventually {
            while let entry = Optional(journal.next()), !entry.isEmpty {
                let text = String(decoding: entry, as: UTF8.self)
                if let match = text.firstMatch(of: #/^COUNT=(\d+)/#) { dropped = Int(match.1) }
                if let match = text.firstMatch(of: #/^NUMBER=(\d+)/#) { numbers.append(Int(match.1) ?? -1) }
            }
            return dropped != nil
        }
        #expect(isTold && numbers == Array(0..<numbers.count))
        #expect(dropped == sent - numbers.count)
    }

    @Test func `a journal that was begun anew gets what comes then`() throws {
        let first = try Journal()
        let output = LogOutput(STDERR_FILENO, label: "x")
        output.begin(.journal, journalSocket: first.path)
        let second = try first.successor()
        output.line("info", "one", from: "Here") { _ in }
        output.line("info", "two", from: "Here") { _ in }
        output.finish()
        for message in ["one", "two"] {
            #expect(String(decoding: second.next(), as: UTF8.self).hasPrefix("MESSAGE=\(message)\n"))
        }
    }

    @Test func `what strangers have named drives no terminal and begins no line`() {
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "x")
        output.line("info", "one", from: "Here") { $0.add("model", "a\nb\u{1B}[2J\u{202E}\u{9B}é") }
        output.finish()
        let text = String(decoding: pipe.read(), as: UTF8.self)
        #expect(text.contains(" model=a\u{FFFD}b\u{FFFD}[2J\u{FFFD}\u{FFFD}é [Here] one\n"))
    }

    @Test func `without a journal its entries are JSON`() {
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "x")
        output.begin(.journal, journalSocket: "/nowhere/socket")
        output.line("info", "one", from: "Here") { _ in }
        output.finish()
        #expect(String(decoding: pipe.read(), as: UTF8.self).contains("\"message\":\"one\""))
    }

    @Test func `a reader that takes nothing holds nobody up, and learns how much it has missed`() async throws {
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "x")
        let filler = String(repeating: ".", count: 1000)
        let sent = 5000
        _ = EventLoop.schedule(after: .zero) {
            for _ in 0..<sent { output.line("info", filler, from: "Here") { _ in } }
        }
        var taken: [UInt8] = []
        // What was kept comes as soon as somebody reads, without another line to push it.
        let isTold = await eventually {
            taken += pipe.read()
            return taken.count > 1_000_000 && String(decoding: taken.suffix(100), as: UTF8.self).contains("dropped")
        }
        #expect(isTold)
        let lines = String(decoding: taken, as: UTF8.self).split(separator: "\n")
        let whole = lines.count { $0.hasSuffix("...") && $0.count == lines[0].count }
        #expect(whole == lines.count - 1)
        #expect(lines.last?.contains(" count=\(sent - whole) ") == true)
    }

    @Test func `what waits is written by finish, which does not wait for ever`() async throws {
        let pipe = Pipe()
        let output = LogOutput(pipe.writeEnd, label: "x")
        output.line("info", "last words", from: "Here") { _ in }
        output.finish()
        #expect(String(decoding: pipe.read(), as: UTF8.self).hasSuffix("last words\n"))
        let filler = String(repeating: ".", count: 1000)
        for _ in 0..<200 { output.line("info", filler, from: "Here") { _ in } }
        let start = ContinuousClock.now
        output.finish(within: 20)
        #expect(ContinuousClock.now - start < .seconds(5))
        pipe.closeReader()
        output.finish()
    }

    @Test func `a file takes everything at once`() throws {
        var name = Array("/tmp/interposer-log-XXXXXX".utf8CString)
        let file = FileDescriptor(owning: mkstemp(&name))
        unlink(name)
        let output = LogOutput(file.rawValue, label: "x")
        let filler = String(repeating: ".", count: 1000)
        for _ in 0..<900 { output.line("info", filler, from: "Here") { _ in } }
        output.finish()
        #expect(lseek(file.rawValue, 0, CInt(SEEK_END)) > 900_000)
    }
}

/// The journal's socket, as systemd has it.
private final class Journal {
    let path: String
    private var socket: CInt

    convenience init() throws {
        var name = Array("/tmp/interposer-journal-XXXXXX".utf8CString)
        close(mkstemp(&name))
        let path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        unlink(path)
        try self.init(at: path)
    }

    private init(at path: String) throws {
        self.path = path
        let address = try #require(UnixAddress(Array(path.utf8)))
        let made = UnixAddress.datagramSocket()?.release()
        socket = try #require(made)
        #expect(address.bind(socket) == 0)
    }

    deinit {
        close(socket)
        unlink(path)
    }

    /// Ends, and another one begins at the same place.
    func successor() throws -> Journal {
        close(socket)
        socket = -1
        unlink(path)
        return try Journal(at: path)
    }

    /// The next entry; empty when there is none.
    func next() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(count, 0)))
    }
}

/// A pipe whose reading end does not wait.
@LoopActor
private final class Pipe {
    let writeEnd: CInt
    private var readEnd: CInt

    init() {
        var ends: [CInt] = [0, 0]
        precondition(pipe(&ends) == 0, "a pipe is to be had")
        (readEnd, writeEnd) = (ends[0], ends[1])
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    }

    isolated deinit {
        closeReader()
        close(writeEnd)
    }

    func closeReader() {
        if readEnd >= 0 { close(readEnd) }
        readEnd = -1
    }

    func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(readEnd, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0)))
    }
}
