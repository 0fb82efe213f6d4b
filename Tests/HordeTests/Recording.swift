import FoundationEssentials
import Testing

/// One answer of the real Horde, as `Recordings/*.json` keep it.
struct Recording: Decodable, Sendable, CustomTestStringConvertible {
    /// The transcript it comes from, and its place there.
    let name: String
    let body: String
    /// For statuses: how many texts were asked for.
    let count: Int?
    /// For refusals.
    let status: Int?
    let retryAfter: String?

    enum CodingKeys: String, CodingKey {
        case name, body, count, status
        case retryAfter = "retry_after"
    }

    var testDescription: String { name }

    static let statuses = load("statuses.json")
    static let refusals = load("refusals.json")

    private static func load(_ file: String) -> [Recording] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        guard let data = try? Data(contentsOf: URL(filePath: "/\(folder)/Recordings/\(file)")),
            let recordings = try? JSONDecoder().decode([Recording].self, from: data)
        else { return [] }
        return recordings
    }
}
