import CLinux
import EventLoop
import Glibc
import TestSupport
import Testing

@Suite struct ExecutorTests {
    @Test func `a task of the loop runs on its thread, also after it was resumed from another`() async {
        let isOnLoop = await EventLoop.task {
            let before = EventLoop.shared.isCurrent
            await withUnsafeContinuation { continuation in
                Thread.detach { continuation.resume() }
            }
            return before && EventLoop.shared.isCurrent
        }.value
        #expect(isOnLoop)
    }

    @LoopActor @Test func `jobs run in the order in which they were made`() async {
        let order = Order()
        let tasks = (0..<100).map { number in EventLoop.task { order.numbers.append(number) } }
        for task in tasks { await task.value }
        #expect(order.numbers == Array(0..<100))
    }

    @LoopActor @Test func `ten thousand tasks wait at once without a thread of their own`() async {
        let before = Descriptors.threads
        let tasks = (0..<10_000).map { _ in EventLoop.task { try? await EventLoop.sleep(for: .milliseconds(30)) } }
        try? await EventLoop.sleep(for: .milliseconds(5))
        #expect(Descriptors.threads <= before + 1)
        for task in tasks { await task.value }
    }
}

@LoopActor private final class Order {
    var numbers: [Int] = []
}

private enum Thread {
    static func detach(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body: body))
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            box.toOpaque()
        )
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

@Suite @LoopActor struct TimersTests {
    @Test func `actions run in the order of their times`() async {
        let order = Order()
        for delay in [30, 10, 20, 0, 15] {
            _ = EventLoop.schedule(after: .milliseconds(delay)) { order.numbers.append(delay) }
        }
        _ = await eventually { order.numbers.count == 5 }
        #expect(order.numbers == [0, 10, 15, 20, 30])
    }

    @Test func `a cancelled action never runs`() async {
        let order = Order()
        let timer = EventLoop.schedule(after: .milliseconds(5)) { order.numbers.append(1) }
        EventLoop.cancel(timer)
        try? await EventLoop.sleep(for: .milliseconds(20))
        #expect(order.numbers.isEmpty)
    }

    @Test func `an action may schedule the next one`() async {
        let order = Order()
        _ = EventLoop.schedule(after: .zero) {
            order.numbers.append(1)
            _ = EventLoop.schedule(after: .zero) { order.numbers.append(2) }
        }
        #expect(await eventually { order.numbers == [1, 2] })
    }

    @Test func `cancellation ends a sleep at once, also when it came first`() async {
        let start = ContinuousClock.now
        let task = EventLoop.task {
            do throws(CancellationError) {
                try await EventLoop.sleep(for: .seconds(30))
                return false
            } catch {
                return true
            }
        }
        task.cancel()
        #expect(await task.value)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `what a timer leaves for the end of the turn is done before the loop sleeps, output last`() async {
        let order = Order()
        // A thread waits, not the loop: nothing else may turn it in the meantime.
        _ = EventLoop.schedule(after: .milliseconds(5)) {
            order.numbers.append(1)
            EventLoop.atEndOfTurn(.output) { order.numbers.append(3) }
            EventLoop.atEndOfTurn {
                order.numbers.append(2)
                // Left for the end of the next turn, which then must not wait for an event.
                EventLoop.atEndOfTurn { order.numbers.append(4) }
            }
        }
        await Task.detached { _ = usleep(200_000) }.value
        #expect(order.numbers == [1, 2, 3, 4])
    }

    @Test func `a hundred thousand cancelled timers are not kept`() async {
        for _ in 0..<100_000 {
            EventLoop.cancel(EventLoop.schedule(after: .seconds(3600)) {})
        }
        #expect(EventLoop.shared.timerEntries < 50_000)
    }
}

@Suite @LoopActor struct PollerTests {
    @Test func `a pipe tells that it can be read, until it is unwatched`() async {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        let order = Order()
        EventLoop.watch(ends[0], for: .readable) { [ends] _ in
            var byte: UInt8 = 0
            read(ends[0], &byte, 1)
            order.numbers.append(Int(byte))
        }
        for byte in [UInt8(7), 8] {
            var byte = byte
            write(ends[1], &byte, 1)
        }
        #expect(await eventually { order.numbers == [7, 8] })
        EventLoop.unwatch(ends[0])
        var last: UInt8 = 9
        write(ends[1], &last, 1)
        try? await EventLoop.sleep(for: .milliseconds(10))
        #expect(order.numbers == [7, 8])
        close(ends[0])
        close(ends[1])
    }

    @Test func `the end of the other side is told once where that was asked for`() async {
        var ends: [CInt] = [0, 0]
        #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let order = Order()
        EventLoop.watch(ends[0], for: [.peerClosed, .edgeTriggered]) { readiness in
            order.numbers.append(readiness.contains(.peerClosed) ? 1 : 0)
        }
        close(ends[1])
        #expect(await eventually { !order.numbers.isEmpty })
        try? await EventLoop.sleep(for: .milliseconds(10))
        #expect(order.numbers == [1])
        EventLoop.unwatch(ends[0])
        close(ends[0])
    }

    @Test func `an owned descriptor is closed once, and a released one not at all`() async {
        let before = Descriptors.count
        let descriptor = dup(0)
        do {
            let owned = FileDescriptor(owning: descriptor)
            #expect(Descriptors.count == before + 1)
            _ = owned.rawValue
        }
        #expect(Descriptors.count == before)
        let kept = FileDescriptor(owning: dup(0)).release()
        #expect(Descriptors.count == before + 1)
        close(kept)
    }
}
