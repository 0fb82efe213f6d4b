package import JSONText

/// What a simulated Horde is to do, from a JSON file (`--script FILE`) or `POST /simulator/script`.
///
/// Every key is optional; an unknown key is an error, so that a misspelt one cannot pass unnoticed. `null` counts as
/// absent. Lists of rules are tried in order, and the first that matches and is not used up acts.
///
/// Top level: `workers`, `keys`, `unknown_keys` (keys to answer 401 to), `replies`, `faults`, `maintenance` (bool),
/// `pickup_seconds` (how long a request waits for a free worker's next poll, default 0.25), `seed` (of the texts),
/// `webhooks` (`WebhookConduct`), `webhook_delay_seconds` (between a text and its webhook, default 0).
///
/// * `workers[]`: see `WorkerRole`. Absent: five plausible workers.
/// * `keys[]`: see `AccountRole`. Other keys of a key's shape are users with nothing to spend.
/// * `replies[]`: see `ReplyRule`.
/// * `faults[]`: see `FaultRule`.
package struct SimulatorScript: Sendable, Equatable {
    var workers: [WorkerRole]?
    var keys: [AccountRole] = []
    var unknownKeys: [String] = []
    var replies: [ReplyRule] = []
    var faults: [FaultRule] = []
    var isInMaintenance = false
    var pickupSeconds = 0.25
    var seed: UInt64 = 0
    var webhooks = WebhookConduct.once
    var webhookDelaySeconds = 0.0

    /// Why a text is not a script: one line that names the place.
    package struct Invalid: Error, CustomStringConvertible {
        package let description: String
    }

    /// A script that changes nothing.
    package init() {}

    /// Reads a script from the bytes of a JSON document.
    package init(parsing bytes: [UInt8]) throws(Invalid) {
        let document: JSON
        do throws(JSON.SyntaxError) {
            document = try JSON(parsing: bytes)
        } catch {
            throw Invalid(description: "the script is not JSON: \(error.kind) at byte \(error.offset)")
        }
        try self.init(document)
    }

    /// Reads a script from a JSON value.
    package init(_ document: JSON) throws(Invalid) {
        var reader = try ScriptReader(document, at: "script")
        workers = try reader.list("workers") { (reader) throws(Invalid) in try WorkerRole(&reader) }
        if let workers, Set(workers.map(\.name)).count < workers.count {
            throw Invalid(description: "script.workers: each worker needs a name of its own")
        }
        keys = try reader.list("keys") { (reader) throws(Invalid) in try AccountRole(&reader) } ?? []
        unknownKeys = try reader.strings("unknown_keys") ?? []
        replies = try reader.list("replies") { (reader) throws(Invalid) in try ReplyRule(&reader) } ?? []
        faults = try reader.list("faults") { (reader) throws(Invalid) in try FaultRule(&reader) } ?? []
        isInMaintenance = try reader.bool("maintenance") ?? false
        pickupSeconds = try reader.seconds("pickup_seconds") ?? 0.25
        seed = UInt64(try reader.count("seed") ?? 0)
        if let name = try reader.string("webhooks") {
            guard let conduct = WebhookConduct(rawValue: name) else {
                throw reader.invalid("webhooks", "once, twice or drop")
            }
            webhooks = conduct
        }
        webhookDelaySeconds = try reader.seconds("webhook_delay_seconds") ?? 0
        try reader.finish()
    }
}

/// Takes the members of one object of a script by name and type; what nobody took is an error.
struct ScriptReader {
    private var members: [String: JSON]
    private let place: String

    init(_ value: JSON, at place: String) throws(SimulatorScript.Invalid) {
        guard let object = value.object else {
            throw .init(description: "\(place) is \(value.kindName), not an object")
        }
        members = [:]
        for member in object.members where !member.value.isNull { members[member.key] = member.value }
        self.place = place
    }

    mutating func value(_ key: String) -> JSON? {
        members.removeValue(forKey: key)
    }

    mutating func string(_ key: String) throws(SimulatorScript.Invalid) -> String? {
        try take(key, "a string", \.string)
    }

