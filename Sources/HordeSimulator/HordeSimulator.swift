package import EventLoop
import FoundationEssentials
package import HTTPServer
import HTTPTypes

/// A Horde for trying out, for tests and for load: `interposer simulate`.
///
/// It keeps the rules of the real one as `docs/HORDE.md` has them: validation, limits, queue, workers, faults,
/// cancellation, expiry. It makes up the texts, and it never talks to anybody by itself. This class is the shell: one
/// server, one clock, one timer. All that is decided is in `HordeState`; read that next.
///
/// ## When it goes away
/// After `stop()`, which ends the server; nothing is kept.
@LoopActor
package final class HordeSimulator {
    /// What a simulator is started with.
    package struct Configuration: Sendable {
        package var listen: ListenAddress
        /// Whether the limits on calls and on waiting jobs are kept (`--no-limits`); a limit that the script names is.
        package var hasLimits = true
        /// The speed of workers whose script names none.
        package var tokensPerSecond = 40.0
        package var script: SimulatorScript?
        /// Where webhooks are sent; without it they are only recorded (`GET /simulator/webhooks`).
        package var webhooks: WebhookDestination?
        /// How many seconds of the simulated Horde pass in a real one, 0.1 to 1000 (`--clock-speed`).
        package var clockSpeed = 1.0

        package init(
            listen: ListenAddress,
            hasLimits: Bool = true,
            tokensPerSecond: Double = 40,
            script: SimulatorScript? = nil,
            webhooks: WebhookDestination? = nil,
            clockSpeed: Double = 1
        ) {
            self.listen = listen
            self.hasLimits = hasLimits
            self.tokensPerSecond = tokensPerSecond
            self.script = script
            self.webhooks = webhooks
            self.clockSpeed = clockSpeed
        }
    }

    private let state: HordeState
    private let start = ContinuousClock.now
    private let webhooks: WebhookSender?
    private var server: HTTPServer?
    private var timer: (id: TimerID, time: Double)?

    /// Where the simulator listens; the port is the real one, also when 0 was asked for.
    package let address: ListenAddress

    /// Starts a simulator.
    package init(_ configuration: Configuration) throws(ListenError) {
        var random = SystemRandomNumberGenerator()
        let state = HordeState(
            script: configuration.script ?? SimulatorScript(),
            hasLimits: configuration.hasLimits,
            tokensPerSecond: configuration.tokensPerSecond,
            clock: HordeClock(epoch: Date().timeIntervalSince1970, speed: configuration.clockSpeed),
            // Ids are capabilities (API.md 1.5), so they cannot be the same in every run.
            idSeed: random.next()
        )
        self.state = state
        webhooks = configuration.webhooks.map { destination in
            let timeout = state.clock.realSeconds(WebhookSender.timeoutSeconds)
            return WebhookSender(to: destination, timeout: .seconds(timeout)) { isDelivered in
                state.webhooks.note(isDelivered)
            }
        }
        let handler = Handler()
        let server = try HTTPServer(listeningOn: .address(configuration.listen)) { request, writer in
            await handler.simulator?.handle(request, writer)
        }
        self.server = server
        address = server.address
        handler.simulator = self
        arm()
    }

    /// Ends the simulator: no more calls are taken, open ones are cut.
    package func stop() async {
        if let timer { EventLoop.cancel(timer.id) }
        timer = nil
        webhooks?.stop()
        await server?.stop()
        server = nil
    }

    /// Puts another script in force.
    package func install(_ script: SimulatorScript) {
        state.install(script, now: now)
        arm()
    }

    /// What has been counted since the start or the last reset.
    package var counters: Counters {
        state.advance(to: now)
        return Counters(state)
    }

    /// The requests that the simulator remembers, oldest first.
    package var jobs: [Job] {
        state.advance(to: now)
        return state.ledger.remembered.map(Job.init)
    }

    // MARK: One exchange

    /// Lets a scripted fault have the exchange, or answers it.
    private func handle(_ request: Request, _ writer: consuming ResponseWriter) async {
        let call = Call(request)
        if HordeState.isControl(call.path) {
            return respond(writer, state.control(call, now: now))
        }
        guard let fault = state.fault(for: call) else {
            return respond(writer, state.answer(call, now: now))
        }
        let early = fault.isProcessed ? state.answer(call, now: now) : nil
        arm()
        if fault.delaySeconds > 0 {
            // A client that leaves cancels the wait; then nobody is left to answer.
            guard (try? await EventLoop.sleep(for: .seconds(state.clock.realSeconds(fault.delaySeconds)))) != nil else {
                return
            }
        }
        if fault.drops { return writer.abort() }
        respond(writer, fault.answer ?? early ?? state.answer(call, now: now))
    }

    private func respond(_ writer: consuming ResponseWriter, _ answer: Answer) {
        writer.respond(answer.status, fields: answer.fields, body: answer.body)
        arm()
    }

    // MARK: The timer

    /// Seconds of the simulated Horde since the start.
    private var now: Double {
        let time = (ContinuousClock.now - start).components
        return (Double(time.seconds) + Double(time.attoseconds) / 1e18) * state.clock.speed
    }

    /// Sets the one timer to the next event, and hands over the webhooks that have become due.
    private func arm() {
        for delivery in state.webhooks.takePending() {
            if let webhooks, !webhooks.send(delivery) { state.webhooks.counts.dropped += 1 }
        }
        let next = state.nextEventAt
        guard server != nil, timer?.time != next else { return }
        if let timer { EventLoop.cancel(timer.id) }
        let delay = Duration.seconds(max(0, state.clock.realSeconds(next - now)))
        let id = EventLoop.schedule(after: delay) { [weak self] in self?.fire() }
        timer = (id, next)
    }

    private func fire() {
        timer = nil
        state.advance(to: now)
        arm()
    }
}

/// The server wants its handler before the simulator that handles exists.
@LoopActor
private final class Handler {
    weak var simulator: HordeSimulator?
}

extension Call {
    /// The call that a request is.
    fileprivate init(_ request: Request) {
        self.init(
            method: request.method,
            path: request.path,
            query: Call.query(parsing: request.query),
            fields: request.fields,
            body: request.body,
            remoteAddress: request.remoteAddress
        )
    }
}
