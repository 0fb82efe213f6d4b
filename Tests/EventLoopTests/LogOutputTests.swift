import CLinux
import EventLoop
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
        output.form = .json
        output.hasPriorities = true
        let odd = "a \"b\" \\ \n \u{0} \u{1F} é \u{1F600}"
        output.line("error", odd, from: "Here") { fields in
            fields.add("text", odd)
            fields.add("none", nil)
            fields.add("number", -9_223_372_036_854_775_808)
            fields.add("zero", 0)
        }
        output.finish()
        let text = String(decoding: pipe.read(), as: UTF8.self)
        #expect(text.hasPrefix("<3>{") && text.hasSuffix("}\n"))
        struct Line: Decodable {
            let time, level, source, message, text: String
            let none: String?
            let number, zero: Int
        }
        let line = try JSONDecoder().decode(Line.self, from: Data(text.dropFirst(3).utf8))
        #expect(line.message == odd && line.text == odd && line.none == nil && line.zero == 0)
        #expect(line.number == .min && line.level == "error" && line.source == "Here")
        #expect(line.time.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ/#) != nil)
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
