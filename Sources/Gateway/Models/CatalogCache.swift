import EventLoop
import FoundationEssentials
import Horde

/// The last model list on disk, so that a restart is ready at once and also while Horde is away.
///
/// A cache that cannot be read or written is no cache: nothing depends on it.
struct CatalogCache {
    private let path: String

    /// One file for each Horde, because a simulator's models must not be shown as the real one's.
    init(directory: String, origin: HordeURL) {
        let name = origin.description.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        path = directory + "/models-" + String(name) + ".json"
    }

    func load() -> Catalog.Supply? {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= Limits.cacheBytesMax else {
            return nil
        }
        guard let supply = try? JSONDecoder().decode(Catalog.Supply.self, from: data), !supply.workers.isEmpty else {
            return nil
        }
        return supply
    }

    /// Some tens of kilobytes into the page cache, once a minute: not worth a thread.
    func save(_ supply: Catalog.Supply) {
        guard let data = try? JSONEncoder().encode(supply) else { return }
        let url = URL(filePath: path)
        try? FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: url, options: .atomic)
    }
}
