/// The isolation domain of everything that holds a C handle or talks to something that does.
///
/// Calls between such types are plain calls: no `await`, no lock. `await` stands only where time passes. A global actor
/// on an executor of our own is what makes that possible (docs/decisions/0004).
@globalActor
package actor LoopActor {
    package static let shared = LoopActor()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }

    /// The same as the actor's own: what `@LoopActor` code is checked against.
    package static var sharedUnownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }

    /// Enters the isolation from a C callback, which the loop itself has caused and which therefore is on its thread.
    ///
    /// Traps on any other thread.
    package static nonisolated func assumeIsolated<Value, Failure: Error>(
        _ body: @LoopActor () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        EventLoop.shared.checkIsolated()
        return try withoutActuallyEscaping(body) { body throws(Failure) -> Value in
            // unsafeBitCast because the language has no way to call an isolated function synchronously from outside;
            // the two types differ in nothing but the isolation, and the first line has just proved that.
            try unsafeBitCast(body, to: (() throws(Failure) -> Value).self)()
        }
    }
}

extension EventLoop {
    /// Starts a task that never leaves the loop, not even to resume a continuation.
    ///
    /// A plain `Task { @LoopActor in … }` resumes on the global pool first and hops back: about twenty times the cost,
    /// and a second thread. The executor preference makes that first stop the loop as well.
    @discardableResult
    package nonisolated static func task<Success: Sendable>(
        _ body: @escaping @Sendable @LoopActor () async -> Success
    ) -> Task<Success, Never> {
        // A stored function, not a closure literal: the region checker does not follow `@LoopActor` inside one.
        Task(executorPreference: shared, operation: body)
    }

    /// Calls `body` on the loop: at once when the caller is there already, else by a task.
    ///
    /// For cancellation handlers, which run on whatever thread cancels.
    package nonisolated static func perform(_ body: @escaping @Sendable @LoopActor () -> Void) {
        if shared.isCurrent { LoopActor.assumeIsolated(body) } else { task { body() } }
    }
}
