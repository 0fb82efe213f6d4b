import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// The only table of routes.
@LoopActor
final class Router {
    private let completions: Completions
    private let gate: Gate
    private let catalog: ModelCatalog
    private let work: RunningWork
    private let board: StatusBoard
    private(set) var crossOrigin: CrossOriginPolicy
    private let horde: Horde
    private let figures: ServerFigures
    /// Where it is answered here.
    private let metrics: MetricsPage?
    /// Of the server's own address.
    private let scheme: String

    init(
        completions: Completions,
        gate: Gate,
        catalog: ModelCatalog,
        work: RunningWork,
        board: StatusBoard,
        crossOrigin: CrossOriginPolicy,
        horde: Horde,
        figures: ServerFigures,
        metrics: MetricsPage?,
        scheme: String
    ) {
        self.completions = completions
        self.gate = gate
        self.catalog = catalog
        self.work = work
        self.board = board
        self.crossOrigin = crossOrigin
        self.horde = horde
        self.figures = figures
        self.metrics = metrics
        self.scheme = scheme
    }

    /// Takes other settings, for the requests that come from now on.
    func change(_ configuration: Gateway.Configuration) {
        crossOrigin = configuration.crossOrigin
        // The proxies are the HTTP server's too, which keeps the ones it has.
        let proxies = gate.policy.trustedProxies
        gate.policy = configuration.access
        gate.policy.trustedProxies = proxies
        completions.change(configuration)
        catalog.change(formats: configuration.formats, aliases: configuration.aliases)
    }

    private enum Route {
        case about, health, readiness, models, openCode, metrics, openAPI, status, statusJSON
        /// A call of Horde's, with the token of its path.
        case webhook(String)
        case model(String)
        case completions(CompletionForm)
        /// An endpoint of OpenAI's that is not offered.
        case unsupported(String)

        /// Whether it is answered without a look at a key.
        var isPublic: Bool {
            switch self {
            case .about, .health, .readiness, .metrics, .openAPI, .webhook: true
            case .models, .model, .openCode, .completions, .unsupported, .status, .statusJSON: false
            }
        }
    }

    func route(_ request: consuming Request, _ writer: consuming ResponseWriter) async {
        if let visit = begin(consume request, consume writer) { await completions.serve(visit) }
    }

    /// Answers all that can be answered at once; the rest is a visit.
    @inline(never)
    private func begin(_ request: consuming Request, _ writer: consuming ResponseWriter) -> Completions.Visit? {
        if request.method == .options, crossOrigin.allows(host: request.fields[.named("Host")]) {
            JSONResponse.preflight(crossOrigin.preflight(request.fields)).send(writer)
            return nil
        }
        let origin = crossOrigin.fields(for: request.fields)
        switch find(request) {
        case .route(.about) where request.fields.prefersPage && gate.isAtHome(request):
            StatusPage.response(report(request, for: .owner), query: request.query).send(writer)
        case .route(.status) where gate.isAtHome(request):
            StatusPage.response(report(request, for: .owner), query: request.query).send(writer)
        case .route(.statusJSON) where gate.isAtHome(request):
            JSONResponse(.ok, report(request, for: .owner).json).send(writer)
        case .route(let route) where route.isPublic: answer(route).with(origin).send(writer)
        case .route(let route):
            do throws(APIError) {
                let grant = try gate.admit(request)
                return serve(route, consume request, writer, origin, grant)
            } catch {
                board.failed(error)
                figures.refused(error)
                JSONResponse(error).with(origin).send(writer)
            }
        case .refusal(let reply): reply.with(origin).send(writer)
        }
        return nil
    }

    /// Answers what not everybody may ask for.
    private func serve(
        _ route: Route,
        _ request: consuming Request,
        _ writer: consuming ResponseWriter,
        _ origin: HTTPFields,
        _ grant: AccessPolicy.Grant
    ) -> Completions.Visit? {
        let viewer = grant.localKey.map { StatusReport.Viewer.key($0.name) } ?? .stranger
        switch route {
        case .completions(let form): return completions.create(form, consume request, writer, origin, grant)
        case .openCode:
            OpenCodeReply.of(catalog.current, request.fields, query: request.query, scheme: scheme).with(origin).send(
                writer
            )
        case .status: StatusPage.response(report(request, for: viewer), query: request.query).send(writer)
        case .statusJSON: JSONResponse(.ok, report(request, for: viewer).json).with(origin).send(writer)
        default: answer(route).with(origin).send(writer)
        }
        return nil
    }

