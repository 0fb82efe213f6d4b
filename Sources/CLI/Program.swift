import ArgumentParser
import EventLoop
import Gateway
import Glibc
import HTTPServer
import Horde
import OpenAI

/// A command's work on the event loop, which takes the main thread for it.
enum Program {
    /// Runs `body`; an error becomes one line on standard error and a non-zero exit.
    static func run(_ body: @escaping @Sendable @LoopActor () async throws -> Void) throws {
        let status = EventLoop.run {
            do {
                try await body()
                return 0
            } catch let code as ExitCode {
                // It has been told why.
                return code.rawValue
            } catch {
                StandardError.write("interposer: " + message(error))
                return exitStatus(error)
            }
        }
        // What was logged in the last turn.
        LoopActor.assumeIsolated { LogOutput.standardError.finish() }
        if status != 0 { throw ExitCode(status) }
    }

    private static func message(_ error: any Error) -> String {
        switch error {
        case let error as APIError: error.message
        case let error as HordeError: APIError(error).message
        case let error as ListenError: error.description
        case let error as ValidationError: error.message
        default: "\(error)"
        }
    }

    /// The numbers of sysexits.h: what scripts can tell apart.
    static func exitStatus(_ error: any Error) -> CInt {
        switch error {
        case is HordeError: EX_UNAVAILABLE
        case let error as APIError: error.status >= 500 ? EX_UNAVAILABLE : EX_DATAERR
        case is ListenError: EX_CANTCREAT
        case is NoModels: EX_UNAVAILABLE
        case let error as OpenCodeFileError: error.exitStatus
        case let error as ConfigurationError: error.isUsage ? EX_USAGE : EX_CONFIG
        case is ValidationError: EX_USAGE
        default: EX_SOFTWARE
        }
    }
}

/// How many files and sockets the process may hold.
enum DescriptorLimit {
    /// Raises the soft limit, often 1024, to the hard one: each waiting client is a socket.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Standard output carries results and nothing else.
enum StandardOutput {
    static func write(_ text: String) { FileStream.write(text + "\n", to: STDOUT_FILENO) }
}

/// Standard error carries what a person or a log reads.
enum StandardError {
    /// Writes a line, behind what has been logged.
    static func write(_ text: String) {
        if EventLoop.shared.isCurrent { LoopActor.assumeIsolated { LogOutput.standardError.finish() } }
        FileStream.write(text + "\n", to: STDERR_FILENO, patience: .seconds(1))
    }
}

enum StandardInput {
    private static let questionBytesMax = 8 * 1024 * 1024

    /// All of it, or somewhat more than so many bytes.
    static func readAll(bytesMax: Int = .max) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= bytesMax {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    /// All of it, which has to be text, and no more than a question can be.
    static func text() throws -> String {
        let bytes = readAll(bytesMax: questionBytesMax)
        guard bytes.count <= questionBytesMax else {
            throw ValidationError("The question is longer than \(questionBytesMax) bytes.")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.allSatisfy(\.isWhitespace) else {
            throw ValidationError("There is no question, or none that is UTF-8, on standard input.")
        }
        return text
    }
}

enum FileStream {
    /// Writes a text, whole: a pipe may take it in parts, and for a while nothing.
    ///
    /// - Parameters:
    ///   - text: what is written.
    ///   - descriptor: where.
    ///   - patience: how long a reader that takes nothing is waited for; nil is as long as it takes.
    /// - Returns: whether all of it was taken.
    @discardableResult
    static func write(_ text: String, to descriptor: CInt, patience: Duration? = nil) -> Bool {
        let bytes = Array(text.utf8)
        let end = patience.map { ContinuousClock.now + $0 }
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN {
                guard isReady(descriptor, until: end) else { return false }
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }

    private static func isReady(_ descriptor: CInt, until end: ContinuousClock.Instant?) -> Bool {
        let wait = end.map { max(($0 - .now) / .milliseconds(1), 0).rounded(.up) } ?? -1
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, CInt(wait)) != 0
    }
}