    mutating func bool(_ key: String) throws(SimulatorScript.Invalid) -> Bool? {
        try take(key, "a boolean", \.bool)
    }

    mutating func number(_ key: String) throws(SimulatorScript.Invalid) -> Double? {
        try take(key, "a number", \.double)
    }

    /// A time: not negative, at most a day, so that sums of times stay finite.
    mutating func seconds(_ key: String) throws(SimulatorScript.Invalid) -> Double? {
        try take(key, "a number of seconds from 0 to 86400") { value in
            value.double.flatMap { (0...86400).contains($0) ? $0 : nil }
        }
    }

    mutating func count(_ key: String) throws(SimulatorScript.Invalid) -> Int? {
        try take(key, "an integer that is not negative") { value in value.int.flatMap { $0 >= 0 ? $0 : nil } }
    }

    mutating func counts(_ key: String) throws(SimulatorScript.Invalid) -> [Int]? {
        try take(key, "an array of integers that are not negative") { value in
            value.array.flatMap { items in
                let counts = items.compactMap(\.int)
                return counts.count == items.count && counts.allSatisfy { $0 >= 0 } ? counts : nil
            }
        }
    }

    /// A part of a whole.
    mutating func share(_ key: String) throws(SimulatorScript.Invalid) -> Double? {
        try take(key, "a number from 0 to 1") { value in value.double.flatMap { (0...1).contains($0) ? $0 : nil } }
    }

    /// How a job can end.
    mutating func state(_ key: String) throws(SimulatorScript.Invalid) -> String? {
        guard let state = try string(key) else { return nil }
        guard ["ok", "faulted", "censored", "csam"].contains(state) else {
            throw invalid(key, "ok, faulted, censored or csam")
        }
        return state
    }

    mutating func strings(_ key: String) throws(SimulatorScript.Invalid) -> [String]? {
        try take(key, "an array of strings") { value in
            value.array.flatMap { items in
                let strings = items.compactMap(\.string)
                return strings.count == items.count ? strings : nil
            }
        }
    }

    mutating func list<Element>(
        _ key: String,
        _ element: (inout ScriptReader) throws(SimulatorScript.Invalid) -> Element
    ) throws(SimulatorScript.Invalid) -> [Element]? {
        guard let items = try take(key, "an array", \.array) else { return nil }
        var elements: [Element] = []
        for (index, item) in items.enumerated() {
            var reader = try ScriptReader(item, at: "\(place).\(key)[\(index)]")
            elements.append(try element(&reader))
            try reader.finish()
        }
        return elements
    }

    /// An object whose keys are numbers from 1, written as strings.
    mutating func numbered<Element>(
        _ key: String,
        _ element: (inout ScriptReader) throws(SimulatorScript.Invalid) -> Element
    ) throws(SimulatorScript.Invalid) -> [Int: Element]? {
        guard let object = try take(key, "an object", \.object) else { return nil }
        var elements: [Int: Element] = [:]
        for member in object.members {
            guard let number = Int(member.key), number > 0 else {
                throw invalid(key, "an object whose keys are numbers from 1")
            }
            var reader = try ScriptReader(member.value, at: "\(place).\(key).\(member.key)")
            elements[number] = try element(&reader)
            try reader.finish()
        }
        return elements
    }

    /// Refuses what is left over.
    func finish() throws(SimulatorScript.Invalid) {
        guard let key = members.keys.min() else { return }
        throw .init(description: "\(place).\(key) is not a key of scripts")
    }

    func invalid(_ key: String, _ expected: String) -> SimulatorScript.Invalid {
        .init(description: "\(place).\(key) has to be \(expected)")
    }

    private mutating func take<Value>(
        _ key: String,
        _ expected: String,
        _ convert: (JSON) -> Value?
    ) throws(SimulatorScript.Invalid) -> Value? {
        guard let value = members.removeValue(forKey: key) else { return nil }
        guard let converted = convert(value) else { throw invalid(key, expected) }
        return converted
    }
}
