import EventLoop
package import HTTPServer
import HTTPTypes
import OpenAI

/// Where `GET /metrics` is answered.
package enum MetricsPlace: Equatable, Sendable {
    /// On an address of its own, where nothing else is.
    case address(ListenAddress)
    /// Beside the API.
    case main
    case off

    /// Reads `HOST:PORT`, `main` or `off`; nil for anything else.
    package init?(_ text: String) {
        switch text {
        case "main": self = .main
        case "off": self = .off
        default:
            guard let address = try? ListenAddress(parsing: text) else { return nil }
            self = .address(address)
        }
    }

    /// What Prometheus' exporters of OpenTelemetry listen on.
    package static let usual = MetricsPlace.address(ListenAddress(host: "127.0.0.1", port: 9464))
}

extension MetricsPlace: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let address): "\(address)"
        case .main: "main"
        case .off: "off"
        }
    }
}

/// The listener of the metrics alone.
@LoopActor
final class MetricsListener {
    private let server: HTTPServer

    /// - Parameters:
    ///   - address: where.
    ///   - page: what is answered.
    /// - Throws: `ListenError` when the address cannot be had.
    init(on address: ListenAddress, _ page: MetricsPage) throws(ListenError) {
        var limits = HTTPServer.Limits()
        limits.connectionsMax = Limits.metricsConnectionsMax
        limits.shards = 1
        server = try HTTPServer(
            listeningOn: .address(address),
            limits: limits,
            render: { JSONResponse(APIError($0)).answer },
            handler: { request, writer in Self.answer(request, page, isAtHome: address.isLoopback).send(writer) }
        )
    }

    var address: ListenAddress { server.address }

    private static func answer(_ request: borrowing Request, _ page: MetricsPage, isAtHome: Bool) -> JSONResponse {
        // A page of the web that has its own name point here must not read the figures.
        let host = request.fields[.named("Host")] ?? ""
        let name = (try? ListenAddress(parsing: host)) ?? ListenAddress(host: host, port: 0)
        guard !isAtHome || name.isLoopback else {
            return JSONResponse(.permissionDenied("The metrics do not answer to that Host.", code: "host_not_allowed"))
        }
        guard request.path == "/metrics" else {
            return JSONResponse(.unknownPath(request.method.rawValue, request.path))
        }
        guard request.method == .get || request.method == .head else {
            return JSONResponse(.methodNotAllowed(allow: ["GET", "HEAD"])).with([.allow: "GET, HEAD"])
        }
        return page.response()
    }

    func stop() async {
        server.drain()
        await server.stop()
    }
}
