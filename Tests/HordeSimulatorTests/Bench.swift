import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// A simulated Horde with a hand on its clock.
final class Bench {
    let state: HordeState
    var now: Double

    static let key = "A-key-of-22-characters"

    init(
        _ script: SimulatorScript = Bench.script(),
        hasLimits: Bool = false,
        start: Double = 0,
        clock: HordeClock = HordeClock()
    ) {
        state = HordeState(script: script, hasLimits: hasLimits, clock: clock, idSeed: 1)
        now = start
    }

    /// One worker with one thread for the model "m/7B", unless told otherwise.
    static func script(threads: Int = 1, pickup: Double = 0.25) -> SimulatorScript {
        var script = SimulatorScript()
        var worker = WorkerRole(name: "W", models: ["m/7B"])
        worker.threads = threads
        script.workers = [worker]
        script.pickupSeconds = pickup
        return script
    }

    static func script(_ json: String) throws -> SimulatorScript {
        try SimulatorScript(parsing: Array(json.utf8))
    }

    func call(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSON? = nil,
        key: String? = nil,
        address: String = "127.0.0.1"
    ) -> Answer {
        var call = Call(method: method, path: path, remoteAddress: address)
        if let body {
            call.body = HordeText.bytes(body)
            call.fields[.contentType] = "application/json"
        }
        if let key { call.fields[FieldNames.apiKey] = key }
        return HordeState.isControl(path) ? state.control(call, now: now) : state.answer(call, now: now)
    }

    func submit(
        _ prompt: String,
        n: Int = 1,
        model: String = "m/7B",
        maxLength: Int = 80,
        key: String = Bench.key,
        more: JSONObject = [:]
    ) -> Answer {
        var body: JSONObject = [
            "prompt": .string(prompt), "models": [.string(model)],
            "params": ["n": JSON(n), "max_length": JSON(maxLength)],
        ]
        for member in more.members { body[member.key] = member.value }
        return call(.post, "/api/v2/generate/text/async", .object(body), key: key)
    }

    /// Submits and gives back the id.
    func ask(_ prompt: String, n: Int = 1, model: String = "m/7B", key: String = Bench.key) throws -> String {
        try #require(submit(prompt, n: n, model: model, key: key).json["id"]?.string)
    }

    func status(_ id: String) -> JSON { call(.get, "/api/v2/generate/text/status/\(id)").json }

    func delete(_ id: String) -> JSON { call(.delete, "/api/v2/generate/text/status/\(id)").json }
}

extension Answer {
    var json: JSON { (try? JSON(parsing: body)) ?? nil }
}

extension JSON {
    /// The counts of a status: finished, processing, restarted, waiting.
    var counts: [Int?] { ["finished", "processing", "restarted", "waiting"].map { self[$0]?.int } }

    var isDone: Bool? { self["done"]?.bool }
}
