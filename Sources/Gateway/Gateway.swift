package import EventLoop
import HTTPClient
package import HTTPServer
package import Horde
package import Logging
package import Prompting
import HTTPTypes
import OpenAI

/// The server that OpenAI's clients talk to: puts the parts together, runs them, and stops them in order.
///
/// This target is where the two languages meet. A request passes `Router` (which endpoint), `Completions` (the
/// story), `Assignment` (what is asked for), `CompletionRun`, `AnswerWriter` and `Chain` (job after job at `Horde`), `Voice`
/// and `Translation` (OpenAI's words to a prompt and back) and `AnswerClient` (the answer as it is sent). `ModelCatalog`
/// knows what Horde offers now, `FailureMap` turns every failure into OpenAI's.
@LoopActor
package final class Gateway {
    package struct Configuration: Sendable {
        package var listen: ListenPlace
        package var http = HTTPServer.Limits()
        /// nil serves without TLS.
        package var tls: TLSContext?
        package var answerTimes = AnswerTimes()
        package var horde: Horde.Configuration
        package var access: AccessPolicy
        package var metrics = MetricsPlace.usual
        /// Where the model list survives a restart; nil keeps it in memory alone.
        package var cacheDirectory: String?
        /// Where the journal is kept; nil keeps none.
        package var stateDirectory: String?
        package var crossOrigin: CrossOriginPolicy
        /// How models are spoken to.
        package var formats: FormatTable
        /// The operator's own names for models.
        package var aliases: ModelAliases
        /// How long a worker may take to begin before other models are tried, where the request lets others be; nil goes
        /// by the models' queues.
        package var failoverAfter: Duration?
        /// How long a stopping server still takes new work, so that whoever watches `/readyz` sends no more.
        package var drainDelay: Duration
        /// What it gives to running answers from then on.
        package var drainTimeout: Duration

        package init(
            listen: ListenPlace,
            horde: Horde.Configuration,
            access: AccessPolicy,
            cacheDirectory: String?,
            stateDirectory: String?,
            crossOrigin: CrossOriginPolicy = CrossOriginPolicy(),
            formats: FormatTable = .builtIn,
            aliases: ModelAliases = ModelAliases(),
            failoverAfter: Duration? = nil,
            drainDelay: Duration = .zero,
            drainTimeout: Duration = .seconds(300)
        ) {
            self.listen = listen
            self.horde = horde
            self.access = access
            self.cacheDirectory = cacheDirectory
            self.stateDirectory = stateDirectory
            self.crossOrigin = crossOrigin
            self.formats = formats
            self.aliases = aliases
            self.failoverAfter = failoverAfter
            self.drainDelay = drainDelay
            self.drainTimeout = drainTimeout
        }
    }

    private let server: HTTPServer
    private let horde: Horde
    private let records: JobRecords?
    private let catalog: ModelCatalog
    private let work: RunningWork
    private let kept = KeptRuns()
    private let router: Router
    private var metrics: MetricsListener?
    private let logger: Logger
    private let manager: ServiceManager
    private var drainDelay: Duration
    private var drainTimeout: Duration

    /// Starts to listen and to learn what Horde offers; Horde itself need not be there.
    ///
    /// - Parameters:
    ///   - configuration: what the operator has chosen.
    ///   - logger: for what happens to the server.
    ///   - output: for a line about each request.
    ///   - manager: told when the server stops.
    /// - Throws: `ListenError` when the address cannot be had.
    package init(
        _ configuration: Configuration,
        logger: Logger,
        output: LogOutput,
        manager: ServiceManager
    ) throws(ListenError) {
        self.logger = logger
        self.manager = manager
        drainDelay = configuration.drainDelay
        drainTimeout = configuration.drainTimeout
        let heir = Heir(logger)
        records = configuration.stateDirectory.map { directory in
            JobRecords(directory: directory, origin: configuration.horde.url, onNews: heir.heard)
        }
        horde = Horde(configuration.horde, client: HTTPClient(), records: records)
        heir.horde = horde
        work = RunningWork()
        catalog = ModelCatalog(
            horde: horde,
            cache: configuration.cacheDirectory.map { CatalogCache(directory: $0, origin: configuration.horde.url) },
            formats: configuration.formats,
            aliases: configuration.aliases,
            logger: logger
        )
        let gate = Gate(configuration.access)
        let board = StatusBoard(catalog: catalog, work: work, horde: horde, gate: gate)
        let figures = ServerFigures()
        let page = MetricsPage(
            figures: figures,
            horde: horde,
            catalog: catalog,
            work: work,
            gate: gate,
            board: board,
            heir: heir
        )
        let router = Router(
            completions: Completions(
                writer: AnswerWriter(horde: horde, catalog: catalog, failoverAfter: configuration.failoverAfter),
                catalog: catalog,
                work: work,
                kept: kept,
                gate: gate,
                board: board,
                figures: figures,
                times: configuration.answerTimes
            ),
            gate: gate,
            catalog: catalog,
            work: work,
            board: board,
            crossOrigin: configuration.crossOrigin,
            horde: horde,
            figures: figures,
            metrics: configuration.metrics == .main ? page : nil,
            scheme: configuration.tls == nil ? "http" : "https"
        )
        self.router = router
        let accessLog = AccessLog(output: output)
        server = try HTTPServer(
            listeningOn: configuration.listen,
            tls: configuration.tls,
            limits: configuration.http,
            render: { refusal in
                figures.refused(refusal)
                return JSONResponse(APIError(refusal)).with(router.crossOrigin.fields(for: [:])).answer
            },
            onEnd: { summary in
                accessLog.write(summary)
                figures.ended(summary)
            },
            handler: { request, writer in await router.route(consume request, writer) }
        )
        page.server = server
        catalog.startRefreshing()
        if case .address(let address) = configuration.metrics { listenForMetrics(on: address, page, isFirst: true) }
    }

    /// The metrics are worth a warning, and not the server; the address may be that of a process that is about to end.
    private func listenForMetrics(on address: ListenAddress, _ page: MetricsPage, isFirst: Bool) {
        guard !isStopping else { return }
        do throws(ListenError) {
            let listener = try MetricsListener(on: address, page)
            logger.info("metrics", metadata: ["url": "http://\(listener.address)/metrics"])
            metrics = listener
        } catch {
            if isFirst { logger.warning("no metrics", metadata: ["reason": "\(error)"]) }
            _ = EventLoop.schedule(after: Limits.metricsRetryInterval) { [weak self] in
                self?.listenForMetrics(on: address, page, isFirst: false)
            }
        }
    }

    /// Where the server listens, with the port that it really has.
    package var address: ListenAddress { server.address }

    /// The same for a person: an address of TCP with its scheme.
    package var place: String {
        address.path == nil ? (server.tls == nil ? "http" : "https") + "://\(address)" : "\(address)"
    }

    /// Whether it has been told to stop.
    package var isStopping: Bool { work.phase != .serving }

    /// How it is, in a few words.
    package var summary: String { "listening on \(place); \(catalog.current.entries.count) models" }

    /// Takes another configuration, as far as a running server can: its address, its limits and Horde stay.
    package func reload(_ configuration: Configuration) {
        drainDelay = configuration.drainDelay
        drainTimeout = configuration.drainTimeout
        // Whether there is TLS at all takes a new start: clients would find the other thing than they were told.
        if server.tls != nil, let tls = configuration.tls { server.tls = tls }
        router.change(configuration)
    }

    /// Serves until `signal` returns, then stops: it says so, takes no new work, lets what runs come to its end within
    /// the time that it has, and gives an honest end to the rest.
    ///
    /// A second `signal` skips all waiting.
    package func run(until signal: @escaping @Sendable @LoopActor () async -> Void) async {
        await signal()
        work.phase = .leaving
        manager.stopping(
            "finishing \(work.count) answers",
            within: drainDelay + drainTimeout + Limits.settleSecondsMax + Limits.stopMargin
        )
        logger.info(
            "stopping",
            metadata: ["running": "\(work.count)", "seconds": "\((drainDelay + drainTimeout).components.seconds)"]
        )
        let delay = EventLoop.task { [drainDelay] in _ = try? await EventLoop.sleep(for: drainDelay) }
        let second = EventLoop.task { [work] in
            await signal()
            delay.cancel()
            work.cancelAll()
        }
        await delay.value
        work.phase = .draining
        // What is held only for who may come back ends at once.
        kept.close()
        horde.abandonInherited()
        server.drain()
        await work.drain(within: drainTimeout)
        catalog.stopRefreshing()
        await server.stop()
        await metrics?.stop()
        await horde.settle(within: Limits.settleSecondsMax)
        await records?.close()
        second.cancel()
        logger.info("stopped")
    }
}
