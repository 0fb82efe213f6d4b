/// Lines that wait to be written, up to a bound: pure, so that what is lost beyond it can be tested.
package struct LineBuffer {
    private var bytes: [UInt8] = []
    /// How many of `bytes` have been written.
    private var written = 0
    /// Lines that found no room since `takeDropped` was called last.
    private var dropped = 0
    private let bytesMax: Int

    /// Memory that is kept for the next turn's lines.
    private static let keptBytesMax = 65_536

    /// - Parameter bytesMax: with this much waiting, further lines are dropped; the last line before may exceed it.
    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Adds what `body` appends, which ends with a line feed; without room, it is counted instead.
    package mutating func append(_ body: (inout [UInt8]) -> Void) {
        if hasRoom { body(&bytes) } else { dropped += 1 }
    }

    private var hasRoom: Bool { bytes.count - written < bytesMax }

    /// Shows what waits to `write`, which returns how much of it need not be shown again.
    package mutating func consume(_ write: (UnsafeRawBufferPointer) -> Int) {
        written += bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[written...])) }
        if written == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.count <= Self.keptBytesMax)
            written = 0
        } else if written > bytes.count / 2 {
            bytes.removeFirst(written)
            written = 0
        }
    }

    /// How many lines were dropped since the last call, once there is room to say so.
    package mutating func takeDropped() -> Int {
        guard hasRoom else { return 0 }
        defer { dropped = 0 }
        return dropped
    }
}
