import EventLoop
import Glibc

/// What a person types, while the loop turns: a line, or the lines of a paste together.
@LoopActor
final class TerminalLines {
    private var bytes: [UInt8] = []
    private var waiter: UnsafeContinuation<String?, Never>?

    /// The next text; nil when there is none any more, or the task is cancelled.
    func next(prompt: String) async -> String? {
        FileStream.write(prompt, to: STDERR_FILENO)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: nil) }
                waiter = continuation
                EventLoop.watch(STDIN_FILENO, for: .readable) { [self] _ in read() }
            }
        } onCancel: {
            EventLoop.perform { self.settle(nil) }
        }
    }

    /// Reads what is there; a terminal gives a line at a time, so that a paste is several of them.
    private func read() {
        repeat {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { return }
            guard count > 0 else { return end() }
            bytes += buffer.prefix(count)
        } while isReadable
        if bytes.last == 0x0A { settle(take()) }
    }

    private var isReadable: Bool {
        var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) > 0
    }

    /// Nothing more comes; what was typed without an end of line is the last of it.
    private func end() {
        // Behind what was typed the cursor still stands.
        FileStream.write("\n", to: STDERR_FILENO)
        settle(bytes.isEmpty ? nil : take())
    }

    private func take() -> String {
        defer { bytes = [] }
        return String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }

    private func settle(_ text: String?) {
        guard let waiter else { return }
        self.waiter = nil
        EventLoop.unwatch(STDIN_FILENO)
        waiter.resume(returning: text)
    }
}
