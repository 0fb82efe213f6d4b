/// What is known of models by their names: Horde's own list of models, as `model-names.json` keeps it.
struct ModelReference: Sendable {
    private var exact: [String: String] = [:]
    private var dashed: [String: String] = [:]
    private var last: [String: String] = [:]

    /// Keeps the fact about each name; where two names differ only in what says nothing about the model, the one that
    /// sorts first counts.
    init(_ facts: [String: String], without noise: ModelName.Noise) {
        exact = facts
        for (name, fact) in facts.sorted(by: { $0.key < $1.key }) {
            let name = ModelName(name, without: noise)
            dashed[name.dashed] = dashed[name.dashed] ?? fact
            last[name.last] = last[name.last] ?? fact
        }
    }

    /// The fact about this very name, else about one that is the same but for worker program, precision and the way
    /// its maker is written, else about one by any maker.
    func fact(of name: String, _ plain: ModelName) -> String? {
        exact[name] ?? dashed[plain.dashed] ?? dashed[plain.last] ?? last[plain.last]
    }
}
