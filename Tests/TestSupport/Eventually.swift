import EventLoop

/// Waits until `condition` holds, asking again each turn of the loop; false when it did not within `limit`.
///
/// For what another process or the kernel brings about and no event tells.
@LoopActor
package func eventually(
    within limit: Duration = .seconds(5),
    _ condition: @LoopActor () -> Bool
) async -> Bool {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else { return false }
        try? await EventLoop.sleep(for: .milliseconds(2))
    }
    return true
}
