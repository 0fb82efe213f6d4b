import EventLoop
import Glibc

/// The lines that a person types, while the loop turns.
@LoopActor
final class TerminalLines {
    private var bytes: [UInt8] = []
    private var waiter: UnsafeContinuation<String?, Never>?
    private var isOver = false

    /// The next line; nil when there is none any more, or the task is cancelled.
    func next(prompt: String) async -> String? {
        FileStream.write(prompt, to: STDERR_FILENO)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: nil) }
                if let line = takeLine() { return continuation.resume(returning: line) }
                waiter = continuation
                // A terminal can be watched; what cannot is read as it comes.
                if !EventLoop.watch(STDIN_FILENO, for: .readable, handler: { [self] _ in read() }) { read() }
            }
        } onCancel: {
            EventLoop.perform { self.settle(nil) }
        }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        if count > 0 { bytes += buffer.prefix(count) } else { isOver = true }
        if let line = takeLine() {
            settle(line)
        } else if isOver {
            // Behind what was typed the cursor still stands.
            FileStream.write("\n", to: STDERR_FILENO)
            settle(nil)
        }
    }

    private func takeLine() -> String? {
        guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        bytes.removeFirst(end + 1)
        return line
    }

    private func settle(_ line: String?) {
        guard let waiter else { return }
        self.waiter = nil
        EventLoop.unwatch(STDIN_FILENO)
        waiter.resume(returning: line)
    }
}