    private func report(_ request: borrowing Request, for viewer: StatusReport.Viewer) -> StatusReport {
        board.report(baseURL: OpenCodeReply.baseURL(request.fields, scheme: scheme), for: viewer)
    }

    /// What needs no waiting: all of it is in memory.
    private func answer(_ route: Route) -> JSONResponse {
        switch route {
        case .about: Health.about
        case .health: Health.alive
        case .readiness:
            Health.readiness(catalog.state, isStopping: work.phase != .serving)
        case .models: models()
        case .model(let name):
            model(name)
        case .unsupported(let name): JSONResponse(.unsupportedEndpoint(name))
        case .openAPI: Self.openAPI
        case .metrics: metrics?.response() ?? JSONResponse(.unknownPath("GET", "/metrics"))
        case .webhook(let token):
            horde.webhooks?.deliver(token) ?? false ? .noContent : JSONResponse(.unknownPath("POST", "/hooks/…"))
        case .openCode, .status, .statusJSON: preconditionFailure("the answer needs the request")
        case .completions: preconditionFailure("a completion is waited for")
        }
    }

    /// What this server's endpoints are, in the form that tools read.
    private static let openAPI = JSONResponse(.ok, bytes: PackageResources.openapi_json)

    /// The list as it is held; one that could not be renewed says so.
    private func models() -> JSONResponse {
        let list = JSONResponse(.ok, bytes: catalog.listBytes)
        guard case .stale = catalog.state else { return list }
        let age: HTTPFields = catalog.ageSeconds.map { [.age: "\($0)"] } ?? [:]
        return list.with(age).with([.named("x-interposer-models"): "stale"])
    }

    private func model(_ name: String) -> JSONResponse {
        do throws(APIError) {
            return JSONResponse(.ok, try catalog.listing(for: name).json)
        } catch {
            return JSONResponse(error)
        }
    }

    private enum Match {
        case route(Route)
        case refusal(JSONResponse)
    }

    private func find(_ request: Request) -> Match {
        guard crossOrigin.allows(host: request.fields[.named("Host")]) else {
            return .refusal(
                JSONResponse(.permissionDenied("This server does not answer to that Host.", code: "host_not_allowed"))
            )
        }
        guard let (route, methods) = Self.match(request.path) else {
            return .refusal(JSONResponse(.unknownPath(request.method.rawValue, request.path)))
        }
        guard methods.contains(request.method) else {
            let allowed = methods.map(\.rawValue) + ["OPTIONS"]
            return .refusal(
                JSONResponse(.methodNotAllowed(allow: allowed)).with([.allow: allowed.joined(separator: ", ")])
            )
        }
        return .route(route)
    }

    /// What metrics call the route of a path: its pattern, or "other".
    static func label(ofPath path: String) -> String {
        switch match(path)?.0 {
        case .model: "/v1/models/{model}"
        case .webhook: WebhookToken.pathPrefix + "{token}"
        case nil: "other"
        default: path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
    }

    /// The route that has completions of this form.
    static func route(of form: CompletionForm) -> String {
        switch form {
        case .chat: "/v1/chat/completions"
        case .text: "/v1/completions"
        }
    }

    private static let reading: [HTTPRequest.Method] = [.get, .head]
    private static let writing: [HTTPRequest.Method] = [.post]

    private static func match(_ path: String) -> (Route, [HTTPRequest.Method])? {
        // The ids of models contain slashes, sent as they are or escaped: the path is decoded, and the rest is the id.
        if path.hasPrefix("/v1/models/"), path.utf8.count > 11 { return (.model(String(path.dropFirst(11))), reading) }
        if path.hasPrefix(WebhookToken.pathPrefix) {
            return (.webhook(String(path.dropFirst(WebhookToken.pathPrefix.count))), writing)
        }
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return switch path {
        case "/": (.about, reading)
        case "/health": (.health, reading)
        case "/readyz": (.readiness, reading)
        case "/metrics": (.metrics, reading)
        case "/openapi.json": (.openAPI, reading)
        case "/status": (.status, reading)
        case "/status.json": (.statusJSON, reading)
        case "/opencode.json": (.openCode, reading)
        case "/v1/models": (.models, reading)
        case "/v1/chat/completions": (.completions(.chat), writing)
        case "/v1/completions": (.completions(.text), writing)
        case "/v1/responses": (.unsupported("the Responses API"), writing)
        case "/v1/embeddings": (.unsupported("embeddings"), writing)
        default: nil
        }
    }
}

extension HTTPFields {
    /// Whether a browser asks, which wants a page rather than JSON.
    fileprivate var prefersPage: Bool { self[.accept]?.contains("text/html") ?? false }
}
